#include "devices/codec/ccid.h"

#include <fmt/format.h>

#include <algorithm>

namespace station::codec::ccid {

namespace {

constexpr std::size_t kDescriptorSize = 0x36;
constexpr std::uint8_t kDescriptorType = 0x21;
constexpr std::size_t kFewestBytes = 271;
constexpr std::size_t kMostBytes = 65'560;

std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) | static_cast<std::uint32_t>(bytes[at + 1]) << 8 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 16 | static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

void put_word(base::Bytes& bytes, std::size_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>((value >> shift) & 0xFF));
}

constexpr std::array kCommands{Command::power_on, Command::power_off, Command::slot_status,
                               Command::transfer, Command::escape,    Command::abort};

// "3B 8F 80 01 80 4F 0C A0 00 00 03 06": a storage card, described by PC/SC part 3.
constexpr std::array<std::uint8_t, 12> kStorageCard{0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F,
                                                    0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06};

bool is_storage_card(std::span<const std::uint8_t> atr) {
  return atr.size() >= kStorageCard.size() + 3 && std::equal(kStorageCard.begin(), kStorageCard.end(), atr.begin());
}

}  // namespace

Level Descriptor::level() const {
  switch (features & 0x00070000) {
    case 0x00010000:
      return Level::tpdu;
    case 0x00020000:
      return Level::short_apdu;
    case 0x00040000:
      return Level::extended_apdu;
    default:
      return Level::character;
  }
}

std::size_t Descriptor::read_size(std::size_t packet) const {
  const std::size_t wanted = std::clamp<std::size_t>(longest_message, kFewestBytes, kMostBytes);
  const std::size_t step = std::max<std::size_t>(packet, 1);
  return (wanted + step - 1) / step * step;
}

std::optional<Descriptor> find_descriptor(std::span<const std::uint8_t> extra) {
  for (std::size_t at = 0; at + 2 <= extra.size();) {
    const std::size_t length = extra[at];
    if (length < 2 || at + length > extra.size()) return std::nullopt;
    if (length == kDescriptorSize && extra[at + 1] == kDescriptorType) {
      const auto d = extra.subspan(at, length);
      return Descriptor{d[4] + 1, d[5], word(d, 40), word(d, 44)};
    }
    at += length;
  }
  return std::nullopt;
}

const char* to_string(Level level) {
  switch (level) {
    case Level::character:
      return "character";
    case Level::tpdu:
      return "TPDU";
    case Level::short_apdu:
      return "short APDU";
    case Level::extended_apdu:
      return "extended APDU";
  }
  return "unknown";
}

base::Bytes encode(const Request& request) {
  base::Bytes message{static_cast<std::uint8_t>(request.command)};
  put_word(message, request.data.size());
  message.insert(message.end(), {request.slot, request.sequence, request.parameter, 0, 0});
  message.insert(message.end(), request.data.begin(), request.data.end());
  return message;
}

std::optional<Request> decode_request(std::span<const std::uint8_t> message) {
  if (message.size() < kHeader || message.size() - kHeader != word(message, 1)) return std::nullopt;
  const auto command = static_cast<Command>(message[0]);
  if (std::find(kCommands.begin(), kCommands.end(), command) == kCommands.end()) return std::nullopt;
  return Request{command, message[5], message[6], message[7], {message.begin() + kHeader, message.end()}};
}

std::uint8_t answer_type(Command command) {
  switch (command) {
    case Command::power_on:
    case Command::transfer:
      return 0x80;
    case Command::escape:
      return 0x83;
    case Command::power_off:
    case Command::slot_status:
    case Command::abort:
      break;
  }
  return 0x81;
}

const char* to_string(Damage damage) {
  switch (damage) {
    case Damage::too_short:
      return "shorter than a header";
    case Damage::length_beyond:
      return "its length goes beyond what came";
    case Damage::bad_status:
      return "a status that is not defined";
  }
  return "damaged";
}

std::variant<Answer, Damage> decode_answer(std::span<const std::uint8_t> message) {
  if (message.size() < kHeader) return Damage::too_short;
  const std::size_t length = word(message, 1);
  if (length > message.size() - kHeader) return Damage::length_beyond;
  const std::uint8_t status = message[7];
  if ((status & 0x03) == 0x03 || (status & 0xC0) == 0xC0) return Damage::bad_status;
  Answer answer{message[0], message[5], message[6], static_cast<Card>(status & 0x03),
                static_cast<Outcome>(status >> 6), message[8], {}};
  if (answer.outcome == Outcome::done) {
    const auto data = message.subspan(kHeader, length);
    answer.data.assign(data.begin(), data.end());
  }
  return answer;
}

std::string explain_error(std::uint8_t error) {
  switch (error) {
    case 0xFF:
      return "aborted by the host";
    case 0xFE:
      return "card absent or mute";
    case 0xFD:
      return "parity error";
    case 0xFC:
      return "overrun";
    case 0xFB:
      return "hardware error";
    case 0xF8:
      return "bad first byte of the ATR";
    case 0xF7:
      return "bad check byte of the ATR";
    case 0xF6:
      return "protocol not supported";
    case 0xF5:
      return "class not supported";
    case 0xF4:
      return "procedure byte conflict";
    case 0xF3:
      return "protocol deactivated";
    case 0xF2:
      return "busy with an automatic sequence";
    case 0xF0:
      return "PIN timed out";
    case 0xEF:
      return "PIN cancelled";
    case 0xE0:
      return "slot busy";
    case 0x00:
      return "command not supported";
    default:
      return error < 0x80 ? fmt::format("byte {} of the message is wrong", error) : fmt::format("error {:02X}", error);
  }
}

