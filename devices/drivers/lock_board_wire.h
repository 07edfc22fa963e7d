#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "devices/codec/frame_reader.h"
#include "devices/codec/lock_8a.h"
#include "devices/link/byte_link.h"

namespace station::drivers {

// Rules of a serial line with 8A/80 boards (LOCKERS 2): opens and reopens the link, finds out whether the adapter
// echoes, keeps one request in flight, matches replies, waits for a quiet line after a time-out.
class LockWire {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;
  using Request = codec::lock_8a::Request;

  struct LineUp {
    bool echo;
  };
  struct LineDown {
    std::string why;
  };
  struct Replied {
    Request request;
    codec::lock_8a::Reply reply;
    Milliseconds latency;
  };
  struct Unanswered {
    Request request;
    base::Bytes heard;  // what came instead; empty = silence
    bool foreign;       // whole frames that answer nothing, of another board for example
  };
  struct Foreign {  // a whole frame that answers nothing that was asked
    Request request;
  };
  struct Hint {  // a board says by itself that a door moved
    codec::lock_8a::OneState push;
  };
  using Happening = std::variant<LineUp, LineDown, Replied, Unanswered, Foreign, Hint>;

  LockWire(std::unique_ptr<link::ByteLink> link, const base::Clock& clock, Milliseconds patience);

  // What happened next, if anything did. May wait `patience` for bytes and moves `now` along.
  std::optional<Happening> poll(BootTime& now);

  // Idle, so that a request can be sent.
  bool ready() const { return phase_ == Phase::idle; }
  bool up() const { return phase_ != Phase::down && phase_ != Phase::listening; }
  bool echo() const { return echo_; }

  // `status_bytes`: of this board's query-all reply. Whatever comes of it is told by poll(), a write error too.
  void ask(const Request& request, std::size_t status_bytes, Milliseconds time_out, BootTime now);

  // When poll() has something to do next; in idle nothing but unasked bytes.
  BootTime wake(BootTime now) const;

 private:
  enum class Phase { down, listening, idle, waiting, quiet };

  std::optional<Happening> reopen(BootTime now);
  std::optional<Happening> probe(BootTime now);
  std::optional<Happening> listen_for_echo(BootTime& now);
  std::optional<Happening> await_reply(BootTime& now);
  std::optional<Happening> listen_idle(BootTime& now);
  std::optional<Happening> keep_quiet(BootTime& now);
  std::optional<Happening> read_frame(BootTime now);

  base::Result<std::size_t> receive(Milliseconds limit, BootTime& now);
  LineDown line_down(const std::string& why, BootTime now);
  void start_quiet(BootTime now);
  codec::FrameReader::Verdict judge(std::span<const std::uint8_t> bytes, bool ended) const;

  const std::unique_ptr<link::ByteLink> link_;
  const base::Clock& clock_;
  const Milliseconds patience_;

  Phase phase_ = Phase::down;
  bool echo_ = false;
  std::optional<std::string> write_error_;
  BootTime due_{};  // down: reopen; listening, waiting: give up; quiet: end
  Milliseconds back_off_{0};
  int echo_probes_ = 0;

  Request request_;
  std::size_t status_bytes_ = 1;
  BootTime asked_{};
  base::Bytes echo_due_;  // bytes of our own that must still come back first
  base::Bytes heard_;     // in this exchange, without the echo
  bool foreign_ = false;
  BootTime quiet_since_{};
  codec::FrameReader reader_;
};

}  // namespace station::drivers
