#pragma once

#include <memory>
#include <string>
#include <variant>

#include "devices/codec/ccid.h"
#include "devices/link/usb.h"
#include "sync/base/clock.h"

namespace station::drivers {

// One CCID command after another over one pipe: numbers them, matches answers, obeys time extensions within the
// command's deadline, clears a halted endpoint once (USB 2.3, 2.4, 2.9 step 1). Never sends a command twice, except
// when the sending itself stalled.
class CcidExchange {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;

  static constexpr Milliseconds kOneRead{1'500};
  static constexpr Milliseconds kWriteLimit{1'000};
  static constexpr int kMostStale = 10;

  enum class Failure { timeout, stall, protocol, overflow, gone, io };
  struct Failed {
    Failure what;
    std::string why;
  };
  using Result = std::variant<codec::ccid::Answer, Failed>;

  struct Counts {
    std::uint64_t commands = 0;
    std::uint64_t stale = 0;    // answers that were not asked for
    std::uint64_t damaged = 0;  // frames that break the protocol
    std::uint64_t halts = 0;
    Milliseconds last_latency{};
    Milliseconds worst_latency{};
  };

  CcidExchange(link::UsbPipe& pipe, std::uint8_t slot) : pipe_(pipe), slot_(slot) {}

  bool busy() const { return busy_; }
  // The deadline of the kind of command, USB 2.4.
  void start(codec::ccid::Command command, std::uint8_t parameter, base::Bytes data, BootTime now);
  // As above with a shorter limit for read and deadline.
  void start(codec::ccid::Command command, std::uint8_t parameter, base::Bytes data, Milliseconds limit, BootTime now);
  // The result, once there is one. Never waits for bytes.
  std::optional<Result> poll(BootTime now);
  // When poll() has something to do unless something arrives earlier.
  BootTime wake() const;

  const Counts& counts() const { return counts_; }

 private:
  std::optional<Result> take(const base::Bytes& message, BootTime now);
  Result fail(Failure what, std::string why);
  std::optional<Result> on_error(link::UsbError error, BootTime now);
  void extend(std::uint8_t factor, BootTime now);

  link::UsbPipe& pipe_;
  const std::uint8_t slot_;
  bool busy_ = false;
  std::optional<link::UsbError> write_error_;
  codec::ccid::Command command_{};
  std::uint8_t sequence_ = 0xFF;
  BootTime asked_{};
  BootTime read_until_{};
  BootTime deadline_{};
  Milliseconds one_read_{kOneRead};
  int stale_ = 0;
  bool halt_cleared_ = false;
  Counts counts_;
};

}  // namespace station::drivers
