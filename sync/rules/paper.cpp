#include "sync/rules/paper.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace station::rules {

std::uint64_t PaperStream::word() {
  if (word_ == 4) {
    std::uint8_t counter[8];
    for (int i = 0; i < 8; ++i) counter[i] = static_cast<std::uint8_t>(next_block_ >> (56 - 8 * i));
    block_ = base::sha256(seed_, counter);
    ++next_block_;
    word_ = 0;
  }
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < 8; ++i) v = v << 8 | block_[static_cast<std::size_t>(word_) * 8 + i];
  ++word_;
  return v;
}

std::uint64_t PaperStream::below(std::uint64_t n) {
  const std::uint64_t rest = (0 - n) % n;  // 2^64 mod n
  const std::uint64_t top = 0 - rest;      // 2^64 − rest; 0 stands for 2^64
  std::uint64_t v = word();
  while (top != 0 && v >= top) v = word();
  return v % n;
}

namespace {

constexpr int kMost = 1000;  // items of a row and options of an item
constexpr std::int64_t kTooFastMs = 1'500;

std::string seed_text(const PaperRequest& r) {
  return "paper/1\n" + r.course_id + "\n" + r.course_version + "\n" + r.rider_id + "\n" + std::to_string(r.attempt_no) +
         "\n" + r.salt;
}

// The items of one blueprint row, critical ones first (9.3, step 2).
using Items = std::vector<const PaperItem*>;
Items take_row(const BlueprintRow& row, const Items& order, std::vector<std::string>& problems) {
  Items row_items;
  int critical = 0;
  const auto room = [&] { return static_cast<int>(row_items.size()) < row.count; };
  for (const PaperItem* item : order)
    if (item->critical && critical < row.critical && room()) {
      row_items.push_back(item);
      ++critical;
    }
  const Items first = row_items;
  for (const PaperItem* item : order)
    if (room() && std::find(first.begin(), first.end(), item) == first.end()) row_items.push_back(item);
  if (room() || critical < row.critical)
    problems.push_back("topic " + row.topic + " has too few items: " + std::to_string(row_items.size()) + " of " +
                       std::to_string(row.count) + ", critical " + std::to_string(critical) + " of " +
                       std::to_string(row.critical));
  return row_items;
}

}  // namespace

base::Result<void> check_request(const PaperRequest& request) {
  const auto refuse = [](const std::string& why) { return base::fail(base::Errc::invalid, "paper: " + why); };
  for (const std::string* field : {&request.course_id, &request.course_version, &request.rider_id, &request.salt})
    if (field->find('\n') != std::string::npos) return refuse("course id, version, rider and salt must not contain LF");
  std::set<std::string_view> ids;
  for (const PaperItem& item : request.items) {
    if (!ids.insert(item.id).second) return refuse("item " + item.id + " is given twice");
    if (item.options < 0 || item.options > kMost) return refuse("item " + item.id + ": number of options out of range");
  }
  for (const BlueprintRow& row : request.blueprint)
    if (row.count < 0 || row.count > kMost || row.critical < 0 || row.critical > row.count)
      return refuse("topic " + row.topic + ": count or critical out of range");
  return {};
}

Paper draw_paper(const PaperRequest& request) {
  Paper paper;
  paper.seed = base::sha256(base::as_bytes(seed_text(request)));
  if (const auto checked = check_request(request); !checked) {
    paper.problems.push_back(checked.error().message);
    return paper;
  }
  PaperStream stream(paper.seed);
  Items items;
  for (const PaperItem& i : request.items) items.push_back(&i);
  std::sort(items.begin(), items.end(), [](const PaperItem* a, const PaperItem* b) { return a->id < b->id; });
  const std::set<std::string_view> used_ids(request.used.begin(), request.used.end());

  Items chosen;
  std::set<const PaperItem*> taken;
  for (const BlueprintRow& row : request.blueprint) {
    Items order, used;
    for (const PaperItem* i : items)
      if (i->topic == row.topic && !taken.contains(i)) (used_ids.contains(i->id) ? used : order).push_back(i);
    stream.shuffle(order);
    stream.shuffle(used);
    order.insert(order.end(), used.begin(), used.end());
    const Items row_items = take_row(row, order, paper.problems);
    chosen.insert(chosen.end(), row_items.begin(), row_items.end());
    taken.insert(row_items.begin(), row_items.end());
  }
  stream.shuffle(chosen);
  for (const PaperItem* i : chosen) {
    DrawnItem drawn{i->id, i->version, {}};
    for (int k = 0; k < i->options; ++k) drawn.order.push_back(k);
    if (i->shuffle) stream.shuffle(drawn.order);
    paper.items.push_back(std::move(drawn));
    if (used_ids.contains(i->id)) paper.repeated.push_back(i->id);
  }
  return paper;
}

PaperScore score_paper(std::span<const AnsweredItem> answers, int pass) {
  PaperScore s;
  s.of = static_cast<int>(answers.size());
  for (const AnsweredItem& a : answers) {
    if (a.right) {
      ++s.score;
      continue;
    }
    s.wrong.push_back(a.id);
    s.critical_wrong = s.critical_wrong || a.critical;
  }
  if (s.of > 0) s.percent = s.score * 100 / s.of;
  s.passed = s.of > 0 && s.score >= pass && !s.critical_wrong;
  return s;
}

PaperFlags paper_flags(std::span<const AnsweredItem> answers, std::int64_t median_paper_ms) {
  PaperFlags flags;
  std::int64_t whole = 0;
  for (const AnsweredItem& a : answers) {
    whole += a.took_ms;
    if (a.right && a.took_ms < kTooFastMs) flags.too_fast.push_back(a.id);
  }
  flags.whole_paper_too_fast = !answers.empty() && median_paper_ms > 0 && whole * 3 < median_paper_ms;
  return flags;
}

bool same_answer_string(std::span<const ChosenOptions> a, std::span<const ChosenOptions> b) {
  const auto by_item = [](std::span<const ChosenOptions> answers) {
    std::map<std::string, std::set<int>> out;
    for (const ChosenOptions& c : answers) out[c.item] = {c.options.begin(), c.options.end()};
    return out;
  };
  const bool mistakes = std::any_of(a.begin(), a.end(), [](const ChosenOptions& c) { return !c.right; });
  return mistakes && by_item(a) == by_item(b);
}

}  // namespace station::rules
