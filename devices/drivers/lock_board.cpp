#include "devices/drivers/lock_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "devices/drivers/damage_rate.h"
#include "devices/drivers/duty.h"
#include "devices/drivers/fault_set.h"
#include "devices/drivers/lock_board_door.h"
#include "devices/drivers/lock_board_opening.h"
#include "devices/drivers/lock_board_wire.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace wire = codec::lock_8a;
using devices::BoxOpening;
using devices::Door;
using devices::Opening;
using wire::Purpose;

namespace {

constexpr auto kPollPeriod = 1s;
constexpr Milliseconds kMaxDoorAge = 3 * kPollPeriod;
constexpr auto kReadTimeOut = 500ms;
constexpr auto kOpenTimeOut = 1s;
constexpr int kSilences = 3;  // in a row: the board is offline
constexpr auto kFirstProbe = 1s;
constexpr auto kLastProbe = 30s;
constexpr auto kLeftOpen = 180s;
constexpr auto kLateOpening = 10s;  // "pull the door": an opening so soon after a pulse is not unexpected
constexpr int kRoundsInOneStep = 16;

int status_bytes_of(const LockBoardSettings& board) {
  return board.status_bytes > 0 ? board.status_bytes : (board.locks + 7) / 8;
}

std::vector<DutyLedger::Coil> coils_of(const LockLineSettings& settings) {
  std::vector<DutyLedger::Coil> coils;
  for (const LockBoardSettings& board : settings.boards)
    for (int lock = 1; lock <= board.locks; ++lock) coils.push_back({{board.address, lock}, board.pulse});
  return coils;
}

}  // namespace

