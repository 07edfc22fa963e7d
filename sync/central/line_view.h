#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sync/base/clock.h"

namespace station::central {

// One JSON object and nothing else, at most `depth` deep? Checks the grammar (RFC 8259) without building anything:
// millions of bodies pass by that nobody looks into.
bool is_json_object(std::string_view text, int depth = 32);

// The member of this name of an object that is_json_object, when it is there once and a text without escapes.
std::optional<std::string_view> plain_member(std::string_view object, std::string_view name);

// What the centre needs of a record line, without a copy: valid as long as the line.
struct LineView {
  std::string_view type, subject, at;  // `at` as written: 2026-11-22T06:14:03.120Z
  std::string_view body;               // JSON object
  std::string_view boot;
  std::int64_t mono_ms = 0;
  base::UtcTime time;  // what `at` says
};

// Reads a line that stands at this place of this station's log. False when it is not of the form that to_line writes or
// names another place; `why` is then one sentence. Lines written otherwise, but correctly, take a slower way.
class LineReader {
 public:
  LineReader(std::string_view station, std::uint32_t inc);
  bool read(std::string_view line, std::uint64_t seq, LineView& out, std::string& why);

 private:
  bool read_fast(std::string_view line, std::uint64_t seq, LineView& out) const;
  bool read_slowly(std::string_view line, std::uint64_t seq, LineView& out, std::string& why);

  std::string station_;
  std::uint32_t inc_;
  std::string prefix_;                             // {"v":1,"station":"…","inc":1,"seq":
  std::string type_, subject_, at_, body_, boot_;  // of a line read slowly
};

}  // namespace station::central
