#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "sync/base/bytes.h"
#include "sync/base/clock.h"

// DNY / AP3000 V8.6, the protocol of e-bike charging posts over TCP (CHARGERS 3): frames and the stream they come in.
// Everything is little-endian. Messages are in dny_report.h (from posts) and dny_order.h (to posts).
namespace station::codec::dny {

inline constexpr std::size_t kOverhead = 5;        // head and length field, not counted in LEN
inline constexpr std::size_t kLeastLength = 9;     // LEN without data
inline constexpr std::size_t kMostLength = 251;    // LEN of the longest frame, 256 bytes
inline constexpr std::size_t kMostData = kMostLength - kLeastLength;

struct Frame {
  std::uint32_t device = 0;   // physical ID
  std::uint16_t message = 0;  // a reply repeats it; a resend keeps it
  std::uint8_t command = 0;
  base::Bytes data;
  bool operator==(const Frame&) const = default;
};

base::Bytes encode(const Frame& frame);  // more than kMostData bytes of data are a broken invariant
// Exactly one whole frame: head, length and sum fit.
std::optional<Frame> decode(std::span<const std::uint8_t> bytes);

// What the highest byte of a physical ID says.
enum class Kind : std::uint8_t {
  unknown = 0,
  single_socket = 3,
  double_socket = 4,
  post_10 = 5,
  post_16 = 6,
  post_12 = 7,
  bus_host = 9,
  leakage_host = 10,
};
Kind kind_of(std::uint32_t device);
const char* to_string(Kind kind);
int most_ports(Kind kind);                  // 0: not a charging device
std::uint32_t number_of(std::uint32_t device);  // printed under the QR code, in decimal
std::uint32_t device_id(Kind kind, std::uint32_t number);
// Devices whose memory failed fall back to one of these numbers: two of them can then share an ID (CHARGERS 3.2).
bool is_fallback_number(std::uint32_t number);

// A stream as TCP delivers it: frames in pieces, glued together, behind noise, and the raw texts of CHARGERS 3.3.
class Stream {
 public:
  static constexpr base::Milliseconds kPatience{2'000};  // for the rest of a frame
  static constexpr std::size_t kMostNoise = 4096;        // without a valid frame; then the connection is closed

  struct KeepAlive {
    bool operator==(const KeepAlive&) const = default;
  };
  struct SimNumber {
    std::string digits;
    bool operator==(const SimNumber&) const = default;
  };
  using Item = std::variant<Frame, KeepAlive, SimNumber>;

  void feed(std::span<const std::uint8_t> bytes, base::BootTime now);
  std::optional<Item> next(base::BootTime now);

  // When next() has to look again at a frame that did not become whole.
  std::optional<base::BootTime> waits_until() const;
  std::size_t damaged() const { return damaged_; }  // heads whose frame did not check, since the beginning
  bool hopeless() const { return noise_ > kMostNoise; }
  void clear();

 private:
  enum class Front { whole, beginning, nothing };
  Front look(std::size_t& size, Item& item) const;
  void drop(std::size_t count);

  base::Bytes bytes_;
  std::size_t begin_ = 0;  // of what was not taken yet
  std::size_t noise_ = 0;
  std::size_t damaged_ = 0;
  std::optional<base::BootTime> front_since_;  // the front is a beginning since then
};

}  // namespace station::codec::dny
