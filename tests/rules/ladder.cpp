// The ladder and its profiles: domain facts, sections 1.2, 2 and 4.
#include "sync/rules/ladder.h"

#include <catch2/catch.hpp>

#include "sync/base/file.h"

using namespace station;
using namespace station::rules;

namespace {

constexpr const char* kMission =
    R"([{"id": "mission_default", "source": "mission documents", "window_days": 180, "steps": [
  {"count": 1, "action": "WARN", "study_min": 0, "quiz": 5},
  {"count": 2, "action": "TRAIN", "study_min": 30, "quiz": 20, "pass": 18},
  {"count": 3, "action": "THROTTLE_RECOMMEND", "study_min": 30, "quiz": 20, "pass": 18, "needs_human": true}],
  "check": "mission_document", "window_basis": "assumption of this project"}])";

LadderProfile mission() {
  return parse_ladder_profiles(kMission)->front();
}

base::UtcTime day(int n) {
  return base::utc_from_ms(1'780'000'000'000 + n * 86'400'000LL);
}

std::string error_of(const std::string& json) {
  const auto profiles = parse_ladder_profiles(json);
  return profiles ? "accepted" : profiles.error().message;
}

// One profile with a single change to a good step or head.
std::string with_step(const std::string& step) {
  return R"([{"id":"p","window_days":180,"steps":[)" + step + "]}]";
}

}  // namespace

TEST_CASE("the shipped profiles are read and only the numeric one can be carried out", "[rules]") {
  const auto text = base::read_file(std::string(STATION_SOURCE_DIR) + "/config/ladder_profiles.json");
  REQUIRE(text);
  const auto profiles = parse_ladder_profiles(*text);
  REQUIRE(profiles);
  CHECK(profiles->size() == 10);
  for (const LadderProfile& p : *profiles) {
    INFO(p.id << ": " << p.why_not);
    CHECK(p.usable == (p.id == "seed_default"));
    CHECK(p.usable == p.why_not.empty());
    CHECK_FALSE(p.source.empty());
    CHECK_FALSE(p.check.empty());
  }
  const auto seed = usable_profile(*profiles, "seed_default");
  REQUIRE(seed);
  CHECK(seed->window_days == 180);
  REQUIRE(seed->steps.size() == 3);
  CHECK((seed->steps[0].action == LadderAction::warn && seed->steps[0].quiz == 5 && seed->steps[0].study_min == 0));
  CHECK((seed->steps[1].action == LadderAction::train && seed->steps[1].study_min == 30));
  CHECK((seed->steps[1].quiz == 20 && seed->steps[1].pass == 18 && !seed->steps[1].needs_human));
  CHECK((seed->steps[2].action == LadderAction::throttle_recommend && seed->steps[2].needs_human));
}

TEST_CASE("a programme in words is kept and says why it cannot be carried out", "[rules]") {
  const auto text = base::read_file(std::string(STATION_SOURCE_DIR) + "/config/ladder_profiles.json");
  const auto profiles = parse_ladder_profiles(*text);
  REQUIRE(profiles);
  const auto refused = usable_profile(*profiles, "yangzhou_2019");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Errc::invalid);
  CHECK(refused.error().message.find("yangzhou_2019") != std::string::npos);
  CHECK(refused.error().message.find("limit_days") == std::string::npos);  // the window is what is missing first
  CHECK(refused.error().message.find("window_days") != std::string::npos);
  CHECK(usable_profile(*profiles, "nowhere").error().code == base::Errc::not_found);
}

TEST_CASE("the mission's own form of the profile is accepted as it is", "[rules]") {
  const auto profiles = parse_ladder_profiles(kMission);
  REQUIRE(profiles);
  CHECK(usable_profile(*profiles, "mission_default"));
}

TEST_CASE("what is wrong in a profile is named with profile and field", "[rules]") {
  CHECK(error_of("[{").find("not JSON") != std::string::npos);
  CHECK(error_of("{}") == "ladder profiles: expected an array of profiles");
  CHECK(error_of("[7]") == "ladder profile \"#1\": profile: expected an object");
  CHECK(error_of("[{\"window_days\":3}]") == "ladder profile \"#1\": id: expected a text that is not empty");
  CHECK(error_of(R"([{"id":"p"},{"id":"p"}])") == "ladder profile \"p\": id: is used twice");
  CHECK(error_of(R"([{"id":"p","window_days":"180"}])") ==
        "ladder profile \"p\": window_days: expected a whole number from 1 to 3660");
  CHECK(error_of(R"([{"id":"p","window_days":18446744073709551615}])") ==
        "ladder profile \"p\": window_days: expected a whole number from 1 to 3660");
  CHECK(error_of(R"([{"id":"p","window_days":180,"steps":{}}])") == "ladder profile \"p\": steps: expected an array");
  CHECK(error_of(with_step("3")) == "ladder profile \"p\": steps[0]: expected an object");
  CHECK(error_of(with_step(R"({"count":1.5,"action":"WARN"})")) ==
        "ladder profile \"p\": steps[0].count: expected a whole number from 1 to 100");
  CHECK(error_of(with_step(R"({"count":2,"action":"WARN"},{"count":2,"action":"WARN"})")) ==
        "ladder profile \"p\": steps[1].count: must be greater than the step before");
  CHECK(error_of(with_step(R"({"count":1,"action":"TRAIN","quiz":20,"pass":21})")) ==
        "ladder profile \"p\": steps[0].pass: must not exceed quiz");
  CHECK(error_of(with_step(R"({"count":1,"action":"TRAIN"})")) ==
        "ladder profile \"p\": steps[0]: a training needs study_min or quiz");
  CHECK(error_of(with_step(R"({"count":1,"action":5})")) == "ladder profile \"p\": steps[0].action: expected a text");
}

