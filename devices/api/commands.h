#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sync/base/clock.h"

// What the kiosk tells devices. Sent only after the intent is committed; op_id names the intent.
namespace station::devices {

// One pulse on the box's lock, then door reads until the result is clear. Answered by one BoxOpening.
struct OpenBox {
  std::string op_id;
  std::string box;
};

// Emergency: opens every box of the station one by one, one pulse each, keeping the duty limits. Answered by one BoxOpening
// for each box, with the op_id "OP_ID/BOX". Latched: afterwards nothing is opened until a person ends box.released.
struct ReleaseBoxes {
  std::string op_id;
  std::string why;  // "smoke at post yard", "staff key"
};

// Desired power of a charging port; the driver keeps it so until told otherwise. Answered by one PortSwitched.
struct SwitchPort {
  std::string op_id;
  std::string port;
  bool on = false;
};

// Light and sound of the reader: "accepted" after the check-in was committed, "refused" otherwise.
struct ReaderFeedback {
  std::string reader;
  bool accepted = true;
};

// What one e-bike charging session may do. The device gets the longest time and the power as well: a dead kiosk never
// means an unlimited charge.
struct OutletLimits {
  std::int64_t longest_s = 28'800;              // 1 … 28,800
  int most_w = 500;                             // at the outlet
  int most_wh = 0;                              // 0: no limit
  std::optional<base::UtcTime> allowed_until{};  // indoors: when the recorded fire approval ends; none = refused
  bool operator==(const OutletLimits&) const = default;
};

// Energises an e-bike outlet for one session. Answered by one OutletAnswer.
struct StartOutlet {
  std::string op_id;
  std::string outlet;  // as riders see it, "E1"
  std::string order;   // 32 lower-case hex digits: the session's identity, at the device too
  OutletLimits limits{};
};

// Ends a session. Answered by one OutletAnswer; what was delivered follows as OutletSettled.
struct StopOutlet {
  std::string op_id;
  std::string outlet;
  std::string order;
};

// After a restart: this session is open in the records. Switches nothing on; the device's own report shows where it is.
struct ResumeOutlet {
  std::string outlet;
  std::string order;
  OutletLimits limits{};
  std::int64_t used_s = 0;  // since the intent, as far as known
  bool ending = false;      // its end was asked for already
};

// The settlement is stored; only now may the device forget it.
struct SettlementStored {
  std::string outlet;
  std::string order;
};

// A latched fault of an earlier run holds until a person ends it (devices::is_latched).
struct LatchFault {
  std::string code;
  std::string place;
};

using Command = std::variant<OpenBox, SwitchPort, ReaderFeedback, StartOutlet, StopOutlet, ResumeOutlet, SettlementStored,
                             LatchFault, ReleaseBoxes>;

}  // namespace station::devices
