#include "tests/world/hardware.h"

namespace station::world {

using namespace std::chrono_literals;

namespace {

constexpr int kLocks = 4;

std::string box_name(int lock) { return "A0" + std::to_string(lock); }

drivers::LockLineSettings line_settings() {
  drivers::LockLineSettings s;
  s.name = "locker";
  s.boards = {{}};
  for (int lock = 1; lock <= kLocks; ++lock) s.boxes.push_back({box_name(lock), 1, lock});
  return s;
}

}  // namespace

Hardware::Hardware(const base::Clock& clock)
    : clock_(clock), line_(std::make_unique<sim::SimLockLine>(std::vector<sim::SimLockBoardSettings>{{}})) {}

std::vector<store::BoxConfig> Hardware::boxes() {
  std::vector<store::BoxConfig> out;
  for (int lock = 1; lock <= kLocks; ++lock) out.push_back({box_name(lock), lock <= 2 ? flow::BoxSize::small : flow::BoxSize::medium});
  return out;
}

Hardware::Session::Session(Hardware& hardware)
    : hardware_(hardware),
      events_(std::make_unique<std::deque<devices::Event>>()),
      sink_([events = events_.get()](devices::Event e) { events->push_back(std::move(e)); }),
      driver_(std::make_unique<drivers::LockLine>(line_settings(),
                                                  std::make_unique<sim::MemoryLink>(*hardware.line_, hardware.clock_),
                                                  hardware.clock_, sink_)) {}

void Hardware::Session::step(base::BootTime now) {
  for (int guard = 0; guard < 200 && driver_->step(now) <= now; ++guard) continue;
  for (; !hardware_.cards_.empty(); hardware_.cards_.pop_front())
    events_->push_back(devices::CardPresented{"reader", hardware_.cards_.front(), now});
}

std::optional<devices::Event> Hardware::Session::take() {
  if (events_->empty()) return std::nullopt;
  devices::Event e = std::move(events_->front());
  events_->pop_front();
  return e;
}

void Hardware::close_door(const std::string& box) {
  for (int lock = 1; lock <= kLocks; ++lock)
    if (box_name(lock) == box) line_->board(1).close_door(lock);
}

int Hardware::pulses(const std::string& box) const {
  for (int lock = 1; lock <= kLocks; ++lock)
    if (box_name(lock) == box) return line_->board(1).pulses(lock);
  return 0;
}

void Hardware::close_doors() {
  for (int lock = 1; lock <= kLocks; ++lock) line_->board(1).close_door(lock);
}

void Hardware::mishap(base::Random& random) {
  const int lock = 1 + static_cast<int>(random.below(kLocks));
  switch (random.below(6)) {
    case 0: line_->board(1).set_lock(lock, sim::LockState::jammed); break;
    case 1: line_->board(1).set_lock(lock, sim::LockState::healthy); break;
    case 2: line_->board(1).spoil_replies(static_cast<sim::ReplyFault>(random.below(6)), 3); break;
    case 3: line_->board(1).restart(2s); break;
    case 4: line_->set_plugged(random.below(2) == 0); break;
    default: line_->make_noise({0x8A, 0x00, 0xFF}); break;
  }
}

void Hardware::heal() {
  line_->set_plugged(true);
  for (int lock = 1; lock <= kLocks; ++lock) line_->board(1).set_lock(lock, sim::LockState::healthy);
}

}  // namespace station::world
