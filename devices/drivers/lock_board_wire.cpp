#include "devices/drivers/lock_board_wire.h"

#include <algorithm>
#include <array>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace wire = codec::lock_8a;
using codec::FrameReader;

namespace {

constexpr auto kQuiet = 500ms;
constexpr auto kLongestQuiet = 5s;  // a line that is never silent must not stop us for ever
constexpr auto kFirstBackOff = 1s;
constexpr auto kLastBackOff = 30s;

// An echo comes back with the bytes themselves: 5 bytes take 5 ms, the adapter's own buffering up to 16 ms.
constexpr auto kEchoTimeOut = 200ms;
constexpr int kEchoProbes = 3;
constexpr std::uint8_t kNobody = 0x7E;  // beyond every address that DIP switches can set
constexpr wire::Request kProbe{wire::Purpose::query_one, kNobody, 1};

constexpr std::size_t kMostBytesAtOnce = 256;
constexpr std::size_t kMostHeard = 64;

}  // namespace

LockWire::LockWire(std::unique_ptr<link::ByteLink> link, const base::Clock& clock, Milliseconds patience)
    : link_(std::move(link)), clock_(clock), patience_(patience) {}

std::optional<LockWire::Happening> LockWire::poll(BootTime& now) {
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
    case Phase::waiting:
      return await_reply(now);
    case Phase::quiet:
      return keep_quiet(now);
  }
  return std::nullopt;
}

void LockWire::ask(const Request& request, std::size_t status_bytes, Milliseconds time_out, BootTime now) {
  STATION_CHECK(phase_ == Phase::idle, "one request in flight on a line");
  const wire::Frame frame = wire::encode(request);
  request_ = request;
  status_bytes_ = status_bytes;
  asked_ = now;
  due_ = now + time_out;
  phase_ = Phase::waiting;
  reader_.clear();
  heard_.clear();
  foreign_ = false;
  echo_due_.clear();
  if (echo_) echo_due_.assign(frame.begin(), frame.end());
  if (const auto sent = link_->write(frame); !sent) write_error_ = sent.error().message;
}

LockWire::BootTime LockWire::wake(BootTime now) const {
  if (write_error_) return now;
  switch (phase_) {
    case Phase::down:
      return due_;
    case Phase::quiet:
      return due_;
    case Phase::idle:
      return BootTime::max();
    case Phase::listening:
    case Phase::waiting:
      break;
  }
  if (patience_ > 0ms) return now;  // poll() itself waits for the bytes
  BootTime next = std::min(due_, link_->arrival().value_or(now + 5ms));
  if (!reader_.empty()) next = std::min(next, std::max(reader_.gap_ends(), now));
  return next;
}

std::optional<LockWire::Happening> LockWire::reopen(BootTime now) {
  if (const auto opened = link_->open(); !opened) return line_down(opened.error().message, now);
  echo_probes_ = 0;
  return probe(now);
}

std::optional<LockWire::Happening> LockWire::probe(BootTime now) {
  phase_ = Phase::listening;
  ++echo_probes_;
  heard_.clear();
  echo_due_.clear();
  due_ = now + kEchoTimeOut;
  if (const auto sent = link_->write(wire::encode(kProbe)); !sent) return line_down(sent.error().message, now);
  return std::nullopt;
}

