#pragma once

#include <functional>

#include "kiosk/app/start.h"
#include "kiosk/app/window.h"

namespace station::app {

struct WindowedOptions {
  KioskConfig config;
  bool sim = false;
  bool fullscreen = true;
  Trace* trace = nullptr;
  std::function<bool()> stop;  // asked at least once a second
};

// The kiosk at its panel: window on this thread, ledger, sync and devices on theirs. Returns when asked to stop.
Started<void> run_windowed(const WindowedOptions& options);

}  // namespace station::app
