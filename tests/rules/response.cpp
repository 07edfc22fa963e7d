#include "sync/rules/response.h"

#include <catch2/catch.hpp>

using namespace station::rules;

namespace {

GiftAnswer text_answer(const std::string& text, double fraction = 1) {
  GiftAnswer a;
  a.text.text = text;
  a.fraction = fraction;
  return a;
}

GiftAnswer number_answer(double value, double tolerance, double fraction = 1) {
  GiftAnswer a;
  a.number = value;
  a.tolerance = tolerance;
  a.fraction = fraction;
  return a;
}

}  // namespace

TEST_CASE("choices are right when the right ones and no others are chosen", "[rules]") {
  const AnswerKey one{QuestionKind::single, {2}};
  CHECK(is_right(one, {{2}}));
  CHECK_FALSE(is_right(one, {{1}}));
  CHECK_FALSE(is_right(one, {{2, 1}}));
  CHECK_FALSE(is_right(one, {}));
  const AnswerKey many{QuestionKind::multiple, {0, 3}};
  CHECK(is_right(many, {{3, 0}}));
  CHECK_FALSE(is_right(many, {{0}}));
  CHECK_FALSE(is_right(many, {{0, 1, 3}}));
  const AnswerKey places{QuestionKind::hotspot, {1, 2}};
  CHECK(is_right(places, {{2}}));
  CHECK_FALSE(is_right(places, {{0}}));
}

TEST_CASE("matches and orders are right only as a whole", "[rules]") {
  const AnswerKey match{QuestionKind::match, {0, 1, 2}};
  CHECK(is_right(match, {{0, 1, 2}}));
  CHECK_FALSE(is_right(match, {{1, 0, 2}}));
  CHECK_FALSE(is_right(match, {{0, 1}}));
  const AnswerKey order{QuestionKind::order, {2, 0, 1}};
  CHECK(is_right(order, {{2, 0, 1}}));
  CHECK_FALSE(is_right(order, {{0, 1, 2}}));
}

TEST_CASE("a typed number counts within its tolerance, and half marks are not right", "[rules]") {
  const AnswerKey key{QuestionKind::numeric, {}, {number_answer(15, 0), number_answer(15, 1, 0.5)}};
  CHECK(is_right(key, {{}, "15"}));
  CHECK(is_right(key, {{}, " 15.0 "}));
  CHECK_FALSE(is_right(key, {{}, "16"}));
  for (const char* bad : {"", "15km", "1e", ".", "nan15", "--1"}) CHECK_FALSE(is_right(key, {{}, bad}));
  const AnswerKey wide{QuestionKind::numeric, {}, {number_answer(0.15, 0.005)}};
  CHECK(is_right(wide, {{}, "0.15"}));
  CHECK_FALSE(is_right(wide, {{}, "0.2"}));
}

TEST_CASE("a short answer ignores case and outer blanks, and stars stand for anything", "[rules]") {
  const std::vector<GiftAnswer> answers{text_answer("122"), text_answer("Zebra*", 0.5), text_answer("\\*"),
                                        text_answer("a*b*c", 0.25)};
  CHECK(shortanswer_mark(answers, " 122 ") == 1);
  CHECK(shortanswer_mark(answers, "ZEBRA crossing") == 0.5);
  CHECK(shortanswer_mark(answers, "*") == 1);
  CHECK(shortanswer_mark(answers, "aXbYbZc") == 0.25);
  CHECK(shortanswer_mark(answers, "aXbY") == 0);
  CHECK(shortanswer_mark(answers, "   ") == 0);
  CHECK(shortanswer_mark(answers, "1222") == 0);
}

TEST_CASE("a clip is passed from three fifths of its points and never when it is void", "[rules]") {
  const AnswerKey key{QuestionKind::hazard, {}, {}, {{4000, 9000}}};
  CHECK(is_right(key, {{}, "", {4000}}));
  CHECK(is_right(key, {{}, "", {6999}}));
  CHECK_FALSE(is_right(key, {{}, "", {7000}}));
  CHECK_FALSE(is_right(key, {{}, "", {3999}}));
  CHECK_FALSE(is_right(key, {{}, "", {4000, 4100, 4200, 4300, 4400, 4500}}));
  CHECK_FALSE(is_right(AnswerKey{QuestionKind::hazard, {}, {}, {}}, {{}, "", {1}}));
}

TEST_CASE("a frozen key reads back as it was, and a damaged one is named", "[rules]") {
  const AnswerKey keys[] = {{QuestionKind::multiple, {1, 3}},
                            {QuestionKind::numeric, {}, {number_answer(0.15, 0.01), number_answer(1, 0, 0.5)}},
                            {QuestionKind::text, {}, {text_answer("一二二"), text_answer("122")}},
                            {QuestionKind::hazard, {}, {}, {{100, 200}, {300, 400}}}};
  for (const AnswerKey& key : keys) {
    const auto back = answer_key_from_json(to_json(key));
    REQUIRE(back);
    CHECK(*back == key);
  }
  for (const char* bad : {"", "{}", R"({"kind":"essay"})", R"({"kind":"hazard","hazards":[[1]]})", "[1]"})
    CHECK_FALSE(answer_key_from_json(bad));
}

TEST_CASE("the right response of every kind is right, the wrong one wrong", "[rules]") {
  const AnswerKey keys[] = {{QuestionKind::single, {2}},
                            {QuestionKind::multiple, {0, 3}},
                            {QuestionKind::match, {0, 1}},
                            {QuestionKind::order, {2, 0, 1}},
                            {QuestionKind::numeric, {}, {number_answer(1, 0, 0.5), number_answer(0.15, 0)}},
                            {QuestionKind::text, {}, {text_answer("122")}},
                            {QuestionKind::hazard, {}, {}, {{100, 900}, {3000, 4000}}}};
  for (const AnswerKey& key : keys) {
    CHECK(is_right(key, right_response(key)));
    CHECK_FALSE(is_right(key, wrong_response(key, 4)));
  }
}

TEST_CASE("a record keeps the response in the member of its kind", "[rules]") {
  CHECK(response_members(QuestionKind::multiple, {{3, 1}}) == R"("chosen":[1,3])");
  CHECK(response_members(QuestionKind::order, {{3, 1}}) == R"("chosen":[3,1])");
  CHECK(response_members(QuestionKind::numeric, {{}, "15"}) == R"("text":"15")");
  CHECK(response_members(QuestionKind::hazard, {{}, "", {5, 7}}) == R"("taps":[5,7])");
  CHECK(response_members(QuestionKind::text, {{}, "a\"\xff"}) == "\"text\":\"a\\\"\xEF\xBF\xBD\"");
}
