#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/codec/dny.h"

// What posts say (CHARGERS 3.5) and what they answer to orders (3.6). Fields were added over the years, always at the
// end: a missing tail is std::nullopt, extra bytes are ignored. Units: 0.1 W, 0.1 V, mA, 0.01 kWh, s, °C.
namespace station::codec::dny {

using Order = std::array<std::uint8_t, 16>;  // the identity of a charging session

namespace code {
// From posts.
inline constexpr std::uint8_t kOldHeartbeat = 0x01, kCard = 0x02, kSettlement = 0x03, kOldStart = 0x04,
                              kWantsFirmware = 0x05, kPower = 0x06, kHostHeartbeat = 0x11, kHostTime = 0x12,
                              kHostState = 0x17, kRegistration = 0x20, kHeartbeat = 0x21, kTime = 0x22,
                              kHostFirmware = 0x35, kCabinet = 0x41, kAlarm = 0x42, kFull = 0x43, kNotice = 0x44;
// To posts.
inline constexpr std::uint8_t kCabinetStop = 0x72, kStatus = 0x81, kCharge = 0x82, kParameters1 = 0x83,
                              kParameters2 = 0x84, kLimits = 0x85, kRestart = 0x87, kPreset = 0x8A, kWorkMode = 0x8D,
                              kReadParameters1 = 0x90, kReadParameters2 = 0x91, kReadLimits = 0x92, kFindMe = 0x96,
                              kMute = 0x97, kForceDoor = 0x98;
}  // namespace code

struct Registration {
  std::uint16_t firmware = 0;  // 126 = V1.26
  std::uint8_t ports = 0, virtual_id = 0, device_type = 0;
  std::uint8_t work_mode = 0;  // bit 0 card mode, 2 short-circuit check, 3 lamp instead of optical plug detection
  std::optional<std::uint16_t> power_firmware;
  bool online_mode() const { return (work_mode & 1) == 0; }
  bool checks_short_circuit() const { return (work_mode & 4) != 0; }
};

struct Heartbeat {
  std::uint16_t voltage = 0;
  std::vector<std::uint8_t> states;  // one for each port, see port_state()
  std::optional<std::uint8_t> signal;
  std::optional<int> temperature;
};

struct OldHeartbeat {
  std::uint16_t firmware = 0, voltage = 0;
  std::vector<std::uint8_t> states;
  std::vector<std::uint16_t> power, peak_power;
  std::optional<std::uint8_t> virtual_id, signal, device_type;
  std::optional<int> temperature;
  std::optional<std::uint8_t> work_mode;
};

struct TimeWish {};  // 22, and 12 of a bus host

struct CardShown {
  std::array<std::uint8_t, 4> card{};
  std::uint8_t type = 0;  // 0 old, 1 new, 3 ID only, 4 social-security card
  std::uint8_t port = 0;  // FF = balance query
  std::uint16_t balance = 0;
  std::optional<std::uint32_t> time;
  base::Bytes second_card;
};

struct PowerReport {
  std::uint8_t port = 0, state = 0;
  std::uint16_t seconds = 0, energy = 0;
  std::uint8_t start_kind = 0;
  std::uint16_t power = 0;
  std::optional<std::uint16_t> most, least, average;  // of the interval
  std::optional<Order> order;
  std::optional<std::uint16_t> peak_power, voltage, current;
  std::optional<int> ambient, port_temperature;  // empty also where there is no sensor
  std::optional<std::uint32_t> time;
  std::optional<std::uint16_t> occupied_minutes;
};

// Also 43, which ends after the order: full, not settled.
struct Settlement {
  std::uint16_t seconds = 0, peak_power = 0, energy = 0;
  std::uint8_t port = 0;
  std::uint8_t start_kind = 0;  // 0 card offline, 1 server, 3 code
  std::array<std::uint8_t, 4> card{};
  std::uint8_t reason = 0;  // see settlement_reason()
  Order order{};
  std::optional<std::uint16_t> first_peak;  // of the first five minutes
  std::optional<std::uint32_t> time;
  std::optional<std::uint16_t> occupied_minutes;
  bool operator==(const Settlement&) const = default;
};
struct FullNotice : Settlement {};

struct OldStart {
  std::uint8_t port = 0, start_kind = 0;
  std::array<std::uint8_t, 4> card{};
  std::uint16_t seconds = 0;
  std::optional<Order> order;
};

struct Cabinet {
  std::uint8_t ports = 0;
  std::uint32_t open_doors = 0, fans = 0;  // bit 0 = first
};

struct Alarm {
  std::uint8_t type = 0;  // see alarm_name()
  std::uint8_t where = 0;  // port for type 3, else the sensor's address; 0 = the device itself
  std::uint8_t inputs = 0;
};

struct PortNotice {
  std::uint8_t type = 0;  // 1 = the cabinet's door is not closed
  std::uint8_t port = 0;
  Order order{};
};

struct FirmwareWish {
  std::uint8_t device_type = 0;
  std::uint16_t firmware = 0;
  std::uint32_t package = 0;
};

// Answers to orders.
struct ChargeReply {
  std::uint8_t result = 0;  // see charge_result()
  Order order{};
  std::uint8_t port = 0;
  std::uint16_t waiting_ports = 0;
};
struct CabinetStopReply {
  std::uint8_t result = 0;
  Order order{};
};
struct PlainReply {  // 83, 84, 85, 87, 8A, 8D, 96, 97, 98
  std::uint8_t result = 0;
};

// Frames that need nothing of us: 11, 17, 35, and what is not documented.
struct Other {};

using Report = std::variant<Registration, Heartbeat, OldHeartbeat, TimeWish, CardShown, PowerReport, Settlement,
                            FullNotice, OldStart, Cabinet, Alarm, PortNotice, FirmwareWish, ChargeReply,
                            CabinetStopReply, PlainReply, Other>;

// Nothing when the data is shorter than the fields that every firmware sends.
std::optional<Report> read_report(const Frame& frame);

const char* port_state(std::uint8_t state);
// Current can flow: charging or float.
bool is_charging(std::uint8_t state);
// Idle, or a charger waits: nothing is wrong and nothing flows.
bool is_free(std::uint8_t state);
bool is_welded(std::uint8_t state);
const char* settlement_reason(std::uint8_t reason);
// The OCPP stop reason that a settlement reason stands for (CHARGERS 7).
const char* stop_reason(std::uint8_t reason);
const char* alarm_name(std::uint8_t type);
// Water, thermal link, smoke, heat, water level: everything off, latched.
bool is_safety_alarm(std::uint8_t type);
const char* charge_result(std::uint8_t result);
const char* command_name(std::uint8_t command);

// The post's side of the wire.
base::Bytes write_registration(const Registration&);
base::Bytes write_heartbeat(const Heartbeat&);
base::Bytes write_power(const PowerReport&);  // all fields
base::Bytes write_settlement(const Settlement&);
base::Bytes write_charge_reply(const ChargeReply&);

}  // namespace station::codec::dny
