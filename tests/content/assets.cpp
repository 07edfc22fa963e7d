// The shipped lessons, questions and blueprints themselves: what a loader cannot know to be wrong.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "sync/base/file.h"
#include "sync/record/lesson_text.h"
#include "sync/rules/gift.h"
#include "sync/rules/paper.h"

using namespace station;
using namespace station::rules;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path kAssets = fs::path(STATION_SOURCE_DIR) / "assets";

std::string text_of(const fs::path& file) {
  INFO(file);
  auto text = base::read_file(file);
  REQUIRE(text);
  return *text;
}

Json json_of(const std::string& name) {
  return Json::parse(text_of(kAssets / name));
}

// A lesson's members, as the checks see them.
Json lesson_of(const std::string& id) {
  record::LineIndex lines;
  std::vector<record::PackProblem> problems;
  const std::string name = "lessons/" + id + ".md";
  Json lesson = record::read_lesson_text(text_of(kAssets / name), name, lines, problems);
  for (const auto& p : problems) FAIL_CHECK(record::to_text(p));
  for (Json& step : lesson.at("steps")) step["region"] = step.value("region", "CN");
  lesson["codes"] = lesson.value("codes", Json::array());
  return lesson;
}

std::vector<Json> lessons() {
  std::vector<Json> out;
  const Json manifest = json_of("content.json");
  for (const Json& id : manifest.at("lessons")) out.push_back(lesson_of(id.get<std::string>()));
  return out;
}

std::vector<GiftItem> bank() {
  auto items = read_gift(text_of(kAssets / "quizzes/bank.gift"));
  REQUIRE(items);
  std::erase_if(*items, [](const GiftItem& i) { return i.type == GiftType::category; });
  return std::move(*items);
}

// "CN" of "region:CN"; "" when there is no such tag.
std::string tag(const GiftItem& item, const std::string& key) {
  for (const std::string& t : item.tags)
    if (t.starts_with(key + ":")) return t.substr(key.size() + 1);
  return "";
}

bool has(const GiftItem& item, const char* name) {
  return std::find(item.tags.begin(), item.tags.end(), name) != item.tags.end();
}

std::size_t characters(const std::string& text) {  // code points of UTF-8
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Index of the one right option; -1 for judgements and questions with several right ones.
int right_option(const GiftItem& item) {
  if (item.type != GiftType::multichoice || !item.single) return -1;
  for (std::size_t i = 0; i < item.answers.size(); ++i)
    if (item.answers[i].fraction > 0.99) return static_cast<int>(i);
  return -1;
}

std::vector<PaperItem> live_items(const std::string& station) {
  std::vector<PaperItem> out;
  for (const GiftItem& i : bank()) {
    const std::string region = tag(i, "region");
    if (region != "CN" && !station.starts_with(region)) continue;
    const bool judgement = i.type == GiftType::truefalse;
    const std::size_t options = judgement ? 2 : i.type == GiftType::match ? i.pairs.size() : i.answers.size();
    out.push_back({i.idnumber, 1, tag(i, "lesson"), static_cast<int>(options), has(i, "critical"), !judgement});
  }
  return out;
}

PaperRequest request_for(const Json& blueprint, const std::vector<PaperItem>& items, int rider) {
  PaperRequest r;
  r.course_id = "c" + std::to_string(rider);
  r.course_version = "1";
  r.rider_id = "r" + std::to_string(rider);
  for (const Json& row : blueprint.at("rows"))
    r.blueprint.push_back({row.at("topic"), row.at("count"), row.value("critical", 0)});
  r.items = items;
  return r;
}

}  // namespace

TEST_CASE("the question bank holds nothing that an import would reject or question", "[content]") {
  const auto items = bank();
  const GiftLint lint = lint_gift(items);
  CHECK_FALSE(lint.rejects());
  CHECK(lint.duplicate_options_in_item.empty());
  CHECK(lint.duplicate_stems_groups == 0);
  CHECK(lint.weights_not_full.empty());
  std::set<std::string> ids;
  for (const GiftItem& i : items) {
    INFO(i.idnumber);
    CHECK(ids.insert(i.idnumber).second);
    CHECK(i.name == i.idnumber);
    CHECK_FALSE(i.generalfeedback.text.empty());
    for (const char* key : {"lesson", "region", "law", "check"}) CHECK_FALSE(tag(i, key).empty());
    CHECK((tag(i, "check") == "common_sense") == tag(i, "article").empty());
  }
}