std::string complaint_about(const LockLineSettings& settings) {
  if (settings.boards.empty()) return "a line needs at least one lock board";
  std::set<int> addresses;
  for (const LockBoardSettings& board : settings.boards) {
    const std::string name = fmt::format("lock board {}: ", board.address);
    if (board.address < 1 || board.address > wire::kMaxAddress)
      return name + fmt::format("the address must be from 1 to {}", wire::kMaxAddress);
    if (!addresses.insert(board.address).second) return name + "the address is used twice";
    if (board.locks < 1 || board.locks > wire::kMaxLocks)
      return name + fmt::format("the number of locks must be from 1 to {}", wire::kMaxLocks);
    if (board.status_bytes < 0 || board.status_bytes > 3) return name + "a reply has from 1 to 3 state bytes";
    if (status_bytes_of(board) * 8 < board.locks) return name + "the state bytes do not cover its locks";
    if (board.pulse < 1ms || board.pulse > DutyLedger::kLongestPulse) return name + "a pulse lasts from 1 to 1000 ms";
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

struct LockLine::Impl {
  struct Box {
    BoxPlace place;
    DoorWatch watch{kMaxDoorAge};
    BootTime open_since{};
    BootTime excused_until{};      // an opening before this moment follows from a pulse
    bool opening_unclear = false;  // the last run ended without knowing: the next belief is its late result
  };

  enum class Service { starting, online, silent };
  struct Board {
    LockBoardSettings settings;
    std::string name;
    Service service = Service::starting;
    bool fits = true;          // replies have the configured length, doors make sense
    bool seen_closed = false;  // any door: shows that the polarity can be right
    int wrong_lengths = 0;     // in a row
    int silences = 0;          // in a row
    Milliseconds probe_pause{0};
    BootTime poll_due{};
    DamageRate damage;
    DeviceHealth health;
  };

  Impl(LockLineSettings s, std::unique_ptr<link::ByteLink> l, const base::Clock& c, EventSink e)
      : settings(std::move(s)),
        clock(c),
        sink(std::move(e)),
        wire(std::move(l), c, settings.patience),
        duty(coils_of(settings), c.mono()),
        faults(sink) {
    for (const LockBoardSettings& board : settings.boards) {
      Board b;
      b.settings = board;
      b.name = fmt::format("{} board {}", settings.name, board.address);
      b.health.place = b.name;
      b.health.kind = "lock board";
      b.health.since = c.mono();
      boards.push_back(std::move(b));
    }
    for (const BoxPlace& place : settings.boxes) boxes.push_back(Box{.place = place});
  }

  // Commands.
  void open_box(const devices::OpenBox& command, BootTime now);
  std::string reason_to_refuse(const Box& box, BootTime now) const;

  // What the wire tells.
  void on(const LockWire::LineUp& up, BootTime now);
  void on(const LockWire::LineDown& down, BootTime now);
  void on(const LockWire::Replied& replied, BootTime now);
  void on(const LockWire::Unanswered& unanswered, BootTime now);
  void on(const LockWire::Foreign& foreign, BootTime now);
  void on(const LockWire::Hint& hint, BootTime now);

  // Boards.
  Board& board_at(int address);
  void board_answered(Board& board, BootTime now);
  void board_silent(Board& board, BootTime now);
  void board_lost(Board& board, const std::string& why, BootTime now);
  void check_length(Board& board, const base::Bytes& heard, BootTime now);
  void check_polarity(Board& board, const wire::AllStates& states, BootTime now);

  // Doors.
  bool is_open(const Board& board, bool is_11) const;
  void door_read(Box& box, bool open, bool single, BootTime now);
  void door_believed(Box& box, Door before, BootTime now);

  // Time.
  void tick(BootTime now);
  void conclude_opening(BootTime now);
  bool send_next(BootTime now);
  bool send_for_opening(BootTime now);
  bool send_poll(BootTime now);
  void ask(Purpose purpose, int board, int lock, BootTime now);
  // Being opened: the run itself asks, with two kinds of question in turn.
  bool operated(const Box& box) const { return opening && opening->lock() == LockId{box.place.board, box.place.lock}; }
  BootTime due(const Board& board) const;
  BootTime next_due(BootTime now) const;

  const LockLineSettings settings;
  const base::Clock& clock;
  const EventSink sink;
  LockWire wire;
  DutyLedger duty;
  FaultSet faults;
  std::vector<Board> boards;
  std::vector<Box> boxes;
  std::optional<OpeningRun> opening;
};

// ---- commands

void LockLine::Impl::open_box(const devices::OpenBox& command, BootTime now) {
  const auto box = std::find_if(boxes.begin(), boxes.end(), [&](const Box& b) { return b.place.box == command.box; });
  const std::string reason = box == boxes.end() ? "no such box" : reason_to_refuse(*box, now);
  if (!reason.empty()) {
    sink(BoxOpening{command.op_id, command.box, Opening::refused, reason + ", no pulse", now});
    return;
  }
  const auto begin = box->watch.door() == Door::closed ? OpeningRun::Begin::pulse : OpeningRun::Begin::reads;
  opening.emplace(command, LockId{box->place.board, box->place.lock}, begin, now);
}

std::string LockLine::Impl::reason_to_refuse(const Box& box, BootTime now) const {
  const auto board =
      std::find_if(boards.begin(), boards.end(), [&](const Board& b) { return b.settings.address == box.place.board; });
  if (opening) return fmt::format("box {} is being opened", opening->command().box);
  if (!wire.up()) return settings.name + " is not connected";
  if (!board->fits) return board->name + " does not fit its configuration";
  if (board->service != Service::online) return board->name + " does not answer";
  if (box.watch.door() == Door::unknown) return "the door's state is unknown";
  // A door that was never seen to move may read open because its polarity is wrong.
  if (box.watch.door() == Door::open && !box.watch.seen_opening()) return "the door reads open since the start";
  const DutyLimit limit = duty.check({box.place.board, box.place.lock}, now);
  if (box.watch.door() == Door::closed && limit != DutyLimit::none && limit != DutyLimit::other_lock)
    return to_string(limit);
  return {};
}

// ---- what the wire tells

void LockLine::Impl::on(const LockWire::LineUp& up, BootTime now) {
  faults.clear("bus.lost", settings.name, now);
  faults.set(up.echo, "bus.echo", settings.name, "every exchange is checked against what was sent", now);
  for (Board& board : boards) {
    board.poll_due = now;
    board.silences = 0;
    board.probe_pause = 0ms;
    board.health.note = fmt::format("address {}{}", board.settings.address, up.echo ? ", adapter echoes" : "");
  }
}

void LockLine::Impl::on(const LockWire::LineDown& down, BootTime now) {
  faults.raise("bus.lost", settings.name, down.why, now);
  for (Board& board : boards) {
    board.service = Service::starting;
    board_lost(board, down.why, now);
  }
}

void LockLine::Impl::on(const LockWire::Replied& replied, BootTime now) {
  Board& board = board_at(replied.request.board);
  board.health.last_latency = replied.latency;
  board.health.worst_latency = std::max(board.health.worst_latency, replied.latency);
  board.damage.count(false, now);
  board_answered(board, now);
  if (replied.request.purpose == Purpose::open_one) {
    if (opening) opening->pulse_settled(std::get<wire::OneState>(replied.reply).is_11, now);
    return;
  }
  if (const auto* all = std::get_if<wire::AllStates>(&replied.reply)) {
    board.poll_due = now + kPollPeriod;
    board.wrong_lengths = 0;
    check_polarity(board, *all, now);
  }
  if (!board.fits) return;
  for (Box& box : boxes) {
    if (box.place.board != board.settings.address) continue;
    if (const auto* all = std::get_if<wire::AllStates>(&replied.reply)) {
      door_read(box, is_open(board, all->is_11[static_cast<std::size_t>(box.place.lock - 1)]), false, now);
    } else if (const auto& one = std::get<wire::OneState>(replied.reply); one.lock == box.place.lock) {
      door_read(box, is_open(board, one.is_11), true, now);
    }
  }
}

void LockLine::Impl::on(const LockWire::Unanswered& unanswered, BootTime now) {
  Board& board = board_at(unanswered.request.board);
  if (unanswered.request.purpose == Purpose::open_one) {
    // Some boards never answer an open command; the doors are read in any case, and the pulse is not repeated.
    if (opening) opening->pulse_settled(std::nullopt, now);
    return;
  }
  if (opening && opening->lock().board == board.settings.address) opening->read_failed(now);
  ++board.health.retries;
  if (unanswered.heard.empty() || unanswered.foreign) {
    ++board.health.timeouts;
    board_silent(board, now);
    return;
  }
  ++board.health.damaged;
  board.damage.count(true, now);
  board.poll_due = now;
  if (unanswered.request.purpose == Purpose::query_all) check_length(board, unanswered.heard, now);
}

void LockLine::Impl::on(const LockWire::Foreign& foreign, BootTime) {
  ++board_at(foreign.request.board).health.foreign;
}

void LockLine::Impl::on(const LockWire::Hint& hint, BootTime now) {
  for (Board& board : boards)
    if (board.settings.address == hint.push.board && board.service == Service::online) board.poll_due = now;
}

// ---- boards

LockLine::Impl::Board& LockLine::Impl::board_at(int address) {
  const auto it =
      std::find_if(boards.begin(), boards.end(), [&](const Board& b) { return b.settings.address == address; });
  STATION_CHECK(it != boards.end(), "only configured boards are asked");
  return *it;
}

void LockLine::Impl::board_answered(Board& board, BootTime now) {
  board.silences = 0;
  board.probe_pause = 0ms;
  if (board.service == Service::online) return;
  board.service = Service::online;
  board.health.online = true;
  board.health.since = now;
  faults.clear("board.silent", board.name, now);
}

void LockLine::Impl::board_silent(Board& board, BootTime now) {
  ++board.silences;
  if (board.silences < kSilences) {
    board.poll_due = now;
    return;
  }
  board.probe_pause =
      board.probe_pause == 0ms ? Milliseconds(kFirstProbe) : std::min<Milliseconds>(board.probe_pause * 2, kLastProbe);
  board.poll_due = now + board.probe_pause;
  if (board.service == Service::silent) return;
  board.service = Service::silent;
  faults.raise("board.silent", board.name, fmt::format("{} questions in a row without an answer", kSilences), now);
  board_lost(board, board.name + " does not answer", now);
}

void LockLine::Impl::board_lost(Board& board, const std::string& why, BootTime now) {
  if (board.health.online) board.health.since = now;
  board.health.online = false;
  if (opening && opening->lock().board == board.settings.address) {
    opening->board_lost(why);
    conclude_opening(now);
  }
  for (Box& box : boxes) {
    if (box.place.board != board.settings.address) continue;
    const Door before = box.watch.last_known();
    if (box.watch.forget()) door_believed(box, before, now);
  }
}

void LockLine::Impl::check_length(Board& board, const base::Bytes& heard, BootTime now) {
  const auto bytes = wire::status_bytes_of(static_cast<std::uint8_t>(board.settings.address), heard);
  if (!bytes) return;
  if (++board.wrong_lengths < 2) return;
  board.fits = false;
  const std::string detail = fmt::format("its replies have {} state bytes, the configuration says {}", *bytes,
                                         status_bytes_of(board.settings));
  faults.raise("board.mismatch", board.name, detail, now);
  board_lost(board, board.name + ": " + detail, now);
  board.poll_due = now + kPollPeriod;
}

void LockLine::Impl::check_polarity(Board& board, const wire::AllStates& states, BootTime now) {
  int wired = 0;
  int open = 0;
  for (const Box& box : boxes) {
    if (box.place.board != board.settings.address) continue;
    ++wired;
    if (is_open(board, states.is_11[static_cast<std::size_t>(box.place.lock - 1)])) ++open;
  }
  if (open < wired) board.seen_closed = true;
  // With inverted polarity a locker full of closed doors reads all open. One box alone cannot tell.
  const bool doubtful = !board.seen_closed && wired > 1;
  board.fits = !doubtful;
  faults.set(doubtful, "board.mismatch", board.name, "every door reads open: is the polarity right?", now);
}

// ---- doors

bool LockLine::Impl::is_open(const Board& board, bool is_11) const {
  return is_11 != (board.settings.polarity == Polarity::closed_is_11);
}

void LockLine::Impl::door_read(Box& box, bool open, bool single, BootTime now) {
  const LockId lock{box.place.board, box.place.lock};
  const Door before = box.watch.last_known();
  if (box.watch.read(open, now)) door_believed(box, before, now);
  const bool operated = opening && opening->lock() == lock;
  if (operated) opening->read(open, single, now);
  if (!operated && box.watch.flickers(now))
    faults.raise("box.flicker", box.place.box, "the contact changes more than 5 times within 10 s", now);
}

void LockLine::Impl::door_believed(Box& box, Door before, BootTime now) {
  const Door door = box.watch.door();
  sink(devices::DoorChanged{box.place.box, door, now});
  if (door == Door::unknown) return;
  const bool operated = opening && opening->lock() == LockId{box.place.board, box.place.lock};
  if (door == Door::open) {
    if (before != Door::open) box.open_since = now;
    if (before == Door::closed && !operated && !box.opening_unclear && now > box.excused_until)
      faults.raise("box.unexpected_open", box.place.box, "the door opened without a request", now);
  } else {
    faults.clear("box.left_open", box.place.box, now);
  }
  box.opening_unclear = false;
}

// ---- time

void LockLine::Impl::tick(BootTime now) {
  for (Box& box : boxes) {
    const Door before = box.watch.last_known();
    if (box.watch.tick(now)) door_believed(box, before, now);
    if (box.watch.door() == Door::open && now - box.open_since > kLeftOpen)
      faults.raise("box.left_open", box.place.box, "open for more than 3 minutes", now);
  }
  for (Board& board : boards)
    faults.set(board.damage.too_high(now), "board.noise", board.name, "more than 1 % damaged replies in 5 minutes",
               now);
  if (opening) {
    opening->tick(duty, now);
    conclude_opening(now);
  }
}

void LockLine::Impl::conclude_opening(BootTime now) {
  if (!opening || !opening->conclusion()) return;
  const OpeningRun run = *opening;
  opening.reset();
  const OpeningRun::Conclusion& end = *run.conclusion();
  const auto box = std::find_if(boxes.begin(), boxes.end(), [&](const Box& b) {
    return run.lock() == LockId{b.place.board, b.place.lock};
  });
  STATION_CHECK(box != boxes.end(), "only boxes are opened");
  box->watch.forget_edges();
  if (const auto pulse = run.last_pulse()) box->excused_until = *pulse + kLateOpening;
  box->opening_unclear = end.result == Opening::unknown;
  if (end.result == Opening::opened) {
    // A test-open that passes ends what only a working door can end.
    faults.clear("box.jammed", box->place.box, now);
    faults.clear("box.flicker", box->place.box, now);
  }
  if (end.jammed) faults.raise("box.jammed", box->place.box, end.evidence, now);
  sink(BoxOpening{run.command().op_id, run.command().box, end.result, end.evidence, now});
}

bool LockLine::Impl::send_next(BootTime now) {
  return send_for_opening(now) || send_poll(now);
}

bool LockLine::Impl::send_for_opening(BootTime now) {
  if (!opening) return false;
  const OpeningRun::Want want = opening->want(duty, now);
  if (want.what == OpeningRun::Want::nothing || now < want.at) return false;
  const auto [address, lock] = opening->lock();
  switch (want.what) {
    case OpeningRun::Want::pulse:
      duty.record(opening->lock(), now);
      opening->pulse_sent(now);
      ask(Purpose::open_one, address, lock, now);
      break;
    case OpeningRun::Want::read_one:
      ask(Purpose::query_one, address, lock, now);
      break;
    case OpeningRun::Want::read_all:
      ask(Purpose::query_all, address, 0, now);
      break;
    case OpeningRun::Want::nothing:
      break;
  }
  return true;
}

bool LockLine::Impl::send_poll(BootTime now) {
  const auto board =
      std::min_element(boards.begin(), boards.end(), [&](const Board& a, const Board& b) { return due(a) < due(b); });
  if (now < due(*board)) return false;
  // One door that moved is asked for by itself, so that two kinds of reply agree on it.
  const Box* moved = nullptr;
  int how_many = 0;
  for (const Box& box : boxes) {
    if (box.place.board != board->settings.address || operated(box) || !box.watch.confirm_at()) continue;
    moved = &box;
    ++how_many;
  }
  if (how_many == 1 && now < board->poll_due)
    ask(Purpose::query_one, board->settings.address, moved->place.lock, now);
  else
    ask(Purpose::query_all, board->settings.address, 0, now);
  return true;
}

void LockLine::Impl::ask(Purpose purpose, int board, int lock, BootTime now) {
  Board& b = board_at(board);
  ++b.health.exchanges;
  wire.ask({purpose, static_cast<std::uint8_t>(board), static_cast<std::uint8_t>(lock)},
           static_cast<std::size_t>(status_bytes_of(b.settings)),
           purpose == Purpose::open_one ? kOpenTimeOut : kReadTimeOut, now);
}

BootTime LockLine::Impl::due(const Board& board) const {
  BootTime at = board.poll_due;
  if (board.service != Service::online) return at;
  for (const Box& box : boxes) {
    if (box.place.board != board.settings.address || operated(box)) continue;
    if (const auto confirm = box.watch.confirm_at()) at = std::min(at, *confirm);
  }
  return at;
}

BootTime LockLine::Impl::next_due(BootTime now) const {
  BootTime next = std::min(wire.wake(now), now + kPollPeriod);
  if (wire.ready()) {
    for (const Board& board : boards) next = std::min(next, due(board));
    if (opening) {
      const OpeningRun::Want want = opening->want(duty, now);
      if (want.what != OpeningRun::Want::nothing) next = std::min(next, want.at);
    }
  }
  // With patience the next call itself waits for bytes; without, time must move before anything can happen.
  return settings.patience > 0ms ? std::max(next, now) : std::max(next, now + 1ms);
}

// ---- LockLine

LockLine::LockLine(LockLineSettings settings, std::unique_ptr<link::ByteLink> link, const base::Clock& clock,
                   EventSink sink) {
  const std::string complaint = complaint_about(settings);
  STATION_CHECK(complaint.empty(), "the caller checks the settings");
  impl_ = std::make_unique<Impl>(std::move(settings), std::move(link), clock, std::move(sink));
}

LockLine::~LockLine() = default;

std::string LockLine::name() const {
  return impl_->settings.name;
}

Serves LockLine::serves() const {
  Serves serves;
  for (const BoxPlace& place : impl_->settings.boxes) serves.boxes.push_back(place.box);
  return serves;
}

void LockLine::handle(const devices::Command& command) {
  if (const auto* open = std::get_if<devices::OpenBox>(&command)) impl_->open_box(*open, impl_->clock.mono());
}

BootTime LockLine::step(BootTime now) {
  for (int round = 0; round < kRoundsInOneStep; ++round) {
    if (const auto happening = impl_->wire.poll(now)) {
      std::visit([&](const auto& h) { impl_->on(h, now); }, *happening);
      impl_->conclude_opening(now);
    } else if (!impl_->wire.ready() || !impl_->send_next(now)) {
      break;
    }
  }
  impl_->tick(now);
  return impl_->next_due(now);
}

bool LockLine::acknowledge(const std::string& code, const std::string& place) {
  const BootTime now = impl_->clock.mono();
  for (Impl::Box& box : impl_->boxes) {
    if (box.place.box != place || !impl_->faults.raised(code, place)) continue;
    if (code == "box.flicker" && box.watch.flickers(now)) return false;
    if (code != "box.flicker" && code != "box.unexpected_open") return false;
    impl_->faults.clear(code, place, now);
    return true;
  }
  return false;
}

std::vector<DeviceHealth> LockLine::health() const {
  std::vector<DeviceHealth> all;
  for (const Impl::Board& board : impl_->boards) all.push_back(board.health);
  return all;
}

}  // namespace station::drivers
