#pragma once

#include <memory>
#include <optional>
#include <string>

#include "devices/drivers/card_presentation.h"
#include "devices/drivers/ccid_exchange.h"
#include "devices/drivers/reader_ladder.h"

namespace station::drivers {

// One opened reader, from the frames that an earlier session left behind to the end of its pipe: greets it, listens for
// notices or polls, reads cards, shows light and sound, and finds out whether it still answers after a time-out
// (USB 2.3 to 2.9, steps 1 and 2).
class SlotSession {
 public:
  struct Reader {
    std::uint8_t slot = 0;
    bool chooses_voltage = true;
    bool notices = true;        // has an interrupt endpoint; else it is polled
    bool acr122_lights = false;
    bool acr122 = false;        // asked for its firmware, its own beep is switched off
  };
  enum class Progress {
    waiting,  // nothing to do before wake()
    moved,    // call again
    lost,     // the reader left
    broken,   // climb the ladder; trouble() says why
  };
  struct Counts {
    CcidExchange::Counts exchange;
    std::uint64_t retries = 0;
    std::uint64_t timeouts = 0;
  };

  // `arrived` is called on any thread when something waits to be read. Card, ladder and clock must outlive the session.
  SlotSession(std::unique_ptr<link::UsbPipe> pipe, Reader reader, CardPresentation& card, ReaderLadder& ladder,
              const base::Clock& clock, std::function<void()> arrived);

  Progress move(BootTime now);
  BootTime wake() const;

  void show(bool accepted, BootTime now);
  void reset_device() { static_cast<void>(pipe_->reset()); }

  bool answers() const { return answers_; }  // it has answered its first status, or one after a time-out
  const std::string& trouble() const { return trouble_; }
  const std::string& firmware() const { return firmware_; }
  const std::string& hardware_error() const { return hardware_error_; }
  Counts counts() const { return {exchange_.counts(), retries_, timeouts_}; }

 private:
  enum class State {
    draining,  // frames of an earlier session
    greeting,  // the first slot status, twice
    ready,     // between commands
    status,    // asked whether a card is there
    powering,
    reading,
    showing,  // light, sound and other commands without consequence
    resync,   // does it answer a status after a time-out?
  };

  Progress drain(BootTime now);
  Progress listen(BootTime now);
  Progress begin(BootTime now);
  bool begin_lights(BootTime now);
  Progress await(BootTime now);
  void answered(const codec::ccid::Answer& answer, BootTime now);
  Progress failed(const CcidExchange::Failed& failure);
  void follow(CardPresentation::Next next, BootTime now);
  Progress broken(std::string why);

  const std::unique_ptr<link::UsbPipe> pipe_;
  const Reader reader_;
  CardPresentation& card_;
  ReaderLadder& ladder_;
  const base::Clock& clock_;
  CcidExchange exchange_;
  State state_ = State::draining;
  BootTime due_{};  // of the next poll, or the end of draining
  bool answers_ = false;
  int drained_ = 0;
  int greetings_ = 0;
  int resyncs_ = 0;
  bool firmware_asked_ = false;
  bool beeper_off_ = false;
  std::optional<bool> feedback_;
  BootTime feedback_until_{};
  std::string trouble_;
  std::string firmware_;
  std::string hardware_error_;
  std::uint64_t retries_ = 0;
  std::uint64_t timeouts_ = 0;
};

}  // namespace station::drivers
