#pragma once

#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/code_scanner.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/drivers/typed_codes.h"

namespace station::app {

// Keys that reached the window although a keyboard wedge should have been grabbed: told from a person's typing by their
// speed, and only for a wedge that is configured so and whose node cannot be opened now. What is no code is forgotten:
// nothing typed ever operates a screen. One thread.
class TypedFallback {
 public:
  TypedFallback(const std::vector<drivers::CodeScannerSettings>& scanners, const drivers::DeviceHub& hub,
                drivers::EventQueue& events, const base::Clock& clock);

  void press(char key);  // a character, or '\n' for Enter and Tab
  void step();           // after some silence
  base::Milliseconds rest() const;

 private:
  void deliver(const std::optional<std::string>& code);
  bool wedge_is_down() const;

  const drivers::DeviceHub& hub_;
  drivers::EventQueue& events_;
  const base::Clock& clock_;
  std::string name_;  // of the wedge; empty: none has a fallback
  std::optional<drivers::CodeDesk> desk_;
  drivers::TypedCodes typed_;
};

}  // namespace station::app
