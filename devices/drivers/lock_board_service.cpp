#include "devices/drivers/lock_board_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "devices/drivers/duty.h"

namespace station::drivers {

using namespace std::chrono_literals;

namespace {

constexpr int kSilences = 3;  // in a row: the board is offline
constexpr auto kFirstProbe = 1s;
constexpr auto kLastProbe = 30s;
constexpr int kPulseQuestions = 3;

const char* fault_of(BoardService::Doubt doubt) {
  switch (doubt) {
    case BoardService::Doubt::uncommissioned:
      return "board.uncommissioned";
    case BoardService::Doubt::coil:
      return "board.coil_stuck";
    default:
      return "board.mismatch";
  }
}

}  // namespace

BoardService::BoardService(LockBoardSettings settings, const std::string& line, const LockProtocol::Traits& traits,
                           FaultSet& faults, BootTime now)
    : settings_(std::move(settings)),
      name_(fmt::format("{} board {}", line, settings_.address)),
      asks_pulse_length_(traits.asks_pulse_length),
      faults_(faults) {
  health_.place = name_;
  health_.kind = "lock board";
  health_.since = now;
  if (settings_.family == codec::LockFamily::wkly) settings_.polarity = Polarity::closed_is_11;
  if (settings_.polarity == Polarity::unknown)
    doubt(Doubt::uncommissioned, "nobody has found out which state means closed: commission the board", now);
}

std::string BoardService::reason_to_refuse() const {
  if (!doubts_.empty()) return name_ + " is out of service: " + doubts_.begin()->second;
  return online() ? std::string() : name_ + " does not answer";
}

std::optional<bool> BoardService::is_open(bool bit) const {
  if (settings_.polarity == Polarity::unknown) return std::nullopt;
  return bit != (settings_.polarity == Polarity::closed_is_11);
}

void BoardService::line_up(bool echo, BootTime now) {
  poll_due_ = now;
  silences_ = 0;
  probe_pause_ = 0ms;
  health_.note = fmt::format("{}, address {}{}", codec::to_string(settings_.family), settings_.address,
                             echo ? ", adapter echoes" : "");
}

void BoardService::line_down(BootTime now) {
  if (health_.online) health_.since = now;
  health_.online = false;
  service_ = Service::starting;
}

void BoardService::replied(Milliseconds latency, BootTime now) {
  health_.last_latency = latency;
  health_.worst_latency = std::max(health_.worst_latency, latency);
  damage_.count(false, now);
  silences_ = 0;
  probe_pause_ = 0ms;
  if (service_ == Service::online) return;
  service_ = Service::online;
  health_.online = true;
  health_.since = now;
  faults_.clear("board.silent", name_, now);
  // It may have restarted with other settings.
  if (asks_pulse_length_) {
    pulse_questions_left_ = kPulseQuestions;
    doubt(Doubt::pulse_length, "its unlock time is not known yet", now);
  }
}

bool BoardService::silent(BootTime now) {
  ++health_.retries;
  ++health_.timeouts;
  poll_due_ = now;
  if (++silences_ < kSilences) return false;
  probe_pause_ = probe_pause_ == 0ms ? Milliseconds(kFirstProbe) : std::min<Milliseconds>(probe_pause_ * 2, kLastProbe);
  poll_due_ = now + probe_pause_;
  if (service_ == Service::silent) return false;
  line_down(now);
  service_ = Service::silent;
  faults_.raise("board.silent", name_, fmt::format("{} questions in a row without an answer", kSilences), now);
  return true;
}

void BoardService::damaged(BootTime now) {
  ++health_.retries;
  ++health_.damaged;
  damage_.count(true, now);
  poll_due_ = now;
}

void BoardService::doubt(Doubt doubt, const std::string& detail, BootTime now) {
  // The first question about the unlock time is no fault yet.
  const bool told = doubt != Doubt::pulse_length || pulse_questions_left_ == 0;
  doubts_[doubt] = detail;
  if (told) faults_.raise(fault_of(doubt), name_, detail, now);
}

void BoardService::settle(Doubt doubt, BootTime now) {
  if (doubts_.erase(doubt) == 0) return;
  const bool other = std::any_of(doubts_.begin(), doubts_.end(),
                                 [&](const auto& d) { return std::string(fault_of(d.first)) == fault_of(doubt); });
  if (!other) faults_.clear(fault_of(doubt), name_, now);
}

void BoardService::pulse_length(std::optional<Milliseconds> length, BootTime now) {
  if (!length) {
    if (pulse_questions_left_ == 0 || --pulse_questions_left_ > 0) return;
    if (settings_.pulse_measured) return settle(Doubt::pulse_length, now);
    return doubt(Doubt::pulse_length, "it does not tell its unlock time: measure the pulse at commissioning", now);
  }
  pulse_questions_left_ = 0;
  if (*length > settings_.pulse) {
    const std::string detail = fmt::format("its unlock time is {} ms, the configuration says {} ms and 1000 ms is the most",
                                           length->count(), settings_.pulse.count());
    return doubt(Doubt::pulse_length, detail, now);
  }
  settle(Doubt::pulse_length, now);
}

void BoardService::tick(BootTime now) {
  faults_.set(damage_.too_high(now), "board.noise", name_, "more than 1 % damaged replies in 5 minutes", now);
}

}  // namespace station::drivers
