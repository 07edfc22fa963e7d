#include "sync/central/courses.h"

#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace {

const std::string kRider = "0123456789abcdef0123456789abcdef";
constexpr std::chrono::hours kDay{24};

Violation violation(const std::string& id, int days_ago, const std::string& code = "2004") {
  return {id, kRider, code, noon() - kDay * days_ago, "Renmin Road"};
}

std::vector<CourseChange> import(City& city, const std::vector<Violation>& violations) {
  std::vector<CourseChange> changes;
  REQUIRE(city.centre->transact([&](Work& work) {
    for (const auto& v : violations) import_violation(work, v);
    changes = recompute_courses(work, kRider);
  }));
  return changes;
}

std::vector<CourseChange> withdraw(City& city, const std::string& id) {
  std::vector<CourseChange> changes;
  REQUIRE(city.centre->transact([&](Work& work) { changes = withdraw_violation(work, id, "cancelled on appeal"); }));
  return changes;
}

std::vector<CourseRow> courses(City& city) {
  std::vector<CourseRow> rows;
  REQUIRE(city.centre->transact([&](Work& work) { rows = list_courses(work, "", kRider); }));
  return rows;
}

// A finished training at a station: examination passed.
void pass(City& city, StationLog& log, const std::string& course) {
  log.add("exam.opened", kRider,
          R"({"course":")" + course +
              R"(","attempt":"a","no":1,"seed":"0","pack":1,"items":[{"id":"Q01","version":1,"order":[0]}]})");
  log.add("exam.closed", kRider,
          R"({"course":")" + course +
              R"(","attempt":"a","no":1,"score":20,"of":20,"critical_wrong":false,"passed":true,"finished":true})");
  REQUIRE(city.send(log.push_all()).status == 200);
}

}  // namespace

TEST_CASE("violations climb the ladder: warning, training, recommended throttle", "[central]") {
  City city;
  std::vector<std::string> kinds;
  int days = 50;
  for (const std::string id : {"v1", "v2", "v3"}) {
    const auto changes = import(city, {violation(id, days -= 15)});
    REQUIRE(changes.size() == 1);
    kinds.push_back(changes[0].order.kind);
    CHECK(changes[0].order.violations.size() == kinds.size());
  }
  CHECK(kinds == std::vector<std::string>{"warning", "training", "throttle"});
  const auto rows = courses(city);
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) {
    if (row.order.kind == "warning") continue;
    CHECK(row.order.required_s == 1800);
    CHECK(row.order.questions == 20);
    CHECK(row.order.pass == 18);
    CHECK(row.order.deadline - row.order.assigned == 15 * kDay);
    CHECK(row.order.lessons == std::vector<std::string>{"L02"});
    CHECK(row.throttle == (row.order.kind == "throttle" ? "recommended" : "none"));
  }
}

TEST_CASE("the same violations again change nothing, and an id stands for one violation", "[central]") {
  City city;
  CHECK(import(city, {violation("v1", 5)}).size() == 1);
  CHECK(import(city, {violation("v1", 5)}).empty());
  Imported what = Imported::now;
  REQUIRE(city.centre->transact([&](Work& work) { what = import_violation(work, violation("v1", 4)); }));
  CHECK(what == Imported::conflict);
}

TEST_CASE("several violations of one file bring one course of the level that they reach", "[central]") {
  City city;
  const auto changes = import(city, {violation("v1", 50), violation("v2", 20), violation("v3", 1, "2007")});
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].order.kind == "throttle");
  CHECK(changes[0].order.lessons == std::vector<std::string>{"L02", "L01"});
}

TEST_CASE("a violation that left the window counts no more", "[central]") {
  City city;
  import(city, {violation("v1", 170)});
  city.clock.advance(15 * kDay);
  const auto changes = import(city, {{"v2", kRider, "2004", noon() + 14 * kDay, ""}});
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].order.kind == "warning");
  CHECK(import(city, {violation("v0", 300)}).empty());
}

TEST_CASE("a cancelled violation lowers the course that rested on it and keeps what was studied", "[central]") {
  City city;
  import(city, {violation("v1", 50)});
  const auto training = import(city, {violation("v2", 20)});
  const auto throttle = import(city, {violation("v3", 1)});
  const auto changes = withdraw(city, "v2");
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].order.course == training[0].order.course);
  CHECK(changes[0].withdrawn);
  CHECK(changes[0].reason == "cancelled on appeal");
  CHECK(changes[1].order.course == throttle[0].order.course);
  CHECK_FALSE(changes[1].withdrawn);
  CHECK(changes[1].order.kind == "training");
  CHECK(withdraw(city, "v2").empty());
  const auto unknown =
      city.centre->transact([&](Work& work) { withdraw_violation(work, "v9", "cancelled on appeal"); });
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == base::Errc::not_found);
}

