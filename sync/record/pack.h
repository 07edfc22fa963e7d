#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/rules/gift.h"

// Content packs: lessons, questions, blueprints and scenes of one version as one file. A pack is zstd of
//   {"pack":"440900","version":7,"files":{"lessons/L01.json":"<text>", …}}
// Formats of the files: README.md in assets/lessons, assets/quizzes and assets/scenes.
namespace station::record {

struct LocalText {
  std::string zh;  // always there
  std::string en;  // may be empty
  const std::string& in(std::string_view language) const { return language == "en" && !en.empty() ? en : zh; }
};

// What a sentence of law rests on.
struct LawReference {
  std::string law, article, quote;
  std::string check;  // how far it can be trusted: law_text, secondary_source, common_sense, …
  std::string from;   // first day it is in force, "2026-03-01", or empty
};

enum class StepKind : std::uint8_t { text, scene, video, check };

struct LessonStep {
  std::string id;
  StepKind kind = StepKind::text;
  int seconds = 60;
  LocalText title;
  LocalText body;        // Markdown; empty for a check
  std::string scene;     // id in Content::scenes, or empty
  std::string question;  // id in Content::questions, for a check
  std::vector<LawReference> law;
  std::string region;  // GB/T 2260 prefix, or "CN"
  std::string from;    // first day it is in force, or empty
};

struct Lesson {
  std::string id;
  int version = 1;
  LocalText title, summary;
  int minutes = 0;
  std::string region;
  std::vector<std::string> codes;  // of violations that it answers
  std::string icon;
  std::vector<LessonStep> steps;
};

struct Question {
  std::string id;
  int version = 1;
  rules::GiftItem item;  // zh, as authored; multichoice or truefalse
  // The options in authored order; "true" and "false" are options 0 and 1 and keep that order.
  std::vector<LocalText> options;
  LocalText stem, explanation;
  std::vector<int> right;  // option indexes
  bool single = true;      // one option is the answer
  bool shuffle = true;
  std::string lesson;  // topic
  std::string region;  // "CN" or a GB/T 2260 prefix
  std::vector<std::string> codes;
  LawReference law;
  bool critical = false;
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
  std::vector<Lesson> lessons;  // in the manifest's order
  std::map<std::string, Question> questions;
  std::map<std::string, Blueprint> blueprints;
  std::map<std::string, std::string> scenes;  // id → JSON text

  const Lesson* lesson(std::string_view id) const;
  const LessonStep* step(std::string_view lesson, std::string_view step) const;
  const Question* question(std::string_view id) const;
  const Blueprint* blueprint(std::string_view id) const;
};

struct PackLimits {
  int step_low_s = 60;
  int step_high_s = 180;
  int lesson_high_s = 1800;
  std::size_t packed_bytes = std::size_t{64} << 20;
  std::size_t plain_bytes = std::size_t{128} << 20;
  std::size_t file_bytes = std::size_t{8} << 20;
  std::size_t files = 5000;
};

// One thing that is wrong with content: `file` "lessons/L01.json", `place` "steps[2].seconds", `reason` one sentence.
struct PackProblem {
  std::string file, place, reason;
};
std::string to_text(const PackProblem& problem);

// Name inside the pack → text.
using PackFiles = std::map<std::string, std::string>;

// Everything that is wrong, in the order of the files; empty for good content, and then `content` is complete.
std::vector<PackProblem> check_content(const PackFiles& files, const PackLimits& limits, Content& content);

// Reads content.json and what it names from a folder such as assets/. `io` or `invalid`.
base::Result<PackFiles> read_content_folder(const std::filesystem::path& folder, const PackLimits& limits = {});

// The pack's bytes. The error holds the first problems, one a line.
base::Result<std::string> build_pack(const std::filesystem::path& folder, std::uint64_t version,
                                     const PackLimits& limits = {});

// Safe on any bytes. `corrupt` when it is no pack, `invalid` with the first problems when its content is not good.
base::Result<Content> open_pack(std::string_view bytes, const PackLimits& limits = {});
// Only the files, without looking into them.
struct RawPack {
  std::string pack;
  std::uint64_t version = 0;
  PackFiles files;
};
base::Result<RawPack> unpack(std::string_view bytes, const PackLimits& limits = {});

}  // namespace station::record
