#pragma once

#include <memory>
#include <optional>
#include <string>

#include "devices/codec/code_rule.h"
#include "devices/codec/wedge.h"
#include "devices/drivers/driver.h"
#include "devices/link/links.h"

namespace station::drivers {

enum class ScannerKind { hid_pos, serial, wedge };
// "hid_pos", "serial", "wedge"; nothing for another name.
std::optional<ScannerKind> scanner_kind(const std::string& name);

struct CodeScannerSettings {
  std::string name;  // "door"
  ScannerKind kind = ScannerKind::hid_pos;
  std::string place;  // hid_pos: port path or ID_PATH; serial, wedge: the stable name of the node
  std::string id;     // hid_pos: "1eab:0210"; empty: any
  int baud = 9'600;   // serial
  codec::CodeRule rule;
  // Wedge only: it is a card reader that types card numbers in this format.
  std::optional<codec::wedge::CardFormat> cards;
  // Wedge only: while its node cannot be opened, codes are told from a person's typing by their speed.
  bool typed_fallback = false;
  // How long a step may wait for bytes of a serial line or a wedge. Zero in the simulated world.
  Milliseconds patience{0};
};

// Says what is wrong with the settings, or nothing.
std::string complaint_about(const CodeScannerSettings& settings);

// One code scanner (USB 3). Posts CodeScanned, CodeRefused; a wedge that reads cards posts CardPresented and CardRemoved
// together, since it cannot tell when a card goes. The same text within 1.5 s counts once. Raises scanner.missing,
// scanner.busy, scanner.replaced, scanner.refused, scanner.noise.
class CodeScanner final : public Driver {
 public:
  // Settings without complaint. Links and clock must outlive the driver.
  static base::Result<std::unique_ptr<CodeScanner>> make(CodeScannerSettings settings, link::Links& links,
                                                         const base::Clock& clock, EventSink sink);
  ~CodeScanner() override;

  std::string name() const override;
  Serves serves() const override { return {}; }
  void handle(const devices::Command&) override {}
  BootTime step(BootTime now) override;
  void wake_by(std::function<void()> wake) override;
  std::vector<DeviceHealth> health() const override;

 private:
  struct Impl;
  explicit CodeScanner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What a text of a scanner becomes: the event for it, or nothing when it is the same as just before.
class CodeDesk {
 public:
  explicit CodeDesk(const CodeScannerSettings& settings) : settings_(settings) {}
  std::vector<devices::Event> take(const std::string& text, bool typed, BootTime now);

 private:
  std::vector<devices::Event> card(const std::string& text, BootTime now) const;

  const CodeScannerSettings settings_;
  std::string last_;
  std::optional<BootTime> last_at_;
};

}  // namespace station::drivers
