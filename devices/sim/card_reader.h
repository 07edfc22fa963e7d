#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/sim/usb_bus.h"

namespace station::sim {

struct SimReaderSettings {
  std::uint16_t vendor = 0x072F;
  std::uint16_t product = 0x2200;
  std::string serial{};
  bool interrupt = true;               // has an interrupt endpoint
  std::uint32_t features = 0x00020040;  // dwFeatures: exchange level and automatics
  std::uint8_t class_code = 0x0B;
  std::uint8_t protocol = 0;
  Milliseconds status_delay{2};
  Milliseconds apdu_delay{15};
  Milliseconds removal_delay{300};  // until the reader notices that a card is gone
};

// What goes wrong with the next answers.
enum class ReaderFault {
  silent,           // hears, never answers
  stall_in,         // the bulk IN endpoint halts
  stall_out,        // the bulk OUT endpoint halts, the command is not heard
  babble,           // more bytes than the buffer
  wrong_sequence,   // another bSeq
  wrong_slot,
  short_frame,      // fewer than ten bytes
  wrong_length,     // dwLength beyond what came
  zero_length,      // an empty packet before the answer
  time_extension,   // "wait" before the answer
  failed_with_data  // an ATR or UID comes with a failed status
};

// A contactless CCID reader in the manner of the ACR122U, speaking its real bytes. Thread-safe.
class SimReader final : public SimUsbDevice {
 public:
  explicit SimReader(SimReaderSettings settings, const base::Clock& clock);

  // Hands.
  void tap(const std::string& uid_hex);  // 4, 7, 8 or 10 bytes, type A
  void tap(const std::string& uid_hex, const std::string& atr_hex);
  void tap_two(const std::string& uid_hex, const std::string& other_uid_hex);  // answers with one or the other
  void tap_mute();  // a card is there but never answers
  void remove();
  bool card() const;

  // Faults. `fault` with a count spoils that many answers; silence lasts until revived, or power comes again.
  void spoil(ReaderFault fault, int count = 1);
  void freeze();          // silent to everything from now on
  void freeze_for_good(); // power does not help either
  void revive();
  void leave_old_frames(int count);  // queued since an earlier session

  // What the reader was told.
  std::vector<std::string> heard() const;         // bulk OUT messages, upper-case hex
  std::vector<std::string> lights_and_sounds() const;  // "green, 1 beep", …
  int resets() const;
  int pluggings() const;

  link::UsbDevice description() const override;
  void plugged_in(BootTime now) override;
  void reset(BootTime now) override;
  link::UsbResult<void> bulk_out(std::span<const std::uint8_t> message, BootTime now) override;
  link::UsbResult<base::Bytes> take(Endpoint endpoint, BootTime now) override;
  std::optional<BootTime> due(Endpoint endpoint) const override;
  void clear_halt(link::UsbPipe::Direction direction) override;
  link::UsbResult<base::Bytes> control(const link::UsbSetup& setup, std::size_t in_size, BootTime now) override;

 private:
  struct Due {
    BootTime at;
    base::Bytes bytes;
    std::optional<link::UsbError> error;
  };
  struct Card {
    std::vector<base::Bytes> uids;
    base::Bytes atr;
    bool mute = false;
  };

  void put(Card card);

  // Below, the mutex is held.
  void lay(Card card, BootTime now);
  void settle(BootTime now);
  void answer(std::uint8_t type, std::uint8_t seq, std::uint8_t status, std::uint8_t error, const base::Bytes& data,
              Milliseconds delay, BootTime now);
  void power_on(std::uint8_t seq, BootTime now);
  void apdu(std::span<const std::uint8_t> command, bool escape, std::uint8_t seq, BootTime now);
  base::Bytes pseudo_apdu(std::span<const std::uint8_t> command, bool escape);
  std::optional<ReaderFault> next_fault();
  std::uint8_t slot_state() const;

  const SimReaderSettings settings_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<Card> card_;
  std::optional<BootTime> gone_since_;  // taken away, not yet noticed
  bool powered_ = false;
  std::size_t uid_turn_ = 0;
  bool frozen_ = false;
  bool dead_ = false;
  bool halted_in_ = false;
  bool halted_out_ = false;
  std::deque<ReaderFault> faults_;
  std::deque<Due> bulk_;
  std::deque<Due> notices_;
  std::vector<std::string> heard_;
  std::vector<std::string> shown_;
  int resets_ = 0;
  int pluggings_ = 0;
};

}  // namespace station::sim
