#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "sync/base/bytes.h"
#include "sync/rules/gift.h"
#include "sync/rules/gift_text.h"

namespace station::rules {

using base::Errc;
using base::fail;
using gift::trim;

namespace {

// An escaped character travels through the cutting as one byte that valid UTF-8 never holds: 0xF8 + its place in
// kControl; 0xFE is the escaped line break.
constexpr unsigned char kFirstMark = 0xF8, kBreakMark = 0xFE;

std::string mark_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const std::size_t control = next == '\0' ? std::string_view::npos : gift::kControl.find(next);
    if (text[i] != '\\') {
      out += text[i];
    } else if (control != std::string_view::npos) {
      out += static_cast<char>(kFirstMark + control);
      ++i;
    } else if (next == 'n') {
      out += static_cast<char>(kBreakMark);
      ++i;
    } else {
      out += '\\';
      if (next == '\\') ++i;
    }
  }
  return out;
}

std::string decode(std::string_view marked) {
  std::string out;
  out.reserve(marked.size());
  for (const char c : marked) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte == kBreakMark ? '\n' : byte >= kFirstMark && byte < kBreakMark ? gift::kControl[byte - kFirstMark] : c;
  }
  return out;
}

std::string plain_text(std::string_view marked) {
  return std::string(trim(decode(marked)));
}

// Step 9: the tag must be the very first character.
GiftText formatted_text(std::string_view marked, TextFormat inherited) {
  GiftText out{{}, inherited};
  for (std::size_t i = 0; i < std::size(gift::kTags); ++i)
    if (marked.starts_with(gift::kTags[i])) {
      marked.remove_prefix(gift::kTags[i].size());
      out.format = static_cast<TextFormat>(i);
      break;
    }
  out.text = plain_text(marked);
  return out;
}

std::optional<double> to_number(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\v\f";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
  const bool plus = text.starts_with('+');
  if (plus) text.remove_prefix(1);
  // from_chars also reads "inf" and "nan", and would take a second sign after the plus.
  const std::string_view digits = !plus && text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || (digits[0] != '.' && (digits[0] < '0' || digits[0] > '9'))) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(text).c_str(), nullptr);  // 0 or infinite
  if (!std::isfinite(value)) return std::nullopt;
  return value == 0 ? 0.0 : value;
}

// --- 2.1: from file to blocks ---

struct Block {
  std::size_t line = 0;
  std::vector<std::string_view> lines;
};

std::vector<Block> blocks_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const bool old_mac = text.find('\r') != std::string_view::npos && text.find('\n') == std::string_view::npos;
  const char separator = old_mac ? '\r' : '\n';
  std::vector<Block> blocks;
  bool open = false;
  std::size_t number = 0;
  while (true) {
    const std::size_t end = text.find(separator);
    const std::string_view line = trim(text.substr(0, end));
    ++number;
    if (line.empty() || line == "0") {
      open = false;
    } else {
      if (!open) blocks.push_back({number, {}});
      open = true;
      blocks.back().lines.push_back(line);
    }
    if (end == std::string_view::npos) return blocks;
    text.remove_prefix(end + 1);
  }
}

// --- 2.2: id and tags ---

// The content of the token that starts at `from`, after its "[id:" or "[tag:", and where the token ends. `\]` is part
// of the content; only when nothing else ends the token on its line does the last such bracket end it.
struct Token {
  std::string content;
  std::size_t end = 0;
};
std::optional<Token> token_at(std::string_view line, std::size_t from, std::string_view forbidden, bool may_be_empty) {
  std::optional<std::size_t> last_escaped;
  std::size_t i = from;
  for (; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if (c < 0x20 || c == 0x7F || forbidden.find(line[i]) != std::string_view::npos) break;
    if (line[i] == ']') break;
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == ']') last_escaped = ++i;
  }
  if (i >= line.size() || line[i] != ']') {
    if (!last_escaped) return std::nullopt;
    i = *last_escaped;
  }
  if (i == from && !may_be_empty) return std::nullopt;
  std::string content(trim(line.substr(from, i - from)));
  for (std::size_t at = content.find("\\]"); at != std::string::npos; at = content.find("\\]", at + 1))
    content.erase(at, 1);
  return Token{std::move(content), i + 1};
}

