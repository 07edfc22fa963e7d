#pragma once

#include <optional>
#include <string>

#include "devices/drivers/driver.h"

namespace station::drivers {

// Tells the codes of a keyboard wedge from a person's typing by their speed (USB 3.3): at least six characters, on average
// at most 30 ms apart, ended by Enter, Tab or 100 ms of silence. Only where the wedge's own node cannot be opened: a fast
// typist fools it, and so do lost keys.
class TypedCodes {
 public:
  static constexpr std::size_t kFewest = 6;
  static constexpr std::size_t kMost = 64;
  static constexpr Milliseconds kMeanGap{30};
  static constexpr Milliseconds kSilence{100};

  // A character, or '\n' for Enter or Tab. The code that it ended, if any.
  std::optional<std::string> press(char key, BootTime now);
  // After some silence.
  std::optional<std::string> next(BootTime now);
  std::optional<BootTime> gap_ends() const;

 private:
  std::optional<std::string> end();

  std::string text_;
  BootTime first_{}, last_{};
};

}  // namespace station::drivers
