#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "devices/codec/modbus.h"
#include "sync/base/clock.h"
#include "sync/base/result.h"

namespace station::codec {

// How a Modbus board of relays and inputs drives locks and reads doors (LOCKERS 6). Data, so that a new board needs no
// code: config/lock_profiles has the known ones. Lock n of the label is item n - 1 behind each base.
struct LockProfile {
  enum class Unlock {
    flash,       // coil `base` + lock, value = pulse in units of `unit`; the board ends the pulse
    pulse_coil,  // FF00 to coil `base` + lock; the board clears it after its own time
    write_zero,  // 0000 to coil `base` + lock whose 1 means "locked"; the board sets it again after its own time
  };
  struct Inputs {
    modbus::Function function = modbus::Function::read_inputs;  // read_inputs or read_coils
    std::uint16_t base = 0;
  };

  std::string name;
  int baud = 9600;
  int locks = 8;
  Unlock unlock = Unlock::flash;
  std::uint16_t unlock_base = 0x0200;
  base::Milliseconds unit{100};    // of a flash
  base::Milliseconds longest{500};  // coil current; a coil that is on 200 ms later is stuck
  std::uint16_t coil_base = 0;      // where the coils are read back and switched off
  Inputs door;
  std::optional<Inputs> item;            // 1 = something inside
  std::optional<Inputs> smoke;           // one input; 1 = alarm
  std::optional<std::uint16_t> watchdog_register;
};

// Reads a profile (TOML). Errors name file, line and what was expected.
base::Result<LockProfile> parse_lock_profile(const std::string& toml, const std::string& file_name);

}  // namespace station::codec
