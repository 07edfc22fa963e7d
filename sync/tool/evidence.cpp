#include "sync/tool/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sync/base/file.h"
#include "sync/record/batch.h"
#include "sync/record/json_text.h"
#include "sync/tool/csv_line.h"

namespace station::tool {

using base::Errc;
using base::fail;
namespace fs = std::filesystem;

namespace {

enum class Kind { lines, csv, batch };
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";
constexpr std::string_view kCsvHeading = "station,inc,seq,type,at,subject,body,line";

using Id = std::pair<std::string, std::uint32_t>;

bool is_evidence(const fs::path& file) {
  static const std::set<std::string> kEndings{".ndjson", ".jsonl", ".csv", ".batch"};
  return kEndings.contains(file.extension().string());
}

Kind kind_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(64, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  if (head.starts_with(kZstdMagic)) return Kind::batch;
  if (head.starts_with("\xEF\xBB\xBF")) head.erase(0, 3);
  return head.starts_with(kCsvHeading) ? Kind::csv : Kind::lines;
}

// Calls back with each line of a text file and its number from 1.
base::Result<void> each_line(const std::string& file, const std::function<void(std::string_view, std::uint64_t)>& use) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::not_found, file + ": cannot be read");
  std::string line;
  for (std::uint64_t n = 1; std::getline(in, line); ++n) use(line, n);
  if (in.bad()) return fail(Errc::io, file + ": cannot be read to its end");
  return {};
}

base::Result<record::Batch> open_batch(const std::string& file) {
  auto bytes = base::read_file(file, std::size_t{1} << 20);
  if (!bytes) return tl::unexpected(bytes.error());
  auto batch = record::decode_batch(*bytes);
  if (!batch) return fail(Errc::corrupt, file + ": " + batch.error().message);
  return batch;
}

bool is_trailer(std::string_view line) {
  return line.empty() || line.starts_with("{\"cursor\":");
}

}  // namespace

bool read_head(std::string_view line, record::SignedHead& out) {
  if (!line.starts_with("{\"station\":")) return false;
  const auto json = record::parse_json(line);
  std::uint64_t inc = 0;
  const auto word = [&](const char* key, std::string& into) {
    if (!json.contains(key) || !json[key].is_string()) return false;
    into = json[key].get<std::string>();
    return true;
  };
  if (!json.is_object() || !word("station", out.station) || !word("checkpoint", out.checkpoint) ||
      !word("delegation", out.delegation) || !json.contains("inc") || !record::whole_number(json["inc"], inc) ||
      inc < 1 || inc > UINT32_MAX)
    return false;
  out.inc = static_cast<std::uint32_t>(inc);
  out.fenced.clear();
  word("fenced", out.fenced);
  return true;
}

void fill_delegations(std::vector<record::SignedHead>& heads) {
  std::map<Id, std::string> known;
  for (const auto& head : heads)
    if (!head.delegation.empty()) known.emplace(Id{head.station, head.inc}, head.delegation);
  for (auto& head : heads)
    if (head.delegation.empty()) head.delegation = known[{head.station, head.inc}];
}

base::Result<Evidence> Evidence::open(const std::vector<std::string>& names) {
  Evidence evidence;
  for (const std::string& name : names) {
    std::error_code error;
    if (!fs::is_directory(name, error)) {
      if (!fs::exists(name, error)) return fail(Errc::not_found, name + ": there is no such file or folder");
      evidence.files_.push_back(name);
      continue;
    }
    std::vector<std::string> found;
    for (fs::directory_iterator it(name, error), end; !error && it != end; it.increment(error))
      if (it->is_regular_file(error) && is_evidence(it->path())) found.push_back(it->path().string());
    if (found.empty())
      return fail(Errc::not_found, name + ": holds no file of records or heads (.ndjson, .jsonl, .csv, .batch)");
    std::sort(found.begin(), found.end());
    evidence.files_.insert(evidence.files_.end(), found.begin(), found.end());
  }
  return evidence;
}

base::Result<std::vector<record::SignedHead>> Evidence::heads() const {
  std::vector<record::SignedHead> heads;
  for (const std::string& file : files_) {
    switch (kind_of(file)) {
      case Kind::csv:
        break;
      case Kind::batch: {
        const auto batch = open_batch(file);
        if (!batch) return tl::unexpected(batch.error());
        heads.push_back({batch->station, batch->inc, batch->checkpoint, {}, {}});
        break;
      }
      case Kind::lines: {
        const auto read = each_line(file, [&](std::string_view line, std::uint64_t) {
          record::SignedHead head;
          if (read_head(line, head)) heads.push_back(std::move(head));
        });
        if (!read) return tl::unexpected(read.error());
        break;
      }
    }
  }
  fill_delegations(heads);
  return heads;
}

base::Result<void> Evidence::lines(const std::function<void(std::string_view, std::uint64_t)>& use) {
  std::uint64_t place = 0;
  std::map<Id, std::uint64_t> covered;  // by earlier batches
  record::SignedHead head;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::string& file = files_[i];
    parts_.push_back({place + 1, i});
    switch (kind_of(file)) {
      case Kind::batch: {
        const auto batch = open_batch(file);
        if (!batch) return tl::unexpected(batch.error());
        std::uint64_t& next = covered[{batch->station, batch->inc}];
        for (std::uint64_t n = 0; n < batch->lines.size(); ++n) {
          ++place;
          if (batch->from + n >= next) use(batch->lines[n], place);  // a second export holds earlier lines again
        }
        next = std::max<std::uint64_t>(next, batch->from + batch->lines.size());
        break;
      }
      case Kind::csv: {
        const auto read = each_line(file, [&](std::string_view row, std::uint64_t n) {
          ++place;
          if (n > 1 && !row.empty() && !row.starts_with('#')) use(last_field(row), place);
        });
        if (!read) return read;
        break;
      }
      case Kind::lines: {
        const auto read = each_line(file, [&](std::string_view line, std::uint64_t) {
          ++place;
          if (!is_trailer(line) && !read_head(line, head)) use(line, place);
        });
        if (!read) return read;
        break;
      }
    }
  }
  return {};
}

std::string Evidence::where(std::uint64_t place) const {
  const auto after = std::find_if(parts_.begin(), parts_.end(), [&](const Part& p) { return p.first > place; });
  if (place == 0 || after == parts_.begin()) return {};
  const Part& part = *(after - 1);
  return fmt::format("{}:{}", files_[part.file], place - part.first + 1);
}

}  // namespace station::tool
