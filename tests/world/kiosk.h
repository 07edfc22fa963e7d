#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/app/ledger_desk.h"
#include "kiosk/app/ledger_sync.h"
#include "kiosk/flow/visit.h"
#include "kiosk/store/ledger.h"
#include "sync/client/sync_agent.h"
#include "tests/world/hardware.h"
#include "tests/world/network.h"

namespace station::record {
struct Question;
}

namespace station::world {

struct Person {
  std::string id, login, pin, card, subject;
};

struct Acknowledged {
  std::string type;
  std::uint32_t inc;
  std::uint64_t seq;
  base::Digest leaf;
};

// One station: its disk, clock and hardware last; what the program holds in memory dies with every crash.
class Kiosk {
 public:
  Kiosk(store::Identity identity, const std::filesystem::path& folder, FarEnd far_end, std::uint64_t seed, base::UtcTime now);

  void start();
  // The process is gone between two instructions of the main thread: nothing is closed, what was not committed is lost.
  void crash();
  bool running() const { return alive_ != nullptr; }

  // One second of this station: devices, ledger, screen, network.
  void second();
  // A rider does something with what is on the screen, or steps up to it.
  void act(const std::vector<Person>& people);

  base::ManualClock& clock() { return clock_; }
  Line& line() { return line_; }
  Hardware& hardware() { return hardware_; }
  store::Ledger& ledger() { return *alive_->ledger; }
  const store::Identity& identity() const { return identity_; }
  const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  const client::SyncState sync() const { return alive_->agent->state(); }
  flow::Screen screen() const { return alive_->visit.screen(); }
  void retry_now() { alive_->agent->retry_now(); }
  bool refused_to_start() const { return refused_; }

 private:
  struct Alive {
    Alive(Kiosk& kiosk);
    std::unique_ptr<store::Ledger> ledger;
    std::unique_ptr<app::DirectLedger> desk;
    std::unique_ptr<app::LedgerSync> sync;
    std::unique_ptr<client::SyncAgent> agent;
    flow::Visit visit;
    std::shared_ptr<const record::Content> content;
    Hardware::Session devices;
  };
  void put(const flow::Input& input);
  void drain();
  void do_something(const std::vector<Person>& people);
  void at_keypad(const flow::KeypadScreen& screen, const std::vector<Person>& people);
  void at_lesson(const flow::LessonScreen& screen);
  void at_exam(const flow::ExamScreen& screen);
  void at_daily(const flow::DailyScreen& screen);
  // Answers rightly or wrongly, whatever the kind; of a clip what is to be done at this moment.
  void answer(const record::Question& question, const flow::AnswerView& view, bool know);
  void at_course(const flow::CourseScreen& screen);
  void at_locker(const flow::LockerScreen& screen);
  void at_home(const flow::HomeScreen& screen);
  int dice(int sides) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(sides))); }

  const store::Identity identity_;
  const std::filesystem::path folder_;
  base::ManualClock clock_;
  base::SeededRandom random_;
  Hardware hardware_;
  Line line_;
  std::unique_ptr<Alive> alive_;
  std::vector<Acknowledged> acknowledged_;
  const Person* person_ = nullptr;  // who stands at the screen
  bool card_lies_ = false;
  bool refused_ = false;
};

}  // namespace station::world
