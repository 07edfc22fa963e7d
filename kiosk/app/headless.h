#pragma once

#include <filesystem>
#include <functional>

#include "kiosk/app/script.h"
#include "kiosk/app/stage.h"

namespace station::app {

struct HeadlessOptions {
  KioskConfig config;
  bool sim = false;
  std::filesystem::path script, shots;
  Trace* trace = nullptr;
  std::function<bool()> stop;  // asked between the verbs and while time passes
};

// Plays a script. The failure names file and line and says what was on the screen.
Started<void> run_headless(const HeadlessOptions& options);

// Plays lines of a script on a stage that is open already; `clock` was taken care of. The error is one sentence without
// file and line.
class ScriptPlayer {
 public:
  ScriptPlayer(Stage& stage, std::function<bool()> stop) : stage_(stage), stop_(std::move(stop)) {}
  base::Result<void> play(const ScriptLine& line);

 private:
  base::Result<void> wait(base::Milliseconds by);
  base::Result<void> tap(const std::string& pattern);
  base::Result<void> until(const ScriptLine& line);
  base::Result<void> expect(const ScriptLine& line);
  base::Result<void> device(const ScriptLine& line);
  bool holds(const std::string& what, const std::string& rest) const;

  Stage& stage_;
  std::function<bool()> stop_;
};

}  // namespace station::app
