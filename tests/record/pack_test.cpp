#include "sync/record/pack.h"

#include <catch2/catch.hpp>

#include "sync/base/crypto.h"
#include "sync/base/random.h"
#include "sync/record/pack_signature.h"

using namespace station;
using namespace station::record;

namespace {

const std::string kGift =
    R"(// [id:Q01] [tag:lesson:L01] [tag:region:CN] [tag:law:Law] [tag:article:1] [tag:check:law_text] [tag:codes:2007/2019] [tag:critical]
::Q01::Where do you stop?{
	=behind the line
	~on the crossing
	####Behind the line.
}

// [id:Q02] [tag:lesson:L01] [tag:region:CN] [tag:law:Law] [tag:check:common_sense]
::Q02::A light binds motor vehicles only.{FALSE####All vehicles.}

// [id:R01] [tag:lesson:L01] [tag:region:33] [tag:law:Law] [tag:check:secondary_source] [tag:from:2026-05-01] [tag:version:3]
::R01::Which are right?{
	~%50%one
	~%50%two
	~three
}
)";

// The smallest content with one of everything.
PackFiles example() {
  return {
      {"content.json",
       R"({"pack":"rider-safety","version":7,"review":"draft","language":["zh","en"],"lessons":["L01"],"bank":"quizzes/bank.gift",
"bank_en":"quizzes/bank.en.json","blueprints":"quizzes/blueprints.json","quiz_scenes":"quizzes/scenes.json","lesson_dir":"lessons",
"scene_dir":"scenes"})"},
      {"quizzes/bank.gift", kGift},
      {"quizzes/bank.en.json",
       R"({"Q01":{"stem":"Where?","options":["behind","on"],"explanation":"Behind."},
"Q02":{"stem":"Only motors.","options":["True","False"],"explanation":"All."},
"R01":{"stem":"Which?","options":["1","2","3"],"explanation":""}})"},
      {"quizzes/blueprints.json",
       R"({"training":{"version":"1","count":2,"pass":2,"rows":[{"topic":"L01","count":2,"critical":1}]}})"},
      {"quizzes/scenes.json", R"({"Q01":"stop-line"})"},
      {"scenes/stop-line.json", R"({"id":"stop-line","items":[]})"},
      {"lessons/L01.md", R"(---
id: L01
version: 2
title: z
title.en: Lights
summary: z
summary.en: s
minutes: 2
region: CN
codes: 2007
icon: traffic
---

## z
en: t
id: L01-1
seconds: 60
scene: stop-line
law: Law
article: 1
quote: q
check: law_text

b

### English

b

## z
en: t
id: L01-2
seconds: 60
question: Q01

## z
en: t
id: L01-33
seconds: 90
region: 33
from: 2026-05-01
law: Law
check: common_sense

b

### English

b
)"}};
}

PackFiles with(const std::string& file, const std::string& from, const std::string& to) {
  PackFiles files = example();
  std::string& text = files.at(file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  return files;
}

PackLimits strict() {
  PackLimits limits;
  limits.strict = true;
  return limits;
}

// As an author sees it, without the line.
std::string without_line(const PackProblem& p) {
  PackProblem q = p;
  q.line = 0;
  return to_text(q);
}

// There is exactly this problem, or it comes first.
void problem(const PackFiles& files, const std::string& text, const PackLimits& limits = {}) {
  Content content;
  const auto problems = check_content(files, limits, content);
  INFO(text);
  REQUIRE_FALSE(problems.empty());
  CHECK_THAT(without_line(problems[0]), Catch::Contains(text));
  CHECK((problems[0].line > 0 || files.count(problems[0].file) == 0));
}

}  // namespace

