#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "kiosk/app/devices.h"
#include "kiosk/app/kiosk.h"
#include "kiosk/app/start.h"
#include "kiosk/app/sync_link.h"
#include "kiosk/ui/driver.h"

namespace station::app {

// Time of a headless run.
struct StageTime {
  bool real = false;
  // Simulated: begins so long before now and stands still except where the script lets it pass. It never overtakes
  // real time, so no record comes from the future.
  base::Milliseconds behind{8 * 3'600'000};
};

struct StageOptions {
  KioskConfig config;
  StageTime time;
  bool sim = true;
  std::filesystem::path shots;  // empty: none
  Trace* trace = nullptr;
  std::optional<std::uint64_t> seed{};      // tests: every run the same; without it chance is the system's
  std::optional<StationIdentity> identity;  // instead of the files of enrolment; such a station has no centre
};

// The whole program on one thread and without a window, for scripts and tests: ledger, devices, sync and screens are
// the shipping ones, each stepped when it is due.
class Stage {
 public:
  static Started<std::unique_ptr<Stage>> open(const StageOptions& options);
  ~Stage();  // closes the ledger cleanly

  // Time passes; whatever becomes due happens at its time. False once simulated time would overtake real time.
  bool pass(base::Milliseconds by);
  // Frames until nothing moves; writes a picture when a screen comes up for the first time.
  base::Result<void> settle();
  // Touches a widget by its name, scrolling to it where needed, then settles.
  base::Result<void> tap(const std::string& id);
  // Writes NN-<name>.png into the folder of pictures; nothing without such a folder.
  base::Result<void> shot(const std::string& name);
  // Exchanges with the centre until everything is acknowledged and nothing more comes; waits in real time.
  base::Result<void> sync(std::chrono::seconds limit);
  // Switches ports off with their records.
  void shut();

  std::string screen_name() const { return flow::name_of(kiosk_->visit().screen()); }
  // What a person sees now, for messages: screen, texts, what can be touched.
  std::string seen() const;

  Kiosk& kiosk() { return *kiosk_; }
  ui::Driver& driver() { return *driver_; }
  StationDevices& devices() { return *devices_; }
  SyncLink* link() { return link_.get(); }  // null without a centre
  LedgerDesk& ledger() { return *desk_; }
  const base::Clock& clock() const { return *clock_; }
  int pictures() const { return pictures_; }

 private:
  explicit Stage(const StageOptions& options) : options_(options) {}
  void step();
  base::Milliseconds until_due() const;

  const StageOptions options_;
  std::unique_ptr<base::Random> random_;
  std::unique_ptr<base::Clock> clock_;
  base::ManualClock* simulated_ = nullptr;  // the same clock, when it is one
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<DirectLedger> desk_;
  std::unique_ptr<ui::Ui> ui_;
  std::unique_ptr<StationDevices> devices_;
  std::unique_ptr<SyncLink> link_;
  std::unique_ptr<Kiosk> kiosk_;
  std::unique_ptr<ui::Driver> driver_;
  base::BootTime devices_due_{}, sync_due_{};
  std::set<std::string> seen_;  // screens that have a picture
  int pictures_ = 0;
};

}  // namespace station::app
