#include "devices/codec/lock_profile.h"

#include "sync/base/config.h"

namespace station::codec {

namespace {

constexpr std::int64_t kLastAddress = 0xFFFF;
constexpr std::int64_t kMostLocks = 48;

std::uint16_t address_in(base::Config& c, const std::string& key, std::optional<std::int64_t> fallback = {}) {
  return static_cast<std::uint16_t>(c.integer(key, 0, kLastAddress, fallback));
}

LockProfile::Inputs inputs_in(base::Config& c, const std::string& table, const std::string& address_key) {
  LockProfile::Inputs inputs;
  const auto function = c.integer(table + ".fc", 1, 2);
  inputs.function = function == 1 ? modbus::Function::read_coils : modbus::Function::read_inputs;
  inputs.base = address_in(c, table + "." + address_key);
  return inputs;
}

}  // namespace

base::Result<LockProfile> parse_lock_profile(const std::string& toml, const std::string& file_name) {
  auto config = base::Config::parse(toml, file_name);
  if (!config) return tl::unexpected(config.error());
  base::Config& c = *config;
  LockProfile p;
  p.name = c.text("name");
  p.baud = static_cast<int>(c.integer("baud", 1200, 115200, 9600));
  if (p.baud != 9600 && p.baud != 19200 && p.baud != 57600 && p.baud != 115200)
    c.complain("baud", "9600, 19200, 57600 or 115200");
  p.locks = static_cast<int>(c.integer("locks", 1, kMostLocks));
  const std::string kind = c.text("unlock.kind");
  p.unlock_base = address_in(c, "unlock.base");
  p.longest = base::Milliseconds(c.integer("unlock.max_ms", 50, 1000));
  if (kind == "flash") {
    p.unlock = LockProfile::Unlock::flash;
    p.unit = base::Milliseconds(c.integer("unlock.unit_ms", 1, 1000));
    p.coil_base = address_in(c, "unlock.coil_base", 0);
    if (p.unit > p.longest) c.complain("unlock.unit_ms", "at most max_ms");
  } else if (kind == "pulse_coil" || kind == "write_zero") {
    p.unlock = kind == "pulse_coil" ? LockProfile::Unlock::pulse_coil : LockProfile::Unlock::write_zero;
    p.coil_base = p.unlock_base;
  } else {
    c.complain("unlock.kind", "\"flash\", \"pulse_coil\" or \"write_zero\": the board must time the coil");
  }
  p.door = inputs_in(c, "door", "base");
  if (c.has("item")) p.item = inputs_in(c, "item", "base");
  if (c.has("smoke")) p.smoke = inputs_in(c, "smoke", "address");
  if (c.has("watchdog_reg")) p.watchdog_register = address_in(c, "watchdog_reg");
  if (p.unlock_base + p.locks > kLastAddress) c.complain("unlock.base", "room for every lock behind it");
  if (auto done = c.finish(); !done) return tl::unexpected(done.error());
  return p;
}

}  // namespace station::codec