TEST_CASE("a pack opens as the content that it was built from", "[record]") {
  const auto bytes = build_pack(example(), strict());
  REQUIRE(bytes);
  CHECK(*bytes == *build_pack(example()));
  const auto content = open_pack(*bytes);
  REQUIRE(content);
  CHECK(content->pack == "rider-safety");
  CHECK(content->version == 7);
  CHECK(content->draft);
  CHECK(content->scenes.at("stop-line") == example().at("scenes/stop-line.json"));

  const Lesson* lesson = content->lesson("L01");
  REQUIRE(lesson);
  CHECK(lesson->version == 2);
  CHECK(lesson->minutes == 2);
  CHECK(lesson->title.in("en") == "Lights");
  CHECK(lesson->codes == std::vector<std::string>{"2007"});
  REQUIRE(lesson->steps.size() == 3);
  CHECK(lesson->steps[0].scene == "stop-line");
  CHECK(lesson->steps[0].law[0].quote == "q");
  CHECK(lesson->steps[1].kind == StepKind::check);
  CHECK(lesson->steps[1].question == "Q01");
  CHECK(content->step("L01", "L01-33")->seconds == 90);
  CHECK_FALSE(content->step("L01", "L01-9"));
  CHECK_FALSE(content->lesson("L02"));

  const Blueprint* paper = content->blueprint("training");
  REQUIRE(paper);
  CHECK(paper->count == 2);
  CHECK(paper->rows[0].critical == 1);
}

TEST_CASE("questions carry what their tags say", "[record]") {
  Content c;
  REQUIRE(check_content(example(), {}, c).empty());
  const Question& q = *c.question("Q01");
  CHECK(q.stem.zh == "Where do you stop?");
  CHECK(q.stem.in("en") == "Where?");
  CHECK(q.options[1].zh == "on the crossing");
  CHECK(q.options[1].en == "on");
  CHECK(q.explanation.en == "Behind.");
  CHECK(q.right == std::vector<int>{0});
  CHECK(q.critical);
  CHECK(q.shuffle);
  CHECK_FALSE(q.multiple);
  CHECK(q.lesson == "L01");
  CHECK(q.codes == std::vector<std::string>{"2007", "2019"});
  CHECK(q.law.article == "1");
  CHECK(q.scene == "stop-line");
  CHECK(q.version == 1);

  const Question& judgement = *c.question("Q02");
  CHECK(judgement.judgement);
  CHECK_FALSE(judgement.shuffle);
  CHECK(judgement.options.size() == 2);
  CHECK(judgement.right == std::vector<int>{1});

  const Question& many = *c.question("R01");
  CHECK(many.multiple);
  CHECK(many.right == std::vector<int>{0, 1});
  CHECK(many.validity.region == "33");
  CHECK(many.version == 3);
}

TEST_CASE("an answer is right when all that is right and nothing else was chosen", "[record]") {
  Content c;
  REQUIRE(check_content(example(), {}, c).empty());
  CHECK(c.question("Q01")->is_right({0}));
  CHECK_FALSE(c.question("Q01")->is_right({1}));
  CHECK_FALSE(c.question("Q01")->is_right({}));
  CHECK_FALSE(c.question("Q01")->is_right({0, 1}));
  CHECK(c.question("R01")->is_right({1, 0}));
  CHECK_FALSE(c.question("R01")->is_right({0}));
  CHECK_FALSE(c.question("R01")->is_right({0, 1, 2}));
}