void read_comment(std::string_view line, GiftItem& item, bool& has_id) {
  constexpr std::string_view kId = "[id:", kTag = "[tag:";
  for (std::size_t at = line.find(kId); at != std::string_view::npos && !has_id; at = line.find(kId, at + 1))
    if (const auto token = token_at(line, at + kId.size(), "", false)) {
      item.idnumber = token->content;
      has_id = true;
    }
  for (std::size_t at = line.find(kTag); at != std::string_view::npos;) {
    const auto token = token_at(line, at + kTag.size(), "<>`", true);
    if (token) item.tags.push_back(token->content);
    at = line.find(kTag, token ? token->end : at + 1);
  }
}

// --- 2.3 and 2.4: answers ---

std::vector<std::string_view> pieces_of(std::string_view block, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t end = block.find(separator);
    out.push_back(trim(block.substr(0, end)));
    if (end == std::string_view::npos) break;
    block.remove_prefix(end + 1);
  }
  if (out.front().empty() || out.front() == "0") out.erase(out.begin());
  return out;
}

double take_weight(std::string_view& answer, double fallback) {
  const std::size_t length = gift::weight_length(answer);
  if (length == 0) return fallback;
  std::string_view number = answer.substr(1, length - 2);
  answer.remove_prefix(length);
  const std::size_t signs = std::min(number.find_first_not_of('-'), number.size());
  if (signs > 1) return 0;
  number.remove_prefix(signs);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || value == 0) return 0;
  return (signs == 1 ? -value : value) / 100;
}

// What precedes the first '#', and the feedback after it.
std::string_view take_feedback(std::string_view& answer) {
  const std::size_t mark = answer.find('#');
  const std::string_view feedback = mark == std::string_view::npos ? std::string_view() : trim(answer.substr(mark + 1));
  answer = trim(answer.substr(0, mark));
  return feedback;
}

using Outcome = std::optional<GiftError>;

Outcome read_multichoice(std::string_view block, GiftItem& item) {
  item.type = GiftType::multichoice;
  item.single = block.find('=') != std::string_view::npos;
  std::string cut;
  for (const char c : block) {
    if (c == '=') cut += '~';
    cut += c;
  }
  const auto pieces = pieces_of(cut, '~');
  if (pieces.size() < 2) return GiftError::min2;
  for (std::string_view piece : pieces) {
    GiftAnswer answer;
    if (piece.starts_with('=')) {
      piece.remove_prefix(1);
      answer.fraction = 1;
    } else {
      answer.fraction = take_weight(piece, 0);
    }
    answer.feedback = formatted_text(take_feedback(piece), item.stem.format);
    answer.text = formatted_text(piece, item.stem.format);
    item.answers.push_back(std::move(answer));
  }
  return {};
}

Outcome read_shortanswer(std::string_view block, GiftItem& item) {
  item.type = GiftType::shortanswer;
  const auto pieces = pieces_of(block, '=');
  if (pieces.empty()) return GiftError::min1;
  for (std::string_view piece : pieces) {
    GiftAnswer answer;
    answer.fraction = take_weight(piece, 1);
    answer.feedback = formatted_text(take_feedback(piece), item.stem.format);
    answer.text.text = plain_text(piece);
    item.answers.push_back(std::move(answer));
  }
  return {};
}

