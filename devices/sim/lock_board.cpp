#include "devices/sim/lock_board.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/base/check.h"

namespace station::sim {

using namespace std::chrono_literals;
namespace wire = codec::lock_8a;
using std::chrono::duration_cast;

namespace {

// LOCKERS 8.
constexpr auto kGapOnOneLock = 3s;
constexpr auto kGapBetweenLocks = 300ms;
constexpr auto kLongestPulse = 1s;
constexpr auto kDutyWindow = 60s;
constexpr auto kDutyLimit = 6s;

constexpr auto kLateBy = 800ms;  // beyond the time-out of a read, within the quiet time after it

}  // namespace

SimLockBoard::SimLockBoard(SimLockLine& line, SimLockBoardSettings settings)
    : line_(line), settings_(settings), locks_(static_cast<std::size_t>(settings.locks)) {}

SimLockBoard::Lock& SimLockBoard::lock_at(int lock) {
  STATION_CHECK(lock >= 1 && lock <= settings_.locks, "the board has no such lock");
  return locks_[static_cast<std::size_t>(lock - 1)];
}

const SimLockBoard::Lock& SimLockBoard::lock_at(int lock) const {
  return const_cast<SimLockBoard*>(this)->lock_at(lock);
}

void SimLockBoard::close_door(int lock) {
  std::lock_guard guard(line_.mutex_);
  move_door(lock, false);
}

void SimLockBoard::force_open(int lock) {
  std::lock_guard guard(line_.mutex_);
  move_door(lock, true);
}

bool SimLockBoard::door_open(int lock) const {
  std::lock_guard guard(line_.mutex_);
  return lock_at(lock).open;
}

void SimLockBoard::set_lock(int lock, LockState state) {
  std::lock_guard guard(line_.mutex_);
  lock_at(lock).state = state;
}

void SimLockBoard::set_dead(bool dead) {
  std::lock_guard guard(line_.mutex_);
  dead_ = dead;
}

void SimLockBoard::spoil_replies(ReplyFault fault, int count) {
  std::lock_guard guard(line_.mutex_);
  for (int i = 0; i < count; ++i) spoils_.push_back({fault, false});
}

void SimLockBoard::spoil_open_replies(ReplyFault fault, int count) {
  std::lock_guard guard(line_.mutex_);
  for (int i = 0; i < count; ++i) spoils_.push_back({fault, true});
}

void SimLockBoard::restart(Milliseconds down) {
  std::lock_guard guard(line_.mutex_);
  silent_until_ = line_.now_ + down;
  line_.under_way_.clear();
}

void SimLockBoard::miswire() {
  std::lock_guard guard(line_.mutex_);
  miswired_ = true;
}

int SimLockBoard::pulses(int lock) const {
  std::lock_guard guard(line_.mutex_);
  return lock_at(lock).pulses;
}

Milliseconds SimLockBoard::coil_on_time(int lock) const {
  return pulses(lock) * settings_.pulse;
}

bool SimLockBoard::contact_is_11(const Lock& lock) const {
  const bool closed = !lock.open || lock.state == LockState::no_feedback;
  return (closed == settings_.closed_is_11) != miswired_;
}

void SimLockBoard::obey(const wire::Request& request, Micros heard) {
  if (dead_ || heard < silent_until_) return;
  const bool all = request.lock == 0;
  if (request.lock > settings_.locks) return;
  switch (request.purpose) {
    case wire::Purpose::open_one:
      pulse(request.lock, heard);
      break;
    case wire::Purpose::open_all:
      for (int lock = 1; lock <= settings_.locks; ++lock) pulse(lock, heard);
      break;
    case wire::Purpose::query_one:
    case wire::Purpose::query_all:
      break;
  }
  const bool to_open = request.purpose == wire::Purpose::open_one || request.purpose == wire::Purpose::open_all;
  if (to_open && !settings_.answers_open) return;
  if (request.purpose == wire::Purpose::query_all) {
    const int bytes = settings_.status_bytes > 0 ? settings_.status_bytes : (settings_.locks + 7) / 8;
    wire::AllStates states{request.board, std::vector<bool>(static_cast<std::size_t>(bytes) * 8)};
    for (std::size_t i = 0; i < std::min(locks_.size(), states.is_11.size()); ++i)
      states.is_11[i] = contact_is_11(locks_[i]);
    reply(wire::encode_all(states), to_open, heard);
    return;
  }
  const bool is_11 = all || contact_is_11(lock_at(request.lock));  // the open-all reply is the command again
  const wire::Frame frame = wire::encode_one(request.purpose, {request.board, request.lock, is_11});
  reply({frame.begin(), frame.end()}, to_open, heard);
}

void SimLockBoard::pulse(int lock, Micros at) {
  Lock& l = lock_at(lock);
  ++l.pulses;
  line_.count_pulse(fmt::format("board {} lock {}", settings_.address, lock), at, at + settings_.pulse);
  if (l.state != LockState::jammed) move_door(lock, true);
}

void SimLockBoard::move_door(int lock, bool open) {
  Lock& l = lock_at(lock);
  if (l.open == open) return;
  l.open = open;
  if (!settings_.pushes || dead_ || line_.now_ < silent_until_) return;
  const wire::OneState state{static_cast<std::uint8_t>(settings_.address), static_cast<std::uint8_t>(lock),
                             contact_is_11(l)};
  line_.transmit(wire::encode_push(state), line_.now_ + settings_.delay);
}

void SimLockBoard::reply(base::Bytes frame, bool to_open, Micros heard) {
  Micros from = heard + settings_.delay;
  const auto spoil =
      std::find_if(spoils_.begin(), spoils_.end(), [&](const Spoil& s) { return to_open || !s.open_only; });
  if (spoil != spoils_.end()) {
    const ReplyFault fault = spoil->fault;
    spoils_.erase(spoil);
    switch (fault) {
      case ReplyFault::dropped:
        return;
      case ReplyFault::late:
        from += kLateBy;
        break;
      case ReplyFault::half:
        frame.resize(frame.size() / 2);
        break;
      case ReplyFault::corrupt_check:
        frame.back() = static_cast<std::uint8_t>(frame.back() ^ 0x40U);
        break;
      case ReplyFault::noise_before: {
        // The last two look like the head of a reply.
        const base::Bytes noise{0x00, 0xFF, 0x37, 0x80, static_cast<std::uint8_t>(settings_.address)};
        frame.insert(frame.begin(), noise.begin(), noise.end());
        break;
      }
      case ReplyFault::wrong_address: {
        const auto other = static_cast<std::uint8_t>(frame[1] + 1);
        frame.back() = static_cast<std::uint8_t>(frame.back() ^ frame[1] ^ other);
        frame[1] = other;
        break;
      }
    }
  }
  line_.transmit(frame, from);
}

SimLockLine::SimLockLine(std::vector<SimLockBoardSettings> boards, int baud) : byte_time_(10'000'000 / baud) {
  for (const SimLockBoardSettings& settings : boards)
    boards_.push_back(std::make_unique<SimLockBoard>(*this, settings));
}

SimLockBoard& SimLockLine::board(int address) {
  const auto it = std::find_if(boards_.begin(), boards_.end(),
                               [&](const auto& board) { return board->settings_.address == address; });
  STATION_CHECK(it != boards_.end(), "the line has no such board");
  return **it;
}

void SimLockLine::set_echo(bool echo) {
  std::lock_guard guard(mutex_);
  echo_ = echo;
}

void SimLockLine::set_plugged(bool plugged) {
  std::lock_guard guard(mutex_);
  plugged_ = plugged;
  under_way_.clear();
  partial_.clear();
}

void SimLockLine::make_noise(base::Bytes bytes) {
  std::lock_guard guard(mutex_);
  transmit(bytes, now_);
}

int SimLockLine::pulses() const {
  std::lock_guard guard(mutex_);
  return static_cast<int>(pulses_.size());
}

std::vector<std::string> SimLockLine::violations() const {
  std::lock_guard guard(mutex_);
  return violations_;
}

std::vector<std::string> SimLockLine::heard() const {
  std::lock_guard guard(mutex_);
  return heard_;
}

bool SimLockLine::plugged() const {
  std::lock_guard guard(mutex_);
  return plugged_;
}

void SimLockLine::hear(std::span<const std::uint8_t> bytes, BootTime now) {
  std::lock_guard guard(mutex_);
  const Micros from = inner(now);
  if (!plugged_) return;
  if (echo_) transmit(bytes, from);
  partial_.insert(partial_.end(), bytes.begin(), bytes.end());
  while (partial_.size() >= wire::kFrameSize) {
    const std::span<const std::uint8_t> frame(partial_.data(), wire::kFrameSize);
    const auto request = wire::decode_request(frame);
    if (request) {
      heard_.push_back(base::to_hex_upper(frame));
      for (const auto& board : boards_)
        if (board->settings_.address == request->board)
          board->obey(*request, from + static_cast<int>(bytes.size()) * byte_time_);
    }
    partial_.erase(partial_.begin(), partial_.begin() + (request ? wire::kFrameSize : 1));
  }
}

base::Bytes SimLockLine::say(BootTime now) {
  std::lock_guard guard(mutex_);
  const Micros until = inner(now);
  base::Bytes bytes;
  while (!under_way_.empty() && under_way_.front().due <= until) {
    bytes.push_back(under_way_.front().byte);
    under_way_.pop_front();
  }
  return bytes;
}

std::optional<BootTime> SimLockLine::next() const {
  std::lock_guard guard(mutex_);
  if (under_way_.empty()) return std::nullopt;
  return outer(under_way_.front().due);
}

std::optional<BootTime> SimLockLine::last() const {
  std::lock_guard guard(mutex_);
  if (under_way_.empty()) return std::nullopt;
  return outer(under_way_.back().due);
}

SimLockLine::Micros SimLockLine::inner(BootTime now) {
  const Micros t = now.time_since_epoch() + shift_;
  if (t < now_) shift_ += now_ - t;
  now_ = std::max(now_, t);
  return now_;
}

BootTime SimLockLine::outer(Micros at) const {
  return BootTime(std::chrono::ceil<Milliseconds>(at - shift_));
}

void SimLockLine::transmit(std::span<const std::uint8_t> bytes, Micros from) {
  for (const std::uint8_t byte : bytes) {
    from += byte_time_;
    const auto place = std::upper_bound(under_way_.begin(), under_way_.end(), from,
                                        [](Micros due, const ByteUnderWay& other) { return due < other.due; });
    under_way_.insert(place, {byte, from});
  }
}

void SimLockLine::count_pulse(const std::string& lock, Micros from, Micros to) {
  const auto complain = [&](const char* what) {
    violations_.push_back(fmt::format("{} at {} ms: {}", lock, duration_cast<Milliseconds>(from).count(), what));
  };
  if (to - from > kLongestPulse) complain("pulse longer than 1 s");
  Micros on_time = to - from;
  for (const Pulse& earlier : pulses_) {
    if (earlier.lock == lock) {
      if (from < earlier.to + kGapOnOneLock) complain("less than 3 s after the last pulse on this lock");
      if (earlier.to > to - kDutyWindow) on_time += earlier.to - std::max(earlier.from, to - Micros(kDutyWindow));
    } else if (from < earlier.to) {
      complain("two coils at once");
    } else if (from < earlier.to + kGapBetweenLocks) {
      complain("less than 300 ms after the pulse on another lock");
    }
  }
  if (on_time > kDutyLimit) complain("more than 6 s of coil current within 60 s");
  pulses_.push_back({lock, from, to});
}

}  // namespace station::sim
