#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/bytes.h"

// What captured bytes say, in a maintainer's words. For people and tools: drivers use the codecs themselves, which give
// nothing for a frame that does not check.
namespace station::codec {

// Bytes of the frame that belong together.
struct Field {
  std::size_t at = 0;    // of the first byte, from 0
  std::size_t size = 1;  // 0: stands for a field that is not there
  std::string name;      // "board", "check byte"
  std::optional<std::int64_t> number;
  std::string text;  // what the value means
};

// What is wrong, and where.
struct Problem {
  std::optional<std::size_t> at;  // byte, from 0
  std::string what;               // one sentence
  std::string expected;           // upper-case hex or words; may be empty
  std::string found;
};

// One of the things that the bytes can mean: some frames are command, reply and echo at once.
struct Meaning {
  std::string direction;  // "kiosk->board", "board->kiosk", "server->device", "device->server", "host->reader" …
  std::string text;
};

struct Explanation {
  std::string family;  // as in the table
  base::Bytes bytes;
  bool valid = false;  // a whole frame that checks. Says nothing about whether anybody should send it
  std::string name;    // "open one lock"; what it would be, when it is damaged
  std::vector<Meaning> meanings;
  std::vector<Field> fields;
  std::vector<Problem> errors;        // none when valid
  std::vector<std::string> warnings;  // "never send this: …"
};

// A family and how its frames are explained. Never fails, whatever the bytes are.
struct FrameFamily {
  std::string_view name;   // "8A", as in captures and configuration files
  std::string_view about;  // one line
  Explanation (*explain)(std::span<const std::uint8_t> bytes);
};
std::span<const FrameFamily> frame_families();
const FrameFamily* find_frame_family(std::string_view name);  // upper and lower case

// Nothing when there is no such family.
std::optional<Explanation> decode(std::string_view family, std::span<const std::uint8_t> bytes);

// One JSON object without a line end: family, hex, valid, name, meanings, fields, errors, warnings.
std::string to_json_line(const Explanation& explanation);
// The same for people, several lines.
std::string to_text(const Explanation& explanation);

}  // namespace station::codec
