// Questions in GIFT text: learning rules, section 2. Examples of 2.9 are literal.
#include "sync/rules/gift.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;
using Json = nlohmann::json;

namespace {

constexpr const char* kExample = R"(// 路口题 [id:demo-1] [tag:路口]
::路口::绿灯亮但前方路口堵死，应当{
=在路口外等候#对
~%-50%跟车挤过去#错
####见实施条例第六十八条
}

骑车时{~可以 =不得}手中持物。

::限速::非机动车道内最高时速（公里）？{#15:0 =%50%15:1#接近}
)";

std::vector<GiftItem> read(std::string_view text) {
  auto items = read_gift(text);
  REQUIRE(items);
  return std::move(*items);
}

GiftItem one(std::string_view text) {
  auto items = read(text);
  REQUIRE(items.size() == 1);
  return items.front();
}

std::string error_of(std::string_view text) {
  const GiftItem item = one(text);
  return item.type == GiftType::error ? to_string(item.error) : to_string(item.type);
}

std::string again(std::span<const GiftItem> items) {
  return write_gift(items).text;
}

// Reading back what was written gives the same JSON.
void check_round_trip(std::string_view text) {
  const auto items = read(text);
  const GiftWritten written = write_gift(items);
  INFO(text << "\n-> " << written.text);
  CHECK(written.problems.empty());
  CHECK(gift_to_json(read(written.text)) == gift_to_json(items));
}

}  // namespace

TEST_CASE("the printed questions are read as printed", "[rules]") {
  const Json expected =
      Json::parse(R"([{"type":"multichoice","single":true,"name":"路口","idnumber":"demo-1","tags":["路口"],
    "text":"绿灯亮但前方路口堵死，应当","format":"moodle","generalfeedback":"见实施条例第六十八条","generalfeedbackformat":"moodle",
    "answers":[{"text":"在路口外等候","format":"moodle","fraction":1,"feedback":"对","feedbackformat":"moodle"},
               {"text":"跟车挤过去","format":"moodle","fraction":-0.5,"feedback":"错","feedbackformat":"moodle"}]},
   {"type":"multichoice","single":true,"name":null,"idnumber":"","tags":[],"text":"骑车时_____手中持物。","format":"moodle",
    "generalfeedback":"","generalfeedbackformat":"moodle",
    "answers":[{"text":"可以","format":"moodle","fraction":0,"feedback":"","feedbackformat":"moodle"},
               {"text":"不得","format":"moodle","fraction":1,"feedback":"","feedbackformat":"moodle"}]},
   {"type":"numerical","name":"限速","idnumber":"","tags":[],"text":"非机动车道内最高时速（公里）？","format":"moodle",
    "generalfeedback":"","generalfeedbackformat":"moodle",
    "answers":[{"answer":15,"tolerance":0,"fraction":1,"feedback":"","feedbackformat":"moodle"},
               {"answer":15,"tolerance":1,"fraction":0.5,"feedback":"接近","feedbackformat":"moodle"}]}])");
  CHECK(Json::parse(gift_to_json(read(kExample))) == expected);
}

TEST_CASE("the printed questions are written as printed", "[rules]") {
  CHECK(again(read(kExample)) ==
        "// question: demo-1  name: 路口\n"
        "// [id:demo-1] [tag:路口]\n"
        "::路口::绿灯亮但前方路口堵死，应当{\n"
        "\t=在路口外等候#对\n"
        "\t~%-50%跟车挤过去#错\n"
        "\t####见实施条例第六十八条\n"
        "}\n"
        "\n"
        "// question: 2  name: \n"
        "骑车时_____手中持物。{\n"
        "\t~可以\n"
        "\t=不得\n"
        "}\n"
        "\n"
        "// question: 3  name: 限速\n"
        "::限速::非机动车道内最高时速（公里）？{#\n"
        "\t=%100%15:0#\n"
        "\t=%50%15:1#接近\n"
        "}\n"
        "\n");
}

