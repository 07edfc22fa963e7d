#include "devices/drivers/slot_session.h"

#include <fmt/format.h>

#include <algorithm>

namespace station::drivers {

using namespace std::chrono_literals;
namespace wire = codec::ccid;
using link::UsbError;
using Next = CardPresentation::Next;

namespace {

constexpr auto kDrainLimit = 20ms;
constexpr int kMostOldFrames = 10;
constexpr auto kFirstStatus = 1'500ms;
constexpr auto kSlotPoll = 250ms;   // without interrupt endpoint
constexpr auto kSlotRecheck = 5s;   // with one
constexpr auto kRetryCard = 100ms;
constexpr auto kFeedbackAge = 2s;
constexpr int kMostResyncs = 3;

}  // namespace

SlotSession::SlotSession(std::unique_ptr<link::UsbPipe> pipe, Reader reader, CardPresentation& card, ReaderLadder& ladder,
                         const base::Clock& clock, std::function<void()> arrived)
    : pipe_(std::move(pipe)), reader_(reader), card_(card), ladder_(ladder), clock_(clock), exchange_(*pipe_, reader.slot) {
  if (arrived) pipe_->on_arrival(std::move(arrived));
  if (reader_.notices) static_cast<void>(pipe_->next_notice(0ms));  // begins to listen before the first question
  due_ = clock_.mono() + kDrainLimit;
}

SlotSession::Progress SlotSession::move(BootTime now) {
  switch (state_) {
    case State::draining:
      return drain(now);
    case State::greeting:
    case State::resync:
      if (exchange_.busy()) return await(now);
      exchange_.start(wire::Command::slot_status, 0, {}, kFirstStatus, now);
      return Progress::moved;
    case State::ready:
      return begin(now);
    case State::status:
    case State::powering:
    case State::reading:
    case State::showing:
      break;
  }
  return await(now);
}

BootTime SlotSession::wake() const {
  if (exchange_.busy()) return exchange_.wake();
  const auto arrival = pipe_->arrival();
  return arrival ? std::min(due_, *arrival) : due_;
}

void SlotSession::show(bool accepted, BootTime now) {
  feedback_ = accepted;
  feedback_until_ = now + kFeedbackAge;
}

SlotSession::Progress SlotSession::drain(BootTime now) {
  const auto old = pipe_->read(0ms);
  if (!old && old.error() == UsbError::no_device) return Progress::lost;
  if (!old && old.error() == UsbError::timeout && now < due_) return Progress::waiting;
  if (old && ++drained_ < kMostOldFrames) {
    due_ = now + kDrainLimit;
    return Progress::moved;
  }
  state_ = State::greeting;
  return Progress::moved;
}

SlotSession::Progress SlotSession::listen(BootTime now) {
  if (!reader_.notices) return Progress::waiting;
  const auto message = pipe_->next_notice(0ms);
  if (!message) {
    if (message.error() == UsbError::timeout) return Progress::waiting;
    // A reset by another program ends the listening too: the owner looks at the bus before it believes this.
    if (message.error() == UsbError::no_device) return Progress::lost;
    return broken(std::string("its notices end: ") + link::to_string(message.error()));
  }
  if (const auto notice = wire::decode_notice(*message, reader_.slot)) {
    if (notice->hardware_error) hardware_error_ = fmt::format("hardware error {:02X}", notice->error);
    if (notice->changed && notice->present) card_.announced();
    due_ = now;  // a hint: what counts is the slot status
  }
  return Progress::moved;
}

// With a card a pseudo-APDU goes to the card's slot, without one to the reader itself.
bool SlotSession::begin_lights(BootTime now) {
  if (feedback_ && (now >= feedback_until_ || !reader_.acr122_lights)) feedback_.reset();
  if (feedback_) {
    exchange_.start(card_.occupied() ? wire::Command::transfer : wire::Command::escape, 0,
                    wire::acr122_feedback(*feedback_), now);
    feedback_.reset();
  } else if (reader_.acr122 && !firmware_asked_ && !card_.occupied()) {
    firmware_asked_ = true;
    exchange_.start(wire::Command::escape, 0, {0xFF, 0x00, 0x48, 0x00, 0x00}, now);
  } else if (reader_.acr122 && !beeper_off_ && !card_.occupied()) {
    // Its own beep at every card would say "accepted" before anything was checked.
    beeper_off_ = true;
    exchange_.start(wire::Command::escape, 0, {0xFF, 0x00, 0x52, 0x00, 0x00}, now);
  } else {
    return false;
  }
  state_ = State::showing;
  return true;
}

SlotSession::Progress SlotSession::begin(BootTime now) {
  if (begin_lights(now)) return Progress::moved;
  if (now < due_) return listen(now);
  exchange_.start(wire::Command::slot_status, 0, {}, now);
  state_ = State::status;
  return Progress::moved;
}

SlotSession::Progress SlotSession::await(BootTime now) {
  const auto result = exchange_.poll(now);
  if (!result) return Progress::waiting;
  const BootTime after = std::max(now, clock_.mono());
  if (const auto* failure = std::get_if<CcidExchange::Failed>(&*result)) return failed(*failure);
  answered(std::get<wire::Answer>(*result), after);
  return Progress::moved;
}

void SlotSession::answered(const wire::Answer& answer, BootTime now) {
  const State was = state_;
  state_ = State::ready;
  due_ = now + (reader_.notices ? base::Milliseconds(kSlotRecheck) : base::Milliseconds(kSlotPoll));
  switch (was) {
    case State::greeting:
    case State::resync:
      ladder_.answered();
      answers_ = true;
      follow(card_.on_status(answer.card, now), now);
      break;
    case State::status:
      follow(card_.on_status(answer.card, now), now);
      break;
    case State::powering:
      follow(card_.on_atr(answer, now), now);
      break;
    case State::reading:
      if (answer.outcome == wire::Outcome::done && wire::successful(answer.data)) ladder_.card_command_done();
      follow(card_.on_number(answer, now), now);
      break;
    case State::showing:
      if (answer.data.size() >= 10 && answer.data[0] >= 0x20) firmware_.assign(answer.data.begin(), answer.data.end());
      due_ = now;
      break;
    case State::draining:
    case State::ready:
      break;
  }
}

void SlotSession::follow(Next next, BootTime now) {
  switch (next) {
    case Next::rest:
      return;
    case Next::activate:
      exchange_.start(wire::Command::power_on, reader_.chooses_voltage ? 0x00 : 0x01, {}, now);
      state_ = State::powering;
      return;
    case Next::read_number:
      exchange_.start(wire::Command::transfer, 0, {wire::kGetUid.begin(), wire::kGetUid.end()}, now);
      state_ = State::reading;
      return;
    case Next::try_again:
      due_ = now + kRetryCard;
      return;
  }
}

SlotSession::Progress SlotSession::failed(const CcidExchange::Failed& failure) {
  ++retries_;
  if (failure.what == CcidExchange::Failure::gone) return Progress::lost;
  if (failure.what == CcidExchange::Failure::timeout) ++timeouts_;
  const State was = state_;
  // The first status of a session may be lost while the data toggles fall into step.
  if (was == State::greeting && ++greetings_ < 2) return Progress::moved;
  if (was == State::greeting || (was == State::resync && ++resyncs_ >= kMostResyncs)) return broken(failure.why);
  if (was != State::resync) {
    resyncs_ = 0;
    const bool card_command = was == State::powering || was == State::reading;
    if (card_command && ladder_.card_command_failed()) return broken(failure.why);
  }
  state_ = State::resync;
  return Progress::moved;
}

SlotSession::Progress SlotSession::broken(std::string why) {
  trouble_ = std::move(why);
  return Progress::broken;
}

}  // namespace station::drivers