namespace {

// Like example(), with the kinds of questions that go beyond options.
PackFiles all_kinds() {
  PackFiles files = example();
  const std::string tags = "[tag:lesson:L01] [tag:region:CN] [tag:law:Law] [tag:check:common_sense]";
  files["quizzes/bank.gift"] +=
      "\n// [id:N1] " + tags + " [tag:unit:km/h]\n::N1::How fast?{#15:0 =%50%15:1}\n\n// [id:T1] " + tags +
      "\n::T1::Which number?{=122}\n\n// [id:T2] " + tags +
      " [tag:tiles:slow/stop/look]\n::T2::What first?{=slowstop}\n\n// [id:M1] " + tags +
      "\n::M1::Match{=red -> stop =green -> go = -> fly}\n\n// [id:O1] " + tags +
      " [tag:kind:order]\n::O1::Order{=go -> 3 =look -> 1 =signal -> 2}\n\n// [id:H1] " + tags +
      " [tag:kind:hotspot] [tag:areas:0,0,100,100/200,0,90,90]\n::H1::Where?{=here ~there}\n\n// [id:C1] " + tags +
      " [tag:kind:hazard]\n::C1::Touch when a hazard begins.{####Brake.}\n";
  files["quizzes/bank.en.json"] =
      R"({"Q01":{"stem":"Where?","options":["behind","on"]},"Q02":{"stem":"Only motors.","options":["True","False"]},
"R01":{"stem":"Which?","options":["1","2","3"]},"N1":{"stem":"n","options":[],"unit":"km/h"},"T1":{"stem":"t"},
"T2":{"stem":"t","tiles":["a","b","c"]},"M1":{"stem":"m","lefts":["r","g"],"options":["s","g","f"]},
"O1":{"stem":"o","options":["g","l","s"]},"H1":{"stem":"h","options":["h","t"]},"C1":{"stem":"c"}})";
  files["quizzes/scenes.json"] = R"({"Q01":"stop-line","H1":"stop-line","C1":"clip"})";
  files["scenes/clip.json"] = R"({"id":"clip","loop_ms":9000,"hazards":[[4000,7000]]})";
  return files;
}

void kinds_problem(const std::string& file, const std::string& from, const std::string& to, const std::string& text) {
  PackFiles files = all_kinds();
  const std::size_t at = files.at(file).find(from);
  REQUIRE(at != std::string::npos);
  files.at(file).replace(at, from.size(), to);
  problem(files, text);
}

}  // namespace

TEST_CASE("questions of every kind are read with what their screen needs", "[record]") {
  using rules::QuestionKind;
  Content c;
  for (const auto& p : check_content(all_kinds(), strict(), c)) FAIL_CHECK(to_text(p));
  CHECK(c.question("N1")->kind == QuestionKind::numeric);
  CHECK(c.question("N1")->unit.in("en") == "km/h");
  CHECK(c.question("T1")->kind == QuestionKind::text);
  CHECK(c.question("T2")->tiles[2].en == "c");
  const Question& match = *c.question("M1");
  CHECK(match.kind == QuestionKind::match);
  CHECK(match.lefts[1].en == "g");
  CHECK(match.options.size() == 3);
  CHECK(match.right == std::vector<int>{0, 1});
  const Question& order = *c.question("O1");
  CHECK(order.kind == QuestionKind::order);
  CHECK(order.right == std::vector<int>{1, 2, 0});
  CHECK(order.options[1].zh == "look");
  const Question& place = *c.question("H1");
  CHECK(place.kind == QuestionKind::hotspot);
  CHECK(place.areas[1].x == 200);
  CHECK_FALSE(place.shuffle);
  const Question& clip = *c.question("C1");
  CHECK(clip.kind == QuestionKind::hazard);
  CHECK(clip.clip_ms == 9000);
  CHECK(clip.hazards.at(0).close == 7000);
  CHECK(rules::is_right(clip.key(), {{}, "", {4000}}));
  CHECK(rules::is_right(c.question("N1")->key(), {{}, "15"}));
  CHECK_FALSE(rules::is_right(c.question("N1")->key(), {{}, "16"}));
  CHECK(rules::is_right(c.question("T2")->key(), {{}, "slowstop"}));
}

