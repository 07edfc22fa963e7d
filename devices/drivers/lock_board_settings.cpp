#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "devices/codec/lock_8a.h"
#include "devices/codec/lock_kr_cu16.h"
#include "devices/codec/lock_wkly.h"
#include "devices/drivers/duty.h"
#include "devices/drivers/lock_board.h"

namespace station::drivers {

using namespace std::chrono_literals;
using codec::LockFamily;
using codec::LockProfile;

namespace {

struct FamilyLimits {
  int first_address, last_address, most_locks, baud;
};

FamilyLimits limits_of(LockFamily family) {
  switch (family) {
    case LockFamily::lock_8a:
      return {1, codec::lock_8a::kMaxAddress, codec::lock_8a::kMaxLocks, 9600};
    case LockFamily::wkly:
      return {0, codec::wkly::kMaxBoard, codec::wkly::kMaxChannels, 9600};
    case LockFamily::kr_cu16:
      return {0, 9, codec::kr_cu16::kLocks, 19200};
    case LockFamily::modbus:
      return {1, codec::modbus::kMaxSlave - 1, 48, 9600};
  }
  return {1, 1, 1, 9600};
}

std::string complaint_about_profile(const LockBoardSettings& board) {
  if (!board.profile) return "a MODBUS board needs a profile";
  const LockProfile& profile = *board.profile;
  if (board.locks > profile.locks) return fmt::format("its profile has {} locks", profile.locks);
  if (profile.unlock == LockProfile::Unlock::flash && board.pulse > profile.longest)
    return fmt::format("its profile allows pulses of at most {} ms", profile.longest.count());
  if (profile.unlock == LockProfile::Unlock::flash && board.pulse < profile.unit)
    return fmt::format("its shortest pulse is {} ms", profile.unit.count());
  return {};
}

std::string complaint_about_board(const LockBoardSettings& board) {
  const FamilyLimits limits = limits_of(board.family);
  if (board.address < limits.first_address || board.address > limits.last_address)
    return fmt::format("the address must be from {} to {}", limits.first_address, limits.last_address);
  if (board.locks < 1 || board.locks > limits.most_locks)
    return fmt::format("the number of locks must be from 1 to {}", limits.most_locks);
  if (board.status_bytes < 0 || board.status_bytes > 3) return "a reply has from 1 to 3 state bytes";
  if (board.family == LockFamily::lock_8a && status_bytes_of(board) * 8 < board.locks)
    return "the state bytes do not cover its locks";
  if (board.pulse < 1ms || board.pulse > DutyLedger::kLongestPulse) return "a pulse lasts from 1 to 1000 ms";
  return board.family == LockFamily::modbus ? complaint_about_profile(board) : std::string();
}

}  // namespace

int status_bytes_of(const LockBoardSettings& board) {
  return board.status_bytes > 0 ? board.status_bytes : (board.locks + 7) / 8;
}

int baud_of(const LockLineSettings& settings) {
  if (settings.baud > 0) return settings.baud;
  if (settings.boards.empty()) return limits_of(LockFamily::lock_8a).baud;
  const LockBoardSettings& board = settings.boards.front();
  return board.profile ? board.profile->baud : limits_of(board.family).baud;
}

std::string complaint_about(const LockLineSettings& settings) {
  if (settings.boards.empty()) return "a line needs at least one lock board";
  std::set<int> addresses;
  for (const LockBoardSettings& board : settings.boards) {
    const std::string name = fmt::format("lock board {}: ", board.address);
    if (const std::string complaint = complaint_about_board(board); !complaint.empty()) return name + complaint;
    if (!addresses.insert(board.address).second) return name + "the address is used twice";
    if (board.family != settings.boards.front().family) return name + "all boards of a line are of one family";
    if (board.profile && board.profile->baud != settings.boards.front().profile->baud)
      return name + "all boards of a line have one rate";
  }
  std::set<std::string> names;
  std::set<std::pair<int, int>> locks;
  for (const BoxPlace& place : settings.boxes) {
    const std::string name = fmt::format("box {}: ", place.box);
    const auto board = std::find_if(settings.boards.begin(), settings.boards.end(),
                                    [&](const LockBoardSettings& b) { return b.address == place.board; });
    if (place.box.empty() || !names.insert(place.box).second) return name + "the name is empty or used twice";
    if (board == settings.boards.end()) return name + fmt::format("there is no lock board {}", place.board);
    if (place.lock < 1 || place.lock > board->locks)
      return name + fmt::format("lock board {} has no lock {}", place.board, place.lock);
    if (!locks.insert({place.board, place.lock}).second) return name + "its lock belongs to another box";
  }
  return {};
}

}  // namespace station::drivers