TEST_CASE("every question has its English with as many options", "[content]") {
  const Json english = json_of("quizzes/bank.en.json");
  const auto items = bank();
  CHECK(english.size() == items.size());
  for (const GiftItem& i : items) {
    INFO(i.idnumber);
    REQUIRE(english.contains(i.idnumber));
    const Json& e = english[i.idnumber];
    std::size_t options = i.type == GiftType::truefalse ? 2 : i.type == GiftType::multichoice ? i.answers.size() : 0;
    if (i.type == GiftType::match) options = i.pairs.size();
    CHECK(e.at("options").size() == options);
    CHECK_FALSE(e.at("stem").get<std::string>().empty());
    CHECK_FALSE(e.at("explanation").get<std::string>().empty());
  }
}

TEST_CASE("four papers in a row share no question, for any rider in any region", "[content]") {
  const Json blueprints = json_of("quizzes/blueprints.json");
  for (const char* station : {"440902", "440103", "330106", "310101", "110101"}) {
    const auto items = live_items(station);
    for (const auto& [name, blueprint] : blueprints.items()) {
      INFO(station << " " << name);
      for (int rider = 0; rider < 20; ++rider) {
        PaperRequest r = request_for(blueprint, items, rider);
        for (r.attempt_no = 1; r.attempt_no <= 4; ++r.attempt_no) {
          const Paper paper = draw_paper(r);
          CHECK(paper.problems.empty());
          CHECK(paper.items.size() == blueprint.at("count").get<std::size_t>());
          CHECK(paper.repeated.empty());
          for (const DrawnItem& i : paper.items) r.used.push_back(i.id);
        }
      }
    }
  }
}

TEST_CASE("every lesson has at least twelve national questions, of all kinds", "[content]") {
  std::map<std::string, int> national;
  int all = 0, judgements = 0, several = 0;
  std::map<std::ptrdiff_t, int> how_many_right;  // of those with several right options
  for (const GiftItem& i : bank()) {
    if (tag(i, "region") != "CN") continue;
    ++national[tag(i, "lesson")];
    ++all;
    judgements += i.type == GiftType::truefalse;
    if (i.type != GiftType::multichoice || i.single) continue;
    ++several;
    ++how_many_right[std::count_if(i.answers.begin(), i.answers.end(), [](const auto& a) { return a.fraction > 0; })];
  }
  for (const Json& lesson : lessons()) {
    INFO(lesson.at("id"));
    CHECK(national[lesson.at("id")] >= 12);
  }
  CHECK(all >= 156);
  std::map<std::string, int> kinds;
  for (const GiftItem& i : bank()) ++kinds[tag(i, "kind").empty() ? to_string(i.type) : tag(i, "kind")];
  for (const char* kind : {"numerical", "shortanswer", "match", "order", "hotspot"}) {
    INFO(kind);
    CHECK(kinds[kind] >= 5);
  }
  CHECK(kinds["hazard"] >= 12);
  CHECK(judgements * 10 >= all);
  CHECK(judgements * 4 <= all);
  CHECK(several >= 10);
  for (const auto& [right, questions] : how_many_right) CHECK(questions * 4 < several * 3);  // no number to rely on
}

TEST_CASE("neither the length nor the place of an option gives the right one away", "[content]") {
  const Json english = json_of("quizzes/bank.en.json");
  int single = 0, longest_zh = 0, longest_en = 0;
  std::map<int, int> place;
  for (const GiftItem& i : bank()) {
    const int right = right_option(i);
    if (right < 0 || tag(i, "region") != "CN" || tag(i, "kind") == "hotspot") continue;
    INFO(i.idnumber);
    std::size_t zh = 0, en = 0;  // of the longest wrong option
    const Json& options = english.at(i.idnumber).at("options");
    for (std::size_t o = 0; o < i.answers.size(); ++o) {
      if (static_cast<int>(o) == right) continue;
      zh = std::max(zh, characters(i.answers[o].text.text));
      en = std::max(en, options.at(o).get<std::string>().size());
    }
    const auto at = static_cast<std::size_t>(right);
    CHECK(characters(i.answers[at].text.text) <= zh + 4);
    longest_zh += characters(i.answers[at].text.text) > zh;
    longest_en += options.at(at).get<std::string>().size() > en;
    ++place[right];
    ++single;
  }
  REQUIRE(single > 100);
  CHECK(longest_zh * 10 < single * 3);
  CHECK(longest_en * 10 < single * 3);
  for (int p = 0; p < 4; ++p) CHECK(place[p] * 10 > single * 2);
}