TEST_CASE("a question that its screen could not ask is refused with its line", "[record]") {
  const std::string bank = "quizzes/bank.gift";
  kinds_problem(bank, "#15:0", "#=%50%15:0", "N1: no answer is right");
  kinds_problem(bank, "-> go", "-> stop", "M1: two pairs have the same right side");
  kinds_problem(bank, "look -> 1", "look -> 2", "O1: the places of the steps are not 1 to 3");
  kinds_problem(bank, "200,0,90,90", "200,0,40,90", "H1: a place of tag \"areas\" is smaller than 85");
  kinds_problem(bank, "200,0,90,90", "50,50,90,90", "H1: two places of tag \"areas\" overlap");
  kinds_problem(bank, "/200,0,90,90", "", "H1: tag \"areas\" does not name one place for each option");
  kinds_problem(bank, "200,0,90,90", "200,0,90", "H1: tag \"areas\" is not x,y,width,height");
  kinds_problem(bank, "kind:hazard", "kind:film", "C1: tag \"kind\" is none of");
  kinds_problem("quizzes/scenes.json", R"(,"C1":"clip")", "", "C1: this question needs a scene");
  kinds_problem("scenes/clip.json", "[4000,7000]", "[4000,9001]", "scenes/clip.json: hazards");
  kinds_problem("quizzes/bank.en.json", R"("tiles":["a","b","c"])", R"("tiles":["a"])", "tiles: expected 3 texts");
}

TEST_CASE("a step holds where the station's code begins with its region, and in its time", "[record]") {
  Content c;
  REQUIRE(check_content(example(), {}, c).empty());
  const Lesson& lesson = *c.lesson("L01");
  CHECK(c.steps_at(lesson, "440902-007", "2026-11-24").size() == 2);
  CHECK(c.steps_at(lesson, "330106-042", "2026-11-24").size() == 3);
  CHECK(c.steps_at(lesson, "330106-042", "2026-05-01").size() == 3);
  CHECK(c.steps_at(lesson, "330106-042", "2026-04-30").size() == 2);
  CHECK_FALSE(Validity{"4409", "", "2026-01-31"}.covers("440902-007", "2026-02-01"));
  CHECK_FALSE(Validity{"4409021", "", ""}.covers("440902-1", "2026-02-01"));
}

