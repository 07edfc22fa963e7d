// Drawing and scoring a paper: learning rules, section 9; the example of 9.4 is literal.
#include "sync/rules/paper.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;

TEST_CASE("the paper of the printed request is the printed paper", "[rules]") {
  PaperRequest r{"retrain-2",
                 "3",
                 "R0001",
                 1,
                 "",
                 {{"L01", 2, 1}, {"L12", 1, 0}},
                 {},
                 {{"Q01", 2, "L01", 4, false, true},
                  {"Q02", 1, "L01", 2, false, false},
                  {"Q03", 1, "L01", 4, true, true},
                  {"Q33", 5, "L12", 4, false, true},
                  {"Q34", 1, "L12", 4, false, true}}};
  Paper p = draw_paper(r);
  CHECK(base::to_hex(p.seed) == "23fd5a8581f226a8c7f3d667307a71995341a9793f75c4d5e699df2be6d31684");
  REQUIRE(p.items.size() == 3);
  CHECK((p.items[0].id == "Q34" && p.items[0].order == std::vector{3, 0, 1, 2}));
  CHECK((p.items[1].id == "Q03" && p.items[1].order == std::vector{0, 1, 3, 2}));
  CHECK((p.items[2].id == "Q02" && p.items[2].order == std::vector{0, 1}));
  CHECK(p.problems.empty());

  r.attempt_no = 2;
  r.used = {"Q01", "Q03", "Q34"};
  p = draw_paper(r);
  CHECK(base::to_hex(p.seed) == "5233743647b27e9ef5bae99dbe3b6153d265a8ddebb26f4d9f7c175ce5275aca");
  REQUIRE(p.items.size() == 3);
  CHECK((p.items[0].id == "Q03" && p.items[0].order == std::vector{1, 2, 0, 3}));
  CHECK(p.items[1].id == "Q02");
  CHECK((p.items[2].id == "Q33" && p.items[2].order == std::vector{1, 0, 2, 3}));
  CHECK(p.repeated == std::vector<std::string>{"Q03"});
}

TEST_CASE("a paper with too few items says so", "[rules]") {
  const Paper p = draw_paper({"c", "1", "r", 1, "", {{"L01", 3, 0}}, {}, {{"Q01", 1, "L01", 4, false, true}}});
  CHECK(p.problems.size() == 1);
}

TEST_CASE("whatever is asked, a paper holds each item once, in its topic's number, unused ones first", "[rules]") {
  base::SeededRandom random(4);
  for (int round = 0; round < 300; ++round) {
    PaperRequest r{"c", "1", "r" + std::to_string(round), 1, "salt", {}, {}, {}};
    for (int t = 0; t < 3; ++t) {
      const std::string topic = "L" + std::to_string(t);
      r.blueprint.push_back({topic, static_cast<int>(random.below(4)), 0});
      r.blueprint.back().critical =
          static_cast<int>(random.below(static_cast<std::uint64_t>(r.blueprint.back().count) + 1));
      for (std::uint64_t i = 0, n = random.below(8); i < n; ++i) {
        const std::string id = topic + "-" + std::to_string(i);
        r.items.push_back(
            {id, 1, topic, 2 + static_cast<int>(random.below(4)), random.below(3) == 0, random.below(4) != 0});
        if (random.below(3) == 0) r.used.push_back(id);
      }
    }
    const Paper p = draw_paper(r);
    std::set<std::string> ids;
    std::size_t wanted = 0;
    for (const BlueprintRow& row : r.blueprint) wanted += static_cast<std::size_t>(row.count);
    for (const DrawnItem& d : p.items) {
      CHECK(ids.insert(d.id).second);
      CHECK(std::set<int>(d.order.begin(), d.order.end()).size() == d.order.size());
    }
    CHECK(p.items.size() <= wanted);
    if (p.problems.empty()) CHECK(p.items.size() == wanted);
    // The order in which items are given does not matter.
    std::reverse(r.items.begin(), r.items.end());
    const Paper again = draw_paper(r);
    CHECK(again.items == p.items);
    CHECK(again.repeated == p.repeated);
  }
}