TEST_CASE("a finished training stays finished when its violation is cancelled", "[central]") {
  City city;
  auto log = city.enrol("440902-001");
  import(city, {violation("v1", 50)});
  const auto training = import(city, {violation("v2", 20)});
  pass(city, log, training[0].order.course);
  CHECK(withdraw(city, "v2").empty());
  const auto rows = courses(city);
  CHECK(std::count_if(rows.begin(), rows.end(), [](const CourseRow& row) {
          return row.order.kind == "training" && row.standing.stage == record::Stage::done;
        }) == 1);
}

TEST_CASE("a finished training after a throttle recommendation loses only the recommendation", "[central]") {
  City city;
  auto log = city.enrol("440902-001");
  const auto throttle = import(city, {violation("v1", 50), violation("v2", 20), violation("v3", 1)});
  pass(city, log, throttle[0].order.course);
  withdraw(city, "v2");
  const auto changes = withdraw(city, "v3");
  REQUIRE(changes.empty());
  const auto rows = courses(city);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].order.kind == "training");
  CHECK(rows[0].throttle == "none");
  CHECK(rows[0].standing.stage == record::Stage::done);
}

TEST_CASE("a named reviewer decides about a throttle and nobody about a training", "[central]") {
  City city;
  import(city, {violation("v1", 50)});
  const auto training = import(city, {violation("v2", 20)});
  const auto throttle = import(city, {violation("v3", 1)});
  const auto review = [&](const std::string& course, const std::string& decision) {
    CourseRow row;
    const auto done = city.centre->transact(
        [&](Work& work) { row = review_course(work, course, decision, "desk 3", "three in fifty days"); });
    return done ? row.throttle : std::string(base::to_string(done.error().code));
  };
  std::vector<CourseRow> waiting;
  const auto look = [&] {
    REQUIRE(city.centre->transact([&](Work& work) { waiting = waiting_reviews(work); }));
    return waiting.size();
  };
  CHECK(look() == 1);
  CHECK(review(training[0].order.course, "throttle") == "conflict");
  CHECK(review(throttle[0].order.course, "maybe") == "invalid");
  CHECK(review("c0", "throttle") == "not_found");
  CHECK(review(throttle[0].order.course, "throttle") == "confirmed");
  CHECK(look() == 0);
  CHECK(review(throttle[0].order.course, "release") == "declined");
  CHECK(city.centre->feed_position("440902-001") > 0);
}

TEST_CASE("after three failed attempts a person allows another one and says why, and nobody else does", "[central]") {
  City city;
  auto log = city.enrol("440902-001");
  import(city, {violation("v1", 50)});
  const std::string course = import(city, {violation("v2", 20)})[0].order.course;
  const auto fail = [&](int no) {
    const std::string attempt = "a" + std::to_string(no);
    const std::uint64_t from = log.lines.size();
    log.add("exam.opened", kRider,
            R"({"course":")" + course + R"(","attempt":")" + attempt + R"(","no":)" + std::to_string(no) +
                R"(,"seed":"0","pack":1,"items":[{"id":"Q01","version":1,"order":[0]}]})");
    log.add("exam.closed", kRider,
            R"({"course":")" + course + R"(","attempt":")" + attempt + R"(","no":)" + std::to_string(no) +
                R"(,"score":3,"of":20,"critical_wrong":false,"passed":false,"finished":true})");
    REQUIRE(city.send(log.push(from, 2)).status == 200);
  };
  const auto decide = [&](const std::string& decision) {
    CourseRow row;
    const auto done = city.centre->transact(
        [&](Work& work) { row = review_course(work, course, decision, "desk 3", "knows the rules, cannot read well"); });
    return done ? std::string(record::to_string(row.standing.stage)) : std::string(base::to_string(done.error().code));
  };
  fail(1);
  fail(2);
  CHECK(decide("retry") == "conflict");
  fail(3);
  const auto now = [&] { return courses(city); };
  const auto stage = [&](const std::vector<CourseRow>& rows) {
    for (const auto& row : rows)
      if (row.order.course == course) return std::string(record::to_string(row.standing.stage));
    return std::string();
  };
  CHECK(stage(now()) == "human");
  CHECK(decide("retry") != "human");
  for (const auto& row : now())
    if (row.order.course == course) {
      CHECK(row.order.attempts == 4);
      CHECK(row.order.allowed_by == "desk 3");
      CHECK(row.order.allowed_reason == "knows the rules, cannot read well");
      const auto told = record::parse_course_order(record::to_json(row.order));
      REQUIRE(told);
      CHECK(told->attempts == 4);
      CHECK(told->allowed_by == "desk 3");
    }
  fail(4);
  CHECK(stage(now()) == "human");
}
