#include "devices/sim/hands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace station::sim {

using namespace std::chrono_literals;

namespace {

constexpr auto kMoment = 700ms;
constexpr auto kForLong = 1h;
constexpr Milliseconds kReboot{3'000};
const std::string kOk = "ok";

std::string no(const std::string& why) { return "error: " + why; }

std::string usage(const char* form) { return no(std::string("expected: ") + form); }

bool is_uid(const std::string& text) {
  const auto bytes = base::from_hex(text);
  return bytes && (bytes->size() == 4 || bytes->size() == 7 || bytes->size() == 8 || bytes->size() == 10);
}

int number(const std::string& text, int otherwise) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : otherwise;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Map>
std::string names_in(const Map& map) {
  std::string out;
  for (const auto& [name, value] : map) out += " " + name;
  return out;
}

std::string names_in(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += " " + name;
  return out;
}

std::optional<ReplyFault> reply_fault(const std::string& word) {
  if (word == "corrupt") return ReplyFault::corrupt_check;
  if (word == "late") return ReplyFault::late;
  if (word == "drop") return ReplyFault::dropped;
  if (word == "half") return ReplyFault::half;
  return std::nullopt;
}

std::optional<ReaderFault> reader_fault(const std::string& word) {
  if (word == "corrupt") return ReaderFault::wrong_length;
  if (word == "late") return ReaderFault::time_extension;
  if (word == "drop") return ReaderFault::silent;
  if (word == "half") return ReaderFault::short_frame;
  return std::nullopt;
}

}  // namespace

TextHands::TextHands(HandsPlan plan, Station& station, const base::Clock& clock)
    : plan_(std::move(plan)), station_(station), clock_(clock) {}

std::string TextHands::obey(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  if (words.empty()) return no("an empty line; \"help\" lists the commands");
  for (const auto part : {&TextHands::cards_and_codes, &TextHands::boxes, &TextHands::power, &TextHands::plugs,
                          &TextHands::wires})
    if (const Answer answer = (this->*part)(words)) return *answer;
  if (const Answer answer = about(words)) return *answer;
  return no(fmt::format("no command \"{}\"; \"help\" lists them", words[0]));
}

std::chrono::milliseconds TextHands::idle() {
  const BootTime now = clock_.mono();
  Milliseconds rest = kForLong;
  std::erase_if(take_at_, [&](const auto& entry) {
    if (now >= entry.second) station_.remove_card(entry.first);
    if (now < entry.second) rest = std::min<Milliseconds>(rest, entry.second - now);
    return now >= entry.second;
  });
  return rest;
}

TextHands::Answer TextHands::about(const Words& words) const {
  if (words[0] == "help")
    return "ok: tap UID [READER] | lay UID [READER] | take [READER] | scan CODE [SCANNER] | door open|close BOX | "
           "jam BOX | heal NAME | over-current NAME | weld NAME | smoke POST | plug NAME | unplug NAME | echo LINE on|off | "
           "corrupt|late|drop|half NAME [COUNT] | dead NAME | alive NAME | reboot NAME [MS] | list";
  if (words[0] == "list") {
    return fmt::format("ok: readers{}; scanners{}; boxes{}; ports{}; outlets{}; hubs{}; lines{}; posts{}",
                       names_in(plan_.readers), names_in(plan_.scanners), names_in(plan_.boxes), names_in(plan_.ports),
                       names_in(plan_.outlets), names_in(plan_.hubs), names_in(plan_.lines), names_in(plan_.posts));
  }
  return std::nullopt;
}

TextHands::Answer TextHands::cards_and_codes(const Words& words) {
  const std::string& verb = words[0];
  if (verb == "tap" || verb == "lay") {
    if (words.size() < 2 || words.size() > 3) return usage("tap|lay UID [READER]");
    if (!is_uid(words[1])) return no("a card's number has 4, 7, 8 or 10 bytes in hexadecimal digits");
    if (plan_.readers.empty()) return no("the station has no card reader");
    const std::string reader = words.size() == 3 ? words[2] : plan_.readers.front();
    if (!contains(plan_.readers, reader)) return no(fmt::format("no reader \"{}\"; there are:{}", reader, names_in(plan_.readers)));
    station_.tap(reader, words[1]);
    take_at_.erase(reader);
    if (verb == "tap") take_at_[reader] = clock_.mono() + kMoment;
    return kOk;
  }
  if (verb == "take") {
    if (plan_.readers.empty()) return no("the station has no card reader");
    const std::string reader = words.size() == 2 ? words[1] : plan_.readers.front();
    if (!contains(plan_.readers, reader)) return no(fmt::format("no reader \"{}\"; there are:{}", reader, names_in(plan_.readers)));
    take_at_.erase(reader);
    station_.remove_card(reader);
    return kOk;
  }
  if (verb == "scan") {
    if (words.size() < 2 || words.size() > 3) return usage("scan CODE [SCANNER]");
    if (plan_.scanners.empty()) return no("the station has no code scanner");
    const std::string scanner = words.size() == 3 ? words[2] : plan_.scanners.front();
    if (!contains(plan_.scanners, scanner))
      return no(fmt::format("no scanner \"{}\"; there are:{}", scanner, names_in(plan_.scanners)));
    station_.scan(scanner, words[1]);
    return kOk;
  }
  return std::nullopt;
}

TextHands::Answer TextHands::boxes(const Words& words) {
  const bool door = words[0] == "door";
  if (!door && words[0] != "jam") return std::nullopt;
  if (door && (words.size() != 3 || (words[1] != "open" && words[1] != "close"))) return usage("door open|close BOX");
  if (!door && words.size() != 2) return usage("jam BOX");
  const auto box = plan_.boxes.find(words.back());
  if (box == plan_.boxes.end()) return no(fmt::format("no box \"{}\"; there are:{}", words.back(), names_in(plan_.boxes)));
  SimLockBoard& board = station_.line(box->second.line).board(box->second.board);
  if (!door) board.set_lock(box->second.lock, LockState::jammed);
  if (door && words[1] == "open") board.force_open(box->second.lock);
  if (door && words[1] == "close") board.close_door(box->second.lock);
  return kOk;
}

TextHands::Answer TextHands::power(const Words& words) {
  const std::string& verb = words[0];
  if (verb != "over-current" && verb != "weld" && verb != "smoke" && verb != "heal") return std::nullopt;
  if (words.size() != 2) return usage("over-current|weld|heal NAME, smoke POST");
  const std::string& name = words[1];
  if (verb == "smoke" && contains(plan_.posts, name)) {
    station_.post(name).alarm(4);
    return kOk;
  }
  if (const auto box = plan_.boxes.find(name); box != plan_.boxes.end() && verb == "heal") {
    station_.line(box->second.line).board(box->second.board).set_lock(box->second.lock, LockState::healthy);
    return kOk;
  }
  if (const auto port = plan_.ports.find(name); port != plan_.ports.end() && verb != "smoke") {
    SimUsbHub& hub = station_.hub(port->second.device);
    if (verb == "over-current") hub.over_current(port->second.port);
    if (verb == "weld") hub.set_health(port->second.port, PortHealth::stuck_on);
    if (verb == "heal") hub.set_health(port->second.port, PortHealth::healthy);
    return kOk;
  }
  if (const auto outlet = plan_.outlets.find(name); outlet != plan_.outlets.end()) {
    SimChargePost& post = station_.post(outlet->second.device);
    if (verb == "over-current") post.over_current(outlet->second.port);
    if (verb == "weld") post.weld(outlet->second.port);
    if (verb == "heal") post.heal(outlet->second.port);
    if (verb == "smoke") post.alarm(4);
    return kOk;
  }
  return no(fmt::format("nothing named \"{}\" that can {}; \"list\" shows the names", name, verb));
}

TextHands::Answer TextHands::plugs(const Words& words) {
  const bool plug = words[0] == "plug";
  if (!plug && words[0] != "unplug") return std::nullopt;
  if (words.size() != 2) return usage("plug|unplug NAME");
  const std::string& name = words[1];
  if (contains(plan_.readers, name)) {
    plug ? station_.plug_reader(name) : station_.unplug_reader(name);
  } else if (contains(plan_.hubs, name)) {
    plug ? station_.plug_hub(name) : station_.unplug_hub(name);
  } else if (contains(plan_.scanners, name)) {
    station_.plug_scanner(name, plug);
  } else if (plan_.lines.contains(name)) {
    station_.line(name).set_plugged(plug);
  } else if (const auto outlet = plan_.outlets.find(name); outlet != plan_.outlets.end()) {
    SimChargePost& post = station_.post(outlet->second.device);
    plug ? post.plug(outlet->second.port, 180) : post.unplug(outlet->second.port);
  } else {
    return no(fmt::format("nothing named \"{}\" that has a plug; \"list\" shows the names", name));
  }
  return kOk;
}

TextHands::Answer TextHands::wires(const Words& words) {
  const std::string& verb = words[0];
  const auto of_line = reply_fault(verb);
  const auto of_reader = reader_fault(verb);
  const bool known = of_line || verb == "echo" || verb == "dead" || verb == "alive" || verb == "reboot";
  if (!known) return std::nullopt;
  if (words.size() < 2 || words.size() > 3) return usage("echo LINE on|off, corrupt|late|drop|half|reboot NAME [COUNT], dead|alive NAME");
  const std::string& name = words[1];
  const std::string more = words.size() == 3 ? words[2] : std::string();
  const int count = number(more, 1);
  if (const auto line = plan_.lines.find(name); line != plan_.lines.end()) {
    SimLockLine& wire = station_.line(name);
    if (verb == "echo" && more != "on" && more != "off") return usage("echo LINE on|off");
    if (verb == "echo") wire.set_echo(more == "on");
    for (const int address : line->second) {
      SimLockBoard& board = wire.board(address);
      if (of_line) board.spoil_replies(*of_line, count);
      if (verb == "dead" || verb == "alive") board.set_dead(verb == "dead");
      if (verb == "reboot") board.restart(Milliseconds(number(more, static_cast<int>(kReboot.count()))));
    }
    return kOk;
  }
  if (contains(plan_.readers, name) && verb != "echo" && verb != "reboot") {
    SimReader& reader = station_.reader(name);
    if (of_reader) reader.spoil(*of_reader, count);
    if (verb == "dead") reader.freeze();
    if (verb == "alive") reader.revive();
    return kOk;
  }
  if (contains(plan_.posts, name) && verb != "echo" && verb != "half") {
    SimChargePost& post = station_.post(name);
    if (verb == "corrupt") post.corrupt(count);
    if (verb == "late") post.delay(count, kReboot);
    if (verb == "drop") post.lose(count);
    if (verb == "dead" || verb == "alive") post.set_mute(verb == "dead");
    if (verb == "reboot") post.reboot(Milliseconds(number(more, static_cast<int>(kReboot.count()))));
    return kOk;
  }
  return no(fmt::format("nothing named \"{}\" for {}; \"list\" shows the names", name, verb));
}

}  // namespace station::sim
