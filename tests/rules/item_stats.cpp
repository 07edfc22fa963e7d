// Item statistics: learning rules, section 4; the tables of 4.3 are literal.
#include "sync/rules/item_stats.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>

using namespace station;
using namespace station::rules;

namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();  // an empty cell

Approx exact(double value) {
  return Approx(value).epsilon(1e-9).margin(1e-9);
}

void check_cell(const std::optional<double>& cell, double expected) {
  REQUIRE(cell.has_value() == (expected != kNone));
  if (cell) CHECK(*cell == exact(expected));
}

void check_row(const ItemStats& s, const char* item, const std::array<double, 9>& expected) {
  CHECK(s.item == item);
  const std::optional<double> cells[] = {s.facility,
                                         s.sd,
                                         s.effectiveweight,
                                         s.covariance,
                                         s.markvariance,
                                         s.othermarkvariance,
                                         s.discriminationindex,
                                         s.covariancemax,
                                         s.discriminativeefficiency};
  for (std::size_t i = 0; i < 9; ++i) {
    INFO(item << " column " << i);
    check_cell(cells[i], expected[i]);
  }
}

const MarkTable kFirst{{"s1", "s2", "s3"}, {1, 1, 2}, {{1, 1, 2}, {1, 0, 2}, {0, 1, 1}, {0, 0, 0}}};
const MarkTable kSecond{{"d", "a", "b"}, {0, 1, 1}, {{0, 1, 0}, {0, 0, 1}, {0, 1, 1}, {0, 1, 0}}};

}  // namespace

TEST_CASE("the printed tables give the printed statistics", "[rules]") {
  auto s = item_statistics(kFirst);
  REQUIRE(s.size() == 3);
  check_row(s[0], "s1", {0.5, 0.5773502692, 31.71581066, 0.5, 0.3333333333, 1.583333333, 68.82472016, 0.5, 100});
  check_row(s[1], "s2",
            {0.5, 0.5773502692, 24.5669613, 0.1666666667, 0.3333333333, 2.25, 19.24500897, 0.8333333333, 20});
  check_row(
      s[2], "s3",
      {0.625, 0.9574271078, 43.71722804, 0.6666666667, 0.9166666667, 0.6666666667, 85.28028654, 0.6666666667, 100});
  s = item_statistics(kSecond);
  check_row(s[0], "d", {kNone, kNone, 0, kNone, kNone, kNone, kNone, kNone, kNone});
  check_row(s[1], "a", {0.75, 0.5, 41.42135624, -0.1666666667, 0.25, 0.3333333333, -57.73502692, 0.1666666667, -100});
  check_row(s[2], "b",
            {0.5, 0.5773502692, 58.57864376, -0.1666666667, 0.3333333333, 0.25, -57.73502692, 0.1666666667, -100});
}

TEST_CASE("the printed tables give the printed figures of the whole test", "[rules]") {
  QuizStats q = quiz_statistics(kFirst);
  CHECK(q.n == 4);
  check_cell(q.mean, 2.25);
  check_cell(q.median, 2.5);
  check_cell(q.sd, 1.7078251277);
  check_cell(q.skewness, -0.7528371991);
  check_cell(q.kurtosis, 0.3428571429);
  check_cell(q.cic, 68.5714285714);
  check_cell(q.errorratio, 56.0611910581);
  check_cell(q.standarderror, 0.9574271078);
  q = quiz_statistics(kSecond);
  check_cell(q.mean, 1.25);
  check_cell(q.median, 1);
  check_cell(q.sd, 0.5);
  check_cell(q.skewness, 2);
  check_cell(q.kurtosis, 4);
  check_cell(q.cic, -266.6666666667);
  check_cell(q.errorratio, 191.4854215513);
  check_cell(q.standarderror, 0.9574271078);
}

TEST_CASE("what is not defined stays empty", "[rules]") {
  const MarkTable one{{"a", "b"}, {1, 1}, {{1, 0}}};
  CHECK_FALSE(item_statistics(one)[0].facility);
  CHECK(quiz_statistics(one).mean == 1.0);
  CHECK_FALSE(quiz_statistics(one).sd);
  CHECK(quiz_statistics({{"a"}, {1}, {}}).n == 0);

  const MarkTable equal{{"a", "b"}, {1, 1}, {{0.1, 0.7}, {0.1, 0.7}, {0.1, 0.7}, {0.1, 0.7}}};
  const auto s = item_statistics(equal);
  check_cell(s[0].sd, 0);
  CHECK_FALSE(s[0].discriminationindex);
  CHECK_FALSE(s[0].discriminativeefficiency);
  CHECK_FALSE(s[0].effectiveweight);
  const QuizStats q = quiz_statistics(equal);
  check_cell(q.sd, 0);
  CHECK_FALSE(q.skewness);
  CHECK_FALSE(q.cic);

  const MarkTable three{{"a"}, {1}, {{1}, {0}, {1}}};
  CHECK(quiz_statistics(three).skewness);
  CHECK_FALSE(quiz_statistics(three).kurtosis);
  CHECK_FALSE(quiz_statistics(three).cic);
}

TEST_CASE("an item is flagged only after a hundred first attempts", "[rules]") {
  ItemStats s;
  s.facility = 0.2;
  s.discriminationindex = 9.9;
  CHECK(item_flags(s, 99, true).empty());
  CHECK(item_flags(s, 100, true) ==
        std::vector<ItemFlag>{ItemFlag::too_hard, ItemFlag::does_not_discriminate, ItemFlag::distractor_beats_key});
  s.facility = 0.96;
  s.discriminationindex = 10;
  CHECK(item_flags(s, 100, false) == std::vector<ItemFlag>{ItemFlag::too_easy});
  s.facility = 0.95;
  CHECK(item_flags(s, 100, false).empty());
}

TEST_CASE("a distractor that the best quarter prefers is seen", "[rules]") {
  std::vector<ItemChoice> choices;
  for (int i = 0; i < 12; ++i) choices.push_back({"a" + std::to_string(10 + i), i < 3 ? 20.0 : 5.0, i < 2 ? 1 : 0});
  CHECK(distractor_beats_key(choices, 0));  // of the best three, two chose option 1
  choices[0].option = 0;
  CHECK_FALSE(distractor_beats_key(choices, 0));
  // Ties are broken by attempt id: of four equal totals the first attempt is the best quarter.
  const std::vector<ItemChoice> tie{{"b", 5, 0}, {"a", 5, 1}, {"d", 5, 0}, {"c", 5, 0}};
  CHECK(distractor_beats_key(tie, 0));
  CHECK_FALSE(distractor_beats_key({}, 0));
}