TEST_CASE("too few critical items are a shortage although the paper is full", "[rules]") {
  const PaperRequest r{
      "c", "1", "r", 1, "", {{"L01", 2, 1}}, {}, {{"a", 1, "L01", 2, false, true}, {"b", 1, "L01", 2, false, true}}};
  const Paper p = draw_paper(r);
  CHECK(p.items.size() == 2);
  CHECK(p.problems.size() == 1);
}

TEST_CASE("a request that is not of the stated form draws nothing", "[rules]") {
  const PaperRequest good{"c", "1", "r", 1, "", {{"L01", 1, 0}}, {}, {{"a", 1, "L01", 2, false, true}}};
  CHECK(check_request(good));
  PaperRequest r = good;
  r.salt = "a\nb";
  CHECK_FALSE(check_request(r));
  CHECK(draw_paper(r).items.empty());
  CHECK(draw_paper(r).problems.size() == 1);
  r = good;
  r.items.push_back(r.items[0]);
  CHECK(check_request(r).error().message == "paper: item a is given twice");
  r = good;
  r.items[0].options = -1;
  CHECK_FALSE(check_request(r));
  r = good;
  r.blueprint[0].critical = 2;
  CHECK_FALSE(check_request(r));
}

TEST_CASE("the random stream has no favourites", "[rules]") {
  PaperStream stream(base::sha256(base::as_bytes("seed")));
  std::array<int, 5> seen{};
  for (int i = 0; i < 5000; ++i) ++seen[static_cast<std::size_t>(stream.below(5))];
  for (const int n : seen) CHECK((n > 850 && n < 1150));
  CHECK(stream.below(1) == 0);
}

TEST_CASE("the pass mark is 18 of 20 and no critical item wrong", "[rules]") {
  std::vector<AnsweredItem> answers;
  for (int i = 0; i < 20; ++i) answers.push_back({"Q" + std::to_string(i), i >= 2, i == 5, 4000});
  PaperScore s = score_paper(answers, 18);
  CHECK((s.score == 18 && s.of == 20 && s.percent == 90 && s.passed && !s.critical_wrong));
  CHECK(s.wrong == std::vector<std::string>{"Q0", "Q1"});
  answers[2].right = false;
  CHECK_FALSE(score_paper(answers, 18).passed);
  CHECK(score_paper(answers, 18).percent == 85);
  answers[2].right = answers[0].right = answers[1].right = true;
  answers[5].right = false;
  s = score_paper(answers, 18);
  CHECK((s.score == 19 && s.critical_wrong && !s.passed));
  CHECK_FALSE(score_paper({}, 0).passed);
}

TEST_CASE("signs of cheating are named for a human", "[rules]") {
  const std::vector<AnsweredItem> answers{{"a", true, false, 1499}, {"b", false, false, 100}, {"c", true, false, 1500}};
  PaperFlags f = paper_flags(answers, 9300);
  CHECK(f.too_fast == std::vector<std::string>{"a"});
  CHECK(f.whole_paper_too_fast);
  CHECK_FALSE(paper_flags(answers, 9297).whole_paper_too_fast);
  CHECK_FALSE(paper_flags(answers, 0).whole_paper_too_fast);
  const std::vector<ChosenOptions> one{{"a", {1}, true}, {"b", {2, 0}, false}},
      same{{"b", {0, 2}, false}, {"a", {1}, true}};
  CHECK(same_answer_string(one, same));
  CHECK_FALSE(same_answer_string(one, std::vector<ChosenOptions>{{"a", {1}, true}, {"b", {0}, false}}));
  const std::vector<ChosenOptions> flawless{{"a", {1}, true}};
  CHECK_FALSE(same_answer_string(flawless, flawless));
}