TEST_CASE("what is wrong with content is told with file, place and reason", "[record]") {
  const std::string lesson = "lessons/L01.md", bank = "quizzes/bank.gift", english = "quizzes/bank.en.json";
  PackFiles none = example();
  none.erase("content.json");
  problem(none, "content.json: file content.json is missing");
  PackFiles no_lesson = example();
  no_lesson.erase(lesson);
  problem(no_lesson, "content.json: lessons: file lessons/L01.md is missing");
  problem(with("content.json", "\"version\":7", "\"version\":0"),
          "content.json: version: expected a whole number from 1");
  problem(with("content.json", "[\"L01\"]", "[]"), "content.json: lessons: there is none");
  problem(with("content.json", "quizzes/bank.gift", "../etc/passwd"), "is not a path inside the pack");
  problem(with("content.json", "\"scenes\"", "\"/scenes\""), "is not a path inside the pack");

  problem(with(lesson, "---\nid", "id"), "lessons/L01.md: the first line is not ---");
  problem(with(lesson, "icon: traffic\n---", "icon: traffic"), "lessons/L01.md");
  problem(with(lesson, "icon: traffic", "icon traffic"), "lessons/L01.md: expected \"key: value\"");
  problem(with(lesson, "icon: traffic", "icon: traffic\nicon: rain"), "lessons/L01.md: icon: stands there twice");
  problem(with(lesson, "---\n\n## z", "---\nHello\n\n## z"), "this text belongs to no step");
  problem(with(lesson, "id: L01\n", "id: L02\n"), "lessons/L01.md: id: differs");
  problem(with(lesson, "seconds: 60", "seconds: 59"),
          "lessons/L01.md: steps[0].seconds: expected a whole number from 60 to 180");
  problem(with(lesson, "seconds: 90", "seconds: 181"), "steps[2].seconds");
  problem(with(lesson, "seconds: 90", "seconds: ninety"), "steps[2].seconds");
  problem(with(lesson, "id: L01-2", "id: L01-1"), "steps[1].id: another step has this id");
  problem(with(lesson, "question: Q01", "question: Q99"), "steps[1].question: question \"Q99\" does not exist");
  problem(with(lesson, "question: Q01", "question: Q01\n\ntext"), "steps[1].body: a step that asks a question has no text");
  problem(with(lesson, "scene: stop-line", "scene: gone"), "steps[0].scene: scene \"gone\" does not exist");
  problem(with(lesson, "\n\nb\n\n### English", "\n\n### English"), "steps[0].body.zh: a text is missing");
  problem(with(lesson, "### English", "### Englisch"), "steps[0].body: only \"## \" and \"### English\" are headings");
  problem(with(lesson, "check: law_text", "check: rumour"), "steps[0].law[0].check");
  problem(with(lesson, "law: Law\n", ""), "steps[0].article: no law stands before it");
  problem(with(lesson, "quote: q", "quote: q\nquote: r"), "steps[0].law[0].quote: stands there twice");
  problem(with(lesson, "seconds: 90", "seconds: 90\nseconds: 60"), "steps[2].seconds: stands there twice");
  problem(with(lesson, "en: t\nid", "en t\nid"), "steps[0]: expected \"key: value\", or an empty line");
  problem(with(lesson, "region: 33", "region: Zhejiang"), "steps[2].region");
  problem(with(lesson, "2026-05-01", "2026-02-30"), "steps[2].from");

  problem(with(bank, "=behind", "~behind"), "quizzes/bank.gift: Q01: no option is right");
  problem(with(bank, "~on the crossing", "=on the crossing\n\t~nowhere"),
          "Q01: a question with one choice must have exactly one right option");
  problem(with(bank, "~on the crossing", "~behind the line"), "option 2 stands there twice");
  problem(with(bank, "~%50%one", "~%30%one"), "R01: the weights");
  problem(with(bank, "[id:Q02]", "[id:Q01]"), "another question has this id");
  problem(with(bank, "[id:Q02] ", ""), "the id is missing");
  problem(with(bank, "tag:lesson:L01", "tag:lesson:L09"), "lesson \"L09\" does not exist");
  problem(with(bank, "[tag:check:law_text] ", ""), "Q01: tag \"check\"");
  problem(with(bank, "{FALSE", "FALSE"), "GIFT error brace");
  problem(with(bank, "{FALSE####All vehicles.}", "{}"), "of the type essay");
  problem(with(bank, "version:3", "version:x"), "R01: tag \"version\"");

  problem(with(english, "\"Q02\"", "\"Q03\""), "quizzes/bank.en.json: Q03: no question has this id");
  problem(with(english, "[\"behind\",\"on\"]", "[\"behind\"]"), "Q01.options: expected 2 texts");
  problem(with("quizzes/scenes.json", "stop-line", "gone"), "scene \"gone\" does not exist");
  problem(with("scenes/stop-line.json", "stop-line", "other"), "scenes/stop-line.json: id: differs");
  problem(with("quizzes/blueprints.json", "\"pass\":2", "\"pass\":3"), "training.pass");
  problem(with("quizzes/blueprints.json", "\"count\":2,\"critical\"", "\"count\":3,\"critical\""),
          "only 2 national questions");
  problem(with("quizzes/blueprints.json", "\"critical\":1", "\"critical\":2"), "only 1 critical");
  problem(with("quizzes/blueprints.json", "\"L01\"", "\"L02\""), "lesson \"L02\" does not exist");
}

