#include "devices/drivers/lock_commissioning.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
using base::Errc;
using base::fail;
using Question = LockProtocol::Question;

namespace {

constexpr Milliseconds kTick{2};
constexpr Milliseconds kBetweenReads{200};
constexpr Milliseconds kApart{100};
constexpr Milliseconds kWatch{3'000};
constexpr int kTries = 3;
constexpr Milliseconds kLineTime{3'000};  // to open it and to find an echo

LockLineSettings shortest_pulses(LockLineSettings settings) {
  for (LockBoardSettings& board : settings.boards)
    if (board.profile && board.profile->unlock == codec::LockProfile::Unlock::flash) board.pulse = board.profile->unit;
  return settings;
}

std::vector<DutyLedger::Coil> all_coils(const LockLineSettings& settings) {
  std::vector<DutyLedger::Coil> coils;
  for (const LockBoardSettings& board : settings.boards)
    for (int lock = 1; lock <= board.locks; ++lock)
      coils.push_back({{board.address, lock}, board.profile ? board.profile->longest : board.pulse});
  return coils;
}

LineWire::Rules commissioning_rules(const LockProtocol& protocol) {
  const LockProtocol::Traits traits = protocol.traits();
  LineWire::Rules rules;
  rules.probe = protocol.probe();
  rules.quiet = traits.quiet;
  rules.between = traits.between;
  rules.whole_only = traits.whole_only;
  return rules;
}

std::string bits_text(const std::vector<bool>& bits) {
  std::string text;
  for (const bool bit : bits) text += bit ? '1' : '0';
  return text;
}

}  // namespace

LockCommissioning::LockCommissioning(LockLineSettings settings, std::unique_ptr<link::ByteLink> link,
                                     const base::Clock& clock, Wait wait)
    : settings_(shortest_pulses(std::move(settings))),
      clock_(clock),
      wait_(std::move(wait)),
      protocol_(make_lock_protocol(settings_)),
      wire_(std::move(link), clock, protocol_->framing(), commissioning_rules(*protocol_)),
      duty_(all_coils(settings_), clock.mono()) {
  for (const LockBoardSettings& board : settings_.boards) {
    BoardFinding finding;
    finding.board = board;
    finding.board.polarity = Polarity::unknown;
    boards_.push_back(std::move(finding));
  }
}

base::Result<void> LockCommissioning::survey() {
  const BootTime end = clock_.mono() + kLineTime;
  while (!wire_.ready()) {
    BootTime now = clock_.mono();
    const auto happening = wire_.poll(now);
    if (happening)
      if (const auto* down = std::get_if<LineWire::LineDown>(&*happening)) return fail(Errc::unavailable, down->why);
    if (clock_.mono() >= end) return fail(Errc::unavailable, "the line does not fall silent");
    if (!rest(kTick)) return fail(Errc::unavailable, "given up");
  }
  for (BoardFinding& finding : boards_) {
    const auto bits = read(finding.board.address);
    finding.answers = bits.has_value();
    finding.reply = misfit_;
    if (!bits) continue;
    finding.reply = fmt::format("{} contacts: {}", bits->size(), bits_text(*bits));
    if (finding.board.family == codec::LockFamily::lock_8a)
      finding.board.status_bytes = static_cast<int>(bits->size() / 8);
    if (!protocol_->traits().asks_pulse_length) continue;
    const auto answer = ask({Question::What::pulse_length, finding.board.address, 0});
    const auto* length = answer ? std::get_if<LockProtocol::PulseLength>(&*answer) : nullptr;
    finding.reply += length ? fmt::format(", unlock time {} ms", length->length.count())
                            : std::string(", does not tell its unlock time");
    if (length && length->length > DutyLedger::kLongestPulse) finding.answers = false;
  }
  return {};
}

base::Result<LockFinding> LockCommissioning::try_lock(const LockId& lock) {
  LockFinding finding;
  finding.lock = lock;
  const auto before = read(lock.board);
  if (!before) return fail(Errc::unavailable, fmt::format("board {} does not answer", lock.board));
  if (!rest(kApart + kBetweenReads)) return fail(Errc::unavailable, "given up");
  if (read(lock.board) != before)
    return fail(Errc::invalid, fmt::format("contacts of board {} change without a pulse", lock.board));
  while (duty_.check(lock, clock_.mono()) != DutyLimit::none)
    if (!rest(kBetweenReads)) return fail(Errc::unavailable, "given up");
  const BootTime start = clock_.mono();
  duty_.record(lock, start);
  const auto answer = ask({Question::What::open, lock.board, lock.lock});  // its answer is no evidence
  finding.evidence = fmt::format("before {}; pulse{}", bits_text(*before), answer ? " acknowledged" : ", no answer");
  if (protocol_->traits().reads_coils) read_coil_back(finding);
  std::optional<std::vector<bool>> last;
  while (clock_.mono() - start < kWatch) {
    const auto bits = read(lock.board);
    if (bits && bits == last && bits != before) break;
    last = bits;
    if (!rest(kBetweenReads)) return fail(Errc::unavailable, "given up");
  }
  if (!last) return fail(Errc::unavailable, fmt::format("board {} stopped answering", lock.board));
  finding.evidence += fmt::format("; after {} ms {}", (clock_.mono() - start).count(), bits_text(*last));
  int changed = 0;
  for (std::size_t i = 0; i < before->size() && i < last->size(); ++i) {
    if ((*before)[i] == (*last)[i]) continue;
    ++changed;
    finding.moved = static_cast<int>(i) + 1;
    finding.closed_bit = (*before)[i];
  }
  if (changed != 1) {
    finding.moved.reset();
    finding.closed_bit.reset();
    finding.evidence += fmt::format("; {} contacts changed", changed);
  }
  return finding;
}

void LockCommissioning::read_coil_back(LockFinding& finding) {
  const auto board = board_at(finding.lock.board);
  if (!rest(board->board.profile->longest + 200ms)) return;
  const Question coil{Question::What::coil, finding.lock.board, finding.lock.lock};
  for (int i = 0; i < kTries; ++i) {
    const auto answer = ask(coil);
    const auto* state = answer ? std::get_if<LockProtocol::Coil>(&*answer) : nullptr;
    if (state && !state->on) return;
    if (state) finding.coil_stuck = true;
    static_cast<void>(ask({Question::What::coil_off, finding.lock.board, finding.lock.lock}));
  }
}

void LockCommissioning::await_closed(LockFinding& finding, Milliseconds limit) {
  if (!finding.moved) return;
  const BootTime end = clock_.mono() + limit;
  int same = 0;
  while (clock_.mono() < end && same < 2) {
    const auto bits = read(finding.lock.board);
    const auto at = static_cast<std::size_t>(*finding.moved - 1);
    same = bits && at < bits->size() && (*bits)[at] == *finding.closed_bit ? same + 1 : 0;
    if (!rest(kBetweenReads)) return;
  }
  finding.closed_again = same >= 2;
  finding.evidence += finding.closed_again ? "; closed again" : "; did not close again";
}

std::string LockCommissioning::shortcoming(int board) const {
  const auto found = std::find_if(boards_.begin(), boards_.end(),
                                  [&](const BoardFinding& f) { return f.board.address == board; });
  if (found == boards_.end() || !found->answers)
    return found == boards_.end() || found->reply.empty() ? "it does not answer" : found->reply;
  std::optional<bool> closed;
  for (const LockFinding& f : confirmed_) {
    if (f.lock.board != board) continue;
    if (f.coil_stuck) return fmt::format("the coil of lock {} stayed on", f.lock.lock);
    if (!f.moved) return fmt::format("lock {} moved no contact, or several", f.lock.lock);
    if (*f.moved != f.lock.lock) return fmt::format("lock {} moved the contact of lock {}", f.lock.lock, *f.moved);
    if (!f.closed_again) return fmt::format("the door of lock {} did not close again", f.lock.lock);
    if (closed && *closed != *f.closed_bit) return "its locks disagree about the polarity";
    closed = f.closed_bit;
  }
  return closed ? std::string() : std::string("no lock was tried and confirmed");
}

LockLineSettings LockCommissioning::result() const {
  LockLineSettings settings = settings_;
  settings.boards.clear();
  for (BoardFinding finding : boards_) {
    if (shortcoming(finding.board.address).empty())
      for (const LockFinding& f : confirmed_)
        if (f.lock.board == finding.board.address)
          finding.board.polarity = *f.closed_bit ? Polarity::closed_is_11 : Polarity::closed_is_00;
    settings.boards.push_back(finding.board);
  }
  return settings;
}

std::optional<LockProtocol::Answer> LockCommissioning::ask(const Question& question) {
  const LockProtocol::Traits traits = protocol_->traits();
  const bool opens = question.what == Question::What::open;
  const bool repeats = !opens;  // a pulse is never repeated
  misfit_.clear();
  for (int i = 0; i < (repeats ? kTries : 1); ++i) {
    while (!wire_.ready()) {
      BootTime now = clock_.mono();
      static_cast<void>(wire_.poll(now));
      if (!wire_.up() || !rest(kTick)) return std::nullopt;
    }
    wire_.ask({protocol_->encode(question), opens ? traits.open_time_out : traits.read_time_out, true}, clock_.mono());
    for (bool waiting = true; waiting;) {
      BootTime now = clock_.mono();
      const auto happening = wire_.poll(now);
      if (happening) {
        if (const auto* replied = std::get_if<LineWire::Replied>(&*happening))
          return protocol_->read(question, replied->frame);
        if (std::holds_alternative<LineWire::LineDown>(*happening)) return std::nullopt;
        const auto* nothing = std::get_if<LineWire::Unanswered>(&*happening);
        waiting = nothing == nullptr;
        if (nothing) misfit_ = protocol_->misfit(question, nothing->heard);
        continue;
      }
      if (!rest(kTick)) return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<std::vector<bool>> LockCommissioning::read(int board) {
  const auto answer = ask({Question::What::read_all, board, 0});
  if (!answer) return std::nullopt;
  const auto* all = std::get_if<LockProtocol::All>(&*answer);
  if (!all) return std::nullopt;
  return all->bits;
}

bool LockCommissioning::rest(Milliseconds time) {
  gave_up_ = gave_up_ || !wait_(time);
  return !gave_up_;
}

BoardFinding* LockCommissioning::board_at(int address) {
  const auto it = std::find_if(boards_.begin(), boards_.end(),
                               [&](const BoardFinding& f) { return f.board.address == address; });
  STATION_CHECK(it != boards_.end(), "only configured boards are tried");
  return &*it;
}

}  // namespace station::drivers
