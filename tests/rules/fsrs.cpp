// Spaced repetition: learning rules, section 3; the published values of 3.3 and the examples of 3.6 are literal.
#include "sync/rules/fsrs.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

using namespace station;
using namespace station::rules;
using R = Rating;

namespace {

constexpr R kRatings[] = {R::again, R::hard, R::good, R::easy};

// The published values are single precision.
Approx published(double value) {
  return Approx(value).epsilon(2e-6).margin(1e-4);
}
Approx exact(double value) {
  return Approx(value).epsilon(1e-9).margin(1e-9);
}

Fsrs fsrs5() {
  return Fsrs(*take_weights(kFsrs5Weights));
}

Memory after(const Fsrs& f, const std::vector<Review>& reviews) {
  return *memory_after(f, reviews);
}

// Days until the next review, each review exactly when due.
std::vector<int> days_when_due(const Fsrs& f, const std::vector<R>& ratings) {
  const LearningSteps steps{{60, 600}, {600}};
  std::vector<int> out;
  Card card;
  double now = 0;
  for (const R r : ratings) {
    const Scheduled s = schedule(f, steps, 0.9, card, r, now);
    card = s.card;
    now += s.due_in_s;
    out.push_back(static_cast<int>(s.due_in_s / 86'400));
  }
  return out;
}

}  // namespace

TEST_CASE("retrievability has its published values", "[rules]") {
  const Fsrs f;
  const double values[][3] = {{0, 1, 1},         {1, 2, 0.9403443}, {2, 3, 0.9253786},
                              {3, 4, 0.9185229}, {4, 4, 0.9},       {5, 2, 0.8261359}};
  for (const auto& v : values) CHECK(f.retrievability(v[0], v[1]) == published(v[2]));
}

TEST_CASE("the first review gives the published stability and difficulty", "[rules]") {
  const double s[] = {0.212, 1.2931, 2.3065, 8.2956}, d[] = {6.4133, 5.11217071, 2.11810397, 1},
               d5[] = {7.1949, 6.48830527, 5.28243442, 3.22450159};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(Fsrs().first(kRatings[i]).stability == published(s[i]));
    CHECK(Fsrs().first(kRatings[i]).difficulty == published(d[i]));
    CHECK(fsrs5().first(kRatings[i]).difficulty == published(d5[i]));
  }
}

TEST_CASE("the parts of a later review have their published values", "[rules]") {
  const Fsrs f;
  const double d[] = {8.341763, 6.6659956, 4.990228, 3.3144615},
               success[] = {25.602541, 28.226582, 58.656002, 127.226685},
               failure[] = {1.0525396, 1.1894329, 1.3680838, 1.584989}, same[] = {1.596818, 5, 5, 8.12961};
  for (std::size_t i = 0; i < 4; ++i) {
    const double difficulty = static_cast<double>(i) + 1, r = 0.9 - 0.1 * static_cast<double>(i);
    CHECK(f.next_difficulty(5, kRatings[i]) == published(d[i]));
    CHECK(f.after_success(5, difficulty, r, kRatings[i]) == published(success[i]));
    CHECK(f.after_failure(5, difficulty, r) == published(failure[i]));
    CHECK(f.same_day(5, kRatings[i]) == published(same[i]));
  }
}

TEST_CASE("a history ends at its published memory", "[rules]") {
  const std::vector<Review> history{{R::again, 0}, {R::good, 0}, {R::good, 1},
                                    {R::good, 3},  {R::good, 8}, {R::good, 21}};
  Memory m = after(Fsrs(), history);
  CHECK((m.stability == published(53.62691) && m.difficulty == published(6.3574867)));
  FsrsWeights w = kFsrs6Weights;
  w[17] = w[18] = w[19] = 0;
  m = after(Fsrs(w), history);
  CHECK((m.stability == published(53.335106) && m.difficulty == published(6.3574867)));
  m = after(fsrs5(), history);
  CHECK((m.stability == published(48.26549438) && m.difficulty == published(7.10441712)));
  CHECK_FALSE(memory_after(Fsrs(), {}));
}

TEST_CASE("intervals of one day's stability have their published lengths", "[rules]") {
  const int days[] = {36'500, 34'793, 2508, 387, 90, 27, 9, 3, 1, 1};
  for (int i = 0; i < 10; ++i) CHECK(Fsrs().interval_days(1, 0.1 * (i + 1)) == days[i]);
  CHECK(std::floor(Fsrs().interval(1, 0.1) + 0.5) == 3'116'769);
}

TEST_CASE("weights of older versions are brought to twenty-one and clamped", "[rules]") {
  const std::vector<double> old{0.4,  0.6,  2.4,  5.8,  4.93, 0.94, 0.86, 0.01, 1.49,
                                0.14, 0.94, 2.18, 0.05, 0.34, 1.26, 0.29, 2.61};
  const auto w = take_weights(old);
  REQUIRE(w);
  CHECK((*w)[4] == published(6.81));
  CHECK((*w)[5] == Approx(0.44675013).epsilon(1e-7));
  CHECK((*w)[6] == published(1.36));
  CHECK(((*w)[17] == 0 && (*w)[18] == 0 && (*w)[19] == 0 && (*w)[20] == 0.5));
  CHECK((*take_weights(kFsrs5Weights))[19] == 0);
  CHECK((*take_weights(kFsrs5Weights))[20] == 0.5);
  std::vector<double> wild(21, 1000);
  CHECK((*take_weights(wild))[0] == 100);
  CHECK((*take_weights(wild))[20] == 0.8);
  CHECK_FALSE(take_weights(std::vector<double>(18, 1)));
  wild[3] = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(take_weights(wild));
}

TEST_CASE("schedules with learning steps have their published lengths", "[rules]") {
  std::vector<R> ratings(6, R::good);
  ratings.insert(ratings.end(), {R::again, R::again});
  ratings.insert(ratings.end(), 5, R::good);
  CHECK(days_when_due(Fsrs(), ratings) == std::vector<int>{0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21});
  CHECK(days_when_due(fsrs5(), ratings) == std::vector<int>{0, 4, 14, 44, 125, 328, 0, 0, 7, 16, 34, 71, 142});
}

TEST_CASE("a good review on the same day never weakens", "[rules]") {
  const Memory m = after(Fsrs(), {{R::good, 0}, {R::good, 0}});
  CHECK(m.stability == 2.3065);
}

TEST_CASE("the printed histories end as printed", "[rules]") {
  const auto line = [](const Fsrs& f, const std::vector<Review>& reviews, double s, double d, double r7) {
    const Memory m = after(f, reviews);
    CHECK(m.stability == exact(s));
    CHECK(m.difficulty == exact(d));
    CHECK(f.interval(m.stability, 0.9) == exact(s));
    CHECK(f.retrievability(7, m.stability) == exact(r7));
  };
  line(Fsrs(), {{R::good, 0}, {R::good, 3}, {R::again, 10}}, 1.666140748, 7.392238132, 0.7774041574);
  line(Fsrs(), {{R::hard, 0}, {R::hard, 0}, {R::easy, 0}}, 2.298151362, 5.636501343, 0.8079715811);
  line(fsrs5(), {{R::good, 0}, {R::good, 4}}, 12.94993144, 5.272967931, 0.9420581515);
}

TEST_CASE("the printed schedule runs as printed", "[rules]") {
  const struct {
    R rating;
    double at;
    const char* state;
    int due;
  } rows[] = {{R::good, 0, "Learning", 600},
              {R::good, 600, "Review", 172'800},
              {R::again, 173'400, "Relearning", 600},
              {R::hard, 174'000, "Relearning", 900},
              {R::easy, 260'400, "Review", 259'200}};
  const LearningSteps steps{{60, 600}, {600}};
  Card card;
  for (const auto& row : rows) {
    const Scheduled s = schedule(Fsrs(), steps, 0.9, card, row.rating, row.at);
    card = s.card;
    CHECK(std::string(to_string(card.state)) == row.state);
    CHECK(static_cast<int>(s.due_in_s) == row.due);
  }
  CHECK(card.memory->stability == exact(3.165071426));
  CHECK(card.memory->difficulty == exact(7.655895954));
}

TEST_CASE("without learning steps every review is at least a day away", "[rules]") {
  Card card;
  const Scheduled s = schedule(Fsrs(), {}, 0.9, card, R::again, 0);
  CHECK(s.card.state == CardState::review);
  CHECK(s.due_in_s == 86'400);
  CHECK(schedule(Fsrs(), {}, 0.9, s.card, R::again, 86'400).card.state == CardState::review);
}

TEST_CASE("learning steps move by the rating", "[rules]") {
  const LearningSteps steps{{60, 600}, {}};
  const Fsrs f;
  const Card fresh;
  CHECK(schedule(f, steps, 0.9, fresh, R::again, 0).due_in_s == 60);
  CHECK(schedule(f, steps, 0.9, fresh, R::hard, 0).due_in_s == 330);
  CHECK(schedule(f, steps, 0.9, fresh, R::easy, 0).card.state == CardState::review);
  const Card second = schedule(f, steps, 0.9, fresh, R::good, 0).card;
  CHECK(second.step == 1);
  CHECK(schedule(f, steps, 0.9, second, R::hard, 60).due_in_s == 600);
  CHECK(schedule(f, steps, 0.9, second, R::again, 60).card.step == 0);
  Card beyond = second;
  beyond.step = 7;
  CHECK(schedule(f, steps, 0.9, beyond, R::hard, 60).card.state == CardState::review);
  CHECK(schedule(f, steps, 0.9, beyond, R::again, 60).card.step == 0);
}

TEST_CASE("ratings follow from the answer and the item's median time", "[rules]") {
  CHECK(rating_of(false, 100, 4000, 50) == R::again);
  CHECK(rating_of(true, 8001, 4000, 20) == R::hard);
  CHECK(rating_of(true, 8000, 4000, 20) == R::good);
  CHECK(rating_of(true, 2000, 4000, 20) == R::easy);
  CHECK(rating_of(true, 2001, 4000, 20) == R::good);
  CHECK(rating_of(true, 100, 4000, 19) == R::good);
  CHECK(rating_of(false, 100, 4000, 0) == R::again);
}

TEST_CASE("fuzz is the same on every station and stays near the interval", "[rules]") {
  CHECK(fuzzed_days(0.3, "R1", "Q1", 1) == 1);
  CHECK(fuzzed_days(2.49, "R1", "Q1", 1) == 2);
  std::set<int> ten, hundred;
  for (int n = 0; n < 500; ++n) {
    ten.insert(fuzzed_days(10, "R1", "Q1", n));
    hundred.insert(fuzzed_days(100, "R" + std::to_string(n), "Q1", 3));
  }
  // δ(10) = 1 + 0.15·4.5 + 0.1·3 = 1.975: 8…12; δ(100) = 1 + 0.675 + 1.3 + 4 = 6.975: 93…107
  CHECK((*ten.begin() == 8 && *ten.rbegin() == 12));
  CHECK((*hundred.begin() == 93 && *hundred.rbegin() == 107));
  CHECK(fuzzed_days(10, "R1", "Q1", 4) == fuzzed_days(10, "R1", "Q1", 4));
  CHECK(fuzzed_days(1e9, "R1", "Q1", 1) <= 36'500);
}

TEST_CASE("the most overdue items come first, at most ten", "[rules]") {
  std::vector<DueCard> due;
  for (int i = 0; i < 12; ++i) due.push_back({"Q" + std::to_string(10 + i), {10, 5}, i < 6 ? 20 : 11 + i});
  due.push_back({"A", {10, 5}, 20});
  const auto first = due_first(Fsrs(), due);
  REQUIRE(first.size() == 10);
  CHECK(first[0].item == "Q21");
  CHECK(first[1].item == "Q20");
  CHECK(first[2].item == "A");  // ties of twenty days by item id
  CHECK(first[3].item == "Q10");
}
