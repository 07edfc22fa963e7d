#pragma once

#include <string>
#include <vector>

#include "devices/drivers/card_reader.h"
#include "devices/drivers/hub.h"
#include "devices/drivers/lock_board.h"
#include "devices/drivers/usb_power_hub.h"
#include "devices/link/links.h"

namespace station::drivers {

struct LockerSettings {
  std::string device;  // "/dev/serial/by-id/…"
  LockLineSettings line;
};

struct DeviceSettings {
  std::vector<CardReaderSettings> readers;
  std::vector<PowerHubSettings> hubs;
  std::vector<LockerSettings> lockers;
};

// All drivers of a station, one bus for each reader, one for each serial line, one for all charging hubs. `links` are
// the machine's (link::SystemLinks) or a simulated station's (sim::Station). Errors name the device. Links, clock and
// whatever `sink` uses must outlive the buses.
base::Result<std::vector<Bus>> assemble(const DeviceSettings& settings, link::Links& links, const base::Clock& clock,
                                        const EventSink& sink, Running running);

}  // namespace station::drivers
