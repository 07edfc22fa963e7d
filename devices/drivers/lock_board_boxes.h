#pragma once

#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/duty.h"
#include "devices/drivers/fault_set.h"
#include "devices/drivers/lock_board.h"
#include "devices/drivers/lock_board_door.h"
#include "devices/drivers/lock_board_opening.h"

namespace station::drivers {

// The doors of a locker: what is believed about each, told as DoorChanged, and the faults of boxes (box.jammed,
// box.unexpected_open, box.flicker, box.left_open). Told what was read; asks nothing itself.
class BoxDoors {
 public:
  struct Box {
    BoxPlace place;
    DoorWatch watch;
    BootTime open_since{};
    BootTime excused_until{};      // an opening before this moment follows from a pulse
    bool opening_unclear = false;  // the last run ended without knowing: the next belief is its late result
    LockId lock() const { return {place.board, place.lock}; }
  };

  BoxDoors(const std::vector<BoxPlace>& places, FaultSet& faults, const EventSink& sink);

  const std::vector<Box>& boxes() const { return boxes_; }
  const Box* find(const std::string& name) const;

  // A contact was read. `operated`: this box is being opened now.
  void read(const LockId& lock, bool open, bool operated, BootTime now);
  void forget(int board, BootTime now);  // its doors are unknown
  void opening_ended(const OpeningRun& run, BootTime now);
  void tick(const std::optional<LockId>& operated, BootTime now);

  // When a second read of a door on this board would settle a change, if one is under way; the box being opened is
  // read by its run. `moved`: that one lock, if it is the only one.
  std::optional<BootTime> confirm_at(int board, const std::optional<LockId>& operated) const;
  std::optional<int> moved(int board, const std::optional<LockId>& operated) const;

  bool acknowledge(const std::string& code, const std::string& box, BootTime now);

 private:
  void believed(Box& box, devices::Door before, bool operated, BootTime now);

  FaultSet& faults_;
  const EventSink& sink_;
  std::vector<Box> boxes_;
};

}  // namespace station::drivers
