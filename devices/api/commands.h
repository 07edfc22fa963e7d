#pragma once

#include <string>
#include <variant>

// What the kiosk tells devices. Sent only after the intent is committed; op_id names the intent.
namespace station::devices {

// One pulse on the box's lock, then door reads until the result is clear. Answered by one BoxOpening.
struct OpenBox {
  std::string op_id;
  std::string box;
};

// Desired power of a charging port; the driver keeps it so until told otherwise. Answered by one PortSwitched.
struct SwitchPort {
  std::string op_id;
  std::string port;
  bool on = false;
};

// Light and sound of the reader: "accepted" after the check-in was committed, "refused" otherwise.
struct ReaderFeedback {
  std::string reader;
  bool accepted = true;
};

using Command = std::variant<OpenBox, SwitchPort, ReaderFeedback>;

}  // namespace station::devices