TEST_CASE("the printed lint report comes out as printed", "[rules]") {
  const auto items = read(
      "::甲::头盔应当{~挂在车把上 ~放在餐箱里 ~挂在车把上}\n\n::乙::缺右括号{=对\n\n::丙::头盔应当{=扣好 ~挂着}\n");
  const GiftLint lint = lint_gift(items);
  CHECK(lint.rejects());
  CHECK(Json::parse(to_json(lint)) ==
        Json::parse(R"({"questions":2,"categories":0,"parse_errors":[{"line":3,"error":"brace"}],
          "no_correct_option":["甲"],"numeric_catch_all":[],"duplicate_options_in_item":["甲"],
          "duplicate_stems_groups":1,"surplus_duplicate_stems":1,"option_count_histogram":{"2":1,"3":1}})"));
  CHECK(import_effects(items) ==
        std::vector<ImportEffect>{ImportEffect::rejected, ImportEffect::rejected, ImportEffect::draft});
}

TEST_CASE("blocks end at empty lines and at a lone zero, in any line ending", "[rules]") {
  CHECK(read("a{T}\r\n\r\nb{F}").size() == 2);
  CHECK(read("a{T}\r\rb{F}\r").size() == 2);
  CHECK(read("a{T}\n \t \nb{F}\n\n\n").size() == 2);
  CHECK(read("a{T}\n0\nb{F}").size() == 2);
  CHECK(one("a{=\n1\n}").answers[0].text.text == "1");
  CHECK(read("\xEF\xBB\xBF::n::a{T}").front().name == "n");
  CHECK(read("").empty());
  CHECK(read("// only a comment\n\n//another").empty());
  CHECK(read("a{T}\n\n\n// c\nb{F}")[1].line == 4);
  CHECK(one("全角空格\xE3\x80\x80{T}").stem.text == "全角空格\xE3\x80\x80");
}

TEST_CASE("text that is not UTF-8 is refused with its line", "[rules]") {
  const auto items = read_gift("a{T}\n\nb\xFF{F}");
  REQUIRE_FALSE(items);
  CHECK(items.error().message == "line 3 is not UTF-8 text; save the file as UTF-8");
  CHECK(read_gift(std::string_view("a\0b{T}", 6)));
  CHECK_FALSE(read_gift("\xF8{T}"));
}

TEST_CASE("escapes lose their control meaning and nothing else", "[rules]") {
  CHECK(one(R"(a\{b\}\=\~\#\:\\c\d{T})").stem.text == R"(a{b}=~#:\c\d)");
  CHECK(one(R"(one\ntwo{T})").stem.text == "one\ntwo");
  CHECK(one(R"(\\:\\:x::{T})").name == std::nullopt);
  CHECK(one(R"(::a\\::b{T})").name == "a\\");
  CHECK(one("＝｛～＃｝{T}").stem.text == "＝｛～＃｝");
  CHECK(one(R"(a{T}\})").stem.text == "a_____}");
  CHECK(one("a\\").stem.text == "a\\");
}

