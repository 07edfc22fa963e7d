#include "kiosk/ui/internal/text_layout.h"

#include <algorithm>
#include <string>

#include "kiosk/ui/internal/glyphs.h"

namespace station::ui::internal {

namespace {

constexpr std::u32string_view kNoLineStart =
    U"!%),.:;?]}¢°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠ー々ぁァ";
constexpr std::u32string_view kNoLineEnd = U"$([{£¥‘“〈《「『【〔〖〝﹙﹛﹝＄（．［｛￡￥#";

bool is_any(std::u32string_view set, char32_t c) {
  return set.find(c) != std::u32string_view::npos;
}

// Scripts that break between any two characters.
bool is_ideographic(char32_t c) {
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFFEF) || c >= 0x20000;
}

struct Character {
  char32_t code;
  std::size_t begin, end;  // bytes
  float width;
  bool bold = false;
};

bool may_break(const Character& before, const Character& after) {
  if (after.code == ' ' || is_any(kNoLineStart, after.code) || is_any(kNoLineEnd, before.code)) return false;
  if (before.code == ' ' || before.code == '-' || before.code == '/') return true;
  return is_ideographic(before.code) || is_ideographic(after.code);
}

// Lines as ranges of characters [first, last), the spaces at the end left out of `last`.
struct Range {
  std::size_t first, last;
  float width;
};

std::vector<Range> break_characters(const std::vector<Character>& chars, float width) {
  std::vector<Range> lines;
  auto finish = [&](std::size_t first, std::size_t last) {
    while (last > first && chars[last - 1].code == ' ') --last;
    float sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += chars[i].width;
    lines.push_back({first, last, sum});
  };
  std::size_t line = 0, place = 0;  // where the line begins; the last place where it may end (0: none)
  float used = 0;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (chars[i].code == '\n') {
      finish(line, i);
      line = i + 1;
      place = 0;
      used = 0;
      continue;
    }
    if (i > line && may_break(chars[i - 1], chars[i])) place = i;
    used += chars[i].width;
    if (used <= width || chars[i].code == ' ' || i == line) continue;
    const std::size_t end = place > line ? place : i;
    finish(line, end);
    line = end;
    place = 0;
    used = 0;
    for (std::size_t k = line; k <= i; ++k) {
      used += chars[k].width;
      if (k > line && may_break(chars[k - 1], chars[k])) place = k;
    }
  }
  if (line < chars.size() || chars.empty() || chars.back().code == '\n') finish(line, chars.size());
  return lines;
}

}  // namespace

std::vector<Line> break_lines(std::string_view text, float width, const CharacterWidth& width_of) {
  std::vector<Character> chars;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t begin = text.size() - rest.size();
    const char32_t code = next_character(rest);
    chars.push_back({code, begin, text.size() - rest.size(), code == '\n' ? 0 : width_of(code)});
  }
  std::vector<Line> lines;
  for (const Range& r : break_characters(chars, width)) {
    const std::size_t begin = r.first < chars.size() ? chars[r.first].begin : text.size();
    const std::size_t end = r.last > r.first ? chars[r.last - 1].end : begin;
    lines.push_back({text.substr(begin, end - begin), r.width});
  }
  return lines;
}

std::vector<Block> parse_rich_text(std::string_view markdown) {
  std::vector<Block> blocks;
  bool gap = false, open = false;  // open: the next plain line goes on with the last block
  auto add_runs = [](Block& block, std::string_view line) {
    bool bold = false;
    while (!line.empty()) {
      const std::size_t mark = line.find("**");
      if (mark != 0) block.runs.push_back({line.substr(0, mark), bold});
      if (mark == std::string_view::npos) break;
      bold = !bold;
      line.remove_prefix(mark + 2);
    }
  };
  while (!markdown.empty()) {
    const std::size_t end = markdown.find('\n');
    std::string_view line = markdown.substr(0, end);
    markdown.remove_prefix(end == std::string_view::npos ? markdown.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      gap = !blocks.empty();
      open = false;
      continue;
    }
    const bool bullet = line.starts_with("- ");
    if (bullet) line.remove_prefix(2);
    if (bullet || !open) {
      blocks.push_back({bullet, gap, {}});
    } else {
      const char last = blocks.back().runs.empty() ? ' ' : blocks.back().runs.back().text.back();
      if (static_cast<unsigned char>(last) < 0x80) blocks.back().runs.push_back({" ", false});
    }
    add_runs(blocks.back(), line);
    gap = false;
    open = true;
  }
  return blocks;
}

int break_runs(const std::vector<Run>& runs, float width, const std::function<float(char32_t, bool bold)>& width_of,
               std::vector<Piece>& out) {
  std::vector<Character> chars;
  std::vector<std::string_view> texts;  // of each character
  for (const Run& run : runs)
    for (std::string_view rest = run.text; !rest.empty();) {
      const std::string_view before = rest;
      const char32_t code = next_character(rest);
      texts.push_back(before.substr(0, before.size() - rest.size()));
      chars.push_back({code, 0, 0, width_of(code, run.bold), run.bold});
    }
  const auto lines = break_characters(chars, width);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    float x = 0;
    for (std::size_t i = lines[n].first; i < lines[n].last;) {
      Piece piece{texts[i], chars[i].bold, x, static_cast<int>(n)};
      std::size_t k = i;
      // Characters of one weight that follow each other in memory make one piece.
      auto follows = [&](std::size_t c) {
        return c == i || texts[c].data() == texts[c - 1].data() + texts[c - 1].size();
      };
      for (; k < lines[n].last && chars[k].bold == piece.bold && follows(k); ++k) x += chars[k].width;
      piece.text = {texts[i].data(),
                    static_cast<std::size_t>(texts[k - 1].data() + texts[k - 1].size() - texts[i].data())};
      out.push_back(piece);
      i = k;
    }
  }
  return static_cast<int>(lines.size());
}

}  // namespace station::ui::internal