TEST_CASE("every problem names the line at which its author must look", "[record]") {
  const auto first = [](const PackFiles& files, const PackLimits& limits = {}) {
    Content content;
    const auto problems = check_content(files, limits, content);
    REQUIRE_FALSE(problems.empty());
    return to_text(problems[0]);
  };
  const std::string lesson = "lessons/L01.md", bank = "quizzes/bank.gift";
  CHECK(first(with(lesson, "minutes: 2", "minutes: 31")) == "lessons/L01.md:8: minutes: expected a whole number from 1 to 30");
  CHECK(first(with(lesson, "seconds: 60", "seconds: 5")).starts_with("lessons/L01.md:17: steps[0].seconds"));
  CHECK(first(with(lesson, "check: law_text", "check: hearsay")).starts_with("lessons/L01.md:22: steps[0].law[0].check"));
  CHECK(first(with(lesson, "id: L01-33\n", "")).starts_with("lessons/L01.md:36: steps[2].id: a text is missing"));
  CHECK(first(with(lesson, "\nb\n\n### English\n\nb\n\n##", "\n### English\n\nb\n\n##")).starts_with("lessons/L01.md:23: steps[0].body"));
  CHECK(first(with(bank, "=behind", "~behind")) == "quizzes/bank.gift:1: Q01: no option is right");
  CHECK(first(with(bank, "[tag:law:Law] [tag:check:common_sense]", "[tag:check:common_sense]")) ==
        "quizzes/bank.gift:8: Q02: tag \"law\" is missing");
  CHECK(first(with("quizzes/bank.en.json", "\"Q02\"", "\"Q03\"")) == "quizzes/bank.en.json:2: Q03: no question has this id");
  CHECK(first(with("quizzes/bank.en.json", "\"stem\":\"Which?\",", "")).starts_with("quizzes/bank.en.json:3: R01.stem"));
  CHECK(first(with("quizzes/blueprints.json", "\"pass\":2", "\n\"pass\":9")).starts_with("quizzes/blueprints.json:2: training.pass"));
  CHECK(first(with("quizzes/blueprints.json", "\"pass\":2", "\n\"pass\" 2")) == "quizzes/blueprints.json:2: is no JSON");
  // What is not there is named where it belongs.
  PackFiles chinese = example();
  chinese["quizzes/bank.en.json"] = R"({"Q02":{"stem":"Only motors.","options":["True","False"]},"R01":{"stem":"Which?","options":["1","2","3"]}})";
  CHECK(first(chinese, strict()) == "quizzes/bank.gift:1: Q01: the English of this question is missing in quizzes/bank.en.json");
  CHECK(first(with(lesson, "law: Law\ncheck: common_sense\n", ""), strict()) ==
        "lessons/L01.md:36: steps[2].law: the source of this text is missing");
  PackFiles cited = with("content.json", R"("language")", "\n\"sources\":[{\"id\":\"Law\"}],\"language\"");
  Content content;
  CHECK(check_content(cited, strict(), content).empty());
  cited.at(lesson).replace(cited.at(lesson).find("law: Law"), 8, "law: Low");
  CHECK(first(cited, strict()) == "lessons/L01.md:19: steps[0].law[0].law: \"Low\" is not among the sources of content.json");
}

TEST_CASE("lessons may be typed on a Chinese keyboard and in any editor", "[record]") {
  PackFiles files = with("lessons/L01.md", "seconds: 60", "seconds\xEF\xBC\x9A 60");
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : files.at("lessons/L01.md")) windows += c == '\n' ? "\r\n" : std::string(1, c);
  files["lessons/L01.md"] = windows;
  Content content;
  for (const auto& p : check_content(files, strict(), content)) FAIL_CHECK(to_text(p));
  CHECK(content.step("L01", "L01-1")->seconds == 60);
  CHECK(content.step("L01", "L01-1")->body.zh == "b");
}

TEST_CASE("any damage to a lesson's text is read to its end", "[record]") {
  const std::string text = example().at("lessons/L01.md");
  base::SeededRandom random(3);
  for (int i = 0; i < 2000; ++i) {
    PackFiles files = example();
    std::string& mine = files.at("lessons/L01.md");
    for (std::uint64_t n = 1 + random.next() % 4; n > 0; --n) {
      const std::size_t at = random.next() % mine.size();
      static constexpr std::string_view kBytes = "#-:\n\r aZ{\xEF\xFF";
      switch (random.next() % 3) {
        case 0:
          mine[at] = kBytes[random.next() % kBytes.size()];
          break;
        case 1:
          mine.erase(at, 1 + random.next() % 20);
          break;
        default:
          mine.insert(at, text.substr(random.next() % text.size(), random.next() % 30));
      }
    }
    Content content;
    for (const auto& p : check_content(files, strict(), content)) REQUIRE_FALSE(to_text(p).empty());
  }
}