TEST_CASE("a category is decoded and applies to what follows", "[rules]") {
  const auto items = read("$CATEGORY: 交通/信号灯 \\: 路口//转弯\n\na{T}");
  REQUIRE(items.size() == 2);
  CHECK(items[0].category == "交通/信号灯 : 路口//转弯");
  CHECK(gift_to_json(std::span(items).first(1)) == R"([{"type":"category","category":"交通/信号灯 : 路口//转弯"}])");
}

TEST_CASE("a name stands between two pairs of colons", "[rules]") {
  CHECK(one(":: 名 ::题{T}").name == "名");
  CHECK(one("::题{T}").name == std::nullopt);
  CHECK(one("::题{T}").stem.text == "题");
  CHECK(one("::a\\:\\:b::题{T}").name == "a::b");
}

TEST_CASE("the first braces hold the answers", "[rules]") {
  CHECK(one("a{T} b").stem.text == "a_____ b");
  CHECK(one("a{T}b {x}").stem.text == "ab {x}");
  CHECK(one("just text").type == GiftType::description);
  CHECK(error_of("a{T") == "brace");
  CHECK(error_of("a T}") == "brace");
  CHECK(error_of("a}b{") == "brace");
}

TEST_CASE("the type follows from the answer block, in the stated order", "[rules]") {
  CHECK(error_of("q{}") == "essay");
  CHECK(error_of("q{ \n }") == "essay");
  CHECK(error_of("q{#5}") == "numerical");
  CHECK(error_of("q{=a ~b}") == "multichoice");
  CHECK(error_of("q{=a -> b =c -> d}") == "match");
  CHECK(error_of("q{T}") == "truefalse");
  CHECK(error_of("q{FALSE#no}") == "truefalse");
  CHECK(error_of("q{ TRUE # a # b}") == "truefalse");
  CHECK(error_of("q{true}") == "shortanswer");
  CHECK(error_of("q{a -> b}") == "shortanswer");
  CHECK(error_of("q{####f}") == "essay");
}

TEST_CASE("errors of the answer block have their names", "[rules]") {
  CHECK(error_of("q{~a}") == "min2");
  CHECK(error_of("q{0}") == "min1");
  CHECK(error_of("q{#}") == "nonumericalanswers");
  CHECK(error_of("q{#~f}") == "nonumericalanswers");
  CHECK(error_of("q{#1..b}") == "notnumbers");
  CHECK(error_of("q{#1:b}") == "notnumbers");
  CHECK(error_of("q{#1:1e999}") == "notnumbers");
  CHECK(error_of("q{=a->b}") == "min2");
  CHECK(error_of("q{=a->b =c}") == "matchformat");
  CHECK(gift_to_json(read("q{~a}")) == R"([{"type":"error","error":"min2"}])");
}

TEST_CASE("weights are what the rule says and everything else is text", "[rules]") {
  const auto answers = one("q{~%100%a ~%-50%b ~%33.33333%c ~%--5%d ~%.5%e ~%1/2%f ~%5.%g ~ %7% h ~%%i ~%12}").answers;
  REQUIRE(answers.size() == 10);
  const double weights[] = {1, -0.5, 0.3333333, 0, 0, 0, 0.05, 0.07, 0, 0};
  const char* texts[] = {"a", "b", "c", "d", "%.5%e", "%1/2%f", "g", "h", "%%i", "%12"};
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(answers[i].fraction == Approx(weights[i]).margin(1e-9));
    CHECK(answers[i].text.text == texts[i]);
  }
  CHECK(one("q{=%50%a ~b}").answers[0].text.text == "%50%a");
  CHECK(one("q{%25%a}").answers[0].fraction == 0.25);
}

TEST_CASE("an unescaped equals sign starts a new right option", "[rules]") {
  const auto answers = one("q{~a=b ~c}").answers;
  REQUIRE(answers.size() == 3);
  CHECK((answers[1].text.text == "b" && answers[1].fraction == 1));
  CHECK_FALSE(one("q{~%50%a ~%50%b}").single);
}

TEST_CASE("an empty or zero first piece is dropped, later ones stay", "[rules]") {
  CHECK(one("q{0 ~a ~b}").answers.size() == 2);
  CHECK(one("q{x ~a}").answers.size() == 2);
  CHECK(one("q{~a ~0 ~}").answers.size() == 3);
  CHECK(one("q{=}").answers.front().text.text.empty());
}

TEST_CASE("numerical answers are values, tolerances, ranges and the catch-all", "[rules]") {
  const auto a = one("q{#=10..20 =5:.5#near =%25%-1e2 =x ~#no}").answers;
  REQUIRE(a.size() == 5);
  CHECK((a[0].number == 15.0 && a[0].tolerance == 5.0 && a[0].fraction == 1));
  CHECK((a[1].number == 5.0 && a[1].tolerance == 0.5 && a[1].feedback.text == "near"));
  CHECK((a[2].number == -100.0 && a[2].tolerance == 0.0 && a[2].fraction == 0.25));
  CHECK((!a[3].number && a[3].tolerance == 0.0 && a[3].fraction == 1));
  CHECK((!a[4].number && !a[4].tolerance && a[4].fraction == 0 && a[4].feedback.text == "no"));
  CHECK(one("q{#..5}").answers[0].number == std::nullopt);  // ".." at the very start is no range
  CHECK(one("q{#:5}").answers[0].number == std::nullopt);
  CHECK(one("q{#+5}").answers[0].number == 5.0);
  CHECK(one("q{#5.}").answers[0].number == 5.0);
  for (const char* word : {"inf", "nan", "+-5", "0x10", "5e", ".", "1,5", "1e999"}) {
    INFO(word);
    CHECK(one("q{#" + std::string(word) + "}").answers[0].number == std::nullopt);
  }
  CHECK(one("q{#1e-999}").answers[0].number == 0.0);
}

