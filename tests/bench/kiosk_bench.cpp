// From a card on the reader to the finished picture, with a roster of half a million riders; and from the start to the
// first picture. usage: bench_kiosk [RIDERS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <vector>

#include "kiosk/app/stage.h"
#include "sync/base/crypto.h"
#include "sync/record/feed.h"
#include "sync/record/types.h"

namespace {

using namespace station;
using Wall = std::chrono::steady_clock;
using namespace std::chrono_literals;

double ms_since(Wall::time_point begin) {
  return std::chrono::duration<double, std::milli>(Wall::now() - begin).count();
}

// Wakes the drawing thread as the window's events do.
class Bell {
 public:
  void ring() {
    std::lock_guard lock(mutex_);
    rung_ = true;
    ready_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, 100ms, [&] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  bool rung_ = false;
};

std::string card_of(int rider) {
  return fmt::format("04{:010X}", rider);
}

app::StationIdentity identity() {
  app::StationIdentity id;
  base::SeededRandom random(3);
  id.own.station = "440902-007";
  id.own.name = "Station";
  id.own.city = "440902";
  id.own.record_key = base::new_signing_key(random);
  random.fill(id.own.roster_key);
  random.fill(id.own.pin_pepper);
  random.fill(id.own.field_key);
  id.own.centre = {"centre.440902", base::new_signing_key(random).public_key};
  return id;
}

void fill_roster(store::Ledger& ledger, const app::StationIdentity& id, int riders) {
  std::vector<record::FeedEntry> entries;
  for (int i = 0; i < riders; ++i) {
    const auto name = [&](const char* kind, const std::string& value) {
      return base::pseudonym(id.own.roster_key, kind, value);
    };
    entries.push_back(
        {static_cast<std::uint64_t>(i + 1), "city", std::string(record::kFeedRider), base::SystemClock().utc(),
         fmt::format(
             R"({{"subject":"{}","name":"R{}","cards":["{}"],"login":"","pin":"","last4":"{:04}","consent":[]}})",
             name("rider", std::to_string(i)), i, name("card", card_of(i)), i % 10000)});
    if (entries.size() == 1000 || i + 1 == riders) {
      if (!ledger.apply(entries)) std::exit(1);
      entries.clear();
    }
  }
}

void print(const char* what, std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double share) {
    return ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))];
  };
  fmt::print("{:<52} p50 {:6.1f} ms   p99 {:6.1f} ms   worst {:6.1f} ms\n", what, at(0.5), at(0.99), ms.back());
}

// The parts of run_windowed without its window: ledger on its own thread, pixels in memory.
struct Panel {
  base::SystemClock clock;
  base::SystemRandom random;
  Bell bell;
  std::unique_ptr<ui::Ui> ui;
  std::unique_ptr<app::LedgerThread> desk;
  drivers::EventQueue events{256, [this] { bell.ring(); }};
  drivers::DeviceHub hub{clock, events, {}, drivers::Running::threaded};
  std::unique_ptr<app::Kiosk> kiosk;
  std::vector<std::uint32_t> pixels;

  void draw() {
    kiosk->frame(1.0f / 60);
    ui->render({pixels.data(), ui->options().width, ui->options().height, ui->options().width});
  }
  bool until(const char* screen) {
    const auto end = Wall::now() + 10s;
    while (Wall::now() < end) {
      kiosk->pump();
      if (std::string(flow::name_of(kiosk->visit().screen())) == screen) {
        draw();
        return true;
      }
      bell.wait();
    }
    fmt::print("the screen {} does not come\n", screen);
    return false;
  }
  void tap(const char* id) {
    for (int i = 0; i < 4; ++i) draw();
    const ui::ProbeItem* item = ui->probe().find(id);
    if (!item) return;
    kiosk->touch({ui::TouchEvent::Kind::down, 1, item->rect.centre().x, item->rect.centre().y});
    kiosk->frame(1.0f / 60);
    kiosk->touch({ui::TouchEvent::Kind::up, 1, item->rect.centre().x, item->rect.centre().y});
    kiosk->frame(1.0f / 60);
  }
};

int run(int riders) {
  const auto config = app::load_config(std::string(STATION_SOURCE_DIR) + "/config/station.example.toml");
  if (!config) return 2;
  app::KioskConfig station = *config;
  std::string folder = (std::filesystem::temp_directory_path() / "bench-kiosk-XXXXXX").string();
  if (!::mkdtemp(folder.data())) return 2;
  station.data = folder;
  const app::StationIdentity id = identity();

  Panel panel;
  {
    auto ledger = app::open_ledger(station, id, nullptr, panel.clock, panel.random);
    if (!ledger) return 2;
    const auto begin = Wall::now();
    fill_roster(**ledger, id, riders);
    fmt::print("{} riders taken from the feed in {:.1f} s\n", riders, ms_since(begin) / 1000);
    (*ledger)->close();
  }

  std::vector<double> starts;
  for (int i = 0; i < 10; ++i) {
    const auto begin = Wall::now();
    app::StageOptions options{station, {}, true, {}, nullptr, {}, id};
    auto stage = app::Stage::open(options);
    if (!stage) {
      fmt::print("{}\n", stage.error().message);
      return 2;
    }
    (*stage)->driver().pixels();
    starts.push_back(ms_since(begin));
  }
  print("start to first finished picture, headless", starts);

  auto ledger = app::open_ledger(station, id, nullptr, panel.clock, panel.random);
  auto ui = app::open_ui(station, ui::Animation::on);
  if (!ledger || !ui) return 2;
  panel.ui = std::move(*ui);
  panel.ui->probe().record(true);
  panel.pixels.resize(static_cast<std::size_t>(station.panel.width) * static_cast<std::size_t>(station.panel.height));
  panel.desk = std::make_unique<app::LedgerThread>(std::move(*ledger), [&] { panel.bell.ring(); });
  panel.kiosk = std::make_unique<app::Kiosk>(
      app::Kiosk::Parts{panel.clock, panel.random, *panel.ui, *panel.desk, panel.events, panel.hub, {}, {}},
      station.times);
  if (!panel.until("attract")) return 1;
  std::vector<double> greeting, home;
  for (int i = 0; i < 300; ++i) {
    const auto begin = Wall::now();
    panel.events.post(devices::CardPresented{"entry", card_of(i * (riders / 300)), panel.clock.mono()});
    if (!panel.until("greeting")) return 1;
    greeting.push_back(ms_since(begin));
    panel.tap("greeting.home");
    const auto again = Wall::now();
    if (!panel.until("home")) return 1;
    home.push_back(greeting.back() + ms_since(again));
    panel.tap("home.sign_out");
    if (!panel.until("attract")) return 1;
  }
  print("card to committed check-in and its finished picture", greeting);
  print("the same and the picture of home", home);
  panel.kiosk.reset();
  panel.desk.reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc > 1 ? std::atoi(argv[1]) : 500'000);
}
