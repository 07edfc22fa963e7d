#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "devices/codec/frame_reader.h"
#include "devices/link/byte_link.h"
#include "sync/base/clock.h"

namespace station::drivers {

// Rules of a serial line with devices that answer when they are asked (LOCKERS 2): opens and reopens the link, finds out
// whether the adapter echoes, keeps one request in flight, matches replies, waits for a quiet line after a time-out.
// What frames mean is its owner's: this sees bytes only.
class LineWire {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;

  // What a whole frame is to the request in flight.
  enum class Kind {
    reply,
    hint,     // sent unasked and documented so; the reply may still come
    foreign,  // answers nothing that was asked: dropped with everything behind it
  };

  // How frames of a protocol are found and told apart. `asked` is the request in flight as it was sent, empty if none.
  struct Framing {
    std::function<codec::FrameReader::Verdict(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> bytes,
                                              bool ended)>
        front;
    std::function<Kind(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> frame)> kind;
  };

  struct Rules {
    base::Bytes probe;          // a question to an address that no device uses; only an echoing adapter returns it
    Milliseconds quiet{500};    // silence after a time-out: as long as the family's slowest reply
    Milliseconds between{0};    // least silence before a request
    bool whole_only = false;    // a reply is the only thing between two silences: noise around it spoils it
    Milliseconds patience{0};   // how long poll() may wait for bytes; zero in the simulated world
  };

  struct Exchange {
    base::Bytes request;
    Milliseconds time_out{500};
    bool answered = true;  // false: a broadcast. Over after `time_out` of turn-around, as Replied without a frame
  };

  struct LineUp {
    bool echo;
  };
  struct LineDown {
    std::string why;
  };
  struct Replied {
    base::Bytes frame;
    Milliseconds latency;
  };
  struct Unanswered {
    base::Bytes heard;  // what came instead; empty = silence
    bool foreign;       // whole frames that answer nothing, of another device for example
  };
  struct Foreign {
    base::Bytes frame;
  };
  struct Hint {
    base::Bytes frame;
  };
  using Happening = std::variant<LineUp, LineDown, Replied, Unanswered, Foreign, Hint>;

  LineWire(std::unique_ptr<link::ByteLink> link, const base::Clock& clock, Framing framing, Rules rules);

  // What happened next, if anything did. May wait `patience` for bytes and moves `now` along.
  std::optional<Happening> poll(BootTime& now);

  // Idle, so that a request can be sent.
  bool ready() const { return phase_ == Phase::idle; }
  bool up() const { return phase_ != Phase::down && phase_ != Phase::listening; }
  bool echo() const { return echo_; }

  // Whatever comes of it is told by poll(), a write error too.
  void ask(Exchange exchange, BootTime now);

  // When poll() has something to do next; in idle nothing but unasked bytes.
  BootTime wake(BootTime now) const;

 private:
  enum class Phase { down, listening, idle, settling, waiting, quiet };

  std::optional<Happening> reopen(BootTime now);
  std::optional<Happening> probe(BootTime now);
  std::optional<Happening> listen_for_echo(BootTime& now);
  std::optional<Happening> settle(BootTime& now);
  std::optional<Happening> await_reply(BootTime& now);
  std::optional<Happening> listen_idle(BootTime& now);
  std::optional<Happening> keep_quiet(BootTime& now);
  std::optional<Happening> read_frame(BootTime now);

  void send(BootTime now);
  base::Result<std::size_t> receive(Milliseconds limit, BootTime& now);
  LineDown line_down(const std::string& why, BootTime now);
  void start_quiet(BootTime now);

  const std::unique_ptr<link::ByteLink> link_;
  const base::Clock& clock_;
  const Framing framing_;
  const Rules rules_;

  Phase phase_ = Phase::down;
  bool echo_ = false;
  std::optional<std::string> write_error_;
  BootTime due_{};  // down: reopen; settling: send; listening, waiting: give up; quiet: end
  Milliseconds back_off_{0};
  int echo_probes_ = 0;

  Exchange exchange_;
  BootTime asked_{};
  base::Bytes echo_due_;  // bytes of our own that must still come back first
  base::Bytes heard_;     // in this exchange, without the echo
  bool foreign_ = false;
  BootTime quiet_since_{};
  BootTime last_byte_{};  // sent or received
  codec::FrameReader reader_;
};

}  // namespace station::drivers