TEST_CASE("pairs have a formatted left and a plain right side", "[rules]") {
  const auto pairs = one("q{=[html]<b>红灯</b> -> 停 = -> 干扰 =黄灯->越线的继续 -> 可以}").pairs;
  REQUIRE(pairs.size() == 3);
  CHECK((pairs[0].left.text == "<b>红灯</b>" && pairs[0].left.format == TextFormat::html && pairs[0].right == "停"));
  CHECK((pairs[1].left.text.empty() && pairs[1].right == "干扰"));
  CHECK(pairs[2].right == "越线的继续 -> 可以");
}

TEST_CASE("true-false feedback goes to the wrong and to the right reply", "[rules]") {
  const GiftItem t = one("q{TRUE#wrong#right}"), f = one("q{F#wrong#right#more}");
  CHECK((t.correct && t.feedback_if_answer_true.text == "right" && t.feedback_if_answer_false.text == "wrong"));
  CHECK((!f.correct && f.feedback_if_answer_true.text == "wrong" && f.feedback_if_answer_false.text == "right#more"));
  CHECK(one("q{T#wrong}").feedback_if_answer_true.text.empty());
  CHECK((truefalse_mark(t, true) == 1 && truefalse_mark(t, false) == 0));
}

TEST_CASE("formats are inherited from the stem and taken from a tag at the very start", "[rules]") {
  const GiftItem q = one("::n::[html]<p>x</p>{=[plain]a#[markdown]b ~ [moodle]c ~[other]d####[plain]g}");
  CHECK((q.stem.text == "<p>x</p>" && q.stem.format == TextFormat::html));
  CHECK((q.answers[0].text.format == TextFormat::plain && q.answers[0].feedback.format == TextFormat::markdown));
  CHECK((q.answers[1].text.format == TextFormat::moodle && q.answers[1].feedback.format == TextFormat::html));
  CHECK((q.answers[2].text.text == "[other]d" && q.answers[2].text.format == TextFormat::html));
  CHECK((q.generalfeedback.text == "g" && q.generalfeedback.format == TextFormat::plain));
  CHECK(one("q{T#### [plain]g}").generalfeedback.text == "[plain]g");
  CHECK(one("q{T####a####b}").generalfeedback.text == "b");
}

TEST_CASE("id and tags come from the comments of the block", "[rules]") {
  const GiftItem q = one("// [tag:一] [id: a\\]b ] [id:second]\nq{\n// [tag:x<y] [tag:two words ]\nT}");
  CHECK(q.idnumber == "a]b");
  CHECK(q.tags == std::vector<std::string>{"一", "two words"});
  CHECK(q.stem.text == "q");
  CHECK(one("// [id:open\nq{T}").idnumber.empty());
  CHECK(one("// [id:a\\]\nq{T}").idnumber == "a\\");
  CHECK(one("//[id:a\tb] [id:c]\nq{T}").idnumber == "c");
  CHECK(one("q [id:no]{T}").idnumber.empty());
}

