#include <fmt/format.h>

#include "devices/codec/explain_parts.h"
#include "devices/codec/modbus.h"

namespace station::codec {

namespace {

constexpr const char* kQuestion = "kiosk->board";
constexpr const char* kAnswer = "board->kiosk";
constexpr std::size_t kShortest = 5;

const char* function_name(std::uint8_t code) {
  switch (code) {
    case 1:
      return "read coils";
    case 2:
      return "read inputs";
    case 3:
      return "read holding registers";
    case 4:
      return "read input registers";
    case 5:
      return "write one coil";
    case 6:
      return "write one register";
    case 15:
      return "write coils";
    case 16:
      return "write registers";
    default:
      return "unknown function";
  }
}

std::string set_bits(std::span<const std::uint8_t> data) {
  std::string text;
  for (std::size_t i = 0; i < data.size() * 8; ++i)
    if ((data[i / 8] >> (i % 8) & 1U) != 0) text += fmt::format("{}{}", text.empty() ? "" : ", ", i);
  return text.empty() ? "all 0" : "1 at " + text;
}

void explain_coil_value(Explainer& x) {
  const auto address = static_cast<std::uint16_t>(x.big_at(2, 2));
  const auto value = static_cast<std::uint16_t>(x.big_at(4, 2));
  std::string text = value == modbus::kCoilOn ? "on" : value == modbus::kCoilOff ? "off" : "neither on nor off";
  std::string meaning = fmt::format("coil {} of slave {}: {}", address, x.byte(0), text);
  if (address >= 0x0200 && address <= 0x02FE) {
    text = fmt::format("{} x 100 ms", value);
    meaning = fmt::format("board-timed pulse on relay {} of slave {}: {} ms", address - 0x0200, x.byte(0), value * 100);
    if (value > 10)
      x.warn(fmt::format("never send this: a current board holds the coil for {}.{} s (old byte order of the time?)",
                         value / 10, value % 10));
  } else if (value == 0x5500 || value == 0x5A00) {
    text = "toggle";
    meaning = fmt::format("toggle relay {} of slave {}", address, x.byte(0));
    x.warn("never send this: a toggle leaves the coil in an unknown state");
  }
  if (address == 0x00FF || address == 0x01FF) x.warn("never send this: it means every relay at once");
  if (address >= 0x0400 && address <= 0x04FE) x.warn("never send this: an inverse pulse holds the coil on");
  x.big(2, 2, "coil address");
  x.big(4, 2, "value", text);
  x.means(kQuestion, meaning);
  x.means(kAnswer, "confirms the same; byte for byte what an echoing adapter returns: no proof");
}

// Everything that the bytes can be. Returns false when no frame of this function has this shape.
bool explain_read(Explainer& x, std::size_t body) {
  const bool request = body == 6;
  const bool reply = body >= 3 && x.byte(2) == body - 3;
  const bool bits = x.byte(1) <= 2;
  if (request) {
    x.big(2, 2, bits && x.byte(1) == 1 ? "coil address" : "address");
    x.big(4, 2, "count");
    x.means(kQuestion, fmt::format("{} of slave {}: {} from address {}", function_name(x.byte(1)), x.byte(0),
                                   x.big_at(4, 2), x.big_at(2, 2)));
    const auto most = bits ? modbus::kMaxBits : modbus::kMaxRegisters;
    if (!reply && (x.big_at(4, 2) < 1 || x.big_at(4, 2) > most))
      x.wrong(4, fmt::format("{} items cannot be read at once", x.big_at(4, 2)), fmt::format("1 to {}", most));
  }
  if (reply) {
    const auto data = x.part(3, body - 3);
    std::string text = bits ? set_bits(data) : std::string();
    for (std::size_t i = 0; !bits && i + 1 < data.size() && i < 32; i += 2)
      text += fmt::format("{}{}", i ? ", " : "", x.big_at(3 + i, 2));
    if (!request) {
      x.number(2, "byte count");
      x.bytes(3, body - 3, bits ? "bits" : "registers", text);
    }
    x.means(kAnswer, fmt::format("reply to {} from slave {}: {}", function_name(x.byte(1)), x.byte(0), text));
    if (!bits && body - 3 != 0 && (body - 3) % 2 != 0 && !request) x.wrong(2, "registers have two bytes each");
    if (body == 3 && !request) x.wrong(2, "a reply carries at least one byte", "01 or more");
  }
  return request || reply;
}

bool explain_write_many(Explainer& x, std::size_t body) {
  const bool coils = x.byte(1) == 15;
  x.big(2, 2, coils ? "coil address" : "address");
  x.big(4, 2, "count");
  if (body == 6) {
    x.means(kAnswer, fmt::format("slave {} confirms {} from address {}", x.byte(0), x.big_at(4, 2), x.big_at(2, 2)));
    return true;
  }
  if (body < 7 || x.byte(6) != body - 7) return false;
  const auto data = x.part(7, body - 7);
  x.number(6, "byte count");
  x.bytes(7, data.size(), coils ? "coils" : "registers", coils ? set_bits(data) : std::string());
  const std::int64_t count = x.big_at(4, 2);
  const std::int64_t bytes = coils ? (count + 7) / 8 : count * 2;
  if (count < 1 || bytes != static_cast<std::int64_t>(data.size()))
    x.wrong(6, fmt::format("{} items do not fit {} bytes", count, data.size()));
  x.means(kQuestion, fmt::format("{} of slave {} from address {}{}", function_name(x.byte(1)), x.byte(0),
                                 x.big_at(2, 2), coils ? ": " + set_bits(data) : std::string()));
  bool on = false;
  for (const std::uint8_t byte : data) on = on || byte != 0;
  if (coils && on) x.warn("never send this to a lock board: several coils at once");
  return true;
}

bool explain_body(Explainer& x, std::size_t body) {
  const std::uint8_t code = x.byte(1);
  if ((code & 0x80) != 0) {
    x.name("exception");
    x.number(2, "exception", modbus::explain_exception(x.byte(2)));
    x.means(kAnswer, fmt::format("slave {} refuses {}: {}", x.byte(0), function_name(code & 0x7F),
                                 modbus::explain_exception(x.byte(2))));
    return body == 3;
  }
  x.name(function_name(code));
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
      return explain_read(x, body);
    case 5:
      if (body == 6) explain_coil_value(x);
      return body == 6;
    case 6:
      if (body != 6) return false;
      x.big(2, 2, "address");
      x.big(4, 2, "value");
      x.means(kQuestion,
              fmt::format("register {} of slave {} becomes {}", x.big_at(2, 2), x.byte(0), x.big_at(4, 2)));
      x.means(kAnswer, "confirms the same; byte for byte what an echoing adapter returns: no proof");
      return true;
    case 15:
    case 16:
      return explain_write_many(x, body);
    default:
      x.wrong(1, "this function is not used", "01 to 06, 0F or 10");
      return true;
  }
}

void explain_crc(Explainer& x) {
  const std::size_t at = x.size() - 2;
  const std::uint16_t crc = modbus::crc16(x.part(0, at));
  const auto low = static_cast<std::uint8_t>(crc & 0xFF);
  const auto high = static_cast<std::uint8_t>(crc >> 8);
  x.little(at, 2, "CRC", "over all bytes before it, low byte first");
  if (x.byte(at) == low && x.byte(at + 1) == high) return;
  const bool swapped = x.byte(at) == high && x.byte(at + 1) == low;
  const std::size_t differs = x.byte(at) != low ? at : at + 1;
  x.wrong(differs, swapped ? "the bytes of the CRC are swapped: the low one comes first" : "the CRC does not match",
          differs == at ? hex_of(low) + " " + hex_of(high) : hex_of(high));
}

}  // namespace

Explanation explain_modbus(std::span<const std::uint8_t> bytes) {
  Explainer x("MODBUS", bytes);
  x.number(0, "slave", x.byte(0) == 0 ? "every slave" : "");
  x.number(1, "function", function_name(x.byte(1) & 0x7F));
  if (x.size() < kShortest) {
    x.name(x.has(1) ? function_name(x.byte(1) & 0x7F) : "");
    x.wrong(x.size(), "the frame is too short", "at least 5 bytes");
    return x.take();
  }
  if (x.size() > modbus::kMaxFrame) x.wrong(modbus::kMaxFrame, "no frame is that long", "at most 256 bytes");
  if (x.byte(0) > modbus::kMaxSlave) x.wrong(0, "no slave has this address", "00 to F7");
  const std::size_t body = x.size() - 2;
  if (!explain_body(x, body)) {
    if (x.has(2) && body > 2) x.bytes(2, body - 2, "data");
    x.wrong(2, fmt::format("this function has no frame of {} bytes with these contents", x.size()));
  }
  explain_crc(x);
  if (x.byte(0) == 0) x.warn("a broadcast: every slave obeys, none answers; never sent to lock boards");
  return x.take();
}

}  // namespace station::codec
