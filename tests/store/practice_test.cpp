#include <algorithm>

#include "rig.h"

using namespace station;
using namespace station::test;

namespace {

flow::Practise answer_to(const record::Content& content, const std::string& item, bool right,
                         const std::string& where = "daily") {
  const record::Question& q = *content.question(item);
  const rules::AnswerKey key = q.key();
  return {kWang, where, item,
          right ? rules::right_response(key) : rules::wrong_response(key, static_cast<int>(q.options.size())), 6'000};
}

}  // namespace

TEST_CASE("a rider has five daily questions, those of the violation first, and none twice on a day", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_content();
  rig.assign(rig.order("C1"));  // begins with L01
  auto daily = rig.ask<flow::DailyOpened>(flow::OpenDaily{kWang}).daily;
  REQUIRE(daily.questions.size() == 5);
  REQUIRE(daily.content);
  for (const auto& view : daily.questions) {
    const record::Question& q = *daily.content->question(view.item);  // of the lesson, or of the violation's code
    CHECK((q.lesson == "L01" || std::find(q.codes.begin(), q.codes.end(), "2007") != q.codes.end()));
  }
  CHECK(rig.ask<flow::RiderChanged>(flow::LoadRider{kWang}).rider.daily_due == 5);
  CHECK(daily.days_in_row == 0);

  const auto done = rig.ask<flow::Practised>(answer_to(*daily.content, daily.questions[0].item, true));
  CHECK(done.right);
  CHECK(done.days >= 1);
  CHECK(done.rider.daily_due == 4);
  CHECK_FALSE(rig.ask<flow::Practised>(answer_to(*daily.content, daily.questions[1].item, false)).right);
  const auto rest = rig.ask<flow::DailyOpened>(flow::OpenDaily{kWang}).daily;
  CHECK(rest.questions.size() == 3);
  CHECK(rest.days_in_row == 1);
  CHECK(rest.week[static_cast<std::size_t>(rest.weekday)]);
  rig.consistent();

  const auto body = rig.bodies(record::kPracticeAnswered).at(1);
  CHECK(body["where"] == "daily");
  CHECK(body["right"] == false);
  CHECK(body["rating"] == 1);
}

TEST_CASE("what was answered wrongly is asked again the next day, first of all", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_content();
  const auto daily = rig.ask<flow::DailyOpened>(flow::OpenDaily{kWang}).daily;
  for (std::size_t i = 0; i < 5; ++i)
    rig.ask<flow::Practised>(answer_to(*daily.content, daily.questions[i].item, i != 2));
  CHECK(rig.ask<flow::DailyOpened>(flow::OpenDaily{kWang}).daily.questions.empty());
  rig.clock.advance(25h);
  const auto next = rig.ask<flow::DailyOpened>(flow::OpenDaily{kWang}).daily;
  REQUIRE(next.questions.size() >= 5);
  CHECK(next.questions[0].item == daily.questions[2].item);
  CHECK(next.days_in_row == 1);  // yesterday still counts
}

TEST_CASE("answers in lessons and clips schedule questions, too, but are no daily question", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_content();
  const auto content = rig.ledger->content();
  rig.ask<flow::Practised>(answer_to(*content, "Q04", true, "lesson"));
  const auto daily = rig.ask<flow::DailyOpened>(flow::OpenDaily{kWang}).daily;
  CHECK(daily.questions.size() == 5);
  CHECK(daily.days_in_row == 0);
  CHECK(rig.refused(flow::Practise{kWang, "lesson", "no-such-question", {}, 0}) == "daily.no_content");
  rig.crash();
  rig.consistent();
}

TEST_CASE("a station without content has no daily questions and says so", "[store]") {
  Rig rig;
  rig.add_wang();
  CHECK(rig.refused(flow::OpenDaily{kWang}) == "daily.no_content");
  CHECK(rig.ask<flow::RiderChanged>(flow::LoadRider{kWang}).rider.daily_due == 0);
}
