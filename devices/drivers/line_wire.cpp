#include "devices/drivers/line_wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;

namespace {

constexpr auto kLongestQuiet = 5s;  // a line that is never silent must not stop us for ever
constexpr auto kFirstBackOff = 1s;
constexpr auto kLastBackOff = 30s;

// An echo comes back with the bytes themselves: 11 bytes take 12 ms, the adapter's own buffering up to 16 ms.
constexpr auto kEchoTimeOut = 200ms;
constexpr int kEchoProbes = 3;

constexpr std::size_t kMostBytesAtOnce = 256;
constexpr std::size_t kMostHeard = 280;  // the longest frame of any family and some noise

}  // namespace

LineWire::LineWire(std::unique_ptr<link::ByteLink> link, const base::Clock& clock, Framing framing, Rules rules)
    : link_(std::move(link)), clock_(clock), framing_(std::move(framing)), rules_(std::move(rules)) {}

std::optional<LineWire::Happening> LineWire::poll(BootTime& now) {
  if (write_error_) {
    const std::string why = *write_error_;
    write_error_.reset();
    return line_down(why, now);
  }
  switch (phase_) {
    case Phase::down:
      return now >= due_ ? reopen(now) : std::nullopt;
    case Phase::listening:
      return listen_for_echo(now);
    case Phase::idle:
      return listen_idle(now);
    case Phase::settling:
      return settle(now);
    case Phase::waiting:
      return await_reply(now);
    case Phase::quiet:
      return keep_quiet(now);
  }
  return std::nullopt;
}

void LineWire::ask(Exchange exchange, BootTime now) {
  STATION_CHECK(phase_ == Phase::idle, "one request in flight on a line");
  exchange_ = std::move(exchange);
  if (now - last_byte_ >= rules_.between) return send(now);
  phase_ = Phase::settling;
  due_ = last_byte_ + rules_.between;
}

void LineWire::send(BootTime now) {
  asked_ = now;
  last_byte_ = now;
  due_ = now + exchange_.time_out;
  phase_ = Phase::waiting;
  reader_.clear();
  heard_.clear();
  foreign_ = false;
  echo_due_.clear();
  if (echo_) echo_due_ = exchange_.request;
  if (const auto sent = link_->write(exchange_.request); !sent) write_error_ = sent.error().message;
}

LineWire::BootTime LineWire::wake(BootTime now) const {
  if (write_error_) return now;
  switch (phase_) {
    case Phase::down:
    case Phase::quiet:
    case Phase::settling:
      return due_;
    case Phase::idle:
      return BootTime::max();
    case Phase::listening:
    case Phase::waiting:
      break;
  }
  if (rules_.patience > 0ms) return now;  // poll() itself waits for the bytes
  BootTime next = std::min(due_, link_->arrival().value_or(now + 5ms));
  if (!reader_.empty()) next = std::min(next, std::max(reader_.gap_ends(), now));
  return next;
}

std::optional<LineWire::Happening> LineWire::reopen(BootTime now) {
  if (const auto opened = link_->open(); !opened) return line_down(opened.error().message, now);
  echo_probes_ = 0;
  return probe(now);
}

std::optional<LineWire::Happening> LineWire::probe(BootTime now) {
  phase_ = Phase::listening;
  ++echo_probes_;
  heard_.clear();
  echo_due_.clear();
  due_ = now + kEchoTimeOut;
  last_byte_ = now;
  if (const auto sent = link_->write(rules_.probe); !sent) return line_down(sent.error().message, now);
  return std::nullopt;
}

std::optional<LineWire::Happening> LineWire::listen_for_echo(BootTime& now) {
  const auto count = receive(std::min<Milliseconds>(rules_.patience, std::max<Milliseconds>(due_ - now, 0ms)), now);
  if (!count) return line_down(count.error().message, now);
  if (now < due_) return std::nullopt;
  echo_ = std::search(heard_.begin(), heard_.end(), rules_.probe.begin(), rules_.probe.end()) != heard_.end();
  // Other bytes may have been noise upon an echo: ask again.
  const bool noisy = !echo_ && !heard_.empty();
  if (noisy && echo_probes_ < kEchoProbes) return probe(now);
  back_off_ = 0ms;
  if (noisy)
    start_quiet(now);
  else
    phase_ = Phase::idle;
  return LineUp{echo_};
}

