#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "devices/codec/dny.h"
#include "devices/codec/dny_report.h"
#include "devices/codec/explain_parts.h"
#include "sync/base/clock.h"

namespace station::codec {

namespace {

constexpr std::size_t kDnyData = 12;
constexpr std::size_t kSumSize = 2;
constexpr const char* kUp = "device->server";
constexpr const char* kDown = "server->device";

// How the value of a field is written (CHARGERS 3.2, units).
enum class Unit {
  plain, power, voltage, current, energy, seconds, unix_time, fen, celsius, plain_celsius, version, state, reason, alarm, result,
  card, order, bits, rest,
};

struct Piece {
  const char* name;
  std::uint8_t size;  // of one; with Unit::rest everything that is left
  Unit unit = Unit::plain;
  bool needed = true;     // false: added over the years, at the end
  bool each_port = false;  // as many as the byte "ports" before it says
};

struct Layout {
  std::uint8_t command;
  const char* direction;
  std::vector<Piece> pieces;
};

// CHARGERS 3.5 and 3.6.
const std::vector<Layout>& layouts() {
  static const std::vector<Layout> kLayouts = [] {
    const Piece result{"result", 1, Unit::result};
    const Piece port{"port", 1};
    const Piece order{"order number", 16, Unit::order};
    const std::vector<Piece> settlement{{"time", 2, Unit::seconds},   {"peak power", 2, Unit::power},
                                        {"energy", 2, Unit::energy},  port,
                                        {"start kind", 1},            {"card or code", 4, Unit::card},
                                        {"reason", 1, Unit::reason},  order};
    std::vector<Piece> full = settlement;
    full.push_back({"peak of the first 5 minutes", 2, Unit::power, false});
    full.push_back({"device time", 4, Unit::unix_time, false});
    full.push_back({"occupied minutes", 2, Unit::plain, false});
    const std::vector<Piece> parameters1{{"unplug power", 2, Unit::power}, {"unplug time", 2, Unit::seconds},
                                         {"float percent", 1},             {"float detection", 2, Unit::seconds},
                                         {"float time", 2, Unit::seconds}, {"heartbeat interval", 2, Unit::seconds}};
    const std::vector<Piece> parameters2{
        {"dynamic overload power", 2, Unit::power},      {"dynamic overload time", 2, Unit::seconds},
        {"dynamic overload start", 2, Unit::seconds},    {"interference power", 1, Unit::power},
        {"interference time", 2, Unit::seconds},         {"second float point", 2, Unit::seconds},
        {"second float detection", 2, Unit::seconds},    {"lowest power", 2, Unit::power},
        {"time of the lowest power", 2, Unit::seconds},  {"second peak time", 2, Unit::seconds},
        {"ambient alarm", 1, Unit::plain_celsius, false}, {"port alarm", 1, Unit::plain_celsius, false},
        {"optical plug detection", 1, Unit::plain, false}, {"lamp", 1, Unit::plain, false}};
    const std::vector<Piece> limits{{"longest time", 2, Unit::seconds}, {"overload power", 2, Unit::power},
                                    {"over-voltage", 2, Unit::voltage, false}, {"under-voltage", 2, Unit::voltage, false}};
    return std::vector<Layout>{
        {0x01, kDown, {result}},
        {0x01, kUp, {{"firmware", 2, Unit::version}, {"voltage", 2, Unit::voltage}, {"ports", 1},
                     {"state of port", 1, Unit::state, true, true}, {"power of port", 2, Unit::power, true, true},
                     {"peak power of port", 2, Unit::power, true, true}, {"virtual ID", 1}, {"signal", 1},
                     {"device type", 1}, {"temperature", 1, Unit::celsius, false}, {"work mode", 1, Unit::bits, false}}},
        {0x02, kDown, {{"card", 4, Unit::card}, {"account state", 1}, {"rate mode", 1}, {"balance", 4, Unit::fen}, port}},
        {0x02, kUp, {{"card", 4, Unit::card}, {"card type", 1}, port, {"balance", 2, Unit::fen},
                     {"device time", 4, Unit::unix_time, false}, {"length of the second card number", 1, Unit::plain, false},
                     {"second card number", 0, Unit::rest, false}}},
        {0x03, kDown, {result}},
        {0x03, kUp, full},
        {0x04, kDown, {port, result}},
        {0x04, kUp, {port, {"start kind", 1}, {"card", 4, Unit::card}, {"time", 2, Unit::seconds}, order}},
        {0x05, kUp, {{"device type", 1}, {"firmware", 2, Unit::version}, {"package", 4}}},
        {0x06, kUp, {port, {"state", 1, Unit::state}, {"time", 2, Unit::seconds}, {"energy", 2, Unit::energy},
                     {"start kind", 1}, {"power", 2, Unit::power}, {"maximum", 2, Unit::power}, {"minimum", 2, Unit::power},
                     {"average", 2, Unit::power}, order, {"interval energy", 2, Unit::energy, false},
                     {"peak power", 2, Unit::power, false}, {"voltage", 2, Unit::voltage, false},
                     {"current", 2, Unit::current, false}, {"ambient temperature", 1, Unit::celsius, false},
                     {"port temperature", 1, Unit::celsius, false}, {"device time", 4, Unit::unix_time, false},
                     {"occupied minutes", 2, Unit::plain, false}}},
        {0x12, kUp, {}},
        {0x12, kDown, {{"time", 4, Unit::unix_time}}},
        {0x20, kDown, {result}},
        {0x20, kUp, {{"firmware", 2, Unit::version}, {"ports", 1}, {"virtual ID", 1}, {"device type", 1},
                     {"work mode", 1, Unit::bits}, {"power board firmware", 2, Unit::version, false}}},
        {0x21, kDown, {result}},
        {0x21, kUp, {{"voltage", 2, Unit::voltage}, {"ports", 1}, {"state of port", 1, Unit::state, true, true},
                     {"signal", 1}, {"temperature", 1, Unit::celsius}}},
        {0x22, kUp, {}},
        {0x22, kDown, {{"time", 4, Unit::unix_time}}},
        {0x41, kUp, {{"ports", 1}, {"doors open", 4, Unit::bits}, {"fans on", 4, Unit::bits}}},
        {0x42, kUp, {{"alarm", 1, Unit::alarm}, {"port or sensor address", 1}, {"inputs", 1, Unit::bits}}},
        {0x43, kUp, settlement},
        {0x44, kUp, {{"notice", 1}, port, order}},
        {0x72, kDown, {port, order}},
        {0x72, kUp, {result, order}},
        {0x81, kDown, {}},
        {0x82, kUp, {result, order, port, {"waiting ports", 2, Unit::bits}}},
        {0x82, kDown, {{"rate mode", 1}, {"balance", 4, Unit::fen}, port, {"command", 1}, {"seconds or energy", 2}, order,
                       {"longest time", 2, Unit::seconds}, {"overload power", 2, Unit::power}, {"lamp", 1, Unit::plain, false},
                       {"long charge", 1, Unit::plain, false}, {"extra float time", 2, Unit::seconds, false},
                       {"short-circuit check", 1, Unit::plain, false}, {"ignore unplugging", 1, Unit::plain, false},
                       {"stop when full in any case", 1, Unit::plain, false}, {"full power in watts", 1, Unit::plain, false},
                       {"longest judging time", 1, Unit::plain, false}}},
        {0x83, kUp, {result}},
        {0x83, kDown, parameters1},
        {0x84, kUp, {result}},
        {0x84, kDown, parameters2},
        {0x85, kUp, {result}},
        {0x85, kDown, limits},
        {0x86, kUp, {result}},
        {0x87, kDown, {}},
        {0x87, kUp, {result}},
        {0x88, kDown, {}},
        {0x88, kUp, {result}},
        {0x8A, kUp, {result}},
        {0x8A, kDown, {{"mode", 1}, port, {"seconds or energy", 2}}},
        {0x8D, kDown, {{"work mode", 1}}},
        {0x8D, kUp, {result}},
        {0x90, kDown, {}},
        {0x90, kUp, parameters1},
        {0x91, kDown, {}},
        {0x91, kUp, parameters2},
        {0x92, kDown, {}},
        {0x92, kUp, limits},
        {0x96, kDown, {{"seconds", 1, Unit::seconds}}},
        {0x96, kUp, {result}},
        {0x97, kDown, {{"mute", 1}}},
        {0x97, kUp, {result}},
        {0x98, kDown, {{"function", 1}, port}},
        {0x98, kUp, {result}},
        {0xE4, kDown, {}},
        {0xE4, kUp, {result}},
    };
  }();
  return kLayouts;
}

std::size_t needed_size(const Layout& layout, std::span<const std::uint8_t> data) {
  std::size_t size = 0;
  std::size_t ports = 0;
  for (const Piece& piece : layout.pieces) {
    if (!piece.needed) break;
    if (std::string_view(piece.name) == "ports") ports = size < data.size() ? data[size] : 0;
    size += piece.each_port ? piece.size * ports : piece.size;
  }
  return size;
}

bool can_grow(const Layout& layout) {
  return std::any_of(layout.pieces.begin(), layout.pieces.end(), [](const Piece& p) { return !p.needed; });
}

std::string text_of(Explainer& x, const Piece& piece, std::uint8_t command, std::size_t at) {
  const std::int64_t value = x.little_at(at, piece.size);
  switch (piece.unit) {
    case Unit::power:
      return fmt::format("{}.{} W", value / 10, value % 10);
    case Unit::voltage:
      return fmt::format("{}.{} V", value / 10, value % 10);
    case Unit::current:
      return fmt::format("{} mA", value);
    case Unit::energy:
      return fmt::format("{}.{:02} kWh", value / 100, value % 100);
    case Unit::seconds:
      return fmt::format("{} s", value);
    case Unit::unix_time:
      return base::iso8601(base::utc_from_ms(value * 1000));
    case Unit::fen:
      return fmt::format("{}.{:02} yuan", value / 100, value % 100);
    case Unit::celsius:
      return value == 0 ? std::string("no sensor") : fmt::format("{} degrees Celsius", value - 65);
    case Unit::plain_celsius:
      return fmt::format("{} degrees Celsius", value);
    case Unit::version:
      return fmt::format("V{}.{:02}", value / 100, value % 100);
    case Unit::state:
      return dny::port_state(static_cast<std::uint8_t>(value));
    case Unit::reason:
      return dny::settlement_reason(static_cast<std::uint8_t>(value));
    case Unit::alarm:
      return dny::alarm_name(static_cast<std::uint8_t>(value));
    case Unit::result:
      if (command == 0x82) return dny::charge_result(static_cast<std::uint8_t>(value));
      return value == 0 ? "done" : "not done";
    case Unit::bits: {
      std::string set;
      for (int bit = 0; bit < piece.size * 8; ++bit)
        if ((value >> bit & 1) != 0) set += fmt::format("{}{}", set.empty() ? "bits " : ", ", bit);
      return set.empty() ? "none" : set;
    }
    default:
      return {};
  }
}

std::size_t put_piece(Explainer& x, const Piece& piece, std::uint8_t command, std::size_t at, std::size_t end,
                      const std::string& suffix) {
  const std::size_t size = piece.unit == Unit::rest ? end - at : piece.size;
  const std::string name = piece.name + suffix;
  std::string text = text_of(x, piece, command, at);
  if (piece.unit == Unit::order || piece.unit == Unit::rest || piece.unit == Unit::card)
    x.bytes(at, size, name.c_str(), text);
  else
    x.little(at, size, name.c_str(), text);
  return at + size;
}

void put_layout(Explainer& x, const Layout& layout, std::size_t end) {
  std::size_t at = kDnyData;
  std::size_t ports = 0;
  for (const Piece& piece : layout.pieces) {
    if (!piece.needed && at >= end) break;
    if (!piece.needed && piece.unit != Unit::rest && at + piece.size > end) break;
    if (std::string_view(piece.name) == "ports") ports = x.byte(at);
    const std::size_t times = piece.each_port ? ports : 1;
    for (std::size_t i = 0; i < times; ++i) {
      if (at + piece.size > end) return x.wrong(at, fmt::format("the data ends before {}", piece.name), "more bytes");
      at = put_piece(x, piece, layout.command, at, end, piece.each_port ? fmt::format(" {}", i + 1) : std::string());
    }
  }
  if (at < end) x.bytes(at, end - at, "more", "newer firmware: ignored");
}

std::string summary(const Layout& layout, const Explainer& x) {
  const std::string name = dny::command_name(layout.command);
  if (layout.command == 0x82 && layout.direction == std::string_view(kDown))
    return fmt::format("{}: {} port {}", name, x.byte(kDnyData + 6) == 1 ? "start" : "stop", x.byte(kDnyData + 5));
  if (layout.command == 0x03 && layout.pieces.size() > 1)
    return fmt::format("{}: must be answered after it is stored", name);
  return name;
}

void explain_data(Explainer& x, std::uint8_t command, std::size_t end) {
  const auto data = x.part(kDnyData, end - kDnyData);
  const Layout* best = nullptr;
  bool command_known = false;
  // Reports grow at their end; a short acknowledgement has one length. A message of exactly that length goes first.
  for (const bool exactly : {true, false}) {
    if (best) break;
    for (const Layout& layout : layouts()) {
      if (layout.command != command) continue;
      command_known = true;
      const std::size_t needed = needed_size(layout, data);
      const bool up = layout.direction == std::string_view(kUp);
      const bool grown = data.size() > needed && needed > 1 && (up || can_grow(layout));
      if (exactly ? data.size() != needed : !grown) continue;
      x.means(layout.direction, summary(layout, x));
      best = &layout;
    }
  }
  if (best) return put_layout(x, *best, end);
  if (!data.empty()) x.bytes(kDnyData, data.size(), "data");
  if (command_known) return x.wrong(kDnyData, fmt::format("this command has no message of {} bytes of data", data.size()));
  x.means("both", fmt::format("{}: not used, ignored", dny::command_name(command)));
}

void warn_about(Explainer& x, std::uint8_t command) {
  if (command == 0x88) x.warn("never send this: it clears settlements that nobody has acknowledged");
  constexpr std::array<std::uint8_t, 5> kFirmware{0xE0, 0xE1, 0xE2, 0xE4, 0xF8};
  if (std::find(kFirmware.begin(), kFirmware.end(), command) != kFirmware.end())
    x.warn("never sent by the product: firmware");
  if (command == 0x42 && x.byte(kDnyData) >= 2 && x.byte(kDnyData) <= 6) x.warn("everything off, latched");
}

}  // namespace

Explanation explain_dny(std::span<const std::uint8_t> bytes) {
  Explainer x("DNY", bytes);
  x.bytes(0, 3, "head", "DNY");
  constexpr std::array<std::uint8_t, 3> kHead{0x44, 0x4E, 0x59};
  for (std::size_t i = 0; i < kHead.size(); ++i)
    if (x.has(i) && x.byte(i) != kHead[i]) {
      x.wrong(i, "the head is not DNY", hex_of(kHead[i]));
      break;
    }
  x.little(3, 2, "length", "from the physical ID to the sum");
  const auto length = static_cast<std::size_t>(x.little_at(3, 2));
  const bool possible = length >= dny::kLeastLength && length <= dny::kMostLength;
  if (x.has(3, 2) && !possible) x.wrong(3, fmt::format("no frame has a length of {}", length), "9 to 251");
  const std::size_t size = possible ? length + dny::kOverhead : std::max(x.size(), kDnyData + kSumSize);
  const auto device = static_cast<std::uint32_t>(x.little_at(5, 4));
  x.little(5, 4, "physical ID", fmt::format("{} {}", dny::to_string(dny::kind_of(device)), dny::number_of(device)));
  if (x.has(5, 4) && dny::is_fallback_number(dny::number_of(device)))
    x.warn("the number of devices whose memory failed: two can share it");
  x.little(9, 2, "message number");
  const std::uint8_t command = x.byte(11);
  x.number(11, "command", dny::command_name(command));
  if (x.has(11)) x.name(dny::command_name(command));
  if (possible && x.size() < size) {
    x.wrong(3, fmt::format("the frame says {} bytes, there are {}", size, x.size()), fmt::format("{} bytes", size));
    if (x.size() > kDnyData) x.bytes(kDnyData, x.size() - kDnyData, "data");
    return x.take();
  }
  if (!x.has(11)) return x.take();
  const std::size_t end = size - kSumSize;
  explain_data(x, command, end);
  unsigned sum = 0;
  for (const std::uint8_t byte : x.part(0, end)) sum += byte;
  x.little(end, 2, "sum", "of all bytes before it, low 16 bits");
  if (x.has(end, 2) && x.little_at(end, 2) != (sum & 0xFFFF)) {
    const auto low = static_cast<std::uint8_t>(sum & 0xFF);
    const auto high = static_cast<std::uint8_t>(sum >> 8 & 0xFF);
    const std::size_t at = x.byte(end) != low ? end : end + 1;
    x.wrong(at, "the sum does not match", at == end ? hex_of(low) + " " + hex_of(high) : hex_of(high));
  }
  x.ends_at(size);
  warn_about(x, command);
  return x.take();
}

Explanation explain_dny_text(std::span<const std::uint8_t> bytes) {
  Explainer x("DNY-TEXT", bytes);
  const std::string text(bytes.begin(), bytes.end());
  constexpr std::size_t kSimDigits = 20;
  const bool sim = text.starts_with("8986");
  if (text == "link") {
    x.name("keep-alive");
    x.bytes(0, 4, "text", "link");
    x.means(kUp, "nothing was sent for 30 s; no answer");
  } else if (sim || text.starts_with("8")) {
    x.name("SIM number");
    x.bytes(0, kSimDigits, "SIM number", text.substr(0, kSimDigits));
    if (!sim && x.has(0, 4)) x.wrong(0, "a SIM number begins with 8986", "38 39 38 36");
    for (std::size_t i = 0; i < std::min(kSimDigits, x.size()); ++i) {
      const char c = text[i];
      if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) continue;
      x.wrong(i, "neither a letter nor a digit", "30 to 39, 41 to 5A or 61 to 7A");
      break;
    }
    x.means(kUp, "the post's SIM card, sent once after connecting; no answer");
    x.ends_at(kSimDigits);
  } else {
    x.name("unknown text");
    x.bytes(0, x.size(), "text");
    x.wrong(0, "neither \"link\" nor a SIM number");
  }
  return x.take();
}

}  // namespace station::codec
