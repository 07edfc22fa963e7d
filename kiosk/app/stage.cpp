#include "kiosk/app/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "sync/base/bytes.h"

namespace station::app {

using namespace std::chrono_literals;
using base::BootTime;
using base::Milliseconds;

namespace {

// A simulated run is a boot of its own: its clock is comparable with no other.
std::string new_boot(base::Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return base::to_hex(bytes);
}

int pictures_in(const std::filesystem::path& folder) {
  std::error_code error;
  int n = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".png") ++n;
  return n;
}

}  // namespace

Started<std::unique_ptr<Stage>> Stage::open(const StageOptions& options) {
  std::unique_ptr<Stage> s(new Stage(options));
  s->random_ = options.seed ? std::unique_ptr<base::Random>(std::make_unique<base::SeededRandom>(*options.seed))
                            : std::make_unique<base::SystemRandom>();
  if (options.time.real) {
    s->clock_ = std::make_unique<base::SystemClock>();
  } else {
    auto clock = std::make_unique<base::ManualClock>(base::SystemClock().utc() - options.time.behind, new_boot(*s->random_));
    s->simulated_ = clock.get();
    s->clock_ = std::move(clock);
  }
  const KioskConfig& config = options.config;
  Started<StationIdentity> identity = options.identity ? *options.identity : identify(config);
  if (!identity) return tl::unexpected(identity.error());
  auto ledger = open_ledger(config, *identity, options.trace, *s->clock_, *s->random_);
  if (!ledger) return tl::unexpected(ledger.error());
  s->ledger_ = std::move(*ledger);
  s->desk_ = std::make_unique<DirectLedger>(*s->ledger_);
  auto ui = open_ui(config, ui::Animation::off);
  if (!ui) return tl::unexpected(ui.error());
  s->ui_ = std::move(*ui);
  auto devices = StationDevices::open(config, {options.sim, drivers::Running::stepped}, *s->clock_, {});
  if (!devices) return give_up(ExitCode::usage, devices.error().message);
  s->devices_ = std::move(*devices);
  if (!options.identity) {
    auto link = SyncLink::open(config, *identity, *s->desk_, *s->clock_, *s->random_,
                               options.time.real ? SyncLink::Time::real : SyncLink::Time::simulated);
    if (!link) return give_up(ExitCode::not_enrolled, link.error().message);
    s->link_ = std::move(*link);
  }
  Stage* stage = s.get();
  s->kiosk_ = std::make_unique<Kiosk>(
      Kiosk::Parts{*s->clock_, *s->random_, *s->ui_, *s->desk_, s->devices_->events(), s->devices_->hub(),
                   [stage] {
                     if (!stage->link_) return;
                     stage->link_->agent().nudge();
                     stage->sync_due_ = stage->clock_->mono();
                   },
                   {.language = config.panel.language}, false, {config.panel.night_from, config.panel.night_to}},
      config.times);
  s->driver_ = std::make_unique<ui::Driver>(*s->ui_, [stage](float seconds) {
    stage->pass(std::chrono::round<Milliseconds>(std::chrono::duration<float>(seconds)));
    return stage->kiosk_->frame(seconds);
  });
  if (!options.shots.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.shots, error);
    if (error) return give_up(ExitCode::usage, fmt::format("--shots {}: {}", options.shots.string(), error.message()));
    s->pictures_ = pictures_in(options.shots);
  }
  s->sync_due_ = s->clock_->mono();
  s->step();
  if (auto ok = s->settle(); !ok) return give_up(ExitCode::failed, ok.error().message);
  return s;
}

Stage::~Stage() {
  if (kiosk_) shut();
  if (ledger_) ledger_->close();
}

void Stage::step() {
  const BootTime now = clock_->mono();
  devices_->hub().step(now);
  kiosk_->pump();
  if (link_ && now >= sync_due_) {
    sync_due_ = std::max(link_->agent().step(), now + 1ms);
    kiosk_->sync_changed(sync_view(link_->agent().state()));
    kiosk_->pump();
  }
  devices_due_ = devices_->hub().step(now);  // with the commands given just now
}

Milliseconds Stage::until_due() const {
  const BootTime next = std::min({devices_due_, link_ ? sync_due_ : BootTime::max(), kiosk_->due()});
  return std::max(next - clock_->mono(), Milliseconds(1));
}

bool Stage::pass(Milliseconds by) {
  const BootTime end = clock_->mono() + by;
  while (clock_->mono() < end) {
    const Milliseconds next = std::min<Milliseconds>(until_due(), end - clock_->mono());
    if (simulated_) {
      if (simulated_->utc() + next > base::SystemClock().utc()) return false;
      simulated_->advance(next);
    } else {
      std::this_thread::sleep_for(next);
    }
    step();
  }
  return true;
}

base::Result<void> Stage::settle() {
  if (auto still = driver_->settle(); !still) return still;
  return seen_.insert(screen_name()).second ? shot(screen_name()) : base::Result<void>();
}

base::Result<void> Stage::tap(const std::string& id) {
  const ui::ProbeItem* item = driver_->probe().find(id);
  if (!item || (item->scrolls && !item->visible.contains(item->rect, 1))) {
    std::vector<std::string> lists;
    for (const ui::ProbeItem& i : driver_->probe().items())
      if (i.role == ui::Role::list) lists.push_back(i.id);
    for (const std::string& list : lists)
      if (driver_->scroll_to(list, id)) break;
  }
  if (auto ok = driver_->tap(id); !ok) return ok;
  return settle();
}

base::Result<void> Stage::shot(const std::string& name) {
  if (options_.shots.empty()) return {};
  return driver_->shot(options_.shots / fmt::format("{:02}-{}.png", ++pictures_, name));
}

base::Result<void> Stage::sync(std::chrono::seconds limit) {
  if (!link_) return base::fail(base::Errc::unavailable, "this station has no centre");
  const auto end = base::SystemClock().mono() + limit;
  client::SyncAgent& agent = link_->agent();
  // Twice without any change: the second time the centre has seen the last record and had nothing to add.
  std::optional<client::SyncState> before;
  while (true) {
    agent.retry_now();
    agent.step();
    const client::SyncState now = agent.state();
    kiosk_->sync_changed(sync_view(now));
    kiosk_->pump();
    const bool done = now.waiting == 0 && now.trouble() == client::SyncTrouble::none;
    if (done && before && before->cursor == now.cursor && before->confirmed == now.confirmed) break;
    if (base::SystemClock().mono() >= end)
      return base::fail(base::Errc::timeout, fmt::format("after {} s {} records are not acknowledged; up: {}; down: {}", limit.count(),
                                                         now.waiting, now.up.detail, now.down.detail));
    before = now;
    std::this_thread::sleep_for(done ? 50ms : 200ms);
    pass(100ms);
  }
  return settle();
}

void Stage::shut() {
  for (int i = 0; i < 100 && !kiosk_->shut_ports(); ++i) pass(100ms);
}

std::string Stage::seen() const {
  std::string touchable;
  for (const std::string& id : driver_->probe().targets()) touchable += " " + id;
  std::string text;
  for (const char c : driver_->probe().text()) text += c == '\n' ? std::string(" | ") : std::string(1, c);
  return fmt::format("  screen: {}\n  texts: {}\n  can be touched:{}", screen_name(), text, touchable);
}

}  // namespace station::app
