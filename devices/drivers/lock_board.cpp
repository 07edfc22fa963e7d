#include "devices/drivers/lock_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "devices/drivers/duty.h"
#include "devices/drivers/fault_set.h"
#include "devices/drivers/line_wire.h"
#include "devices/drivers/lock_board_boxes.h"
#include "devices/drivers/lock_board_coils.h"
#include "devices/drivers/lock_board_opening.h"
#include "devices/drivers/lock_board_service.h"
#include "devices/drivers/lock_protocol.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
using devices::BoxOpening;
using devices::Door;
using devices::Opening;
using Question = LockProtocol::Question;
using What = LockProtocol::Question::What;

namespace {

constexpr Milliseconds kPollPeriod{1'000};
constexpr Milliseconds kFreeBoardPause{100};
constexpr int kRoundsInOneStep = 16;

// What the ledger counts: where the board alone knows its pulse, the longest that the profile allows.
Milliseconds counted_pulse(const LockBoardSettings& board) {
  const bool own_time = board.profile && board.profile->unlock != codec::LockProfile::Unlock::flash;
  return own_time ? board.profile->longest : board.pulse;
}

std::vector<DutyLedger::Coil> coils_of(const LockLineSettings& settings) {
  std::vector<DutyLedger::Coil> coils;
  for (const LockBoardSettings& board : settings.boards)
    for (int lock = 1; lock <= board.locks; ++lock) coils.push_back({{board.address, lock}, counted_pulse(board)});
  return coils;
}

LineWire::Rules rules_of(const LockLineSettings& settings, const LockProtocol& protocol) {
  const LockProtocol::Traits traits = protocol.traits();
  LineWire::Rules rules;
  rules.probe = protocol.probe();
  rules.quiet = traits.quiet;
  rules.between = traits.between;
  rules.whole_only = traits.whole_only;
  rules.patience = settings.patience;
  return rules;
}

}  // namespace

struct LockLine::Impl {
  Impl(LockLineSettings s, std::unique_ptr<link::ByteLink> l, const base::Clock& c, EventSink e)
      : settings(std::move(s)),
        clock(c),
        sink(std::move(e)),
        protocol(make_lock_protocol(settings)),
        traits(protocol->traits()),
        wire(std::move(l), c, protocol->framing(), rules_of(settings, *protocol)),
        duty(coils_of(settings), c.mono()),
        faults(sink),
        doors(settings.boxes, faults, sink) {
    for (const LockBoardSettings& board : settings.boards)
      boards.emplace_back(board, settings.name, traits, faults, c.mono());
  }

  // Commands.
  void open_box(const devices::OpenBox& command, BootTime now);
  void release(const devices::ReleaseBoxes& command, BootTime now);
  void release_next(BootTime now);
  std::string reason_to_refuse(const BoxDoors::Box& box, BootTime now);

  // What the wire tells.
  void on(const LineWire::LineUp& up, BootTime now);
  void on(const LineWire::LineDown& down, BootTime now);
  void on(const LineWire::Replied& replied, BootTime now);
  void on(const LineWire::Unanswered& unanswered, BootTime now);
  void on(const LineWire::Foreign& foreign, BootTime now);
  void on(const LineWire::Hint& hint, BootTime now);

  // What a board answered to `asked`.
  void take(BoardService& board, const LockProtocol::One& one, BootTime now);
  void take(BoardService& board, const LockProtocol::All& all, BootTime now);
  void take(BoardService& board, const LockProtocol::PulseLength& length, BootTime now);
  void take(BoardService& board, const LockProtocol::Coil& coil, BootTime now);
  void take(BoardService& board, const LockProtocol::Obeyed& obeyed, BootTime now);
  void take(BoardService& board, const LockProtocol::Declined& declined, BootTime now);
  void take(BoardService& board, const LockProtocol::Misfit& misfit, BootTime now);

  BoardService& board_at(int address);
  void board_lost(BoardService& board, const std::string& why, BootTime now);
  void check_polarity(BoardService& board, const LockProtocol::All& all, BootTime now);
  void opening_answered(const std::string& answer, BootTime now);
  void door_read(const LockId& lock, bool open, bool single, BootTime now);