TEST_CASE("a lesson longer than thirty minutes is refused", "[record]") {
  std::string more;
  for (int i = 0; i < 10; ++i)
    more += "## z\nen: t\nid: M" + std::to_string(i) + "\nseconds: 180\n\nb\n\n";
  problem(with("lessons/L01.md", "## z", more + "## z"), "the lesson takes 2010 seconds, at most 1800");
}

TEST_CASE("authors hear of members that nobody reads and of missing English, stations let them pass", "[record]") {
  const auto misspelt = with("lessons/L01.md", "icon:", "ikon:");
  problem(misspelt, "lessons/L01.md: ikon: nobody reads this member", strict());
  const auto chinese = with("lessons/L01.md", "title.en: Lights\n", "");
  problem(chinese, "lessons/L01.md: title.en: a text is missing", strict());
  const auto minutes = with("lessons/L01.md", "minutes: 2", "minutes: 3");
  problem(minutes, "minutes: the national steps take 120 seconds", strict());
  Content content;
  for (const auto& files : {misspelt, chinese, minutes}) CHECK(check_content(files, {}, content).empty());
}

TEST_CASE("a signed pack opens for its signer's key and for no other", "[record]") {
  base::SeededRandom random(4);
  const auto centre = base::new_signing_key(random), author = base::new_signing_key(random);
  const NoteKey centre_key{"centre-440902", centre.public_key}, author_key{"authors", author.public_key};
  const auto plain = build_pack(example()), other = build_pack(with("content.json", "\"version\":7", "\"version\":8"));
  REQUIRE(plain);
  const auto by_author = sign_pack(*plain, "authors", author);
  REQUIRE(by_author);
  const auto both = sign_pack(*by_author, "centre-440902", centre);
  REQUIRE(both);
  CHECK(open_pack(*plain));
  CHECK(open_signed_pack(*both, centre_key));
  CHECK(open_signed_pack(*both, author_key));
  CHECK(sign_pack(*both, "authors", author).value() == *both);
  CHECK(signers_of(unpack(*both).value()).size() == 2);
  CHECK(signers_of(unpack(*both).value())[0].starts_with("authors+"));

  const auto refused = [&](const base::Result<std::string>& pack, const NoteKey& key) {
    REQUIRE(pack);
    const auto opened = open_signed_pack(*pack, key);
    REQUIRE_FALSE(opened);
    return opened.error();
  };
  CHECK(refused(plain, centre_key).message == "nobody signed the content pack");
  CHECK(refused(by_author, centre_key).code == base::Errc::denied);
  CHECK(refused(sign_pack(*plain, "centre-440902", author), centre_key).code == base::Errc::denied);
  // A signature that is carried over to another version.
  RawPack moved = unpack(*other).value();
  moved.signature = unpack(*both)->signature;
  CHECK(refused(packed(moved, {}), centre_key).message == "the signature belongs to another content pack");
}

TEST_CASE("a file that differs from the manifest, is missing or came in besides makes a pack corrupt", "[record]") {
  const RawPack good = unpack(build_pack(example()).value()).value();
  CHECK(good.manifest.starts_with("rider-station/pack\nrider-safety 7\n"));
  const auto why = [](const RawPack& pack) {
    const auto opened = open_pack(packed(pack, {}).value());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == base::Errc::corrupt);
    return opened.error().message;
  };
  RawPack changed = good;
  changed.files["scenes/stop-line.json"] += " ";
  CHECK(why(changed) == "scenes/stop-line.json differs from the manifest");
  RawPack missing = good;
  missing.files.erase("quizzes/scenes.json");
  CHECK(why(missing) == "quizzes/scenes.json stands in the manifest and not in the pack");
  RawPack more = good;
  more.files["scenes/x.json"] = "{}";
  CHECK(why(more) == "scenes/x.json does not stand in the manifest");
  RawPack renamed = good;
  renamed.version = 8;
  CHECK(why(renamed) == "the manifest is missing or of another pack");
  RawPack cut = good;
  cut.manifest = cut.manifest.substr(0, cut.manifest.rfind(' '));
  CHECK(why(cut) == "a line of the manifest is not \"sha256 bytes name\"");
}

