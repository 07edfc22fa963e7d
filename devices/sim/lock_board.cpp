#include "devices/sim/lock_board.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/base/check.h"

namespace station::sim {

using namespace std::chrono_literals;
using std::chrono::duration_cast;

namespace {

// LOCKERS 8.
constexpr auto kGapOnOneLock = 3s;
constexpr auto kGapBetweenLocks = 300ms;
constexpr auto kLongestPulse = 1s;
constexpr auto kDutyWindow = 60s;
constexpr auto kDutyLimit = 6s;

constexpr auto kBounce = 100ms;

int usual_baud(const SimLockBoardSettings& board) {
  if (board.profile) return board.profile->baud;
  return board.family == codec::LockFamily::kr_cu16 ? 19200 : 9600;
}

Milliseconds late_by(const SimLockBoardSettings& board) {
  const bool quick = board.family == codec::LockFamily::kr_cu16 || board.family == codec::LockFamily::modbus;
  return quick ? 450ms : 800ms;
}

const SimLockBoardSettings& first_of(const std::vector<SimLockBoardSettings>& boards) {
  STATION_CHECK(!boards.empty(), "a line has a board");
  return boards.front();
}

}  // namespace

SimLockBoard::SimLockBoard(SimLockLine& line, SimLockBoardSettings settings)
    : line_(line), settings_(std::move(settings)), locks_(static_cast<std::size_t>(settings_.locks)) {}

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

void SimLockBoard::put_inside(int lock, bool something) {
  std::lock_guard guard(line_.mutex_);
  lock_at(lock).item = something;
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
  silent_until_ = line_.now() + down;
  line_.drop_what_is_under_way();
  for (Lock& lock : locks_) end_pulse(lock, line_.now());
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
  std::lock_guard guard(line_.mutex_);
  const Lock& l = lock_at(lock);
  return duration_cast<Milliseconds>(l.on_time - std::max(Micros{0}, l.coil_until - line_.now()));
}

bool SimLockBoard::coil_on(int lock) const {
  std::lock_guard guard(line_.mutex_);
  return lock_at(lock).coil_until > line_.now();
}

bool SimLockBoard::contact(const Lock& lock) const {
  const bool closed = !lock.open || lock.state == LockState::no_feedback;
  return (closed == settings_.closed_is_11) != miswired_;
}

void SimLockBoard::obey(const LockOrder& order, std::span<const std::uint8_t> frame, Micros heard) {
  if (dead_ || heard < silent_until_ || order.lock > settings_.locks || order.lock < 0) return;
  switch (order.what) {
    case LockOrder::What::open_one:
      pulse(order.lock, order.pulse.value_or(settings_.pulse), heard);
      break;
    case LockOrder::What::open_all:
      for (int lock = 1; lock <= settings_.locks; ++lock) pulse(lock, settings_.pulse, heard);
      break;
    case LockOrder::What::coil_off:
      end_pulse(lock_at(order.lock), heard);
      break;
    case LockOrder::What::tell_pulse:
      if (!settings_.tells_pulse) return;
      break;
    default:
      break;
  }
  const bool to_open = order.what == LockOrder::What::open_one || order.what == LockOrder::What::open_all;
  if (to_open && !settings_.answers_open) return;
  LockAnswer state;
  state.status_bytes = settings_.status_bytes > 0 ? settings_.status_bytes : (settings_.locks + 7) / 8;
  state.pulse = settings_.pulse;
  for (const Lock& lock : locks_) {
    state.contacts.push_back(contact(lock));
    state.coils.push_back(lock.coil_until > heard);
    state.items.push_back(lock.item);
  }
  base::Bytes answer = line_.dialect_->answer(frame, order, state);
  if (!answer.empty()) reply(std::move(answer), to_open, heard);
}

void SimLockBoard::pulse(int lock, Milliseconds length, Micros at) {
  Lock& l = lock_at(lock);
  ++l.pulses;
  line_.count_pulse(fmt::format("board {} lock {}", settings_.address, lock), at, at + length);
  l.coil_until = at + length;
  l.on_time += length;
  if (l.state == LockState::jammed) return;
  move_door(lock, true);
  if (l.state == LockState::bouncing) l.springs_shut = at + kBounce;
}

void SimLockBoard::end_pulse(Lock& lock, Micros at) {
  if (lock.coil_until <= at) return;
  lock.on_time -= lock.coil_until - at;
  lock.coil_until = at;
}

void SimLockBoard::time_passes(Micros now) {
  for (int lock = 1; lock <= settings_.locks; ++lock) {
    Lock& l = lock_at(lock);
    if (!l.springs_shut || *l.springs_shut > now) continue;
    l.springs_shut.reset();
    move_door(lock, false);
  }
}

void SimLockBoard::move_door(int lock, bool open) {
  Lock& l = lock_at(lock);
  if (l.open == open) return;
  l.open = open;
  if (!settings_.pushes || dead_ || line_.now() < silent_until_) return;
  const base::Bytes push = line_.dialect_->push(settings_.address, lock, contact(l));
  if (!push.empty()) line_.transmit(push, line_.now() + settings_.delay);
}

void SimLockBoard::reply(base::Bytes frame, bool to_open, Micros heard) {
  std::optional<ReplyFault> fault;
  const auto spoil =
      std::find_if(spoils_.begin(), spoils_.end(), [&](const Spoil& s) { return to_open || !s.open_only; });
  if (spoil != spoils_.end()) {
    fault = spoil->fault;
    spoils_.erase(spoil);
  }
  line_.transmit_spoilt(std::move(frame), heard + settings_.delay, fault,
                        [this](base::Bytes& bytes) { line_.dialect_->make_other_board(bytes); });
}

SimLockLine::SimLockLine(std::vector<SimLockBoardSettings> boards, int baud)
    : PacedLine(baud > 0 ? baud : usual_baud(first_of(boards)), late_by(first_of(boards))),
      dialect_(make_lock_dialect(boards.front().family, boards.front().profile, boards.front().old_byte_order)) {
  for (const SimLockBoardSettings& settings : boards) {
    STATION_CHECK(settings.family == boards.front().family, "all boards of a line are of one family");
    boards_.push_back(std::make_unique<SimLockBoard>(*this, settings));
  }
}

SimLockBoard& SimLockLine::board(int address) {
  const auto it = std::find_if(boards_.begin(), boards_.end(),
                               [&](const auto& board) { return board->settings_.address == address; });
  STATION_CHECK(it != boards_.end(), "the line has no such board");
  return **it;
}

int SimLockLine::pulses() const {
  std::lock_guard guard(mutex_);
  return static_cast<int>(pulses_.size());
}

std::vector<std::string> SimLockLine::violations() const {
  std::lock_guard guard(mutex_);
  return violations_;
}

codec::FrameReader::Verdict SimLockLine::front(std::span<const std::uint8_t> bytes) const {
  return dialect_->front(bytes);
}

void SimLockLine::obey(std::span<const std::uint8_t> frame, Micros heard) {
  const auto order = dialect_->order(frame);
  if (!order) return;
  for (const auto& board : boards_)
    if (board->settings_.address == order->board) board->obey(*order, frame, heard);
}

void SimLockLine::time_passes(Micros now) {
  for (const auto& board : boards_) board->time_passes(now);
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
