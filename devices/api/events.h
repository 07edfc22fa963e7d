#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sync/base/clock.h"

// What devices tell the kiosk. Values only: they travel through mailboxes between threads.
namespace station::devices {

using base::BootTime;

// A card lies on a reader. `uid` is upper-case hex in the order received ("04A23B7C"). A UID is a name, not a proof.
struct CardPresented {
  std::string reader;
  std::string uid;
  BootTime at;
};

struct CardRemoved {
  std::string reader;
  BootTime at;
};

// A card was there but cannot be used; the rider is told what to do now.
enum class CardProblem {
  random_uid,   // phones and some bank cards make up a new number each time
  not_allowed,  // type B (identity cards) unless the station allows it
  two_cards,    // two different numbers in one presentation
  unreadable,   // gone too quickly, mute or damaged
};
struct CardRefused {
  std::string reader;
  CardProblem problem = CardProblem::unreadable;
  BootTime at;
};

// A signed code, a pick-up code or anything else that a scanner read; checked for length and alphabet by the driver.
struct CodeScanned {
  std::string scanner;
  std::string text;
  BootTime at;
  bool typed = false;  // recognised by its typing speed only, not by a scanner of its own
};

// Something was scanned that cannot be a code of ours.
enum class CodeProblem {
  damaged,  // incomplete, or with control characters
  foreign,  // an address, a payment code, too short or too long
};
struct CodeRefused {
  std::string scanner;
  CodeProblem problem = CodeProblem::foreign;
  BootTime at;
};

enum class Door : std::uint8_t { unknown, closed, open };

// The debounced door state changed (two equal reads at least 100 ms apart).
struct DoorChanged {
  std::string box;  // name of the box as riders see it, for example "A03"
  Door door = Door::unknown;
  BootTime at;
};

enum class Opening : std::uint8_t {
  opened,      // a later, independent read showed the door open
  not_opened,  // pulse sent, reads still say closed
  unknown,     // board silent or reads unclear: nobody may assume anything
  refused,     // no pulse was sent (duty limit, board out of service)
};

// The answer to one OpenBox command. Exactly one comes for each op_id.
struct BoxOpening {
  std::string op_id;
  std::string box;
  Opening result = Opening::unknown;
  std::string evidence;  // for the record: which reads, when, in the maintainer's words
  BootTime at;
};

enum class Power : std::uint8_t { unknown, off, on };

// Desired against observed power of a charging port; sent when either changes. Observed is a read-back.
struct PortChanged {
  std::string port;  // name of the charging port as riders see it, for example "P1"
  Power desired = Power::off;
  Power observed = Power::unknown;
  bool over_current = false;  // latched off by the driver
  BootTime at;
};

// The answer to one SwitchPort command: what the read-back says after switching. Exactly one comes for each op_id.
struct PortSwitched {
  std::string op_id;
  std::string port;
  Power observed = Power::unknown;
  std::string evidence;
  BootTime at;
};

enum class OutletState : std::uint8_t {
  unknown,   // no fresh report of the device
  idle,
  plugged,   // a charger is present
  starting,  // the start was sent; only the device's report shows whether it charges
  charging,
  floating,  // full, topped up
  blind,     // charging when the link was lost: the device goes on by its own limits
  stopping,
  settling,  // off, its settlement is awaited
  fault,     // latched
  foreign,   // charging under an order that is not ours
};

// A reading of an e-bike outlet. Order, energy and time are those of the session that runs, empty and 0 without one.
struct OutletChanged {
  std::string outlet;
  OutletState state = OutletState::unknown;
  std::string order{};
  int watts = 0;
  int watt_hours = 0;
  std::int64_t seconds = 0;
  std::optional<int> celsius{};
  BootTime at;
};

enum class OutletResult : std::uint8_t {
  started,
  stopped,
  not_plugged,  // no charger; nothing was switched
  busy,         // somebody else's session, or another order is under way
  refused,      // not allowed, no power left, out of service: nothing was sent
  fault,        // the device found something wrong; it is off
  unknown,      // nobody knows; a settlement will tell
};

// The answer to one StartOutlet or StopOutlet. Exactly one comes for each op_id.
struct OutletAnswer {
  std::string op_id;
  std::string outlet;
  std::string order;
  OutletResult result = OutletResult::unknown;
  std::string evidence;
  BootTime at;
};

// What the device says a session delivered; the only basis of a charge. Comes again until SettlementStored was sent.
struct OutletSettled {
  std::string outlet;
  std::string order;   // 32 hex digits
  std::string device;  // physical ID with port, "04AB373B/1": with the order the identity of a settlement
  std::int64_t seconds = 0;
  std::int64_t watt_hours = 0;
  int peak_w = 0;
  int code = 0;             // the device's own reason, as sent
  std::string reason{};     // in words
  std::string stop{};       // OCPP stop reason
  std::string cut{};        // why the station ended it ("temperature", "time" …), empty when it did not
  bool by_station = true;   // false: started at the device, by card or code
  BootTime at;
};

// Device faults are states with a beginning and an end, from one catalogue (fault.h).
struct FaultRaised {
  std::string code;    // "reader.missing", "board.silent", …
  std::string place;   // which device, in the words of the configuration
  std::string detail;  // what is wrong, for the maintainer
  BootTime at;
};
struct FaultCleared {
  std::string code;
  std::string place;
  BootTime at;
};

using Event = std::variant<CardPresented, CardRemoved, CardRefused, CodeScanned, CodeRefused, DoorChanged, BoxOpening, PortChanged,
                           PortSwitched, FaultRaised, FaultCleared, OutletChanged, OutletAnswer, OutletSettled>;

}  // namespace station::devices
