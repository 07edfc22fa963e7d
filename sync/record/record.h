#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/clock.h"
#include "sync/base/result.h"

namespace station::record {

// How far `at` can be trusted. It never pretends to know the time.
enum class ClockQuality : int {
  unknown = 0,
  plausible = 1,  // a plausible clock after a restart
  week = 2,       // anchored by the centre within a week
  anchored = 3,   // anchored by the centre in this boot
};

// One immutable fact of one station's log. On the wire and on disk it is one line of UTF-8 JSON without line feed,
// written once and never re-serialised: the line's bytes are what is hashed, sent, stored and handed out.
struct Record {
  std::string station;    // "440902-007": division code (6 digits) - number
  std::uint32_t inc = 1;  // incarnation, from 1
  std::uint64_t seq = 0;  // from 0 without holes within one incarnation
  std::string type;       // one of types.h
  base::UtcTime at;
  std::int64_t unc_ms = 0;  // uncertainty of `at`, milliseconds
  ClockQuality clock = ClockQuality::unknown;
  std::string boot;          // boot id, 32 hex digits
  std::int64_t mono_ms = 0;  // boot clock, milliseconds
  std::string subject;       // pseudonym of the rider, or empty
  std::string body;          // JSON object text
};

// Writes the line (without line feed). `body` must be a JSON object on one line.
std::string to_line(const Record& record);

// Reads a line; `invalid` with a reason when it is not of the form that to_line writes. At most 64 KiB.
base::Result<Record> parse_line(std::string_view line);

inline constexpr std::size_t kMaxLineBytes = 64 * 1024;

// "440902-007" → true. Six digits, a dash, one to five digits.
bool is_station_id(std::string_view text);

}  // namespace station::record
