#include <fmt/format.h>

#include <algorithm>

#include "devices/codec/modbus.h"
#include "devices/drivers/lock_protocol.h"
#include "devices/drivers/modbus_master.h"
#include "sync/base/check.h"

namespace station::drivers {

namespace {

namespace mb = codec::modbus;
using codec::LockProfile;

// Relays and inputs as the profile of each board says. Only single pulses that the board times, single coils off and
// reads leave this class: no toggles, no broadcast, no several coils at once (LOCKERS 6, trap 2).
class ProtocolModbus final : public LockProtocol {
 public:
  explicit ProtocolModbus(const LockLineSettings& settings) : boards_(settings.boards) {
    modbus_.baud = baud_of(settings);
  }

  Traits traits() const override {
    const LineWire::Rules rules = modbus_rules(modbus_);
    Traits traits;
    traits.read_time_out = traits.open_time_out = modbus_.time_out;
    traits.quiet = modbus_.quiet;
    traits.between = rules.between;
    traits.whole_only = rules.whole_only;
    traits.reads_coils = true;
    return traits;
  }

  base::Bytes encode(const Question& question) const override { return mb::encode(request_of(question)); }
  base::Bytes probe() const override { return modbus_rules(modbus_).probe; }
  LineWire::Framing framing() const override { return modbus_framing(); }

  Answer read(const Question& question, std::span<const std::uint8_t> frame) const override {
    const auto decoded = mb::decode_reply(request_of(question), frame);
    STATION_CHECK(std::holds_alternative<mb::Reply>(decoded), "the wire matched it");
    const mb::Reply& reply = std::get<mb::Reply>(decoded);
    if (const auto* exception = std::get_if<mb::Exception>(&reply)) {
      const std::string why = mb::explain_exception(exception->code);
      // A board that has no such inputs is another board than the profile's.
      if (exception->code == 2 && question.what != Question::What::open)
        return Misfit{"it does not have the inputs or coils of profile " + board(question.board).profile->name};
      return Declined{"the board refuses: " + why};
    }
    if (std::holds_alternative<mb::Written>(reply)) return Obeyed{};
    const auto& bits = std::get<mb::Bits>(reply).bits;
    switch (question.what) {
      case Question::What::read_one:
        return One{bits.at(0)};
      case Question::What::coil: {
        const bool zero = board(question.board).profile->unlock == LockProfile::Unlock::write_zero;
        return Coil{bits.at(0) != zero};
      }
      default:
        return All{bits, {}};
    }
  }

  std::optional<int> hint_from(std::span<const std::uint8_t> /*frame*/) const override { return std::nullopt; }

 private:
  const LockBoardSettings& board(int address) const {
    const auto it = std::find_if(boards_.begin(), boards_.end(),
                                 [&](const LockBoardSettings& b) { return b.address == address; });
    STATION_CHECK(it != boards_.end() && it->profile, "only configured boards are asked");
    return *it;
  }

  mb::Request request_of(const Question& question) const {
    const LockBoardSettings& settings = board(question.board);
    const LockProfile& profile = *settings.profile;
    const auto slave = static_cast<std::uint8_t>(question.board);
    const auto at = [&](std::uint16_t base) { return static_cast<std::uint16_t>(base + question.lock - 1); };
    switch (question.what) {
      case Question::What::open:
        return pulse(settings, slave, at(profile.unlock_base));
      case Question::What::read_one:
        return mb::read(slave, profile.door.function, at(profile.door.base), 1);
      case Question::What::read_all:
        return mb::read(slave, profile.door.function, profile.door.base, static_cast<std::uint16_t>(settings.locks));
      case Question::What::coil:
        return mb::read(slave, mb::Function::read_coils, at(profile.coil_base), 1);
      case Question::What::coil_off: {
        const bool zero = profile.unlock == LockProfile::Unlock::write_zero;
        return mb::write_coil(slave, at(profile.coil_base), zero ? mb::kCoilOn : mb::kCoilOff);
      }
      default:
        STATION_CHECK(false, "Modbus boards know no such question");
    }
  }

  static mb::Request pulse(const LockBoardSettings& settings, std::uint8_t slave, std::uint16_t coil) {
    const LockProfile& profile = *settings.profile;
    switch (profile.unlock) {
      case LockProfile::Unlock::flash: {
        // The high byte stays 0: read with the bytes exchanged, a time of up to 255 units would be 256 times as long.
        const auto units = std::clamp<std::int64_t>(settings.pulse / profile.unit, 1, 0xFF);
        STATION_CHECK(units * profile.unit <= profile.longest, "no pulse beyond the profile's longest");
        return mb::write_coil(slave, coil, static_cast<std::uint16_t>(units));
      }
      case LockProfile::Unlock::pulse_coil:
        return mb::write_coil(slave, coil, mb::kCoilOn);
      case LockProfile::Unlock::write_zero:
        return mb::write_coil(slave, coil, mb::kCoilOff);
    }
    STATION_CHECK(false, "a profile unlocks in one of these ways");
  }

  const std::vector<LockBoardSettings> boards_;
  ModbusSettings modbus_;
};

}  // namespace

std::unique_ptr<LockProtocol> make_modbus_lock_protocol(const LockLineSettings& settings) {
  return std::make_unique<ProtocolModbus>(settings);
}

std::unique_ptr<LockProtocol> make_lock_protocol(const LockLineSettings& settings) {
  STATION_CHECK(!settings.boards.empty(), "settings without complaint");
  switch (settings.boards.front().family) {
    case codec::LockFamily::lock_8a:
      return make_8a_protocol(settings);
    case codec::LockFamily::wkly:
      return make_wkly_protocol(settings);
    case codec::LockFamily::kr_cu16:
      return make_kr_cu16_protocol(settings);
    case codec::LockFamily::modbus:
      return make_modbus_lock_protocol(settings);
  }
  STATION_CHECK(false, "every family has a protocol");
}

}  // namespace station::drivers
