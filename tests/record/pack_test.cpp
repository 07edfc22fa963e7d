#include "sync/record/pack.h"

#include <catch2/catch.hpp>

#include "sync/base/crypto.h"
#include "sync/base/random.h"

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
      {"lessons/L01.json",
       R"({"id":"L01","version":2,"title":{"zh":"z","en":"Lights"},"summary":{"zh":"z","en":"s"},"minutes":2,"region":"CN",
"codes":["2007"],"icon":"traffic","steps":[
{"id":"L01-1","kind":"text","seconds":60,"title":{"zh":"z","en":"t"},"body":{"zh":"b","en":"b"},"scene":"stop-line","region":"CN",
 "law":[{"law":"Law","article":"1","quote":"q","check":"law_text"}]},
{"id":"L01-2","kind":"check","seconds":60,"title":{"zh":"z","en":"t"},"question":"Q01","region":"CN"},
{"id":"L01-33","kind":"text","seconds":90,"title":{"zh":"z","en":"t"},"body":{"zh":"b","en":"b"},"region":"33","from":"2026-05-01"}]})"}};
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

// There is exactly this problem, or it comes first.
void problem(const PackFiles& files, const std::string& text, const PackLimits& limits = {}) {
  Content content;
  const auto problems = check_content(files, limits, content);
  INFO(text);
  REQUIRE_FALSE(problems.empty());
  CHECK_THAT(to_text(problems[0]), Catch::Contains(text));
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
      " [tag:kind:hotspot] [tag:areas:0,0,100,100/200,0,90,80]\n::H1::Where?{=here ~there}\n\n// [id:C1] " + tags +
      " [tag:kind:hazard]\n::C1::Touch when a hazard begins.\n";
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
  kinds_problem(bank, "#15:0", "#=%50%15:0", "(N1): no answer is right");
  kinds_problem(bank, "-> go", "-> stop", "(M1): two pairs have the same right side");
  kinds_problem(bank, "look -> 1", "look -> 2", "(O1): the places of the steps are not 1 to 3");
  kinds_problem(bank, "200,0,90,80", "200,0,40,80", "(H1): a place of tag \"areas\" is smaller than 80");
  kinds_problem(bank, "200,0,90,80", "50,50,90,80", "(H1): two places of tag \"areas\" overlap");
  kinds_problem(bank, "/200,0,90,80", "", "(H1): tag \"areas\" does not name one place for each option");
  kinds_problem(bank, "200,0,90,80", "200,0,90", "(H1): tag \"areas\" is not x,y,width,height");
  kinds_problem(bank, "kind:hazard", "kind:film", "(C1): tag \"kind\" is none of");
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
  const std::string lesson = "lessons/L01.json", bank = "quizzes/bank.gift", english = "quizzes/bank.en.json";
  PackFiles none = example();
  none.erase("content.json");
  problem(none, "content.json: file content.json is missing");
  PackFiles no_lesson = example();
  no_lesson.erase(lesson);
  problem(no_lesson, "content.json: lessons: file lessons/L01.json is missing");
  problem(with("content.json", "\"version\":7", "\"version\":0"),
          "content.json: version: expected a whole number from 1");
  problem(with("content.json", "[\"L01\"]", "[]"), "content.json: lessons: there is none");
  problem(with("content.json", "quizzes/bank.gift", "../etc/passwd"), "is not a path inside the pack");
  problem(with("content.json", "\"scenes\"", "\"/scenes\""), "is not a path inside the pack");

  problem(with(lesson, "\"minutes\":2,", "\"minutes\":2"), "lessons/L01.json: is no JSON, see line 1");
  problem(with(lesson, "\"id\":\"L01\"", "\"id\":\"L02\""), "lessons/L01.json: id: differs");
  problem(with(lesson, "\"seconds\":60", "\"seconds\":59"),
          "lessons/L01.json: steps[0].seconds: expected a whole number from 60 to 180");
  problem(with(lesson, "\"seconds\":90", "\"seconds\":181"), "steps[2].seconds");
  problem(with(lesson, "\"seconds\":90", "\"seconds\":\"90\""), "steps[2].seconds");
  problem(with(lesson, "\"L01-2\"", "\"L01-1\""), "steps[1].id: another step has this id");
  problem(with(lesson, "\"kind\":\"check\"", "\"kind\":\"film\""), "steps[1].kind: is neither text nor check");
  problem(with(lesson, "\"question\":\"Q01\"", "\"question\":\"Q99\""),
          "steps[1].question: question \"Q99\" does not exist");
  problem(with(lesson, "\"scene\":\"stop-line\"", "\"scene\":\"gone\""),
          "steps[0].scene: scene \"gone\" does not exist");
  problem(with(lesson, "\"zh\":\"b\",", ""), "steps[0].body.zh: a text is missing");
  problem(with(lesson, "\"check\":\"law_text\"", "\"check\":\"rumour\""), "steps[0].law[0].check");
  problem(with(lesson, "\"region\":\"33\"", "\"region\":\"Zhejiang\""), "steps[2].region");
  problem(with(lesson, "2026-05-01", "2026-02-30"), "steps[2].from");
  problem(with(lesson, "\"steps\":[", "\"steps\":[7,"), "steps[0]: expected an object");

  problem(with(bank, "=behind", "~behind"), "quizzes/bank.gift: line 1 (Q01): no option is right");
  problem(with(bank, "~on the crossing", "=on the crossing\n\t~nowhere"),
          "line 1 (Q01): a question with one choice must have exactly one right option");
  problem(with(bank, "~on the crossing", "~behind the line"), "option 2 stands there twice");
  problem(with(bank, "~%50%one", "~%30%one"), "(R01): the weights");
  problem(with(bank, "[id:Q02]", "[id:Q01]"), "another question has this id");
  problem(with(bank, "[id:Q02] ", ""), "line 8: the id is missing");
  problem(with(bank, "tag:lesson:L01", "tag:lesson:L09"), "lesson \"L09\" does not exist");
  problem(with(bank, "[tag:check:law_text] ", ""), "(Q01): tag \"check\"");
  problem(with(bank, "{FALSE", "FALSE"), "line 8: GIFT error brace");
  problem(with(bank, "{FALSE####All vehicles.}", "{}"), "not essay");
  problem(with(bank, "version:3", "version:x"), "(R01): tag \"version\"");

  problem(with(english, "\"Q02\"", "\"Q03\""), "quizzes/bank.en.json: Q03: no question has this id");
  problem(with(english, "[\"behind\",\"on\"]", "[\"behind\"]"), "Q01.options: expected 2 options");
  problem(with("quizzes/scenes.json", "stop-line", "gone"), "scene \"gone\" does not exist");
  problem(with("scenes/stop-line.json", "stop-line", "other"), "scenes/stop-line.json: id: differs");
  problem(with("quizzes/blueprints.json", "\"pass\":2", "\"pass\":3"), "training.pass");
  problem(with("quizzes/blueprints.json", "\"count\":2,\"critical\"", "\"count\":3,\"critical\""),
          "only 2 national questions");
  problem(with("quizzes/blueprints.json", "\"critical\":1", "\"critical\":2"), "only 1 critical");
  problem(with("quizzes/blueprints.json", "\"L01\"", "\"L02\""), "lesson \"L02\" does not exist");
}

