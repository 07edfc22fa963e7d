#include "devices/api/fault.h"

#include <algorithm>
#include <array>

namespace station::devices {

namespace {

constexpr std::array kCatalogue{
    FaultKind{"reader.missing", Severity::out_of_service, "the card reader is not plugged in at its configured place"},
    FaultKind{"reader.busy", Severity::out_of_service, "another program or kernel driver holds the reader"},
    FaultKind{"reader.replaced", Severity::notice, "another reader than the configured one is plugged in there"},
    FaultKind{"reader.refused", Severity::out_of_service, "the reader works at a level we do not use"},
    FaultKind{"reader.broken", Severity::out_of_service, "the reader does not answer after all recovery steps"},
    FaultKind{"bus.lost", Severity::out_of_service, "the serial adapter is unplugged or failed"},
    FaultKind{"bus.echo", Severity::notice, "the serial adapter echoes what is sent"},
    FaultKind{"board.silent", Severity::out_of_service, "the lock board does not answer"},
    FaultKind{"board.noise", Severity::degraded, "more than 1 % of the board's replies are damaged"},
    FaultKind{"board.mismatch", Severity::out_of_service, "the board's replies do not fit its configuration"},
    FaultKind{"box.jammed", Severity::degraded, "the door stays closed after the allowed pulses"},
    FaultKind{"box.unexpected_open", Severity::degraded, "a door opened without a request"},
    FaultKind{"box.flicker", Severity::degraded, "the door contact flickers"},
    FaultKind{"box.left_open", Severity::notice, "a door has been open for more than three minutes"},
    FaultKind{"hub.missing", Severity::out_of_service, "the charging hub is not plugged in at its configured place"},
    FaultKind{"hub.silent", Severity::out_of_service, "the charging hub does not answer"},
    FaultKind{"port.disobeys", Severity::out_of_service, "the port does not switch as told"},
    FaultKind{"port.comes_back", Severity::out_of_service, "the port switches itself on again"},
    FaultKind{"port.over_current", Severity::degraded, "the port was cut off because of over-current"},
};

}  // namespace

std::span<const FaultKind> fault_catalogue() { return kCatalogue; }

const FaultKind* find_fault(std::string_view code) {
  const auto it = std::find_if(kCatalogue.begin(), kCatalogue.end(), [&](const FaultKind& k) { return k.code == code; });
  return it == kCatalogue.end() ? nullptr : &*it;
}

}  // namespace station::devices