TEST_CASE("questions are short, and each names its article and a listed source", "[content]") {
  std::set<std::string> sources;
  const Json manifest = json_of("content.json");
  for (const Json& s : manifest.at("sources")) sources.insert(s.at("id"));
  for (const GiftItem& i : bank()) {
    INFO(i.idnumber);
    CHECK(characters(i.stem.text) <= 60);
    for (const GiftAnswer& a : i.answers) CHECK(characters(a.text.text) <= 28);
    CHECK(sources.contains(tag(i, "law")));
    if (tag(i, "check") == "law_text") {
      CHECK(tag(i, "article").starts_with("第"));
      CHECK(tag(i, "article").find("条") != std::string::npos);
    }
    const bool several = i.type == GiftType::multichoice && !i.single;
    CHECK(several == (i.stem.text.find("（多选）") != std::string::npos));
  }
}

TEST_CASE("a daily paper of three can be drawn from every lesson", "[content]") {
  const Json blueprints = json_of("quizzes/blueprints.json");
  const auto items = live_items("440902");
  for (const Json& lesson : lessons()) {
    const std::string name = "daily-" + lesson.at("id").get<std::string>();
    INFO(name);
    REQUIRE(blueprints.contains(name));
    CHECK(draw_paper(request_for(blueprints[name], items, 1)).problems.empty());
  }
}

TEST_CASE("the steps for everyone fill a lesson's minutes, the regional ones come on top", "[content]") {
  int minutes = 0;
  for (const Json& lesson : lessons()) {
    INFO(lesson.at("id"));
    int seconds = 0, checks = 0;
    for (const Json& step : lesson.at("steps")) {
      if (step.at("region") != "CN") continue;
      seconds += step.at("seconds").get<int>();
      checks += step.at("kind") == "check";
    }
    CHECK(seconds == lesson.at("minutes").get<int>() * 60);
    CHECK(checks >= 1);
    minutes += lesson.at("minutes").get<int>();
  }
  CHECK(minutes == 71);
}

TEST_CASE("a question inside a lesson belongs to that lesson and to no other region than its step", "[content]") {
  std::map<std::string, GiftItem> questions;
  for (GiftItem& i : bank()) questions.emplace(i.idnumber, std::move(i));
  for (const Json& lesson : lessons())
    for (const Json& step : lesson.at("steps")) {
      if (step.at("kind") != "check") continue;
      INFO(step.at("id"));
      const auto q = questions.find(step.at("question"));
      REQUIRE(q != questions.end());
      CHECK(tag(q->second, "lesson") == lesson.at("id"));
      CHECK(tag(q->second, "region") == step.at("region"));
    }
}

TEST_CASE("every text step has a scene, both languages and a source; law text comes with its words", "[content]") {
  std::set<std::string> sources;
  const Json manifest = json_of("content.json");
  for (const Json& s : manifest.at("sources")) sources.insert(s.at("id"));
  for (const Json& lesson : lessons())
    for (const Json& step : lesson.at("steps")) {
      if (step.at("kind") == "check") continue;
      INFO(step.at("id"));
      CHECK(fs::exists(kAssets / "scenes" / (step.at("scene").get<std::string>() + ".json")));
      for (const char* part : {"title", "body"})
        for (const char* language : {"zh", "en"}) CHECK_FALSE(step.at(part).at(language).get<std::string>().empty());
      CHECK_FALSE(step.at("law").empty());
      for (const Json& law : step.at("law")) {
        CHECK(sources.contains(law.at("law")));
        CHECK((law.at("check") == "law_text") == law.contains("quote"));
      }
    }
}

TEST_CASE("no lesson or question speaks of licence points, and no national one of a duty to wear a helmet",
          "[content]") {
  for (const Json& lesson : lessons()) CHECK(lesson.dump().find("记分") == std::string::npos);
  for (const GiftItem& i : bank()) {
    INFO(i.idnumber);
    CHECK((i.stem.text + i.generalfeedback.text).find("记分") == std::string::npos);
    if (tag(i, "region") == "CN" && tag(i, "lesson") == "L04") CHECK(tag(i, "check") != "law_text");
  }
}

TEST_CASE("a violation code and the lesson it leads to name each other", "[content]") {
  std::set<std::pair<std::string, std::string>> table, named;
  std::istringstream csv(text_of(fs::path(STATION_SOURCE_DIR) / "config/violation_codes.csv"));
  std::string line;
  REQUIRE(std::getline(csv, line));
  CHECK(line == "code,name_zh,name_en,basis,lesson");
  while (std::getline(csv, line)) table.emplace(line.substr(line.rfind(',') + 1), line.substr(0, line.find(',')));
  for (const Json& lesson : lessons())
    for (const Json& code : lesson.at("codes")) named.emplace(lesson.at("id"), code);
  CHECK(table.size() == 39);
  CHECK(table == named);
}
