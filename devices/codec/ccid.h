#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "devices/api/events.h"
#include "sync/base/bytes.h"

// Messages of USB CCID readers (USB 2). Ten bytes of header, then dwLength bytes. Multi-byte fields are little-endian.
namespace station::codec::ccid {

inline constexpr std::size_t kHeader = 10;
inline constexpr std::uint8_t kClass = 0x0B;

// ---- the class descriptor

enum class Level { character, tpdu, short_apdu, extended_apdu };

struct Descriptor {
  int slots = 1;
  std::uint8_t voltages = 0;
  std::uint32_t features = 0;
  std::uint32_t longest_message = 271;

  Level level() const;
  bool chooses_voltage() const { return (features & 0x0C) != 0; }
  // Bytes for one bulk IN transfer: a multiple of the packet size, so that no packet can overflow it.
  std::size_t read_size(std::size_t packet) const;
};

// Finds the 54-byte descriptor among the extra bytes of an interface, by length and type.
std::optional<Descriptor> find_descriptor(std::span<const std::uint8_t> extra);
const char* to_string(Level level);

// ---- to the reader

enum class Command : std::uint8_t {
  power_on = 0x62,
  power_off = 0x63,
  slot_status = 0x65,
  transfer = 0x6F,
  escape = 0x6B,
  abort = 0x72,
};
struct Request {
  Command command = Command::slot_status;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  std::uint8_t parameter = 0;  // byte 7: voltage with power_on
  base::Bytes data{};
};

base::Bytes encode(const Request& request);
std::optional<Request> decode_request(std::span<const std::uint8_t> message);
std::uint8_t answer_type(Command command);

// ---- from the reader

enum class Card : std::uint8_t { active = 0, inactive = 1, absent = 2 };
enum class Outcome : std::uint8_t { done = 0, failed = 1, time_extension = 2 };

struct Answer {
  std::uint8_t type = 0;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  Card card = Card::absent;
  Outcome outcome = Outcome::done;
  std::uint8_t error = 0;  // bError: of a failure, or the factor of a time extension
  base::Bytes data{};      // empty unless done: what comes with a failed status is never used
};

enum class Damage { too_short, length_beyond, bad_status };
const char* to_string(Damage damage);

// Status before data, length before use.
std::variant<Answer, Damage> decode_answer(std::span<const std::uint8_t> message);
std::string explain_error(std::uint8_t error);

base::Bytes encode_answer(const Answer& answer);  // the reader's side

struct Notice {
  bool hardware_error = false;
  std::uint8_t error = 0;  // 01 over-current
  bool present = false;    // of the slot asked for
  bool changed = false;
};
std::optional<Notice> decode_notice(std::span<const std::uint8_t> message, int slot);

// ---- cards

inline constexpr std::array<std::uint8_t, 5> kGetUid{0xFF, 0xCA, 0x00, 0x00, 0x00};

// The answer to an APDU without its status word; nothing when it is shorter than one or says something else than 9000.
std::optional<base::Bytes> successful(std::span<const std::uint8_t> answer);

enum class CardKind { type_a, type_b, felica, vicinity, unknown };
CardKind kind_of(std::span<const std::uint8_t> atr);
std::string describe_atr(std::span<const std::uint8_t> atr);  // "MIFARE Classic 1K"

// What stands against using this UID as a rider's key, if anything (USB 2.6).
std::optional<devices::CardProblem> problem_of(std::span<const std::uint8_t> uid, CardKind kind, bool allow_type_b);

// Light and sound of the ACR122U: green and one beep, or red and two (USB 2.7).
base::Bytes acr122_feedback(bool accepted);

}  // namespace station::codec::ccid
