#pragma once

#include <string>
#include <vector>

#include "devices/drivers/card_reader.h"
#include "devices/drivers/charge_posts.h"
#include "devices/drivers/code_scanner.h"
#include "devices/drivers/hub.h"
#include "devices/drivers/locker_config.h"
#include "devices/drivers/port_board.h"
#include "devices/drivers/usb_power_hub.h"
#include "devices/link/links.h"

namespace station::drivers {

struct DeviceSettings {
  std::vector<CardReaderSettings> readers;
  std::vector<PowerHubSettings> hubs;
  std::vector<LockerSettings> lockers;
  std::vector<CodeScannerSettings> scanners{};
  ChargePostsSettings posts{};  // none listed: nothing listens
  std::vector<PortBoardLineSettings> port_boards{};
};

// What is wrong with a reader's settings beside those of the hubs, or nothing.
std::string complaint_about(const CardReaderSettings& reader, const std::vector<PowerHubSettings>& hubs);

// All drivers of a station, one bus for each reader and scanner, one for each serial line, one for all charging hubs. `links` are
// the machine's (link::SystemLinks) or a simulated station's (sim::Station). Errors name the device. Links, clock and
// whatever `sink` uses must outlive the buses.
base::Result<std::vector<Bus>> assemble(const DeviceSettings& settings, link::Links& links, const base::Clock& clock,
                                        const EventSink& sink, Running running);

}  // namespace station::drivers