TEST_CASE("lint names items by id, name or position and counts what it finds", "[rules]") {
  const auto items = read(
      "$CATEGORY: c\n\n// [id:i1]\n::n1::a{~x ~y}\n\n::n2::b{#=* }\n\nq{=%0%a}\n\nm{~%50%a ~%40%b "
      "~c}\n\nx{\n\nx{T}\n\nx{F}");
  const GiftLint lint = lint_gift(items);
  CHECK(lint.categories == 1);
  CHECK(lint.questions == 6);
  CHECK(lint.no_correct_option == std::vector<std::string>{"i1", "#3"});
  CHECK(lint.numeric_catch_all == std::vector<std::string>{"n2"});
  CHECK(lint.weights_not_full == std::vector<std::string>{"#4"});
  CHECK(lint.parse_errors == std::vector<GiftLint::ParseError>{{12, GiftError::brace}});
  CHECK((lint.duplicate_stems_groups == 1 && lint.surplus_duplicate_stems == 1));
  CHECK(lint.option_count_histogram == std::map<int, int>{{2, 1}, {3, 1}});
  CHECK_FALSE(lint_gift(read(kExample)).rejects());
}

TEST_CASE("replies earn the weights of what was chosen", "[rules]") {
  const GiftItem multi = one("q{~%50%a ~%50%b ~%-100%c}");
  CHECK(multichoice_mark(multi, std::vector{0, 1}) == 1);
  CHECK(multichoice_mark(multi, std::vector{0}) == 0.5);
  CHECK(multichoice_mark(multi, std::vector{0, 1, 2}) == 0);
  CHECK(multichoice_mark(multi, std::vector{0, 0, 7, -1}) == 0.5);
  CHECK(multichoice_mark(multi, std::vector<int>{}) == 0);
  const GiftItem single = one("q{=a ~%50%b ~c}");
  CHECK(multichoice_mark(single, std::vector{0}) == 1);
  CHECK(multichoice_mark(single, std::vector{1}) == 0.5);
  CHECK(multichoice_mark(single, std::vector{0, 1}) == 0);
  const GiftItem number = one("q{#=15:0 =%50%15:1 ~#no}");
  CHECK(numerical_mark(number, 15) == 1);
  CHECK(numerical_mark(number, 16) == 0.5);
  CHECK(numerical_mark(number, 17) == 0);
  CHECK(numerical_mark(one("q{#0.3:0}"), 0.1 + 0.2) == 1);
}

TEST_CASE("what was written reads back the same", "[rules]") {
  check_round_trip(kExample);
  check_round_trip(
      "// [id:a\\]b] [tag:c\\\\]d]\n::n\\:\\:m\\n[x]::[html]s\\n\\{t\\}{~%33.33333%[moodle]a#[plain]f "
      "~%0%b####[plain]g}");
  check_round_trip("q{#=10..20 =%25%-1e2:0.125#x =y ~#no####g}");
  check_round_trip("q{#5 ~}");
  check_round_trip("q{=a -> b = -> [html]c = [plain]d -> e -> f}");
  check_round_trip("q{T}\n\nq{F#w}\n\nq{T##r}\n\nq{T#w#r####g}\n\nq{F####g}");
  check_round_trip("q{}\n\nq{####g}\n\n::n::\n\n::n::0\n\n::0::x{T}\n\n$CATEGORY: a\\:b/c\n\n::n:://x{=%5%a#b =c}");
  check_round_trip("q{=a ~= =b}");
  check_round_trip("q{~%100%a =b}");               // all right: the block still needs a '~'
  check_round_trip("q{~\\%50\\%a ~%0%%50%b =c}");  // a text that looks like a weight
  check_round_trip("q{a -> b#c}");                 // an arrow without '='
  check_round_trip("q{~a ~b ~[moodle][html]x}");
  check_round_trip("// [id:a\\ ]\nq{T}");
  check_round_trip("[moodle][plain]x{T}");
}

TEST_CASE("what GIFT cannot hold is named and left out, the rest is written", "[rules]") {
  auto items = read("a{T}\n\nb{F}");
  items[0].stem.text = "// c";
  GiftWritten w = write_gift(items);
  REQUIRE(w.problems.size() == 1);
  CHECK(w.problems[0].element == 1);
  CHECK(w.problems[0].why.find("needs a name") != std::string::npos);
  CHECK(gift_to_json(read(w.text)) == gift_to_json(std::span(items).subspan(1)));
  items[0].name = "c";
  CHECK(write_gift(items).problems.empty());
  items[0].tags = {"a\nb"};
  CHECK(write_gift(items).problems.size() == 1);
  const auto broken = read("a{");
  CHECK(write_gift(broken).problems.size() == 1);
}

