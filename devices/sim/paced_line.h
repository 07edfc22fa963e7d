#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/codec/frame_reader.h"
#include "devices/sim/serial_peer.h"

namespace station::sim {

// What happens to a reply on its way.
enum class ReplyFault { corrupt_check, late, dropped, half, noise_before, wrong_address };

// The far end of a serial line, paced at 10 bits a byte: an adapter that may echo, may be unplugged and may pick up
// noise. What sits behind it is the derived class's: it finds requests and answers them. Thread-safe.
class PacedLine : public SerialPeer {
 public:
  using Micros = std::chrono::microseconds;

  // `late_by`: of a late reply, beyond the time-out of a read and within the quiet time after it.
  PacedLine(int baud, Milliseconds late_by);

  void set_echo(bool echo);        // an adapter that returns what it sends
  void set_plugged(bool plugged);  // adapter out of its socket
  void make_noise(base::Bytes bytes);
  std::vector<std::string> heard() const;  // every whole frame that came over the wire, upper-case hex, in order

  bool plugged() const override;
  void hear(std::span<const std::uint8_t> bytes, BootTime now) override;
  base::Bytes say(BootTime now) override;
  std::optional<BootTime> next() const override;
  std::optional<BootTime> last() const override;

 protected:
  // All of these are called with the mutex held.
  virtual codec::FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const = 0;
  virtual void obey(std::span<const std::uint8_t> request, Micros heard) = 0;
  virtual void time_passes(Micros /*now*/) {}  // before anything else that happens at this moment

  // For the derived class, which holds the mutex where it calls them.
  void transmit(std::span<const std::uint8_t> bytes, Micros from);
  // A reply of one device, with a fault if there is one. `at_other_address` makes the frame another device's.
  void transmit_spoilt(base::Bytes frame, Micros from, std::optional<ReplyFault> fault,
                       const std::function<void(base::Bytes&)>& at_other_address);
  void drop_what_is_under_way() { under_way_.clear(); }
  Micros now() const { return now_; }
  Micros byte_time() const { return byte_time_; }

  mutable std::mutex mutex_;  // guards everything, in the derived class too

 private:
  struct ByteUnderWay {
    std::uint8_t byte;
    Micros due;
  };
  // The line's own time never goes back, also when the kiosk's boot clock starts again at zero.
  Micros inner(BootTime now);
  BootTime outer(Micros at) const;

  const Micros byte_time_;
  const Milliseconds late_by_;
  std::deque<ByteUnderWay> under_way_;
  base::Bytes partial_;  // of a request
  Micros now_{0};
  Micros shift_{0};  // inner time minus boot clock
  std::vector<std::string> heard_;
  bool echo_ = false;
  bool plugged_ = true;
};

}  // namespace station::sim
