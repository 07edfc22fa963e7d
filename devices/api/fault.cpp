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
    FaultKind{"scanner.missing", Severity::out_of_service, "the code scanner is not plugged in at its configured place"},
    FaultKind{"scanner.busy", Severity::out_of_service, "another program or kernel driver holds the scanner, or a rule is missing"},
    FaultKind{"scanner.replaced", Severity::notice, "another scanner than the configured one is plugged in there"},
    FaultKind{"scanner.refused", Severity::out_of_service, "the scanner does not describe its reports, or is set up as a keyboard"},
    FaultKind{"scanner.noise", Severity::degraded, "the scanner delivers incomplete or damaged codes"},
    FaultKind{"bus.hangs", Severity::out_of_service, "a call to this device does not return; other devices go on"},
    FaultKind{"bus.lost", Severity::out_of_service, "the serial adapter is unplugged or failed"},
    FaultKind{"bus.echo", Severity::notice, "the serial adapter echoes what is sent"},
    FaultKind{"board.silent", Severity::out_of_service, "the lock board does not answer"},
    FaultKind{"board.noise", Severity::degraded, "more than 1 % of the board's replies are damaged"},
    FaultKind{"board.mismatch", Severity::out_of_service, "the board's replies do not fit its configuration"},
    FaultKind{"board.uncommissioned", Severity::out_of_service, "nobody has found out which contact state means closed"},
    FaultKind{"board.coil_stuck", Severity::out_of_service, "a lock's coil stayed on after its pulse and was switched off"},
    FaultKind{"box.jammed", Severity::degraded, "the door stays closed after the allowed pulses"},
    FaultKind{"box.unexpected_open", Severity::degraded, "a door opened without a request"},
    FaultKind{"box.flicker", Severity::degraded, "the door contact flickers"},
    FaultKind{"box.left_open", Severity::notice, "a door has been open for more than three minutes"},
    FaultKind{"box.released", Severity::out_of_service, "all boxes of a locker were opened in an emergency"},
    FaultKind{"hub.missing", Severity::out_of_service, "the charging hub is not plugged in at its configured place"},
    FaultKind{"hub.silent", Severity::out_of_service, "the charging hub does not answer"},
    FaultKind{"port.disobeys", Severity::out_of_service, "the port does not switch as told"},
    FaultKind{"port.comes_back", Severity::out_of_service, "the port switches itself on again"},
    FaultKind{"port.over_current", Severity::degraded, "the port was cut off because of over-current"},
    FaultKind{"post.missing", Severity::out_of_service, "the charging post has not connected"},
    FaultKind{"post.silent", Severity::out_of_service, "the charging post is connected and says nothing"},
    FaultKind{"post.listen", Severity::out_of_service, "the address for charging posts cannot be listened on"},
    FaultKind{"post.stranger", Severity::notice, "a device that is not listed connected as a charging post"},
    FaultKind{"post.twice", Severity::degraded, "the same charging post connected twice"},
    FaultKind{"post.mismatch", Severity::out_of_service, "the charging post is not what its configuration says"},
    FaultKind{"post.alarm", Severity::out_of_service, "smoke, water or heat at a charging post: everything is off"},
    FaultKind{"post.door", Severity::degraded, "a charging cabinet's door is open"},
    FaultKind{"outlet.welded", Severity::out_of_service, "the outlet's relay is welded: cut the main contactor"},
    FaultKind{"outlet.fault", Severity::out_of_service, "the charging post says that the outlet is faulty"},
    FaultKind{"outlet.hot", Severity::degraded, "the outlet is hot"},
    FaultKind{"outlet.foreign", Severity::notice, "the outlet charges under an order that is not ours"},
    FaultKind{"outlet.disobeys", Severity::out_of_service, "the outlet does not stop as told"},
};

}  // namespace

std::span<const FaultKind> fault_catalogue() { return kCatalogue; }

const FaultKind* find_fault(std::string_view code) {
  const auto it = std::find_if(kCatalogue.begin(), kCatalogue.end(), [&](const FaultKind& k) { return k.code == code; });
  return it == kCatalogue.end() ? nullptr : &*it;
}

bool is_latched(std::string_view code) { return code == "post.alarm" || code == "outlet.welded"; }

}  // namespace station::devices
