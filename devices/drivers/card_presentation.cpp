#include "devices/drivers/card_presentation.h"

namespace station::drivers {

using namespace std::chrono_literals;
using devices::CardProblem;
using codec::ccid::Answer;
using codec::ccid::Card;
using codec::ccid::Outcome;

namespace {

constexpr auto kSamePresentation = 1'500ms;
constexpr int kMostCardReads = 3;  // of one card before the rider is told to try again

}  // namespace

CardPresentation::Next CardPresentation::on_status(Card card, BootTime now) {
  // "Failed, absent" is a state of the card, not a fault of the reader.
  if (card == Card::absent) {
    announced_ = false;
    gone(now);
    return Next::rest;
  }
  if (!occupied_ || announced_) {
    reads_failed_ = 0;
    refused_ = decided_ = false;
  }
  // A slot that fell back to "not powered" may hold another card than the one that was told.
  const bool again = told_ && card == Card::inactive;
  if (decided_ && !again) return Next::rest;
  announced_ = false;
  occupied_ = true;
  first_read_.reset();
  return Next::activate;
}

CardPresentation::Next CardPresentation::on_atr(const Answer& answer, BootTime now) {
  if (answer.outcome != Outcome::done) return read_failed(now);
  kind_ = codec::ccid::kind_of(answer.data);
  return Next::read_number;
}

CardPresentation::Next CardPresentation::on_number(const Answer& answer, BootTime now) {
  const auto read = answer.outcome == Outcome::done ? codec::ccid::successful(answer.data) : std::nullopt;
  if (!read) return read_failed(now);
  if (const auto problem = codec::ccid::problem_of(*read, kind_, allow_type_b_)) return refuse(*problem, now);
  const std::string uid = base::to_hex_upper(*read);
  if (told_ && uid == uid_) {
    decided_ = true;
    return Next::rest;
  }
  // A second, independent read: two cards in the field answer in turn.
  if (!first_read_) {
    first_read_ = *read;
    return Next::activate;
  }
  if (*first_read_ != *read) return refuse(CardProblem::two_cards, now);
  return present(uid, now);
}

void CardPresentation::gone(BootTime now) {
  if (!occupied_) return;
  occupied_ = false;
  // Taken away before it could be read: the rider hears that it was too quick.
  if (!told_ && !refused_ && reads_failed_ > 0)
    sink_(devices::CardRefused{reader_, CardProblem::unreadable, now});
  if (told_) sink_(devices::CardRemoved{reader_, now});
  if (told_ || !uid_.empty()) removed_ = now;
  told_ = refused_ = decided_ = false;
  reads_failed_ = 0;
  first_read_.reset();
}

CardPresentation::Next CardPresentation::read_failed(BootTime now) {
  first_read_.reset();
  if (++reads_failed_ >= kMostCardReads) refuse(CardProblem::unreadable, now);
  return Next::try_again;
}

CardPresentation::Next CardPresentation::present(const std::string& uid, BootTime now) {
  if (told_) sink_(devices::CardRemoved{reader_, now});
  told_ = false;
  decided_ = true;
  const bool same = uid == uid_ && removed_ && now - *removed_ <= kSamePresentation;
  uid_ = uid;
  if (same) return Next::rest;
  told_ = true;
  sink_(devices::CardPresented{reader_, uid, now});
  return Next::rest;
}

CardPresentation::Next CardPresentation::refuse(CardProblem problem, BootTime now) {
  if (told_) sink_(devices::CardRemoved{reader_, now});
  told_ = false;
  if (!refused_) sink_(devices::CardRefused{reader_, problem, now});
  refused_ = decided_ = true;
  return Next::rest;
}

}  // namespace station::drivers