// value, value:tolerance or lo..hi
Outcome read_number(std::string_view text, GiftAnswer& answer) {
  const std::size_t dots = text.find(".."), colon = text.find(':');
  if (dots != std::string_view::npos && dots > 0) {
    const auto low = to_number(text.substr(0, dots)), high = to_number(text.substr(dots + 2));
    if (!low || !high) return GiftError::notnumbers;
    answer.number = (*high + *low) / 2;
    answer.tolerance = *high - *answer.number;
    if (!std::isfinite(*answer.number) || !std::isfinite(*answer.tolerance)) return GiftError::notnumbers;
  } else if (colon != std::string_view::npos && colon > 0) {
    answer.tolerance = to_number(text.substr(colon + 1));
    if (!answer.tolerance) return GiftError::notnumbers;
    answer.number = to_number(text.substr(0, colon));
  } else {
    answer.tolerance = 0;
    answer.number = to_number(text);
  }
  return {};
}

Outcome read_numerical(std::string_view block, GiftItem& item) {
  item.type = GiftType::numerical;
  block.remove_prefix(1);
  const std::size_t catch_all = block.find('~');
  const auto pieces = pieces_of(block.substr(0, catch_all), '=');
  if (pieces.empty()) return GiftError::nonumericalanswers;
  for (std::string_view piece : pieces) {
    GiftAnswer answer;
    answer.fraction = take_weight(piece, 1);
    answer.feedback = formatted_text(take_feedback(piece), item.stem.format);
    if (const Outcome error = read_number(formatted_text(piece, item.stem.format).text, answer)) return error;
    item.answers.push_back(std::move(answer));
  }
  if (catch_all != std::string_view::npos) {
    std::string_view rest = block.substr(catch_all + 1);
    GiftAnswer answer;
    answer.feedback = formatted_text(take_feedback(rest), item.stem.format);
    item.answers.push_back(std::move(answer));
  }
  return {};
}

Outcome read_match(std::string_view block, GiftItem& item) {
  item.type = GiftType::match;
  const auto pieces = pieces_of(block, '=');
  if (pieces.size() < 2) return GiftError::min2;
  for (const std::string_view piece : pieces) {
    const std::size_t arrow = piece.find("->");
    if (arrow == std::string_view::npos) return GiftError::matchformat;
    item.pairs.push_back(
        {formatted_text(trim(piece.substr(0, arrow)), item.stem.format), plain_text(piece.substr(arrow + 2))});
  }
  return {};
}

std::optional<bool> truth_word(std::string_view block) {
  const std::string_view word = trim(block.substr(0, block.find('#')));
  if (word == "T" || word == "TRUE") return true;
  if (word == "F" || word == "FALSE") return false;
  return std::nullopt;
}

void read_truefalse(std::string_view block, bool correct, GiftItem& item) {
  item.type = GiftType::truefalse;
  item.correct = correct;
  std::string_view parts[2];
  for (std::string_view& part : parts) {
    const std::size_t mark = block.find('#');
    block = mark == std::string_view::npos ? std::string_view() : block.substr(mark + 1);
    part = block;
  }
  // The first part ends where the second begins.
  const GiftText wrong = formatted_text(trim(parts[0].substr(0, parts[0].find('#'))), item.stem.format);
  const GiftText right = formatted_text(trim(parts[1]), item.stem.format);
  item.feedback_if_answer_true = correct ? right : wrong;
  item.feedback_if_answer_false = correct ? wrong : right;
}

Outcome read_answers(std::string_view block, GiftItem& item) {
  if (block.empty()) {
    item.type = GiftType::essay;
    return {};
  }
  if (block.starts_with('#')) return read_numerical(block, item);
  if (block.find('~') != std::string_view::npos) return read_multichoice(block, item);
  if (block.find('=') != std::string_view::npos && block.find("->") != std::string_view::npos)
    return read_match(block, item);
  if (const auto truth = truth_word(block)) {
    read_truefalse(block, *truth, item);
    return {};
  }
  return read_shortanswer(block, item);
}

// --- 2.2: from block to question ---

