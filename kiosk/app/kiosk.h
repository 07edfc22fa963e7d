#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "kiosk/app/ledger_desk.h"
#include "kiosk/flow/visit.h"
#include "kiosk/screens/draw.h"
#include "kiosk/ui/ui.h"
#include "sync/client/sync_state.h"

namespace station::app {

// The program without window and threads: visit, screens, ledger, devices and sync joined by values. Everything here
// belongs to the one thread that draws.
// From the first hour on until before the second, 0…23, over midnight; equal: never.
struct NightHours {
  int from = 0, to = 0;
};

class Kiosk {
 public:
  struct Parts {
    const base::Clock& clock;
    base::Random& random;
    ui::Ui& ui;
    LedgerDesk& ledger;
    drivers::EventQueue& events;
    drivers::DeviceHub& hub;
    std::function<void()> log_grew;    // records wait for the centre
    screens::Preferences preferences;  // at the beginning of every session
    bool may_move = true;              // false: pictures stand still throughout, as scripts need it
    NightHours night{};
  };
  Kiosk(Parts parts, flow::Settings settings);

  // Takes all that has arrived and lets time pass where it is due. Asks the Ui for a frame when the picture changes.
  void pump();
  // When pump() must be called at the latest.
  base::BootTime due() const { return due_; }

  void sync_changed(const flow::SyncView& sync) { put(sync); }
  void touch(const ui::TouchEvent& event);
  // One frame; what was touched is decided at once.
  ui::FrameInfo frame(float seconds);

  // Before the program ends: asks for every running port to be switched off, with its record. Call until it says true,
  // that nothing is left to wait for.
  bool shut_ports();

  const flow::Visit& visit() const { return visit_; }
  const flow::StationView& station() const { return station_; }
  const std::shared_ptr<const record::Content>& content() const { return content_; }
  bool storage_failed() const { return storage_failed_; }

 private:
  void put(const flow::Input& input);
  void post_waiting();
  void look();
  void end_session();
  screens::Light light() const;

  const Parts parts_;
  flow::Visit visit_;
  std::deque<flow::Request> waiting_;  // the ledger's mailbox was full
  std::size_t asked_ = 0;              // of the ledger, without an answer so far
  flow::StationView station_;
  std::shared_ptr<const record::Content> content_;
  base::BootTime due_{};
  base::BootTime touched_{};  // last touch or card: the idle picture moves for a while after it
  flow::Screen shown_;        // what the picture shows, to redraw only what changed
  flow::Frame shown_frame_;
  screens::ScreenState screens_;
  bool was_signed_in_ = false;
  bool moving_ = true;
  int frames_since_lift_ = -1;  // a finger was lifted and nothing acted on it yet
  bool storage_failed_ = false;
  bool shutting_ = false;
};

// One line for riders of what the sync thread says.
flow::SyncView sync_view(const client::SyncState& state);

}  // namespace station::app
