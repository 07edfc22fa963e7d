#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "devices/api/commands.h"
#include "devices/api/events.h"
#include "kiosk/flow/action.h"
#include "kiosk/flow/ledger.h"
#include "kiosk/flow/screen.h"
#include "sync/base/random.h"

namespace station::record {
struct Content;
}

namespace station::flow {

// Times of the rider's side, configuration (`[times]`), milliseconds.
struct Settings {
  Milliseconds idle_warning{30'000};  // without touch until "还在吗？"
  Milliseconds idle_grace{20'000};    // from the warning to the end of the session
  Milliseconds result{8'000};         // result screens
  Milliseconds study_idle{60'000};    // study: the clock stands still from here
  Milliseconds study_leave{180'000};  // study: session paused and closed
  Milliseconds study_tick{5'000};
  Milliseconds presence_window{30'000};
  Milliseconds door_leave{180'000};   // an open box and nobody touches the screen: it is given to the next rider
  int charge_limit_min = 120;
};

struct Tick {};

// Everything that can happen. Time is not an input: flows read the clock that they were given.
using Input = std::variant<Tick, Action, devices::Event, Reply, StationView, SyncView>;

// What a flow wants done. Order matters within each list.
struct Effects {
  std::vector<Request> requests;
  std::vector<devices::Command> commands;
};

// What flows share while one rider stands at the screen. Lives as long as the kiosk; personal parts are cleared at the
// end of each session. One thread.
class Desk {
 public:
  Desk(const base::Clock& time, base::Random& chance, Settings times) : clock(time), random(chance), settings(times) {}

  std::uint64_t ask(Demand demand);
  void command(devices::Command command) { effects.commands.push_back(std::move(command)); }
  BootTime now() const { return clock.mono(); }
  const CourseView* course(const std::string& id) const;
  const LeaseView* lease(const std::string& id) const;

  const base::Clock& clock;
  base::Random& random;
  const Settings settings;
  std::shared_ptr<const record::Content> content;  // null until a pack was applied
  std::optional<RiderView> rider;                  // committed state of the rider at the screen
  std::string confirmed_course;                    // the rider proved who they are for it, in this session
  StationView station;
  std::map<std::string, devices::Door> doors;  // box → door as last read; absent: not read yet
  Effects effects;

 private:
  std::uint64_t next_request_ = 1;
};

class Flow;

// Where to go next. A flow that returns Open or Leave is destroyed.
struct Stay {};
struct Leave {  // end the session; `then` is shown first, if any
  std::unique_ptr<Flow> then;
};
struct Home {
  std::optional<Message> message;
};
struct Open {
  std::unique_ptr<Flow> flow;
};
using Move = std::variant<Stay, Leave, Home, Open>;

enum class IdlePolicy {
  sign_out,  // warn, then end the session
  own,       // the flow watches the time itself (study, result screens, attract)
  never,     // an open door: the session is not ended by silence alone; the flow watches the time itself
};

// One thing a rider does, as a state machine without window, disk or devices.
class Flow {
 public:
  virtual ~Flow() = default;
  virtual Screen screen(const Desk& desk) const = 0;
  virtual Move on_action(const Action&, Desk&) { return Stay{}; }
  virtual Move on_reply(const Reply&, Desk&) { return Stay{}; }
  virtual Move on_event(const devices::Event&, Desk&) { return Stay{}; }
  virtual Move on_tick(Desk&) { return Stay{}; }
  virtual IdlePolicy idle() const { return IdlePolicy::sign_out; }
  // A card on the reader: true when this flow takes it (confirmation, presence), false when it is a new check-in.
  virtual bool takes_card() const { return false; }
  // True while another rider's card must not interrupt (study, examination, open door).
  virtual bool holds_screen() const { return false; }
  // The session ends from outside (idle, sign out): last chance to ask for what must be recorded.
  virtual void on_leave(Desk&) {}
};

// Seconds, rounded up, from now until `end`; never negative.
int seconds_until(BootTime end, BootTime now);

}  // namespace station::flow
