#include "sync/tool/city_check.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "sync/record/json_text.h"

namespace station::tool {

namespace {

constexpr std::string_view kOrigin = "rider-station-city/";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out.emplace_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

}  // namespace

void CityCheck::expect(const std::string& what, const record::Checkpoint& head) {
  if (!head.origin.starts_with(kOrigin)) {
    faults_.push_back(what + " is about another log: " + head.origin);
    return;
  }
  if (origin_.empty()) origin_ = head.origin;
  if (head.origin != origin_) {
    // A store that was restored begins a new log; the earlier one is not that of these lines.
    if (what.starts_with("day")) return;
    faults_.push_back(what + " is about another log: " + head.origin);
    return;
  }
  ++heads_;
  expected_.emplace(head.size, Head{what, head.root});
}

void CityCheck::add_checkpoint(const std::string& what, const std::string& note, const record::NoteKey& by) {
  const auto head = record::open_checkpoint(note, by);
  if (!head) {
    faults_.push_back(what + ": " + head.error().message);
    return;
  }
  expect(what, *head);
}

void CityCheck::add_day(const std::string& note, const std::string& counts) {
  const auto text = record::open_note(note, centre_);
  const auto lines = text ? lines_of(*text) : std::vector<std::string>();
  const std::string what = "day " + (lines.size() > 1 ? lines[1] : "?");
  if (!text) {
    faults_.push_back(what + ": " + text.error().message);
    return;
  }
  record::Checkpoint head;
  const auto root = lines.size() == 5 ? base::from_base64(lines[3]) : std::nullopt;
  if (!root || root->size() != head.root.size() || !lines[0].ends_with("/day") ||
      std::from_chars(lines[2].data(), lines[2].data() + lines[2].size(), head.size).ec != std::errc()) {
    faults_.push_back(what + ": is not of the form for the end of a day");
    return;
  }
  std::copy(root->begin(), root->end(), head.root.begin());
  head.origin = lines[0].substr(0, lines[0].size() - 4);
  if (base::to_base64(base::sha256(base::as_bytes(counts))) != lines[4])
    faults_.push_back(what + ": its counts are not those that the centre signed");
  ++days_;
  expect(what, head);
}

void CityCheck::add_note(std::string_view line) {
  const auto json = record::parse_json(line);
  const auto word = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
  };
  const std::string kind = word("kind"), note = word("note"), name = word("name");
  if (kind == "checkpoint") {
    add_checkpoint("the checkpoint", note, centre_);
  } else if (kind == "day") {
    add_day(note, word("counts"));
  } else if (kind == "witness") {
    add_checkpoint("what " + name + " witnessed", note, centre_);
    for (const record::NoteKey& key : witnesses_) {
      if (key.name != name) continue;
      if (const auto signed_by = record::open_checkpoint(note, key); signed_by) {
        witnessed_ = std::max(witnessed_, signed_by->size);
      } else {
        faults_.push_back(name + " did not sign what it is said to have witnessed");
      }
    }
  } else {
    faults_.push_back("a note about the city's log cannot be read");
  }
}

void CityCheck::compare() {
  const auto [begin, end] = expected_.equal_range(edge_.size());
  if (begin == end) return;
  const base::Digest root = edge_.root();
  bool good = true;
  for (auto it = begin; it != end; ++it) {
    if (it->second.root == root) continue;
    good = false;
    faults_.push_back(fmt::format("{}: the first {} records are not what the centre signed", it->second.what, it->first));
  }
  if (good) proven_ = edge_.size();
  expected_.erase(begin, end);
}

void CityCheck::add_line(std::string_view line) {
  if (edge_.size() == 0) compare();
  edge_.append(record::leaf_hash(line));
  compare();
}

void CityCheck::finish() {
  if (edge_.size() == 0) compare();
  for (const auto& [size, head] : expected_)
    faults_.push_back(fmt::format("{}: speaks of {} records, of which {} are here", head.what, size, edge_.size()));
  for (const record::NoteKey& key : witnesses_)
    if (witnessed_ == 0) faults_.push_back("nothing was witnessed by " + key.name);
}

}  // namespace station::tool
