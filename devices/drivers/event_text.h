#pragma once

#include <string>

#include "devices/api/events.h"

namespace station::drivers {

// An event as one JSON object without a line end, for programs that watch a station:
// {"event":"card","reader":"entry","uid":"04A1B2C3"}; event is card, removed, refused, code, door, box, port, outlet or
// fault.
std::string to_json_line(const devices::Event& event);
// The same in a maintainer's words, one line.
std::string to_text(const devices::Event& event);

const char* to_string(devices::Door door);
const char* to_string(devices::Opening opening);
const char* to_string(devices::Power power);

}  // namespace station::drivers