  // Time.
  void tick(BootTime now);
  void conclude_opening(BootTime now);
  bool send_next(BootTime now);
  bool send_for_coils(BootTime now);
  bool send_for_opening(BootTime now);
  bool send_poll(BootTime now);
  void ask(const Question& question, BootTime now);
  std::optional<LockId> operated() const { return opening ? std::optional(opening->lock()) : std::nullopt; }
  BootTime due(const BoardService& board) const;
  BootTime next_due(BootTime now) const;

  const LockLineSettings settings;
  const base::Clock& clock;
  const EventSink sink;
  const std::unique_ptr<LockProtocol> protocol;
  const LockProtocol::Traits traits;
  LineWire wire;
  DutyLedger duty;
  FaultSet faults;
  BoxDoors doors;
  CoilWatch coils;
  std::vector<BoardService> boards;
  std::map<int, int> wrong_sizes;  // of replies in a row, by board
  std::map<int, bool> seen_closed;  // any door of the board: its polarity can be right
  std::optional<OpeningRun> opening;
  std::deque<devices::OpenBox> releasing;  // boxes of an emergency that are still to be opened
  bool released = false;                   // latched
  std::optional<int> to_free;  // a board that is told after an opening that it is not busy
  Question asked;
};

// ---- commands

void LockLine::Impl::open_box(const devices::OpenBox& command, BootTime now) {
  const BoxDoors::Box* box = doors.find(command.box);
  const std::string reason = box ? reason_to_refuse(*box, now) : "no such box";
  if (!reason.empty()) {
    sink(BoxOpening{command.op_id, command.box, Opening::refused, reason + ", no pulse", now});
    return;
  }
  const auto begin = box->watch.door() == Door::closed ? OpeningRun::Begin::pulse : OpeningRun::Begin::reads;
  opening.emplace(command, box->lock(), begin, now);
}

// What was under way is ended first; its pulse, if there was one, keeps its gap.
void LockLine::Impl::release(const devices::ReleaseBoxes& command, BootTime now) {
  if (!released) faults.raise("box.released", settings.name, command.why, now);
  released = true;
  for (const BoxDoors::Box& box : doors.boxes())
    releasing.push_back({command.op_id + "/" + box.place.box, box.place.box});
}

void LockLine::Impl::release_next(BootTime now) {
  // One look at each box: what may not be pulsed yet goes to the back.
  for (std::size_t looks = releasing.size(); looks > 0 && !opening; --looks) {
    const devices::OpenBox next = releasing.front();
    releasing.pop_front();
    const BoxDoors::Box& box = *doors.find(next.box);
    const Door door = box.watch.door();
    std::string reason = wire.up() ? board_at(box.place.board).reason_to_refuse() : settings.name + " is not connected";
    if (reason.empty() && door == Door::unknown) reason = "the door's state is unknown";
    if (!reason.empty()) {
      sink(BoxOpening{next.op_id, next.box, Opening::refused, reason + ", no pulse", now});
    } else if (door == Door::open) {
      sink(BoxOpening{next.op_id, next.box, Opening::opened, "the door was open already, no pulse", now});
    } else if (const DutyLimit limit = duty.check(box.lock(), now);
               limit == DutyLimit::none || limit == DutyLimit::other_lock) {
      opening.emplace(next, box.lock(), OpeningRun::Begin::pulse, now, 1);
    } else {
      releasing.push_back(next);
    }
  }
}

std::string LockLine::Impl::reason_to_refuse(const BoxDoors::Box& box, BootTime now) {
  if (released) return "the boxes were released in an emergency";
  if (opening) return fmt::format("box {} is being opened", opening->command().box);
  if (!wire.up()) return settings.name + " is not connected";
  if (const std::string reason = board_at(box.place.board).reason_to_refuse(); !reason.empty()) return reason;
  if (box.watch.door() == Door::unknown) return "the door's state is unknown";
  // A door that was never seen to move may read open because its polarity is wrong.
  if (box.watch.door() == Door::open && !box.watch.seen_opening()) return "the door reads open since the start";
  const DutyLimit limit = duty.check(box.lock(), now);
  if (box.watch.door() == Door::closed && limit != DutyLimit::none && limit != DutyLimit::other_lock)
    return to_string(limit);
  return {};
}

// ---- what the wire tells

void LockLine::Impl::on(const LineWire::LineUp& up, BootTime now) {
  faults.clear("bus.lost", settings.name, now);
  faults.set(up.echo, "bus.echo", settings.name, "every exchange is checked against what was sent", now);
  for (BoardService& board : boards) board.line_up(up.echo, now);
}

void LockLine::Impl::on(const LineWire::LineDown& down, BootTime now) {
  faults.raise("bus.lost", settings.name, down.why, now);
  for (BoardService& board : boards) {
    board.line_down(now);
    board_lost(board, down.why, now);
  }
}

void LockLine::Impl::on(const LineWire::Replied& replied, BootTime now) {
  if (asked.what == What::free_board) return;  // sent without waiting for an answer
  BoardService& board = board_at(asked.board);
  board.replied(replied.latency, now);
  std::visit([&](const auto& answer) { take(board, answer, now); }, protocol->read(asked, replied.frame));
}

void LockLine::Impl::on(const LineWire::Unanswered& unanswered, BootTime now) {
  BoardService& board = board_at(asked.board);
  const bool nothing = unanswered.heard.empty() || unanswered.foreign;
  switch (asked.what) {
    case What::open:
      // Some boards never answer an open command; the doors are read in any case, and the pulse is not repeated.
      return opening_answered("no answer", now);
    case What::coil:
    case What::coil_off:
      coils.unanswered({asked.board, asked.lock}, now);
      break;
    case What::pulse_length:
      if (nothing) board.pulse_length(std::nullopt, now);
      if (nothing) return;  // the board need not know this question
      break;
    case What::read_one:
    case What::read_all:
      if (opening && opening->lock().board == board.address()) opening->read_failed(now);
      break;
    case What::free_board:
      return;
  }
  if (nothing) {
    if (board.silent(now)) board_lost(board, board.name() + " does not answer", now);
    return;
  }
  board.damaged(now);
  if (const std::string detail = protocol->misfit(asked, unanswered.heard); !detail.empty())
    take(board, LockProtocol::Misfit{detail}, now);
}

void LockLine::Impl::on(const LineWire::Foreign& /*foreign*/, BootTime) {
  board_at(asked.board).misunderstood();
}

void LockLine::Impl::on(const LineWire::Hint& hint, BootTime now) {
  const auto address = protocol->hint_from(hint.frame);
  for (BoardService& board : boards)
    if (address == board.address() && board.online()) board.poll_at(now);
}

// ---- answers

void LockLine::Impl::take(BoardService& board, const LockProtocol::One& one, BootTime now) {
  const auto open = board.is_open(one.bit);
  if (!open || board.doubted(BoardService::Doubt::size) || board.doubted(BoardService::Doubt::polarity)) return;
  door_read({board.address(), asked.lock}, *open, true, now);
}

void LockLine::Impl::take(BoardService& board, const LockProtocol::All& all, BootTime now) {
  board.poll_at(now + kPollPeriod);
  wrong_sizes[board.address()] = 0;
  board.settle(BoardService::Doubt::size, now);
  if (!board.is_open(false)) return;  // nobody knows what the bits mean
  check_polarity(board, all, now);
  if (board.doubted(BoardService::Doubt::polarity)) return;
  for (int lock = 1; lock <= board.settings().locks; ++lock)
    door_read({board.address(), lock}, *board.is_open(all.bits.at(static_cast<std::size_t>(lock - 1))), false, now);
}

void LockLine::Impl::take(BoardService& board, const LockProtocol::PulseLength& length, BootTime now) {
  board.pulse_length(length.length, now);
}

void LockLine::Impl::take(BoardService& board, const LockProtocol::Coil& coil, BootTime now) {
  if (!coils.read({board.address(), asked.lock}, coil.on, now)) return;
  const std::string detail = fmt::format("the coil of lock {} stayed on and was switched off", asked.lock);
  board.doubt(BoardService::Doubt::coil, detail, now);
  if (!opening || opening->lock().board != board.address()) return;
  opening->board_lost(board.name() + ": " + detail);  // no further pulse on it
  conclude_opening(now);
}

void LockLine::Impl::take(BoardService& board, const LockProtocol::Obeyed& obeyed, BootTime now) {
  if (asked.what == What::coil_off) return coils.switched_off({board.address(), asked.lock}, now);
  opening_answered(!obeyed.bit ? "acknowledged" : *obeyed.bit ? "answered 1" : "answered 0", now);
}

void LockLine::Impl::take(BoardService& board, const LockProtocol::Declined& declined, BootTime now) {
  if (asked.what == What::open) return opening_answered(declined.why, now);
  if (asked.what == What::coil || asked.what == What::coil_off)
    return coils.unanswered({board.address(), asked.lock}, now);
  if (opening && opening->lock().board == board.address()) opening->read_failed(now + 100ms);
  board.poll_at(now + kPollPeriod);
}

void LockLine::Impl::take(BoardService& board, const LockProtocol::Misfit& misfit, BootTime now) {
  board.poll_at(now + kPollPeriod);
  if (++wrong_sizes[board.address()] < 2) return;
  board.doubt(BoardService::Doubt::size, misfit.why, now);
  board_lost(board, board.name() + ": " + misfit.why, now);
}

// ---- boards and doors

BoardService& LockLine::Impl::board_at(int address) {
  const auto it =
      std::find_if(boards.begin(), boards.end(), [&](const BoardService& b) { return b.address() == address; });
  STATION_CHECK(it != boards.end(), "only configured boards are asked");
  return *it;
}

void LockLine::Impl::board_lost(BoardService& board, const std::string& why, BootTime now) {
  if (opening && opening->lock().board == board.address()) {
    opening->board_lost(why);
    conclude_opening(now);
  }
  doors.forget(board.address(), now);
}

void LockLine::Impl::check_polarity(BoardService& board, const LockProtocol::All& all, BootTime now) {
  int wired = 0;
  int open = 0;
  for (const BoxDoors::Box& box : doors.boxes()) {
    if (box.place.board != board.address()) continue;
    ++wired;
    if (*board.is_open(all.bits.at(static_cast<std::size_t>(box.place.lock - 1)))) ++open;
  }
  if (open < wired) seen_closed[board.address()] = true;
  // With inverted polarity a locker full of closed doors reads all open. One box alone cannot tell.
  const bool says_so_itself = board.settings().family == codec::LockFamily::wkly;
  if (!says_so_itself && !seen_closed[board.address()] && wired > 1)
    board.doubt(BoardService::Doubt::polarity, "every door reads open: is the polarity right?", now);
  else
    board.settle(BoardService::Doubt::polarity, now);
}

void LockLine::Impl::door_read(const LockId& lock, bool open, bool single, BootTime now) {
  const bool own = operated() == lock;
  doors.read(lock, open, own, now);
  if (own) opening->read(open, single, now);
}

void LockLine::Impl::opening_answered(const std::string& answer, BootTime now) {
  if (opening) opening->pulse_settled(answer, now);
  if (board_at(asked.board).settings().clear_busy_after_open) to_free = asked.board;
}

// ---- time

void LockLine::Impl::tick(BootTime now) {
  doors.tick(operated(), now);
  for (BoardService& board : boards) board.tick(now);
  if (opening) {
    opening->tick(duty, now);
    conclude_opening(now);
  }
  if (!releasing.empty() && !opening) release_next(now);
}

void LockLine::Impl::conclude_opening(BootTime now) {
  if (!opening || !opening->conclusion()) return;
  const OpeningRun run = *opening;
  opening.reset();
  doors.opening_ended(run, now);
  const OpeningRun::Conclusion& end = *run.conclusion();
  sink(BoxOpening{run.command().op_id, run.command().box, end.result, end.evidence, now});
}

// Safety before riders before polling.
bool LockLine::Impl::send_next(BootTime now) {
  return send_for_coils(now) || send_for_opening(now) || send_poll(now);
}

bool LockLine::Impl::send_for_coils(BootTime now) {
  const auto want = coils.next();
  if (!want || now < want->at) return false;
  ask({want->off ? What::coil_off : What::coil, want->lock.board, want->lock.lock}, now);
  return true;
}

bool LockLine::Impl::send_for_opening(BootTime now) {
  if (to_free) {
    ask({What::free_board, *to_free, 0}, now);
    to_free.reset();
    return true;
  }
  if (!opening) return false;
  const OpeningRun::Want want = opening->want(duty, now);
  if (want.what == OpeningRun::Want::nothing || now < want.at) return false;
  const auto [address, lock] = opening->lock();
  switch (want.what) {
    case OpeningRun::Want::pulse: {
      const LockBoardSettings& board = board_at(address).settings();
      duty.record(opening->lock(), now);
      if (traits.reads_coils) coils.pulsed(opening->lock(), board.profile->longest, now);
      opening->pulse_sent(now);
      ask({What::open, address, lock}, now);
      break;
    }
    case OpeningRun::Want::read_one:
      ask({traits.reads_one ? What::read_one : What::read_all, address, traits.reads_one ? lock : 0}, now);
      break;
    case OpeningRun::Want::read_all:
      ask({What::read_all, address, 0}, now);
      break;
    case OpeningRun::Want::nothing:
      break;
  }
  return true;
}

bool LockLine::Impl::send_poll(BootTime now) {
  const auto board = std::min_element(boards.begin(), boards.end(),
                                      [&](const BoardService& a, const BoardService& b) { return due(a) < due(b); });
  if (now < due(*board)) return false;
  if (board->wants_pulse_length()) {
    ask({What::pulse_length, board->address(), 0}, now);
    return true;
  }
  // One door that moved is asked for by itself, so that two kinds of reply agree on it.
  const auto moved = doors.moved(board->address(), operated());
  if (moved && traits.reads_one && now < board->poll_due())
    ask({What::read_one, board->address(), *moved}, now);
  else
    ask({What::read_all, board->address(), 0}, now);
  return true;
}

void LockLine::Impl::ask(const Question& question, BootTime now) {
  asked = question;
  board_at(question.board).asked();
  LineWire::Exchange exchange;
  exchange.request = protocol->encode(question);
  exchange.time_out = question.what == What::open ? traits.open_time_out : traits.read_time_out;
  exchange.answered = question.what != What::free_board;
  if (!exchange.answered) exchange.time_out = kFreeBoardPause;
  wire.ask(std::move(exchange), now);
}

BootTime LockLine::Impl::due(const BoardService& board) const {
  BootTime at = board.poll_due();
  if (!board.online()) return at;
  if (board.wants_pulse_length()) return BootTime{};
  if (const auto confirm = doors.confirm_at(board.address(), operated())) at = std::min(at, *confirm);
  return at;
}

BootTime LockLine::Impl::next_due(BootTime now) const {
  BootTime next = std::min(wire.wake(now), now + kPollPeriod);
  if (wire.ready()) {
    for (const BoardService& board : boards) next = std::min(next, due(board));
    if (const auto want = coils.next()) next = std::min(next, want->at);
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
  if (const auto* all = std::get_if<devices::ReleaseBoxes>(&command)) impl_->release(*all, impl_->clock.mono());
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
  if (code == "box.released") {
    if (place != impl_->settings.name || !impl_->released || !impl_->releasing.empty()) return false;
    impl_->released = false;
    impl_->faults.clear(code, place, now);
    return true;
  }
  if (code == "board.coil_stuck") {
    for (BoardService& board : impl_->boards)
      if (board.name() == place && board.doubted(BoardService::Doubt::coil)) {
        board.settle(BoardService::Doubt::coil, now);
        return true;
      }
    return false;
  }
  return impl_->doors.acknowledge(code, place, now);
}

std::vector<DeviceHealth> LockLine::health() const {
  std::vector<DeviceHealth> all;
  for (const BoardService& board : impl_->boards) all.push_back(board.health());
  return all;
}

}  // namespace station::drivers