std::optional<LockWire::Happening> LockWire::listen_for_echo(BootTime& now) {
  const auto count = receive(std::min<Milliseconds>(patience_, std::max<Milliseconds>(due_ - now, 0ms)), now);
  if (!count) return line_down(count.error().message, now);
  if (now < due_) return std::nullopt;
  const wire::Frame own = wire::encode(kProbe);
  echo_ = std::search(heard_.begin(), heard_.end(), own.begin(), own.end()) != heard_.end();
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

std::optional<LockWire::Happening> LockWire::listen_idle(BootTime& now) {
  if (const auto count = receive(0ms, now); !count) return line_down(count.error().message, now);
  return read_frame(now);
}

std::optional<LockWire::Happening> LockWire::await_reply(BootTime& now) {
  const auto count = receive(std::min<Milliseconds>(patience_, std::max<Milliseconds>(due_ - now, 0ms)), now);
  if (!count) return line_down(count.error().message, now);
  if (auto happening = read_frame(now)) return happening;
  if (now < due_) return std::nullopt;
  Unanswered unanswered{request_, heard_, foreign_};
  start_quiet(now);
  return unanswered;
}

std::optional<LockWire::Happening> LockWire::keep_quiet(BootTime& now) {
  const auto count = receive(0ms, now);
  if (!count) return line_down(count.error().message, now);
  reader_.clear();
  if (*count > 0) due_ = std::min<BootTime>(now + kQuiet, quiet_since_ + kLongestQuiet);
  if (now >= due_) phase_ = Phase::idle;
  return std::nullopt;
}

std::optional<LockWire::Happening> LockWire::read_frame(BootTime now) {
  const auto frame = reader_.next([this](auto bytes, bool ended) { return judge(bytes, ended); }, now);
  if (!frame) return std::nullopt;
  if (phase_ == Phase::waiting) {
    if (const auto reply = wire::decode_reply(request_, *frame, status_bytes_)) {
      phase_ = Phase::idle;
      return Replied{request_, *reply, now - asked_};
    }
  }
  if (const auto push = wire::decode_push(*frame)) return Hint{*push};
  // Drop and flush: the rest of what this sender says must not be taken for a reply.
  reader_.clear();
  foreign_ = true;
  return Foreign{request_};
}

FrameReader::Verdict LockWire::judge(std::span<const std::uint8_t> bytes, bool ended) const {
  const bool asked = phase_ == Phase::waiting;
  const std::size_t expected = asked ? wire::reply_size(request_, status_bytes_) : wire::kFrameSize;
  if (asked && bytes.size() >= expected) {
    if (wire::decode_reply(request_, bytes.first(expected), status_bytes_))
      return {FrameReader::Verdict::whole, expected};
  }
  if (bytes.size() >= wire::kFrameSize && wire::decode_push(bytes.first(wire::kFrameSize)))
    return {FrameReader::Verdict::whole, wire::kFrameSize};
  constexpr std::array<std::uint8_t, 4> kHeads{0x80, 0x81, 0x82, 0x8A};
  if (std::find(kHeads.begin(), kHeads.end(), bytes[0]) == kHeads.end()) return {};
  // A longer reply can begin with bytes that look like a shorter one: first let it become whole.
  if (bytes.size() < std::max(expected, wire::kFrameSize) && !ended) return {FrameReader::Verdict::beginning, 0};
  for (const std::size_t size : {wire::kFrameSize, expected}) {
    if (bytes.size() < size) continue;
    const auto front = bytes.first(size);
    if (wire::sender(front) ||
        (size == expected && bytes[1] != request_.board && wire::status_bytes_of(bytes[1], front)))
      return {FrameReader::Verdict::whole, size};
  }
  return {};
}

base::Result<std::size_t> LockWire::receive(Milliseconds limit, BootTime& now) {
  std::array<std::uint8_t, kMostBytesAtOnce> buffer{};
  auto count = link_->read(buffer, limit);
  if (limit > 0ms) now = std::max(now, clock_.mono());
  if (!count) return count;
  std::span<const std::uint8_t> bytes(buffer.data(), *count);
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

LockWire::LineDown LockWire::line_down(const std::string& why, BootTime now) {
  link_->close();
  back_off_ = std::min<Milliseconds>(back_off_ == 0ms ? kFirstBackOff : back_off_ * 2, kLastBackOff);
  phase_ = Phase::down;
  due_ = now + back_off_;
  reader_.clear();
  return {why};
}

void LockWire::start_quiet(BootTime now) {
  phase_ = Phase::quiet;
  quiet_since_ = now;
  due_ = now + kQuiet;
  reader_.clear();
  echo_due_.clear();
}

}  // namespace station::drivers
