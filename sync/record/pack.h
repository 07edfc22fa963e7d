#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/rules/gift.h"
#include "sync/rules/response.h"

// Content packs: lessons, questions, blueprints and scenes of one version as one file. A pack is zstd of
//   {"pack":"rider-safety","version":7,"files":{"lessons/L01.md":"<text>", …},"manifest":"…","signature":"…"}
// The manifest names each file's SHA-256 and size, the signature is a signed note over the manifest (pack_signature.h).
// Formats of the files: README.md in assets/lessons, assets/quizzes and assets/scenes.
namespace station::record {

struct LocalText {
  std::string zh;  // always there
  std::string en;  // may be empty
  const std::string& in(std::string_view language) const { return language == "en" && !en.empty() ? en : zh; }
};

// Where and when something holds.
struct Validity {
  std::string region = "CN";  // "CN", or a division code (GB/T 2260) without trailing zeros
  std::string from, to;       // first and last day, "2026-05-01", or empty
  // `station` "440902-007", `day` "2026-11-24" (local).
  bool covers(std::string_view station, std::string_view day) const;
};

struct LawReference {
  std::string law, article, quote;
  std::string check;  // how far it can be trusted: law_text, secondary_source, common_sense
};

enum class StepKind : std::uint8_t { text, check };

struct Step {
  std::string id;
  StepKind kind = StepKind::text;
  int seconds = 60;
  LocalText title;
  LocalText body;        // paragraphs, "- " bullets, **bold**; empty for a check
  std::string scene;     // id in Content::scenes, or empty
  std::string question;  // id in Content::questions; empty unless a check
  std::vector<LawReference> law;
  Validity validity;
};

struct Lesson {
  std::string id;
  int version = 1;
  LocalText title, summary;
  int minutes = 0;  // of the national steps
  std::string region;
  std::vector<std::string> codes;  // of violations that lead here
  std::string icon;                // name in the Material icon font
  std::vector<Step> steps;
};

// A place on a picture that can be chosen, in the coordinates of scenes (1000 × 560).
struct PictureArea {
  int x = 0, y = 0, w = 0, h = 0;
};

struct Question {
  std::string id;
  int version = 1;
  rules::QuestionKind kind = rules::QuestionKind::single;
  rules::GiftItem item;  // as authored
  LocalText stem, explanation;
  // In authored order. A judgement has two, true and false, without text: the screen knows the words. match: the right
  // sides, of which the first belong to `lefts` in turn. order: the steps. hotspot: what is at the places.
  std::vector<LocalText> options;
  std::vector<LocalText> lefts;              // match
  std::vector<PictureArea> areas;            // hotspot: one for each option
  std::vector<LocalText> tiles;              // text: words to put together; empty: letters and digits are typed
  LocalText unit;                            // numeric: what the number counts, or empty
  std::vector<rules::HazardWindow> hazards;  // hazard: windows of the scene
  int clip_ms = 0;                           // hazard: length of the scene
  std::vector<int> right;                    // option indexes, ascending; match and order: the whole right response
  bool multiple = false;                     // all right ones, and only they, must be chosen
  bool judgement = false;
  bool shuffle = true;  // judgements keep their order
  std::string lesson;   // also the topic of blueprints
  std::vector<std::string> codes;
  LawReference law;
  Validity validity;
  bool critical = false;  // a wrong answer fails the paper whatever the score
  std::string scene;      // id in Content::scenes, or empty

  bool is_right(std::vector<int> chosen) const;  // option indexes as authored, in any order
  rules::AnswerKey key() const;
};

struct Blueprint {
  struct Row {
    std::string topic;
    int count = 0;
    int critical = 0;
  };
  std::string id;  // "training", "warning-L01", "daily-L01"
  std::string version;
  int count = 0;
  int pass = 0;
  std::vector<Row> rows;
};

struct Content {
  std::string pack;
  std::uint64_t version = 0;
  LocalText title;
  bool draft = false;           // not reviewed yet by the authority concerned
  std::vector<Lesson> lessons;  // in the manifest's order
  std::map<std::string, Question, std::less<>> questions;
  std::map<std::string, Blueprint, std::less<>> blueprints;
  std::map<std::string, std::string, std::less<>> scenes;  // id → JSON text

  const Lesson* lesson(std::string_view id) const;
  const Step* step(std::string_view lesson, std::string_view step) const;
  const Question* question(std::string_view id) const;
  const Blueprint* blueprint(std::string_view id) const;
  // The steps of a lesson that hold at this station on this day.
  std::vector<Step> steps_at(const Lesson& lesson, std::string_view station, std::string_view day) const;
};

struct PackLimits {
  int step_low_s = 60;
  int step_high_s = 180;
  int lesson_high_s = 1800;
  std::size_t packed_bytes = std::size_t{16} << 20;
  std::size_t plain_bytes = std::size_t{32} << 20;
  std::size_t file_bytes = std::size_t{2} << 20;
  std::size_t files = 5000;
  // For authors: members that nobody reads and missing translations are problems, too. A station lets them pass, so
  // that an older program can still use a newer pack.
  bool strict = false;
};

// One thing that is wrong with content: `file` "lessons/L01.md", `place` "steps[2].seconds", `reason` one sentence.
struct PackProblem {
  std::string file, place, reason;
  std::size_t line = 0;  // from 1; 0: the file as a whole
};
std::string to_text(const PackProblem& problem);  // "lessons/L01.md:52: steps[2].seconds: …"

// Name inside the pack → text.
using PackFiles = std::map<std::string, std::string>;

// Everything that is wrong, in the order of the files; empty for good content, and then `content` is complete.
std::vector<PackProblem> check_content(const PackFiles& files, const PackLimits& limits, Content& content);

// Reads content.json and what it names from a folder such as assets/. `io` or `invalid`.
base::Result<PackFiles> read_content_folder(const std::filesystem::path& folder, const PackLimits& limits = {});

// The pack's bytes, the same for the same files. The error holds the first problems, one a line.
base::Result<std::string> build_pack(const std::filesystem::path& folder, const PackLimits& limits = {});
base::Result<std::string> build_pack(const PackFiles& files, const PackLimits& limits = {});

// Safe on any bytes. `corrupt` when it is no pack, `invalid` with the first problems when its content is not good.
base::Result<Content> open_pack(std::string_view bytes, const PackLimits& limits = {});
// Only the files, without looking into them.
struct RawPack {
  std::string pack;
  std::uint64_t version = 0;
  PackFiles files;
  std::string manifest;
  std::string signature;  // empty where nobody signed
};
base::Result<RawPack> unpack(std::string_view bytes, const PackLimits& limits = {});

}  // namespace station::record
