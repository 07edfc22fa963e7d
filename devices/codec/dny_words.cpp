#include <array>

#include "devices/codec/dny_report.h"

// The tables of CHARGERS 3.5 and 3.6 in words, for records and maintainers.
namespace station::codec::dny {

const char* port_state(std::uint8_t state) {
  switch (state) {
    case 0x00:
      return "idle";
    case 0x01:
      return "charging";
    case 0x02:
      return "charger present, not started";
    case 0x03:
      return "charger present, full";
    case 0x04:
      return "cannot meter";
    case 0x05:
      return "float charge";
    case 0x06:
      return "memory damaged";
    case 0x07:
      return "socket spring stuck";
    case 0x08:
      return "poor contact or fuse blown";
    case 0x09:
      return "relay welded";
    case 0x0A:
      return "plug sensor broken";
    case 0x0B:
      return "pre-check: relay broken or fuse blown";
    case 0x0D:
      return "pre-check: load shorted";
    case 0x0E:
      return "pre-check: relay welded";
    case 0x0F:
      return "card chip broken";
    case 0x10:
      return "detection circuit broken";
    default:
      return "undocumented state";
  }
}

bool is_charging(std::uint8_t state) { return state == 0x01 || state == 0x05; }
bool is_free(std::uint8_t state) { return state == 0x00 || state == 0x02 || state == 0x03; }
bool is_welded(std::uint8_t state) { return state == 0x09 || state == 0x0E; }

const char* settlement_reason(std::uint8_t reason) {
  static constexpr std::array<const char*, 0x1C> kWords{
      "none",
      "full",
      "longest time reached",
      "preset time reached",
      "preset energy reached",
      "unplugged",
      "overload",
      "stopped by server",
      "dynamic overload",
      "power too low",
      "too hot, surroundings",
      "too hot, port",
      "over-current",
      "unplugged, spring possibly stuck",
      "no power: contact or fuse",
      "pre-check: relay broken or fuse",
      "water",
      "extinguisher released, this port",
      "extinguisher released, another port",
      "cabinet opened with user code",
      "cabinet door not closed",
      "stopped by outside operation",
      "stopped by card",
      "forced stop by server",
      "fire system",
      "memory error",
      "over-voltage",
      "under-voltage"};
  if (reason > 0 && reason < kWords.size()) return kWords[reason];
  return reason == 0x1C ? "low power" : "other";
}

const char* stop_reason(std::uint8_t reason) {
  switch (reason) {
    case 0x05:
    case 0x0D:
      return "EVDisconnected";
    case 0x07:
    case 0x17:
      return "Remote";
    case 0x13:
    case 0x15:
    case 0x16:
      return "Local";
    case 0x10:
    case 0x11:
    case 0x12:
    case 0x18:
      return "EmergencyStop";
    default:
      return "Other";
  }
}

const char* alarm_name(std::uint8_t type) {
  switch (type) {
    case 1:
      return "power lost";
    case 2:
      return "water";
    case 3:
      return "thermal link triggered";
    case 4:
      return "smoke";
    case 5:
      return "heat";
    case 6:
      return "water level";
    case 7:
      return "cabinet door sprung open";
    default:
      return "undocumented alarm";
  }
}

bool is_safety_alarm(std::uint8_t type) { return type >= 2 && type <= 6; }

const char* charge_result(std::uint8_t result) {
  static constexpr std::array<const char*, 0x0F> kWords{"done",
                                                        "no charger plugged in",
                                                        "already in that state",
                                                        "port fault, but done",
                                                        "no such port",
                                                        "several ports waiting",
                                                        "total power exceeded",
                                                        "memory damaged",
                                                        "relay broken or fuse",
                                                        "relay welded, but done",
                                                        "load shorted",
                                                        "smoke alarm",
                                                        "over-voltage",
                                                        "under-voltage",
                                                        "no response"};
  return result < kWords.size() ? kWords[result] : "undocumented result";
}

const char* command_name(std::uint8_t command) {
  switch (command) {
    case code::kOldHeartbeat:
      return "old heartbeat";
    case code::kCard:
      return "card presented";
    case code::kSettlement:
      return "settlement";
    case code::kOldStart:
      return "old start notice";
    case code::kWantsFirmware:
      return "wants firmware";
    case code::kPower:
      return "power heartbeat";
    case code::kHostHeartbeat:
      return "host heartbeat";
    case code::kHostTime:
      return "host time request";
    case code::kHostState:
      return "state of a leakage host";
    case code::kRegistration:
      return "registration";
    case code::kHeartbeat:
      return "heartbeat";
    case code::kTime:
      return "time request";
    case code::kHostFirmware:
      return "host firmware list";
    case code::kCabinet:
      return "cabinet heartbeat";
    case code::kAlarm:
      return "alarm";
    case code::kFull:
      return "full, not settled";
    case code::kNotice:
      return "port notice";
    case code::kCabinetStop:
      return "cabinet: stop, keep the door shut";
    case code::kStatus:
      return "ask for status";
    case code::kCharge:
      return "start or stop";
    case code::kParameters1:
      return "parameters 1";
    case code::kParameters2:
      return "parameters 2";
    case code::kLimits:
      return "limits";
    case code::kRestart:
      return "restart";
    case code::kPreset:
      return "change preset";
    case code::kWorkMode:
      return "work mode";
    case code::kReadParameters1:
      return "read parameters 1";
    case code::kReadParameters2:
      return "read parameters 2";
    case code::kReadLimits:
      return "read limits";
    case code::kFindMe:
      return "find me";
    case code::kMute:
      return "mute";
    case code::kForceDoor:
      return "cabinet: force the door";
    case 0x86:
      return "card keys (never sent)";
    case 0x88:
      return "clear memory (never sent)";
    case 0x89:
      return "voice (not usable)";
    case 0x8B:
    case 0x8C:
      return "memory read or write (never sent)";
    case 0x8E:
    case 0x95:
      return "QR text (never sent)";
    case 0xE0:
    case 0xE1:
    case 0xE2:
    case 0xE4:
    case 0xF8:
      return "firmware update (never sent)";
    case 0x31:
    case 0x32:
    case 0x33:
    case 0x34:
    case 0x3A:
      return "host settings (never sent)";
    default:
      return "undocumented command";
  }
}

}  // namespace station::codec::dny