TEST_CASE("the pack of the repository opens", "[record]") {
  const auto bytes = build_pack(std::filesystem::path(STATION_SOURCE_DIR) / "assets", strict());
  if (!bytes) FAIL(bytes.error().message);
  CHECK(bytes->size() < 1'000'000);
  const auto content = open_pack(*bytes);
  REQUIRE(content);
  CHECK(content->lessons.size() == 12);
  CHECK(content->questions.size() >= 50);
  CHECK(content->blueprint("training")->count == 20);
}

TEST_CASE("what is no pack is corrupt", "[record]") {
  const auto bytes = build_pack(example());
  REQUIRE(bytes);
  for (const std::string& plain :
       {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"pack":"p","version":1})"),
        std::string(R"({"pack":"p","version":1,"files":[]})"), std::string(R"({"pack":"p","version":-1,"files":{}})"),
        std::string(R"({"pack":"p","version":1,"files":{"a":1}})"),
        std::string(R"({"pack":"p","version":1,"files":{"a":{"b":"c"}}})"),
        std::string(R"({"pack":"p","version":1,"files":{"a":"1","a":"2"}})"),
        std::string(R"({"pack":"p","pack":"p","version":1,"files":{}})"),
        std::string(R"({"pack":"p","version":1,"files":{},"more":1})"), std::string(100'000, '{'),
        std::string(100'000, '['), std::string(R"({"pack":"p","version":1,"files":{}} x)")}) {
    INFO(plain.substr(0, 100));
    const auto r = unpack(base::zstd_compress(plain));
    REQUIRE_FALSE(r);
    CHECK(r.error().code == base::Errc::corrupt);
  }
  CHECK(unpack(base::zstd_compress(R"({"pack":"p","version":1,"files":{},"manifest":"","signature":""})")));
  for (std::size_t n = 0; n < bytes->size(); n += 3) REQUIRE_FALSE(open_pack(bytes->substr(0, n)));
}

TEST_CASE("limits on size hold", "[record]") {
  PackLimits small;
  small.plain_bytes = 1'000;
  const auto bytes = build_pack(example());
  REQUIRE(bytes);
  CHECK_FALSE(open_pack(*bytes, small));
  CHECK_FALSE(build_pack(example(), small));
  PackLimits few;
  few.files = 3;
  CHECK_FALSE(open_pack(*bytes, few));
  PackLimits short_files;
  short_files.file_bytes = 200;
  CHECK_FALSE(open_pack(*bytes, short_files));
  // A bomb: a few kilobytes that would unpack to a gigabyte.
  CHECK_FALSE(open_pack(base::zstd_compress(std::string(40 << 20, ' '))));
}

TEST_CASE("content with random bytes changed opens or is refused, and nothing else", "[record]") {
  base::SeededRandom random(2026);
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    PackFiles files = example();
    auto it = files.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random.below(files.size())));
    std::string& text = it->second;
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0:
          text[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          text.erase(at, 1 + random.below(20));
          break;
        case 2:
          text.insert(at, text.substr(random.below(text.size()), random.below(40)));
          break;
        default:
          text.insert(at, 1, "{}[]\",:0-9e.\\~=#%"[random.below(18)]);
          break;
      }
      if (text.empty()) text = " ";
    }
    Content content;
    refused += !check_content(files, {}, content).empty();
  }
  CHECK(refused > 1'000);
}
