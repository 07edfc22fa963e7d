#include "devices/drivers/locker_config.h"

#include <fmt/format.h>

#include "devices/drivers/lock_commissioning.h"
#include "sync/base/config.h"
#include "sync/base/file.h"

namespace station::drivers {

using base::Config;
using codec::LockFamily;

namespace {

constexpr std::size_t kLargestProfile = std::size_t{64} << 10;
constexpr std::size_t kLargestRecord = std::size_t{1} << 20;

void read_profile(Config& c, const std::string& key, const std::filesystem::path& folder, LockBoardSettings& board) {
  const std::filesystem::path name = c.text(key, "");
  if (name.empty()) return c.complain(key, "the file of the board's profile, \"lock_profiles/….toml\"");
  const std::filesystem::path file = name.is_absolute() ? name : folder / name;
  const auto text = base::read_file(file, kLargestProfile);
  if (!text) return c.complain(key, "a profile that can be read: " + text.error().message);
  auto profile = codec::parse_lock_profile(*text, file.string());
  if (!profile) return c.complain(key, "a profile without errors: " + profile.error().message);
  board.profile = std::move(*profile);
}

Polarity read_polarity(Config& c, const std::string& key) {
  const std::string word = c.text(key, "unknown");
  if (word == "closed_is_11" || word == "closed_is_1") return Polarity::closed_is_11;
  if (word == "closed_is_00" || word == "closed_is_0") return Polarity::closed_is_00;
  if (word != "unknown")
    c.complain(key, "\"closed_is_11\" or \"closed_is_00\" as found at commissioning, or \"unknown\" until then");
  return Polarity::unknown;
}

LockBoardSettings read_board(Config& c, const std::string& at, const std::filesystem::path& folder) {
  LockBoardSettings board;
  const auto family = codec::lock_family_from(c.text(at + ".family"));
  if (!family) c.complain(at + ".family", "\"8A\", \"WKLY\", \"KR-CU16\" or \"MODBUS\"");
  board.family = family.value_or(LockFamily::lock_8a);
  board.address = static_cast<int>(c.integer(at + ".address", 0, 253));
  board.locks = static_cast<int>(c.integer(at + ".locks", 1, 245));
  board.pulse = Milliseconds(c.integer(at + ".pulse_ms", 50, 1000, 500));
  if (family != LockFamily::wkly) board.polarity = read_polarity(c, at + ".polarity");
  if (family == LockFamily::lock_8a)
    board.status_bytes = static_cast<int>(c.integer(at + ".status_bytes", 0, 3, 0));
  if (family == LockFamily::kr_cu16) {
    board.pulse_measured = c.flag(at + ".pulse_measured", false);
    board.clear_busy_after_open = c.flag(at + ".clear_busy_after_open", false);
  }
  if (family == LockFamily::modbus) read_profile(c, at + ".profile", folder, board);
  return board;
}

}  // namespace

LockerSettings read_locker(Config& c, std::size_t index, const std::filesystem::path& folder) {
  const std::string at = fmt::format("locker.{}", index);
  LockerSettings locker;
  locker.line.name = c.text(at + ".name");
  locker.device = c.text(at + ".device");
  locker.line.baud = static_cast<int>(c.integer(at + ".baud", 0, 115'200, 0));
  const int baud = locker.line.baud;
  if (baud != 0 && baud != 9'600 && baud != 19'200 && baud != 57'600 && baud != 115'200)
    c.complain(at + ".baud", "9600, 19200, 57600 or 115200; without it the usual rate of the family");
  for (std::size_t i = 0; i < c.count(at + ".board"); ++i)
    locker.line.boards.push_back(read_board(c, fmt::format("{}.board.{}", at, i), folder));
  for (std::size_t i = 0; i < c.count(at + ".box"); ++i) {
    const std::string box = fmt::format("{}.box.{}", at, i);
    locker.line.boxes.push_back({c.text(box + ".name"), static_cast<int>(c.integer(box + ".board", 0, 253)),
                                 static_cast<int>(c.integer(box + ".lock", 1, 245))});
  }
  if (const std::filesystem::path name = c.text(at + ".commissioning", ""); !name.empty()) {
    const auto record = base::read_file(name.is_absolute() ? name : folder / name, kLargestRecord);
    const auto applied = record ? apply_commissioning(*record, locker.line) : tl::unexpected(record.error());
    if (!applied) c.complain(at + ".commissioning", "a record that can be used: " + applied.error().message);
  }
  // Of several things that are wrong the missing profile was told already.
  bool whole = true;
  for (const LockBoardSettings& board : locker.line.boards)
    whole = whole && (board.family != LockFamily::modbus || board.profile);
  if (const std::string wrong = complaint_about(locker.line); whole && !wrong.empty()) c.complain(at, wrong);
  return locker;
}

}  // namespace station::drivers
