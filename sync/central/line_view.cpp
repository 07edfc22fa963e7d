#include "sync/central/line_view.h"

#include <charconv>

#include "sync/record/record.h"

namespace station::central {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Walks over JSON text; every function leaves the position behind what it read, or returns false.
class Scanner {
 public:
  Scanner(std::string_view text, int depth) : text_(text), left_(depth) {}

  bool object() {
    if (!open('{')) return false;
    if (accept('}')) return close();
    do {
      space();
      if (!string()) return false;
      space();
      if (!accept(':') || !value()) return false;
      space();
    } while (accept(','));
    return accept('}') && close();
  }
  bool at_end() const { return at_ == text_.size(); }

  // Each member of the object, as it is written: the name and the value with their quotes.
  bool members(const auto& use) {
    if (!open('{')) return false;
    if (accept('}')) return close();
    do {
      space();
      const std::size_t name = at_;
      if (!string()) return false;
      const std::size_t name_end = at_;
      space();
      if (!accept(':')) return false;
      space();
      const std::size_t begin = at_;
      if (!value()) return false;
      use(text_.substr(name, name_end - name), text_.substr(begin, at_ - begin));
      space();
    } while (accept(','));
    return accept('}') && close();
  }

 private:
  bool value() {
    space();
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
  bool array() {
    if (!open('[')) return false;
    if (accept(']')) return close();
    do {
      if (!value()) return false;
      space();
    } while (accept(','));
    return accept(']') && close();
  }
  bool string() {
    if (!accept('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }
  bool escape() {
    const char c = peek();
    ++at_;
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i, ++at_)
      if (!is_hex(peek())) return false;
    return true;
  }
  bool number() {
    accept('-');
    if (!is_digit(peek())) return false;
    if (!accept('0')) digits();
    if (accept('.') && !digits()) return false;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (!accept('+')) accept('-');
      if (!digits()) return false;
    }
    return true;
  }
  bool digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }
  bool word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }
  bool open(char c) {
    if (left_ == 0 || !accept(c)) return false;
    --left_;
    space();
    return true;
  }
  bool close() {
    ++left_;
    return true;
  }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') ++at_;
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  int left_;
};

// Takes what is written at the front of a line, step by step.
struct Front {
  std::string_view rest;

  bool skip(std::string_view text) {
    if (!rest.starts_with(text)) return false;
    rest.remove_prefix(text.size());
    return true;
  }
  bool number(std::uint64_t& out) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
    const auto length = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || (rest[0] == '0' && length > 1)) return false;
    rest.remove_prefix(length);
    return true;
  }
  // A string without escapes.
  bool plain(std::string_view& out) {
    const std::size_t end = rest.find('"');
    if (end == std::string_view::npos) return false;
    out = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    for (const char c : out)
      if (c == '\\' || static_cast<unsigned char>(c) < 0x20) return false;
    return true;
  }
};

bool is_time(std::string_view t, base::UtcTime& out) {
  static constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (t.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < t.size(); ++i)
    if (kForm[i] == 'd' ? !is_digit(t[i]) : t[i] != kForm[i]) return false;
  const auto two = [&](std::size_t i) { return (t[i] - '0') * 10 + (t[i + 1] - '0'); };
  // The days that not every month has are left to the slower way.
  if (two(5) < 1 || two(5) > 12 || two(8) < 1 || two(8) > 28 || two(11) > 23 || two(14) > 59 || two(17) > 59)
    return false;
  using namespace std::chrono;
  const sys_days day = year(two(0) * 100 + two(2)) / two(5) / two(8);
  out = day + hours(two(11)) + minutes(two(14)) + seconds(two(17)) +
        milliseconds((t[20] - '0') * 100 + two(21));
  return true;
}

}  // namespace

bool is_json_object(std::string_view text, int depth) {
  Scanner scanner(text, depth);
  return scanner.object() && scanner.at_end();
}

namespace {

// The member when it stands first and its name nowhere else, so that nothing needs to be walked over.
std::optional<std::string_view> first_member(std::string_view object, std::string_view name) {
  std::string_view rest = object;
  const auto skip = [&](std::string_view text) {
    if (!rest.starts_with(text)) return false;
    rest.remove_prefix(text.size());
    return true;
  };
  if (!skip("{\"") || !skip(name) || !skip("\":\"")) return std::nullopt;
  const std::size_t end = rest.find('"');
  if (end == std::string_view::npos || object.find('\\') != std::string_view::npos) return std::nullopt;
  for (std::size_t at = end; (at = rest.find(name, at)) != std::string_view::npos; ++at)
    if (rest[at - 1] == '"') return std::nullopt;  // perhaps a second one, perhaps one deeper down
  return rest.substr(0, end);
}

}  // namespace

std::optional<std::string_view> plain_member(std::string_view object, std::string_view name) {
  if (const auto first = first_member(object, name)) return first;
  std::optional<std::string_view> found;
  bool plain = true;
  const bool walked = Scanner(object, 32).members([&](std::string_view key, std::string_view value) {
    if (key.find('\\') != std::string_view::npos) plain = false;
    if (key.substr(1, key.size() - 2) != name) return;
    if (found || value.front() != '"' || value.find('\\') != std::string_view::npos) plain = false;
    if (plain) found = value.substr(1, value.size() - 2);
  });
  return walked && plain ? found : std::nullopt;
}

LineReader::LineReader(std::string_view station, std::uint32_t inc)
    : station_(station),
      inc_(inc),
      prefix_("{\"v\":1,\"station\":\"" + station_ + "\",\"inc\":" + std::to_string(inc) + ",\"seq\":") {}

bool LineReader::read(std::string_view line, std::uint64_t seq, LineView& out, std::string& why) {
  return read_fast(line, seq, out) || read_slowly(line, seq, out, why);
}

bool LineReader::read_fast(std::string_view line, std::uint64_t seq, LineView& out) const {
  Front front{line};
  std::uint64_t number = 0, mono_ms = 0;
  const bool fits = line.size() <= record::kMaxLineBytes && front.skip(prefix_) && front.number(number) &&
                    number == seq && front.skip(",\"type\":\"") && front.plain(out.type) && !out.type.empty() &&
                    front.skip(",\"at\":\"") && front.plain(out.at) && is_time(out.at, out.time) && front.skip(",\"unc_ms\":") &&
                    front.number(number) && front.skip(",\"clock\":") && front.number(number) && number <= 3 &&
                    front.skip(",\"boot\":\"") && front.plain(out.boot) && front.skip(",\"mono_ms\":") &&
                    front.number(mono_ms) && front.skip(",\"subject\":\"") && front.plain(out.subject) &&
                    front.skip(",\"body\":") && front.rest.ends_with('}');
  if (!fits || mono_ms > INT64_MAX) return false;
  out.body = front.rest.substr(0, front.rest.size() - 1);
  out.mono_ms = static_cast<std::int64_t>(mono_ms);
  return is_json_object(out.body);
}

bool LineReader::read_slowly(std::string_view line, std::uint64_t seq, LineView& out, std::string& why) {
  const auto record = record::parse_line(line);
  if (!record) {
    out = {};
    why = record.error().message;
    return false;
  }
  if (record->station != station_ || record->inc != inc_ || record->seq != seq) {
    out = {};
    why = "the line names another place in the log than the one where it stands";
    return false;
  }
  type_ = record->type;
  subject_ = record->subject;
  at_ = base::iso8601(record->at);
  body_ = record->body;
  boot_ = record->boot;
  out = {type_, subject_, at_, body_, boot_, record->mono_ms, record->at};
  return true;
}

}  // namespace station::central
