#pragma once

#include <optional>
#include <string>

#include "devices/codec/ccid.h"
#include "devices/drivers/driver.h"

namespace station::drivers {

// What the card on one reader turns out to be: decides what the reader is asked next and tells the outcome once. A card
// that is held counts once, and so does the same card within 1.5 s of its removal (USB 2.5, 2.6).
class CardPresentation {
 public:
  enum class Next {
    rest,         // nothing to ask before the next slot status
    activate,     // power on, which answers the ATR
    read_number,  // FF CA 00 00 00
    try_again,    // ask the slot soon
  };

  CardPresentation(std::string reader, bool allow_type_b, const EventSink& sink)
      : reader_(std::move(reader)), allow_type_b_(allow_type_b), sink_(sink) {}

  // A notice said that a card came: read again, even if the slot says active.
  void announced() { announced_ = true; }
  Next on_status(codec::ccid::Card card, BootTime now);
  Next on_atr(const codec::ccid::Answer& answer, BootTime now);
  Next on_number(const codec::ccid::Answer& answer, BootTime now);
  void gone(BootTime now);  // taken away, or the reader left

  bool occupied() const { return occupied_; }

 private:
  Next read_failed(BootTime now);
  Next present(const std::string& uid, BootTime now);
  Next refuse(devices::CardProblem problem, BootTime now);

  const std::string reader_;
  const bool allow_type_b_;
  const EventSink& sink_;
  bool announced_ = false;
  bool occupied_ = false;           // a card lies there
  bool told_ = false;               // CardPresented went out for uid_
  bool refused_ = false;            // CardRefused went out in this presentation
  bool decided_ = false;            // told, refused or passed over: nothing more to read in this presentation
  std::string uid_;                 // of the last card told
  std::optional<BootTime> removed_; // when that card went
  codec::ccid::CardKind kind_ = codec::ccid::CardKind::unknown;
  std::optional<base::Bytes> first_read_;  // of two in one presentation
  int reads_failed_ = 0;
};

}  // namespace station::drivers