std::optional<LineWire::Happening> LineWire::settle(BootTime& now) {
  const auto count = receive(0ms, now);
  if (!count) return line_down(count.error().message, now);
  if (*count > 0) due_ = now + rules_.between;
  if (now < due_) return std::nullopt;
  send(now);
  return std::nullopt;
}

std::optional<LineWire::Happening> LineWire::listen_idle(BootTime& now) {
  if (const auto count = receive(0ms, now); !count) return line_down(count.error().message, now);
  return read_frame(now);
}

std::optional<LineWire::Happening> LineWire::await_reply(BootTime& now) {
  const auto count = receive(std::min<Milliseconds>(rules_.patience, std::max<Milliseconds>(due_ - now, 0ms)), now);
  if (!count) return line_down(count.error().message, now);
  if (exchange_.answered) {
    if (auto happening = read_frame(now)) return happening;
  }
  if (now < due_) return std::nullopt;
  if (!exchange_.answered) {
    phase_ = Phase::idle;
    return Replied{{}, now - asked_};
  }
  Unanswered unanswered{heard_, foreign_};
  start_quiet(now);
  return unanswered;
}

std::optional<LineWire::Happening> LineWire::keep_quiet(BootTime& now) {
  const auto count = receive(0ms, now);
  if (!count) return line_down(count.error().message, now);
  reader_.clear();
  if (*count > 0) due_ = std::min<BootTime>(now + rules_.quiet, quiet_since_ + kLongestQuiet);
  if (now >= due_) phase_ = Phase::idle;
  return std::nullopt;
}

std::optional<LineWire::Happening> LineWire::read_frame(BootTime now) {
  const bool waiting = phase_ == Phase::waiting;
  const std::span<const std::uint8_t> asked =
      waiting ? std::span<const std::uint8_t>(exchange_.request) : std::span<const std::uint8_t>();
  const auto frame =
      reader_.next([&](auto bytes, bool ended) { return framing_.front(asked, bytes, ended); }, now);
  if (!frame) return std::nullopt;
  Kind kind = framing_.kind(asked, *frame);
  if (kind == Kind::reply) {
    STATION_CHECK(waiting, "only a request has a reply");
    const bool alone = reader_.dropped() == 0 && reader_.empty() && !foreign_;
    if (!rules_.whole_only || alone) {
      phase_ = Phase::idle;
      return Replied{*frame, now - asked_};
    }
    // It may be a reply, but not one that arrived as the protocol says: the request is settled as damaged.
    reader_.clear();
    Unanswered unanswered{heard_, false};
    start_quiet(now);
    return unanswered;
  }
  if (kind == Kind::hint) return Hint{*frame};
  // Drop and flush: the rest of what this sender says must not be taken for a reply.
  reader_.clear();
  foreign_ = true;
  return Foreign{*frame};
}

base::Result<std::size_t> LineWire::receive(Milliseconds limit, BootTime& now) {
  std::array<std::uint8_t, kMostBytesAtOnce> buffer{};
  auto count = link_->read(buffer, limit);
  if (limit > 0ms) now = std::max(now, clock_.mono());
  if (!count) return count;
  std::span<const std::uint8_t> bytes(buffer.data(), *count);
  if (!bytes.empty()) last_byte_ = now;
  // With an echoing adapter everything that we sent comes back first, unchanged; else nothing after it is a reply.
  while (!echo_due_.empty() && !bytes.empty() && bytes[0] == echo_due_[0]) {
    echo_due_.erase(echo_due_.begin());
    bytes = bytes.subspan(1);
  }
  const std::size_t room = kMostHeard - std::min(kMostHeard, heard_.size());
  heard_.insert(heard_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
  if (echo_due_.empty() && phase_ != Phase::listening) reader_.feed(bytes, now);
  return count;
}

LineWire::LineDown LineWire::line_down(const std::string& why, BootTime now) {
  link_->close();
  back_off_ = std::min<Milliseconds>(back_off_ == 0ms ? kFirstBackOff : back_off_ * 2, kLastBackOff);
  phase_ = Phase::down;
  due_ = now + back_off_;
  reader_.clear();
  return {why};
}

void LineWire::start_quiet(BootTime now) {
  phase_ = Phase::quiet;
  quiet_since_ = now;
  due_ = now + rules_.quiet;
  reader_.clear();
  echo_due_.clear();
}

}  // namespace station::drivers
