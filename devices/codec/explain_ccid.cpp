#include <fmt/format.h>

#include "devices/codec/ccid.h"
#include "devices/codec/explain_parts.h"

namespace station::codec {

namespace {

constexpr const char* kToReader = "host->reader";
constexpr const char* kFromReader = "reader->host";

const char* message_name(std::uint8_t type) {
  switch (type) {
    case 0x50:
      return "NotifySlotChange";
    case 0x51:
      return "HardwareError";
    case 0x61:
      return "SetParameters";
    case 0x62:
      return "IccPowerOn";
    case 0x63:
      return "IccPowerOff";
    case 0x65:
      return "GetSlotStatus";
    case 0x69:
      return "Secure";
    case 0x6A:
      return "T0APDU";
    case 0x6B:
      return "Escape";
    case 0x6C:
      return "GetParameters";
    case 0x6D:
      return "ResetParameters";
    case 0x6E:
      return "IccClock";
    case 0x6F:
      return "XfrBlock";
    case 0x71:
      return "Mechanical";
    case 0x72:
      return "Abort";
    case 0x73:
      return "SetDataRateAndClockFrequency";
    case 0x80:
      return "DataBlock";
    case 0x81:
      return "SlotStatus";
    case 0x82:
      return "Parameters";
    case 0x83:
      return "Escape answer";
    case 0x84:
      return "DataRateAndClockFrequency";
    default:
      return nullptr;
  }
}

std::string card_word(std::uint8_t status) {
  switch (status & 0x03) {
    case 0:
      return "card active";
    case 1:
      return "card there, not active";
    case 2:
      return "no card";
    default:
      return "card state not defined";
  }
}

void explain_notice(Explainer& x) {
  if (x.byte(0) == 0x51) {
    x.number(1, "slot");
    x.number(2, "sequence");
    x.number(3, "error", x.byte(3) == 1 ? "over-current" : "");
    x.means(kFromReader, "hardware error");
    x.ends_at(4);
    return;
  }
  if (x.size() < 2) x.wrong(1, "slot states are missing", "one byte for each four slots");
  std::string text;
  for (std::size_t slot = 0; slot < (x.size() - 1) * 4 && slot < 16; ++slot) {
    const unsigned bits = x.byte(1 + slot / 4) >> (slot % 4 * 2) & 3U;
    if (bits == 0 && slot > 0) continue;
    text += fmt::format("{}slot {}: {}{}", text.empty() ? "" : "; ", slot, (bits & 1U) != 0 ? "card there" : "no card",
                        (bits & 2U) != 0 ? ", changed" : "");
  }
  x.bytes(1, x.size() > 1 ? x.size() - 1 : 1, "slots", text);
  x.means(kFromReader, text);
}

void explain_status(Explainer& x) {
  const std::uint8_t status = x.byte(7);
  const unsigned outcome = status >> 6;
  const bool failed = outcome == 1;
  x.number(7, "status", card_word(status) + (outcome == 0 ? ", done" : failed ? ", failed" : ", wait longer"));
  if (x.has(7) && (outcome == 3 || (status & 0x03) == 3)) x.wrong(7, "a status that is not defined");
  x.number(8, failed ? "error" : "error or time factor", failed ? ccid::explain_error(x.byte(8)) : std::string());
  x.number(9, "parameter");
}

std::string about_data(Explainer& x, std::size_t length) {
  const auto data = x.part(ccid::kHeader, length);
  if (x.byte(0) == 0x6F && std::equal(data.begin(), data.end(), ccid::kGetUid.begin(), ccid::kGetUid.end()))
    return "read the card's number";
  if (x.byte(0) != 0x80 || data.size() < 2) return {};
  if (data[0] == 0x3B || data[0] == 0x3F) return "ATR: " + ccid::describe_atr(data);
  return fmt::format("ends with status word {:02X}{:02X}", data[data.size() - 2], data[data.size() - 1]);
}

}  // namespace

Explanation explain_ccid(std::span<const std::uint8_t> bytes) {
  Explainer x("CCID", bytes);
  const char* name = message_name(x.byte(0));
  x.number(0, "type", name ? name : "unknown");
  if (x.has(0) && !name) x.wrong(0, "no CCID message of this type", "50, 51, 61 to 73 or 80 to 84");
  if (name && x.has(0)) x.name(name);
  if (x.byte(0) == 0x50 || x.byte(0) == 0x51) {
    explain_notice(x);
    return x.take();
  }
  const std::int64_t stated = x.little_at(1, 4);
  x.little(1, 4, "length", "of the data behind the header");
  x.number(5, "slot");
  x.number(6, "sequence");
  const bool answer = (x.byte(0) & 0x80) != 0;
  if (answer) {
    explain_status(x);
  } else {
    x.bytes(7, 3, "parameters");
  }
  if (x.size() >= ccid::kHeader) {
    const std::size_t length = x.size() - ccid::kHeader;
    const std::string text = about_data(x, length);
    if (length > 0) x.bytes(ccid::kHeader, length, "data", text);
    if (stated != static_cast<std::int64_t>(length))
      x.wrong(1, fmt::format("the header says {} bytes of data, there are {}", stated, length),
              fmt::format("{}", length));
    x.means(answer ? kFromReader : kToReader,
            fmt::format("{} of slot {}{}{}", name ? name : "unknown", x.byte(5), text.empty() ? "" : ": ", text));
  }
  return x.take();
}

}  // namespace station::codec
