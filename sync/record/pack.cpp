#include "sync/record/pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "sync/base/bytes.h"
#include "sync/base/crypto.h"
#include "sync/base/file.h"
#include "sync/record/json_text.h"
#include "sync/record/pack_manifest.h"
#include "sync/record/pack_signature.h"

namespace station::record {

using base::Errc;
using base::fail;
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

// Takes the members of a pack one by one and stops at the first surprise, so that a small file of bad intent
// cannot grow to gigabytes of parsed values.
class PackReader : public nlohmann::json_sax<Json> {
 public:
  PackReader(RawPack& pack, const PackLimits& limits) : pack_(pack), limits_(limits) {}
  bool complete() const { return closed_ && seen_.size() == 5; }

  bool null() override { return false; }
  bool boolean(bool) override { return false; }
  bool number_integer(number_integer_t) override { return false; }
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }
  bool start_array(std::size_t) override { return false; }
  bool end_array() override { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  bool start_object(std::size_t) override {
    ++depth_;
    return depth_ == 1 || (depth_ == 2 && key_ == "files");
  }
  bool end_object() override {
    closed_ = --depth_ == 0;
    return true;
  }
  bool key(string_t& text) override {
    if (depth_ == 2) {
      file_ = text;
      return pack_.files.size() < limits_.files && !pack_.files.contains(text);
    }
    key_ = text;
    return (text == "pack" || text == "version" || text == "files" || text == "manifest" || text == "signature") &&
           seen_.insert(text).second;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ != 1 || key_ != "version" || value > (1ULL << 53)) return false;
    pack_.version = value;
    return true;
  }
  bool string(string_t& text) override {
    if (depth_ == 2) {
      if (text.size() > limits_.file_bytes) return false;
      pack_.files[file_] = std::move(text);
      return true;
    }
    if (depth_ != 1 || (key_ != "pack" && key_ != "manifest" && key_ != "signature")) return false;
    (key_ == "pack" ? pack_.pack : key_ == "manifest" ? pack_.manifest : pack_.signature) = std::move(text);
    return true;
  }

 private:
  RawPack& pack_;
  const PackLimits& limits_;
  int depth_ = 0;
  bool closed_ = false;
  std::string key_, file_;
  std::set<std::string> seen_;
};

base::Error problems_error(const std::vector<PackProblem>& problems) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < problems.size() && i < kShown; ++i) text += (i ? "\n" : "") + to_text(problems[i]);
  if (problems.size() > kShown) text += fmt::format("\nand {} more", problems.size() - kShown);
  return {Errc::invalid, text};
}

}  // namespace

std::string to_text(const PackProblem& p) {
  const std::string where = p.line > 0 ? p.file + ":" + std::to_string(p.line) : p.file;
  return p.place.empty() ? where + ": " + p.reason : where + ": " + p.place + ": " + p.reason;
}

bool Validity::covers(std::string_view station, std::string_view day) const {
  const bool here = region == "CN" || station.substr(0, 6).starts_with(region);
  return here && (from.empty() || day >= from) && (to.empty() || day <= to);
}

bool Question::is_right(std::vector<int> chosen) const {
  return rules::is_right(key(), {std::move(chosen)});
}

rules::AnswerKey Question::key() const {
  const bool typed = kind == rules::QuestionKind::numeric || kind == rules::QuestionKind::text;
  return {kind, right, typed ? item.answers : std::vector<rules::GiftAnswer>(), hazards};
}

const Lesson* Content::lesson(std::string_view id) const {
  const auto it = std::find_if(lessons.begin(), lessons.end(), [&](const Lesson& l) { return l.id == id; });
  return it == lessons.end() ? nullptr : &*it;
}

const Step* Content::step(std::string_view lesson_id, std::string_view id) const {
  const Lesson* l = lesson(lesson_id);
  if (!l) return nullptr;
  const auto it = std::find_if(l->steps.begin(), l->steps.end(), [&](const Step& s) { return s.id == id; });
  return it == l->steps.end() ? nullptr : &*it;
}

const Question* Content::question(std::string_view id) const {
  const auto it = questions.find(id);
  return it == questions.end() ? nullptr : &it->second;
}

const Blueprint* Content::blueprint(std::string_view id) const {
  const auto it = blueprints.find(id);
  return it == blueprints.end() ? nullptr : &it->second;
}

