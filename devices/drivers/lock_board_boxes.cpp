#include "devices/drivers/lock_board_boxes.h"

#include <algorithm>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
using devices::Door;
using devices::Opening;

namespace {

constexpr Milliseconds kMaxDoorAge{3'000};  // three poll periods
constexpr auto kLeftOpen = 180s;
constexpr auto kLateOpening = 10s;  // "pull the door": an opening so soon after a pulse is not unexpected

}  // namespace

BoxDoors::BoxDoors(const std::vector<BoxPlace>& places, FaultSet& faults, const EventSink& sink)
    : faults_(faults), sink_(sink) {
  for (const BoxPlace& place : places) boxes_.push_back({place, DoorWatch(kMaxDoorAge)});
}

const BoxDoors::Box* BoxDoors::find(const std::string& name) const {
  const auto it = std::find_if(boxes_.begin(), boxes_.end(), [&](const Box& b) { return b.place.box == name; });
  return it == boxes_.end() ? nullptr : &*it;
}

void BoxDoors::read(const LockId& lock, bool open, bool operated, BootTime now) {
  const auto box = std::find_if(boxes_.begin(), boxes_.end(), [&](const Box& b) { return b.lock() == lock; });
  if (box == boxes_.end()) return;  // a lock without a box
  const Door before = box->watch.last_known();
  if (box->watch.read(open, now)) believed(*box, before, operated, now);
  if (!operated && box->watch.flickers(now))
    faults_.raise("box.flicker", box->place.box, "the contact changes more than 5 times within 10 s", now);
}

void BoxDoors::believed(Box& box, Door before, bool operated, BootTime now) {
  const Door door = box.watch.door();
  sink_(devices::DoorChanged{box.place.box, door, now});
  if (door == Door::unknown) return;
  if (door == Door::open) {
    if (before != Door::open) box.open_since = now;
    if (before == Door::closed && !operated && !box.opening_unclear && now > box.excused_until)
      faults_.raise("box.unexpected_open", box.place.box, "the door opened without a request", now);
  } else {
    faults_.clear("box.left_open", box.place.box, now);
  }
  box.opening_unclear = false;
}

void BoxDoors::forget(int board, BootTime now) {
  for (Box& box : boxes_) {
    if (box.place.board != board) continue;
    const Door before = box.watch.last_known();
    if (box.watch.forget()) believed(box, before, false, now);
  }
}

void BoxDoors::opening_ended(const OpeningRun& run, BootTime now) {
  const auto box = std::find_if(boxes_.begin(), boxes_.end(), [&](const Box& b) { return b.lock() == run.lock(); });
  STATION_CHECK(box != boxes_.end() && run.conclusion(), "only boxes are opened");
  const OpeningRun::Conclusion& end = *run.conclusion();
  box->watch.forget_edges();
  if (const auto pulse = run.last_pulse()) box->excused_until = *pulse + kLateOpening;
  box->opening_unclear = end.result == Opening::unknown;
  if (end.result == Opening::opened) {
    // A test-open that passes ends what only a working door can end.
    faults_.clear("box.jammed", box->place.box, now);
    faults_.clear("box.flicker", box->place.box, now);
  }
  if (end.jammed) faults_.raise("box.jammed", box->place.box, end.evidence, now);
}

void BoxDoors::tick(const std::optional<LockId>& operated, BootTime now) {
  for (Box& box : boxes_) {
    const Door before = box.watch.last_known();
    if (box.watch.tick(now)) believed(box, before, operated == box.lock(), now);
    if (box.watch.door() == Door::open && now - box.open_since > kLeftOpen)
      faults_.raise("box.left_open", box.place.box, "open for more than 3 minutes", now);
  }
}

std::optional<BootTime> BoxDoors::confirm_at(int board, const std::optional<LockId>& operated) const {
  std::optional<BootTime> first;
  for (const Box& box : boxes_) {
    if (box.place.board != board || operated == box.lock()) continue;
    if (const auto at = box.watch.confirm_at()) first = std::min(first.value_or(*at), *at);
  }
  return first;
}

std::optional<int> BoxDoors::moved(int board, const std::optional<LockId>& operated) const {
  std::optional<int> lock;
  for (const Box& box : boxes_) {
    if (box.place.board != board || operated == box.lock() || !box.watch.confirm_at()) continue;
    if (lock) return std::nullopt;
    lock = box.place.lock;
  }
  return lock;
}

bool BoxDoors::acknowledge(const std::string& code, const std::string& name, BootTime now) {
  if (code != "box.flicker" && code != "box.unexpected_open") return false;
  const Box* box = find(name);
  if (!box || !faults_.raised(code, name)) return false;
  if (code == "box.flicker" && box->watch.flickers(now)) return false;
  faults_.clear(code, name, now);
  return true;
}

}  // namespace station::drivers