TEST_CASE("a lesson longer than thirty minutes is refused", "[record]") {
  std::string more;
  for (int i = 0; i < 10; ++i)
    more += R"({"id":"M)" + std::to_string(i) +
            R"(","kind":"text","seconds":180,"title":{"zh":"z"},"body":{"zh":"b"},"region":"CN"},)";
  problem(with("lessons/L01.json", "\"steps\":[", "\"steps\":[" + more), "the lesson takes 2010 seconds, at most 1800");
}

TEST_CASE("authors hear of members that nobody reads and of missing English, stations let them pass", "[record]") {
  const auto misspelt = with("lessons/L01.json", "\"icon\"", "\"ikon\"");
  problem(misspelt, "lessons/L01.json: ikon: nobody reads this member", strict());
  const auto chinese = with("lessons/L01.json", "\"zh\":\"z\",\"en\":\"Lights\"", "\"zh\":\"z\"");
  problem(chinese, "lessons/L01.json: title.en: a text is missing", strict());
  const auto minutes = with("lessons/L01.json", "\"minutes\":2", "\"minutes\":3");
  problem(minutes, "minutes: the national steps take 120 seconds", strict());
  Content content;
  for (const auto& files : {misspelt, chinese, minutes}) CHECK(check_content(files, {}, content).empty());
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
  CHECK(unpack(base::zstd_compress(R"({"pack":"p","version":1,"files":{}})")));
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
