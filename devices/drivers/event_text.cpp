#include "devices/drivers/event_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <variant>

namespace station::drivers {

namespace {

using Json = nlohmann::ordered_json;

const char* word(devices::CardProblem problem) {
  switch (problem) {
    case devices::CardProblem::random_uid:
      return "random number";
    case devices::CardProblem::not_allowed:
      return "kind of card is not allowed";
    case devices::CardProblem::two_cards:
      return "two cards";
    case devices::CardProblem::unreadable:
      return "unreadable";
  }
  return "";
}

const char* word(devices::OutletState state) {
  constexpr const char* kWords[] = {"unknown",  "idle",  "plugged",  "starting", "charging", "floating",
                                    "blind", "stopping", "settling", "fault",    "foreign"};
  return kWords[static_cast<std::size_t>(state)];
}

const char* word(devices::OutletResult result) {
  constexpr const char* kWords[] = {"started", "stopped", "not plugged", "busy", "refused", "fault", "unknown"};
  return kWords[static_cast<std::size_t>(result)];
}

// One overload for each event; text and JSON from the same place.
struct Said {
  Json json;
  std::string text;
};

Said say(const devices::CardPresented& e) {
  return {{{"event", "card"}, {"reader", e.reader}, {"uid", e.uid}}, fmt::format("{}: card {}", e.reader, e.uid)};
}
Said say(const devices::CardRemoved& e) {
  return {{{"event", "removed"}, {"reader", e.reader}}, fmt::format("{}: card taken away", e.reader)};
}
Said say(const devices::CardRefused& e) {
  return {{{"event", "refused"}, {"reader", e.reader}, {"why", word(e.problem)}},
          fmt::format("{}: card refused, {}", e.reader, word(e.problem))};
}
Said say(const devices::CodeScanned& e) {
  return {{{"event", "code"}, {"scanner", e.scanner}, {"text", e.text}}, fmt::format("{}: code {}", e.scanner, e.text)};
}
Said say(const devices::CodeRefused& e) {
  const char* why = e.problem == devices::CodeProblem::damaged ? "damaged" : "not a code of this station";
  return {{{"event", "code-refused"}, {"scanner", e.scanner}, {"why", why}},
          fmt::format("{}: code refused, {}", e.scanner, why)};
}
Said say(const devices::DoorChanged& e) {
  return {{{"event", "door"}, {"box", e.box}, {"door", to_string(e.door)}},
          fmt::format("box {}: {}", e.box, to_string(e.door))};
}
Said say(const devices::BoxOpening& e) {
  return {{{"event", "box"}, {"box", e.box}, {"result", to_string(e.result)}, {"evidence", e.evidence}},
          fmt::format("box {}: {} ({})", e.box, to_string(e.result), e.evidence)};
}
Said say(const devices::PortChanged& e) {
  return {{{"event", "port"},
           {"port", e.port},
           {"desired", to_string(e.desired)},
           {"observed", to_string(e.observed)},
           {"over_current", e.over_current}},
          fmt::format("port {}: {}{}", e.port, to_string(e.observed), e.over_current ? ", over-current" : "")};
}
Said say(const devices::PortSwitched& e) {
  return {{{"event", "switched"}, {"port", e.port}, {"observed", to_string(e.observed)}, {"evidence", e.evidence}},
          fmt::format("port {}: {} ({})", e.port, to_string(e.observed), e.evidence)};
}
Said say(const devices::FaultRaised& e) {
  return {{{"event", "fault"}, {"state", "raised"}, {"code", e.code}, {"place", e.place}, {"detail", e.detail}},
          fmt::format("fault {} at {}: {}", e.code, e.place, e.detail)};
}
Said say(const devices::FaultCleared& e) {
  return {{{"event", "fault"}, {"state", "cleared"}, {"code", e.code}, {"place", e.place}},
          fmt::format("fault {} at {} is over", e.code, e.place)};
}
Said say(const devices::OutletChanged& e) {
  return {{{"event", "outlet"},
           {"outlet", e.outlet},
           {"state", word(e.state)},
           {"order", e.order},
           {"watts", e.watts},
           {"watt_hours", e.watt_hours},
           {"seconds", e.seconds}},
          fmt::format("outlet {}: {}, {} W, {} Wh, {} s", e.outlet, word(e.state), e.watts, e.watt_hours, e.seconds)};
}
Said say(const devices::OutletAnswer& e) {
  return {{{"event", "outlet-answer"},
           {"outlet", e.outlet},
           {"order", e.order},
           {"result", word(e.result)},
           {"evidence", e.evidence}},
          fmt::format("outlet {}: {} ({})", e.outlet, word(e.result), e.evidence)};
}
Said say(const devices::OutletSettled& e) {
  return {{{"event", "settled"},
           {"outlet", e.outlet},
           {"order", e.order},
           {"watt_hours", e.watt_hours},
           {"seconds", e.seconds},
           {"reason", e.reason}},
          fmt::format("outlet {}: settled, {} Wh in {} s, {}", e.outlet, e.watt_hours, e.seconds, e.reason)};
}

}  // namespace

std::string to_json_line(const devices::Event& event) {
  const Said said = std::visit([](const auto& e) { return say(e); }, event);
  return said.json.dump(-1, ' ', false, Json::error_handler_t::replace);  // a code can hold any bytes
}

std::string to_text(const devices::Event& event) {
  return std::visit([](const auto& e) { return say(e).text; }, event);
}

const char* to_string(devices::Door door) {
  return door == devices::Door::open ? "open" : door == devices::Door::closed ? "closed" : "unknown";
}

const char* to_string(devices::Opening opening) {
  switch (opening) {
    case devices::Opening::opened:
      return "opened";
    case devices::Opening::not_opened:
      return "not opened";
    case devices::Opening::unknown:
      return "unknown";
    case devices::Opening::refused:
      return "refused";
  }
  return "";
}

const char* to_string(devices::Power power) {
  return power == devices::Power::on ? "on" : power == devices::Power::off ? "off" : "unknown";
}

}  // namespace station::drivers