// The text without its braces becomes the stem, what is between them the answers.
Outcome read_question(std::string_view text, GiftItem& item) {
  const std::size_t open = text.find('{'), close = text.find('}');
  if (open == std::string_view::npos && close == std::string_view::npos) {
    item.type = GiftType::description;
    item.stem = formatted_text(text, TextFormat::moodle);
    item.generalfeedback.format = item.stem.format;
    return {};
  }
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return GiftError::brace;
  std::string stem(text.substr(0, open));
  if (!text.ends_with('}')) stem += "_____";
  stem += text.substr(close + 1);
  item.stem = formatted_text(stem, TextFormat::moodle);

  std::string_view block = trim(text.substr(open + 1, close - open - 1));
  item.generalfeedback.format = item.stem.format;
  if (const std::size_t mark = block.rfind("####"); mark != std::string_view::npos) {
    item.generalfeedback = formatted_text(block.substr(mark + 4), item.stem.format);
    block = trim(block.substr(0, mark));
  }
  return read_answers(block, item);
}

std::optional<GiftItem> read_block(const Block& block) {
  GiftItem item;
  item.line = block.line;
  bool has_id = false;
  std::string joined;
  for (const std::string_view line : block.lines) {
    if (!joined.empty()) joined += '\n';
    if (line.starts_with("//")) {
      read_comment(line, item, has_id);
      joined += ' ';
    } else {
      joined += line;
    }
  }
  const std::string marked = mark_escapes(trim(joined));
  std::string_view text = trim(marked);
  if (text.empty()) return std::nullopt;

  constexpr std::string_view kCategory = "$CATEGORY:";
  if (text.starts_with(kCategory)) {
    GiftItem category;
    category.type = GiftType::category;
    category.line = block.line;
    category.category = decode(trim(text.substr(kCategory.size())));
    return category;
  }
  if (text.starts_with("::")) {
    text.remove_prefix(2);
    if (const std::size_t end = text.find("::"); end != std::string_view::npos) {
      item.name = plain_text(text.substr(0, end));
      text = trim(text.substr(end + 2));
    }
  }
  if (const Outcome error = read_question(text, item)) {
    GiftItem broken;
    broken.type = GiftType::error;
    broken.error = *error;
    broken.line = block.line;
    return broken;
  }
  return item;
}

// Text may hold NUL, which the product's general check refuses.
std::size_t first_line_not_utf8(std::string_view text) {
  std::size_t line = 1;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(std::string_view("\n\0", 2)), text.size());
    if (!base::is_utf8(text.substr(0, end))) return line;
    if (end < text.size() && text[end] == '\n') ++line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}

}  // namespace

base::Result<std::vector<GiftItem>> read_gift(std::string_view text) {
  if (const std::size_t line = first_line_not_utf8(text))
    return fail(Errc::invalid, "line " + std::to_string(line) + " is not UTF-8 text; save the file as UTF-8");
  std::vector<GiftItem> items;
  for (const Block& block : blocks_of(text))
    if (auto item = read_block(block)) items.push_back(std::move(*item));
  return items;
}

bool GiftItem::same(const GiftItem& o) const {
  return type == o.type && name == o.name && idnumber == o.idnumber && tags == o.tags && stem == o.stem &&
         generalfeedback == o.generalfeedback && single == o.single && answers == o.answers && pairs == o.pairs &&
         correct == o.correct && feedback_if_answer_true == o.feedback_if_answer_true &&
         feedback_if_answer_false == o.feedback_if_answer_false && category == o.category && error == o.error;
}

namespace {
constexpr std::array<const char*, 9> kTypes{"multichoice", "shortanswer", "numerical", "match", "truefalse",
                                            "essay",       "description", "category",  "error"};
constexpr std::array<const char*, 6> kErrors{"brace",      "min1",       "min2", "nonumericalanswers",
                                             "notnumbers", "matchformat"};
constexpr std::array<const char*, 4> kFormats{"moodle", "html", "plain", "markdown"};
}  // namespace

const char* to_string(GiftType type) {
  return kTypes[static_cast<std::size_t>(type)];
}
const char* to_string(GiftError error) {
  return kErrors[static_cast<std::size_t>(error)];
}
const char* to_string(TextFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

}  // namespace station::rules
