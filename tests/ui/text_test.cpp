#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "kiosk/ui/internal/glyphs.h"
#include "kiosk/ui/internal/text_layout.h"
#include "kiosk/ui/strings.h"
#include "tests/app/temp_dir.h"
#include "tests/ui/samples.h"

using namespace station;
using namespace station::ui;
using namespace station::ui::internal;

namespace {

// Chinese characters 10 wide, others 5.
float width_of(char32_t c) {
  return c < 0x2E80 ? 5.0f : 10.0f;
}

std::vector<std::string> broken(std::string_view text, float width) {
  std::vector<std::string> out;
  for (const Line& line : break_lines(text, width, width_of)) out.emplace_back(line.text);
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Chinese breaks between any two characters, Latin only between words", "[text]") {
  CHECK(broken("停在停止线后面", 40) == Lines{"停在停止", "线后面"});
  CHECK(broken("stop behind the line", 60) == Lines{"stop behind", "the line"});
  CHECK(broken("限速 15km/h 以内", 50) == Lines{"限速 15km/", "h 以内"});
  CHECK(broken("一二\n三", 100) == Lines{"一二", "三"});
  CHECK(broken("", 100) == Lines{""});
}

TEST_CASE("No line begins with closing or ends with opening punctuation", "[text]") {
  CHECK(broken("红灯亮了，停下", 40) == Lines{"红灯亮", "了，停下"});
  CHECK(broken("看这个（自行车灯）", 40) == Lines{"看这个", "（自行车", "灯）"});
  CHECK(broken("他说：“好。”", 40) == Lines{"他说：", "“好。”"});
  // Two signs in a row take their character with them.
  CHECK(broken("一二三四。”", 40) == Lines{"一二三", "四。”"});
}

TEST_CASE("Numbers and words stay whole, and a word wider than the line is broken inside", "[text]") {
  CHECK(broken("共1285分", 45) == Lines{"共1285分"});
  CHECK(broken("一共是1285分", 45) == Lines{"一共是", "1285分"});
  CHECK(broken("abcdefghij", 25) == Lines{"abcde", "fghij"});
}

TEST_CASE("Spaces at a break are left out and do not count for the width", "[text]") {
  const auto lines = break_lines("ab   cd", 12, width_of);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == "ab");
  CHECK(lines[0].width == 10);
  CHECK(lines[1].text == "cd");
}

TEST_CASE("Rich text knows paragraphs, points and bold parts", "[text]") {
  const auto blocks = parse_rich_text("**停**在线后\n再走\n\n- 一\n- two **three**\nfour\n");
  REQUIRE(blocks.size() == 3);
  CHECK_FALSE(blocks[0].bullet);
  REQUIRE(blocks[0].runs.size() == 3);
  CHECK(blocks[0].runs[0].bold);
  CHECK(blocks[0].runs[0].text == "停");
  CHECK(blocks[0].runs[2].text == "再走");
  CHECK(blocks[1].bullet);
  CHECK(blocks[1].gap_before);
  CHECK(blocks[2].bullet);
  CHECK_FALSE(blocks[2].gap_before);
  std::string joined;
  for (const Run& run : blocks[2].runs) joined += run.text;
  CHECK(joined == "two three four");
}

TEST_CASE("A line of two weights breaks as one text", "[text]") {
  std::vector<Piece> pieces;
  const auto blocks = parse_rich_text("红灯**亮了，停**下");
  const int lines = break_runs(
      blocks[0].runs, 40, [](char32_t c, bool) { return width_of(c); }, pieces);
  CHECK(lines == 2);
  REQUIRE(pieces.size() == 4);
  CHECK(pieces[0].text == "红灯");
  CHECK(pieces[1].text == "亮");
  CHECK(pieces[1].bold);
  CHECK(pieces[1].x == 20);
  CHECK(pieces[2].text == "了，停");
  CHECK(pieces[2].line == 1);
  CHECK(pieces[3].text == "下");
}

TEST_CASE("Broken UTF-8 becomes replacement characters and never stops the reading", "[text]") {
  auto decoded = [](std::string_view text) {
    std::u32string out;
    while (!text.empty()) out += next_character(text);
    return out;
  };
  CHECK(decoded("a驿𬭚") == U"a驿\U0002CB5A");
  CHECK(decoded("\xE9\xA9") == U"\uFFFD\uFFFD");
  CHECK(decoded("\xC0\x80x") == U"\uFFFD\uFFFDx");
  CHECK(decoded("\xED\xA0\x80") == std::u32string(1, U'\uFFFD'));
  CHECK(decoded("\xF5z") == U"\uFFFDz");
}