std::vector<Step> Content::steps_at(const Lesson& lesson, std::string_view station, std::string_view day) const {
  std::vector<Step> out;
  std::copy_if(lesson.steps.begin(), lesson.steps.end(), std::back_inserter(out),
               [&](const Step& s) { return s.validity.covers(station, day); });
  return out;
}

base::Result<PackFiles> read_content_folder(const fs::path& folder, const PackLimits& limits) {
  PackFiles files;
  auto manifest_text = base::read_file(folder / kManifestFile, limits.file_bytes);
  if (!manifest_text) return tl::unexpected(manifest_text.error());
  std::vector<PackProblem> problems;
  const auto manifest = read_manifest(*manifest_text, problems);
  if (!manifest) return tl::unexpected(problems_error(problems));
  files[std::string(kManifestFile)] = std::move(*manifest_text);

  std::vector<std::string> names = manifest->files();
  std::error_code error;
  for (fs::directory_iterator it(folder / manifest->scene_dir, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".json") names.push_back(manifest->scene_dir + "/" + it->path().filename().string());
  for (const std::string& name : names) {
    if (!fs::exists(folder / name, error)) continue;  // check_content says who needs it
    auto text = base::read_file(folder / name, limits.file_bytes);
    if (!text) return tl::unexpected(text.error());
    files[name] = std::move(*text);
  }
  return files;
}

base::Result<std::string> build_pack(const fs::path& folder, const PackLimits& limits) {
  const auto files = read_content_folder(folder, limits);
  if (!files) return tl::unexpected(files.error());
  return build_pack(*files, limits);
}

base::Result<std::string> build_pack(const PackFiles& files, const PackLimits& limits) {
  Content content;
  const auto problems = check_content(files, limits, content);
  if (!problems.empty()) return tl::unexpected(problems_error(problems));
  return packed({content.pack, content.version, files, pack_manifest(content.pack, content.version, files), {}},
                limits);
}

base::Result<std::string> packed(const RawPack& pack, const PackLimits& limits) {
  const nlohmann::ordered_json json{{"pack", pack.pack},
                                    {"version", pack.version},
                                    {"files", pack.files},
                                    {"manifest", pack.manifest},
                                    {"signature", pack.signature}};
  const std::string plain = json.dump();
  if (plain.size() > limits.plain_bytes)
    return fail(Errc::invalid, fmt::format("the pack would be larger than {} bytes", limits.plain_bytes));
  return base::zstd_compress(plain, 19);
}

base::Result<Content> content_of(const RawPack& raw, const PackLimits& limits) {
  if (const auto whole = check_manifest(raw); !whole) return tl::unexpected(whole.error());
  Content content;
  auto problems = check_content(raw.files, limits, content);
  if (problems.empty() && (content.pack != raw.pack || content.version != raw.version))
    problems.push_back({std::string(kManifestFile), "version", "differs from the pack that holds it"});
  if (!problems.empty()) return tl::unexpected(problems_error(problems));
  return content;
}

base::Result<RawPack> unpack(std::string_view bytes, const PackLimits& limits) {
  if (bytes.size() > limits.packed_bytes) return fail(Errc::corrupt, "the content pack is too large");
  const auto plain = base::zstd_decompress(bytes, limits.plain_bytes);
  if (!plain) return fail(Errc::corrupt, "this is no content pack: " + plain.error().message);
  RawPack pack;
  PackReader reader(pack, limits);
  if (!Json::sax_parse(*plain, &reader) || !reader.complete())
    return fail(Errc::corrupt, "this is no content pack: expected pack, version, files, manifest and signature");
  return pack;
}

base::Result<Content> open_pack(std::string_view bytes, const PackLimits& limits) {
  const auto raw = unpack(bytes, limits);
  if (!raw) return tl::unexpected(raw.error());
  return content_of(*raw, limits);
}

base::Result<Content> open_signed_pack(std::string_view bytes, const NoteKey& key, const PackLimits& limits) {
  const auto raw = unpack(bytes, limits);
  if (!raw) return tl::unexpected(raw.error());
  if (const auto known = check_signature(*raw, key); !known) return tl::unexpected(known.error());
  return content_of(*raw, limits);
}

}  // namespace station::record