TEST_CASE("JSON of questions is read back and its mistakes are named by element and member", "[rules]") {
  const auto items =
      read(std::string(kExample) + "\n$CATEGORY: x\n\nm{=a->b =c->d}\n\nt{T#w#r}\n\ne{}\n\nd\n\ns{=%50%x#y}\n\nerr{");
  const auto back = gift_from_json(gift_to_json(items, 2));
  REQUIRE(back);
  REQUIRE(back->size() == items.size());
  for (std::size_t i = 0; i < items.size(); ++i) CHECK(items[i].same((*back)[i]));

  const auto complaint = [](const char* json) { return gift_from_json(json).error().message; };
  CHECK(complaint("{") == "questions: not JSON");
  CHECK(complaint("{}") == "questions: expected an array");
  CHECK(complaint("[1]") == "questions[0]: expected an object");
  CHECK(complaint(R"([{"type":"riddle"}])") == "questions[0].type: \"riddle\" is not known");
  CHECK(complaint(R"([{"type":"category","category":7}])") == "questions[0].category: expected a text");
  CHECK(complaint(
            R"([{"type":"multichoice","single":true,"name":null,"idnumber":"","tags":[],"text":"q","format":"moodle",
    "generalfeedback":"","generalfeedbackformat":"moodle","answers":[{"text":"a","format":"moodle","fraction":"1",
    "feedback":"","feedbackformat":"moodle"}]}])") == "questions[0].answers[0].fraction: expected a number");
}

TEST_CASE("any bytes are read without harm and anything read can be written and read again", "[rules]") {
  base::SeededRandom random(3);
  const std::vector<std::string> parts{"::",   "{",          "}",      "=",    "~",     "#",  "####", "->", "%50%",
                                       "%-5%", "\\",         "\\n",    "\n",   "\n\n",  "0",  "1.5",  ":",  "..",
                                       " ",    "//",         "[html]", "[id:", "[tag:", "]",  "TRUE", "F",  "路",
                                       "a",    "$CATEGORY:", "\t",     "{#",   "=a",    "~b", "{=",   "{~", "}\n\n"};
  std::size_t questions = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    const auto n = random.below(30);
    for (std::uint64_t i = 0; i < n; ++i) text += parts[random.below(parts.size())];
    const auto items = read(text);
    questions += items.size();
    const GiftWritten written = write_gift(items);
    std::vector<bool> left_out(items.size() + 1);
    for (const auto& p : written.problems) left_out[p.element] = true;
    // An empty text keeps no format of its own, for no tag is written before it; feedback of true-false items has none
    // in JSON.
    const auto plain = [](std::vector<GiftItem> all) {
      const auto drop = [](GiftText& t, TextFormat inherited) {
        if (t.text.empty()) t.format = inherited;
      };
      for (GiftItem& q : all) {
        if (q.stem.text.empty()) q.stem.format = TextFormat::moodle;
        drop(q.generalfeedback, q.stem.format);
        for (GiftAnswer& a : q.answers) drop(a.feedback, q.stem.format), drop(a.text, q.stem.format);
        for (GiftPair& p : q.pairs) drop(p.left, q.stem.format);
      }
      return gift_to_json(all);
    };
    std::vector<GiftItem> kept;
    bool empty_stem_with_format = false;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (!left_out[i + 1]) {
        kept.push_back(items[i]);
        empty_stem_with_format |= items[i].stem.text.empty() && items[i].stem.format != TextFormat::moodle;
        CHECK((items[i].type == GiftType::error || items[i].line > 0));
      } else {
        INFO(text);
        CHECK((items[i].type == GiftType::error || !items[i].name || items[i].type == GiftType::shortanswer));
      }
    if (empty_stem_with_format) continue;
    INFO(text << "\n=>\n" << written.text);
    REQUIRE(plain(read(written.text)) == plain(kept));
  }
  CHECK(questions > 4000);

  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random.below(80), '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    if (const auto items = read_gift(bytes)) CHECK_FALSE(gift_to_json(*items).empty());
  }
}
