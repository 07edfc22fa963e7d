#include "devices/drivers/lock_board_opening.h"

#include <fmt/format.h>

#include "sync/base/check.h"

namespace station::drivers {

using devices::Opening;

OpeningRun::OpeningRun(devices::OpenBox command, LockId lock, Begin begin, BootTime now, int most_pulses)
    : command_(std::move(command)),
      lock_(lock),
      start_(now),
      most_pulses_(most_pulses),
      stage_(begin == Begin::pulse ? Stage::before_pulse : Stage::reading),
      read_due_(now) {}

std::optional<OpeningRun::BootTime> OpeningRun::last_pulse() const {
  if (pulses_.empty()) return std::nullopt;
  return pulses_.back().at;
}

void OpeningRun::pulse_sent(BootTime now) {
  STATION_CHECK(stage_ == Stage::before_pulse && pulses() < most_pulses_, "a pulse is sent only when it is due");
  pulses_.push_back({now, "no answer"});
  stage_ = Stage::pulse_in_flight;
  first_equal_.reset();
  last_.reset();
}

void OpeningRun::pulse_settled(const std::string& answer, BootTime now) {
  if (stage_ != Stage::pulse_in_flight) return;
  pulses_.back().answer = answer;
  stage_ = Stage::reading;
  read_due_ = now;
}

void OpeningRun::read(bool open, bool single, BootTime now) {
  if (stage_ != Stage::reading || conclusion_) return;
  const Read read{open, single, now};
  if (!last_ || last_->open != open) first_equal_ = read;
  last_ = read;
  ++reads_;
  saw_open_ = saw_open_ || (open && !pulses_.empty());
  read_due_ = now + kReadPeriod;
  if (open && settled()) conclude(Opening::opened, pulses_.empty() ? "the door was open already, no pulse" : "");
}

void OpeningRun::read_failed(BootTime now) {
  if (stage_ == Stage::reading) read_due_ = now;
}

void OpeningRun::board_lost(const std::string& why) {
  if (!conclusion_) conclude(pulses_.empty() ? Opening::refused : Opening::unknown, why);
}

void OpeningRun::tick(const DutyLedger& duty, BootTime now) {
  if (conclusion_ || stage_ != Stage::reading) return;
  const bool closed = settled() && !last_->open && now - last_->at <= kFresh;
  if (pulses_.empty()) {
    if (closed) {
      if (duty.check(lock_, now) == DutyLimit::none)
        stage_ = Stage::before_pulse;
      else
        conclude(Opening::refused, to_string(duty.check(lock_, now)));
    } else if (now - start_ >= kUnclearAfter) {
      conclude(Opening::refused, "the door's state is unclear, no pulse");
    }
    return;
  }
  const Milliseconds since_pulse = now - pulses_.back().at;
  if (closed && !saw_open_ && since_pulse >= kJamAfter) {
    const DutyLimit limit = duty.check(lock_, now);
    if (pulses() >= most_pulses_)
      conclude(Opening::not_opened, "", true);
    else if (limit == DutyLimit::on_time)
      conclude(Opening::not_opened, to_string(limit), true);
    else if (limit == DutyLimit::none)
      stage_ = Stage::before_pulse;
    if (limit == DutyLimit::none || conclusion_) return;
  }
  if (since_pulse >= kUnclearAfter)
    conclude(Opening::unknown, saw_open_ ? "a read said open, but no second one" : "the reads are unclear");
}

OpeningRun::Want OpeningRun::want(const DutyLedger& duty, BootTime now) const {
  if (conclusion_) return {};
  switch (stage_) {
    case Stage::before_pulse:
      return {Want::pulse, duty.free_from(lock_, now)};
    case Stage::pulse_in_flight:
      return {};
    // Two kinds of question in turn: what both of them say is no accident of one.
    case Stage::reading:
      return {reads_ % 2 == 0 ? Want::read_one : Want::read_all, read_due_};
  }
  return {};
}

bool OpeningRun::settled() const {
  return last_ && last_->at - first_equal_->at >= kApart;
}

void OpeningRun::conclude(Opening result, const std::string& why, bool jammed) {
  conclusion_ = Conclusion{result, evidence(why), jammed};
}

std::string OpeningRun::evidence(const std::string& why) const {
  const auto since_start = [&](BootTime t) { return (t - start_).count(); };
  const auto describe = [&](const Read& read) {
    return fmt::format("{} at +{} ms ({})", read.open ? "open" : "closed", since_start(read.at),
                       read.single ? "query one" : "query all");
  };
  std::string text = fmt::format("board {} lock {}", lock_.board, lock_.lock);
  for (const Pulse& pulse : pulses_) text += fmt::format("; pulse at +{} ms, {}", since_start(pulse.at), pulse.answer);
  if (last_) text += fmt::format("; {} reads, {}", reads_, describe(*first_equal_));
  if (last_ && last_->at != first_equal_->at) text += ", " + describe(*last_);
  if (!why.empty()) text += "; " + why;
  return text;
}

}  // namespace station::drivers