TEST_CASE("a profile that would throttle without a named person is refused", "[rules]") {
  const std::string expected =
      "ladder profile \"p\": steps[0].needs_human: must be true: a throttle is only ever confirmed by a named person";
  CHECK(error_of(with_step(R"({"count":1,"action":"THROTTLE_RECOMMEND"})")) == expected);
  CHECK(error_of(with_step(R"({"count":1,"action":"THROTTLE_RECOMMEND","needs_human":false})")) == expected);
}

TEST_CASE("an unknown action or member makes a profile data, not a program", "[rules]") {
  for (const char* step : {R"({"count":1,"action":"BLACKLIST"})", R"({"count":1})", R"({"action":"WARN"})",
                           R"({"count":1,"action":"WARN","limit_days":3})"}) {
    INFO(step);
    const auto profiles = parse_ladder_profiles(with_step(step));
    REQUIRE(profiles);
    CHECK_FALSE(profiles->front().usable);
    CHECK(profiles->front().why_not.find("steps[0]") == 0);
  }
}

TEST_CASE("violations on days 0, 20 and 50 warn, train and recommend; withdrawing the second goes back to training",
          "[rules]") {
  const LadderProfile p = mission();
  std::vector<LadderViolation> v{
      {"a", day(0), day(1), {}, ""}, {"b", day(20), day(21), {}, ""}, {"c", day(50), day(51), {}, ""}};
  CHECK(level_at(p, std::span(v).first(1), day(60)).level == 1);
  CHECK(level_at(p, std::span(v).first(2), day(60)).level == 2);
  CHECK(level_at(p, v, day(60)).level == 3);
  v[1].withdrawn = day(70);
  v[1].withdrawn_reason = "camera fault";
  CHECK(level_at(p, v, day(70)) == LadderLevel{2, 2, {"a", "c"}});
  CHECK(step_of(p, 2)->action == LadderAction::train);

  const auto history = ladder_history(p, v, day(100));
  REQUIRE(history.size() == 4);
  CHECK((history[0].at == day(1) && history[0].from == 0 && history[0].to == 1 && history[0].violation == "a"));
  CHECK((history[1].at == day(21) && history[1].to == 2 && history[1].cause == LadderCause::imported));
  CHECK((history[2].at == day(51) && history[2].to == 3 && history[2].level.violations.size() == 3));
  CHECK((history[3].at == day(70) && history[3].to == 2 && history[3].cause == LadderCause::withdrawn));
  CHECK((history[3].violation == "b" && history[3].reason == "camera fault"));
}

TEST_CASE("the window is open at its old end and closed at its new one", "[rules]") {
  const LadderProfile p = mission();
  const std::vector<LadderViolation> v{{"a", day(0), day(0), {}, ""}};
  CHECK(level_at(p, v, day(0)).level == 1);
  CHECK(level_at(p, v, day(0) - base::Milliseconds(1)).level == 0);
  CHECK(level_at(p, v, day(180) - base::Milliseconds(1)).level == 1);
  CHECK(level_at(p, v, day(180)).level == 0);
  const auto history = ladder_history(p, v, day(200));
  REQUIRE(history.size() == 2);
  CHECK((history[1].at == day(180) && history[1].to == 0 && history[1].cause == LadderCause::left_window));
}

TEST_CASE("the level is capped at the last step but the count is not", "[rules]") {
  const LadderProfile p = mission();
  std::vector<LadderViolation> v;
  for (int i = 0; i < 5; ++i) v.push_back({"v" + std::to_string(i), day(i), day(i), {}, ""});
  const LadderLevel level = level_at(p, v, day(10));
  CHECK(level.level == 3);
  CHECK(level.count == 5);
  CHECK(step_of(p, 9)->action == LadderAction::throttle_recommend);
  CHECK(step_of(p, 0) == nullptr);
}

TEST_CASE("rows of one import are judged together and late knowledge does not rewrite history", "[rules]") {
  const LadderProfile p = mission();
  // b happened first but became known on day 30, together with c; d lies in the future of its import.
  const std::vector<LadderViolation> v{{"a", day(10), day(11), {}, ""},
                                       {"b", day(2), day(30), {}, ""},
                                       {"c", day(29), day(30), {}, ""},
                                       {"d", day(205), day(199), {}, ""}};
  const auto history = ladder_history(p, v, day(206));
  REQUIRE(history.size() == 5);
  CHECK((history[0].at == day(11) && history[0].to == 1));
  CHECK((history[1].at == day(30) && history[1].from == 1 && history[1].to == 3));
  CHECK((history[2].at == day(182) && history[2].to == 2 && history[2].violation == "b"));
  CHECK((history[3].at == day(190) && history[3].to == 1 && history[3].violation == "a"));
  CHECK((history[4].at == day(205) && history[4].to == 2 && history[4].cause == LadderCause::took_effect));
}
