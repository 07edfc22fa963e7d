#pragma once

#include <functional>
#include <string_view>
#include <vector>

// Where lines may break, by the habits of Chinese and English setting.
namespace station::ui::internal {

struct Line {
  std::string_view text;  // without the spaces at its end
  float width = 0;
};

// Width of one character in pixels.
using CharacterWidth = std::function<float(char32_t)>;

// Lines no wider than `width` (a single word that is wider is broken inside). '\n' always breaks. No line begins with
// closing punctuation (，。、！？：；）》」…) nor ends with opening punctuation (（《「…); Latin words and numbers stay
// whole.
std::vector<Line> break_lines(std::string_view text, float width, const CharacterWidth& width_of);

// The parts of lesson text.
struct Run {
  std::string_view text;
  bool bold = false;
};
struct Block {
  bool bullet = false;
  bool gap_before = false;  // an empty line stood before
  std::vector<Run> runs;
};
// Paragraphs, points ("- ") and **bold**; lines of one paragraph are joined.
std::vector<Block> parse_rich_text(std::string_view markdown);

// A piece of a line of rich text with its place.
struct Piece {
  std::string_view text;
  bool bold = false;
  float x = 0;
  int line = 0;
};
// Breaks runs of two weights as one text. Returns the number of lines.
int break_runs(const std::vector<Run>& runs, float width, const std::function<float(char32_t, bool bold)>& width_of,
               std::vector<Piece>& out);

}  // namespace station::ui::internal