base::Bytes encode_answer(const Answer& answer) {
  base::Bytes message{answer.type};
  put_word(message, answer.data.size());
  const auto status = static_cast<std::uint8_t>(static_cast<unsigned>(answer.outcome) << 6 |
                                                static_cast<unsigned>(answer.card));
  message.insert(message.end(), {answer.slot, answer.sequence, status, answer.error, 0});
  message.insert(message.end(), answer.data.begin(), answer.data.end());
  return message;
}

std::optional<Notice> decode_notice(std::span<const std::uint8_t> message, int slot) {
  if (message.size() >= 4 && message[0] == 0x51) return Notice{true, message[3], false, false};
  const auto bit = static_cast<std::size_t>(slot) * 2;
  if (message.size() < 2 + bit / 8 || message[0] != 0x50) return std::nullopt;
  const unsigned bits = static_cast<unsigned>(message[1 + bit / 8]) >> (bit % 8);
  return Notice{false, 0, (bits & 1) != 0, (bits & 2) != 0};
}

std::optional<base::Bytes> successful(std::span<const std::uint8_t> answer) {
  if (answer.size() < 2 || answer[answer.size() - 2] != 0x90 || answer.back() != 0x00) return std::nullopt;
  return base::Bytes(answer.begin(), answer.end() - 2);
}

CardKind kind_of(std::span<const std::uint8_t> atr) {
  if (is_storage_card(atr)) {
    const std::uint8_t standard = atr[kStorageCard.size()];
    const unsigned name = static_cast<unsigned>(atr[kStorageCard.size() + 1]) << 8 | atr[kStorageCard.size() + 2];
    if (name == 0xF011 || name == 0xF012) return CardKind::felica;
    if (standard >= 0x01 && standard <= 0x04) return CardKind::type_a;
    if (standard >= 0x05 && standard <= 0x08) return CardKind::type_b;
    if (standard >= 0x09 && standard <= 0x0C) return CardKind::vicinity;
    return standard == 0x11 ? CardKind::felica : CardKind::unknown;
  }
  if (atr.size() < 5 || atr[0] != 0x3B || (atr[1] & 0xF0) != 0x80 || atr[2] != 0x80 || atr[3] != 0x01)
    return CardKind::unknown;
  // Historical bytes that begin with 50 are an ATQB: a type B card shown by an ACR122U.
  const bool atqb = (atr[1] & 0x0F) >= 0x0B && atr[4] == 0x50;
  return atqb ? CardKind::type_b : CardKind::type_a;
}

std::string describe_atr(std::span<const std::uint8_t> atr) {
  if (!is_storage_card(atr)) {
    switch (kind_of(atr)) {
      case CardKind::type_a:
        return "ISO 14443-4 card";
      case CardKind::type_b:
        return "type B card";
      default:
        return "unknown card";
    }
  }
  const unsigned name = static_cast<unsigned>(atr[kStorageCard.size() + 1]) << 8 | atr[kStorageCard.size() + 2];
  switch (name) {
    case 0x0001:
      return "MIFARE Classic 1K";
    case 0x0002:
      return "MIFARE Classic 4K";
    case 0x0003:
      return "MIFARE Ultralight";
    case 0x0026:
      return "MIFARE Mini";
    case 0xF004:
      return "Topaz";
    case 0xF011:
      return "FeliCa 212K";
    case 0xF012:
      return "FeliCa 424K";
    default:
      return (name & 0xFF00) == 0xFF00 ? fmt::format("card with SAK {:02X}", name & 0xFF)
                                       : fmt::format("storage card {:04X}", name);
  }
}

std::optional<devices::CardProblem> problem_of(std::span<const std::uint8_t> uid, CardKind kind, bool allow_type_b) {
  using devices::CardProblem;
  const std::size_t size = uid.size();
  if (size != 4 && size != 7 && size != 8 && size != 10) return CardProblem::unreadable;
  const auto all = [&](std::uint8_t value) {
    return std::all_of(uid.begin(), uid.end(), [value](std::uint8_t byte) { return byte == value; });
  };
  if (all(0x00) || all(0xFF)) return CardProblem::unreadable;
  if (kind == CardKind::type_b) return allow_type_b ? std::nullopt : std::optional(CardProblem::not_allowed);
  if (size == 4 && uid[0] == 0x08) return CardProblem::random_uid;
  return std::nullopt;
}

base::Bytes acr122_feedback(bool accepted) {
  if (accepted) return {0xFF, 0x00, 0x40, 0x0E, 0x04, 0x01, 0x01, 0x01, 0x01};
  return {0xFF, 0x00, 0x40, 0x0D, 0x04, 0x01, 0x01, 0x02, 0x01};
}

}  // namespace station::codec::ccid