TEST_CASE("Rare characters of names are drawn, what no font has becomes a geta mark and is counted", "[text]") {
  auto glyphs = Glyphs::open({});
  REQUIRE(glyphs);
  std::vector<std::uint8_t> pixels(512 * 512);
  (*glyphs)->use_region({pixels.data(), 512, 0, 0, 512, 512});
  const int slot = (*glyphs)->slot(Face::regular, 46);
  CHECK((*glyphs)->has(U'驿'));
  CHECK((*glyphs)->has(U'\U0002CB5A'));
  CHECK((*glyphs)->glyph(slot, U'驿').w > 20);
  CHECK((*glyphs)->glyph(slot, U'\U0002CB5A').w > 20);
  CHECK((*glyphs)->missing() == 0);
  const Glyph lost = (*glyphs)->glyph(slot, U'\U000F1234');
  CHECK((*glyphs)->missing() == 1);
  CHECK(lost.advance == (*glyphs)->glyph(slot, U'〓').advance);
  const auto made = (*glyphs)->made();
  CHECK((*glyphs)->width(slot, "驿驿驿") == 3.0f * (*glyphs)->glyph(slot, U'驿').advance);
  CHECK((*glyphs)->made() == made);
}

TEST_CASE("A full glyph region is reported and starts anew with another generation", "[text]") {
  auto glyphs = Glyphs::open({});
  REQUIRE(glyphs);
  std::vector<std::uint8_t> pixels(64 * 64);
  (*glyphs)->use_region({pixels.data(), 64, 0, 0, 64, 64});
  const auto generation = (*glyphs)->generation();
  const int slot = (*glyphs)->slot(Face::bold, 46);
  for (char32_t c = U'一'; c < U'一' + 12 && !(*glyphs)->full(); ++c) (*glyphs)->glyph(slot, c);
  CHECK((*glyphs)->full());
  (*glyphs)->clear();
  CHECK_FALSE((*glyphs)->full());
  CHECK((*glyphs)->generation() == generation + 1);
  CHECK((*glyphs)->glyph(slot, U'十').w > 0);
}

TEST_CASE("A font file that is missing or holds no such face is named", "[text]") {
  const auto missing = Glyphs::open({.regular = "/nowhere/font.ttc"});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("/nowhere/font.ttc") != std::string::npos);
  const auto wrong_face = Glyphs::open({.text_face = 99});
  REQUIRE_FALSE(wrong_face);
  CHECK(wrong_face.error().message.find("99") != std::string::npos);
}

TEST_CASE("Words get their arguments, and a key that does not exist is shown and remembered", "[strings]") {
  const StringTable table({{"a", "还剩 {0} 天，共 {1} 次"}, {"b", "{0}{0} {2} {x"}, {"c", "one"}});
  CHECK(table.tr("a", {"3", "12"}) == "还剩 3 天，共 12 次");
  CHECK(table.tr("b", {"7"}) == "77 {2} {x");
  CHECK(table.tr("c") == "one");
  CHECK(table.missing().empty());
  CHECK(table.tr("no.such", {"1"}) == "no.such");
  CHECK(table.missing() == std::set<std::string>{"no.such"});
}

TEST_CASE("A file of words that cannot be read is refused with its name and key", "[strings]") {
  const test::TempDir folder;
  auto write = [&](const char* text) { std::ofstream(folder.path() / "zh.json") << text; };
  const auto absent = StringTable::load(folder.path(), "zh");
  REQUIRE_FALSE(absent);
  write("{\"a\": \"x\", ");
  auto broken_file = StringTable::load(folder.path(), "zh");
  REQUIRE_FALSE(broken_file);
  CHECK(broken_file.error().message.find("zh.json") != std::string::npos);
  write("{\"a\": 3}");
  auto number = StringTable::load(folder.path(), "zh");
  REQUIRE_FALSE(number);
  CHECK(number.error().message.find("\"a\"") != std::string::npos);
  write("{\"a\": \"x\"}");
  REQUIRE(StringTable::load(folder.path(), "zh"));
}

TEST_CASE("Paragraphs wrap inside their box, end in an ellipsis where asked, and say when they are cut", "[text]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  ui->probe().record(true);
  Canvas& c = ui->begin_frame(0.016f);
  const std::string text = "湿路面刹车距离大约是干路面的两倍，先松油门，再轻刹，不要急转。";
  const float width = 400;
  const float height = c.paragraph_height(text, width);
  CHECK(c.paragraph({100, 100, width, height}, text) == height);
  CHECK(height == 3 * c.line_height(Type::body));
  c.paragraph({100, 600, width, 92}, text, {.ellipsis = true, .max_lines = 2, .id = "kept"});
  c.paragraph({100, 800, width, 92}, text, {.max_lines = 2, .id = "lost"});
  c.text(Rect{100, 1000, 120, 60}, text, {.ellipsis = true, .id = "short"});
  ui->end_frame();
  int cut = 0;
  for (const ProbeItem& item : ui->probe().items()) {
    if (item.role != Role::text) continue;
    CHECK(item.allowed.contains(item.rect, 1));
    if (item.cut) ++cut;
  }
  CHECK(cut == 2);  // both lines of "lost"
  CHECK(ui->probe().find("short")->label.ends_with("…"));
}
