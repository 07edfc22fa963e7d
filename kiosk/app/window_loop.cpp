#include "kiosk/app/window_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "kiosk/app/devices.h"
#include "kiosk/app/kiosk.h"
#include "kiosk/app/sync_link.h"
#include "kiosk/app/thread_name.h"
#include "sync/base/log.h"

namespace station::app {

using namespace std::chrono_literals;
using base::BootTime;
using base::Milliseconds;

namespace {

constexpr BootTime kNever = BootTime::max();
constexpr Milliseconds kFrame = 16ms;
constexpr auto kOutOfServiceFor = 60s;  // then the program ends and is started again

// Frames into the window, as many as the picture needs.
class Painter {
 public:
  Painter(ui::Ui& ui, Window& window, const base::Clock& clock)
      : ui_(ui),
        window_(window),
        clock_(clock),
        pixels_(static_cast<std::size_t>(ui.options().width) * static_cast<std::size_t>(ui.options().height)) {}

  void expose() { exposed_ = true; }

  void paint(Kiosk& kiosk) {
    const BootTime now = clock_.mono();
    const bool due = now >= next_;
    if (ui_.needs_frame() || due) {
      const ui::FrameInfo info = kiosk.frame(std::chrono::duration<float>(now - last_).count());
      last_ = now;
      next_ = kNever;
      if (info.animating) next_ = now + kFrame;
      if (!info.animating && info.next_frame_s >= 0) next_ = now + std::chrono::round<Milliseconds>(std::chrono::duration<float>(info.next_frame_s));
      const ui::PixelView view{pixels_.data(), ui_.options().width, ui_.options().height, ui_.options().width};
      const auto& changed = ui_.render(view);
      if (!changed.empty() || exposed_) window_.present(view, changed, exposed_);
      exposed_ = false;
    } else if (exposed_) {
      window_.present({pixels_.data(), ui_.options().width, ui_.options().height, ui_.options().width}, {}, true);
      exposed_ = false;
    }
  }

  // How long nothing has to be painted.
  Milliseconds rest() const {
    if (ui_.needs_frame()) return std::clamp<Milliseconds>(next_ == kNever ? 0ms : next_ - clock_.mono(), 0ms, kFrame);
    return next_ == kNever ? Milliseconds(1h) : std::max<Milliseconds>(next_ - clock_.mono(), 0ms);
  }

 private:
  ui::Ui& ui_;
  Window& window_;
  const base::Clock& clock_;
  std::vector<std::uint32_t> pixels_;
  BootTime next_ = kNever;
  BootTime last_{};
  bool exposed_ = true;
};

// A keyboard beside a simulated station: 1…9 lay a card on the reader for a moment, 0 takes it away, c closes the doors,
// r pulls and plugs the reader, n the network.
class Keyboard {
 public:
  Keyboard(const KioskConfig& config, Hands& hands, SwitchedTransport& network, const base::Clock& clock)
      : config_(config), hands_(hands), network_(network), clock_(clock) {}

  void press(char key) {
    for (const SimCard& card : config_.sim_cards) {
      if (key != static_cast<char>('0' + card.key)) continue;
      if (auto laid = hands_.lay_card(card.uid); !laid) spdlog::warn("{}", laid.error().message);
      take_at_ = clock_.mono() + 700ms;
    }
    if (key == '0') hands_.take_card();
    if (key == 'c') hands_.close_all_doors();
    if (key == 'r') hands_.plug_reader(reader_ = !reader_);
    if (key == 'n') network_.connect(up_ = !up_);
  }
  void step() {
    if (clock_.mono() < take_at_) return;
    hands_.take_card();
    take_at_ = kNever;
  }
  Milliseconds rest() const { return take_at_ == kNever ? Milliseconds(1h) : std::max<Milliseconds>(take_at_ - clock_.mono(), 0ms); }

 private:
  const KioskConfig& config_;
  Hands& hands_;
  SwitchedTransport& network_;
  const base::Clock& clock_;
  BootTime take_at_ = kNever;
  bool reader_ = true, up_ = true;
};

}  // namespace

Started<void> run_windowed(const WindowedOptions& options) {
  name_this_thread("kiosk");
  const KioskConfig& config = options.config;
  base::SystemClock clock;
  base::SystemRandom random;
  auto identity = identify(config);
  if (!identity) return tl::unexpected(identity.error());
  auto ui = open_ui(config, ui::Animation::on);
  if (!ui) return tl::unexpected(ui.error());
  auto window = Window::open({identity->own.name, config.panel.width, config.panel.height, options.fullscreen});
  if (!window) return give_up(ExitCode::no_window, window.error().message);
  const std::function<void()> wake = [w = window->get()] { w->wake(); };

  auto ledger = open_ledger(config, *identity, options.trace, clock, random);
  if (!ledger) return tl::unexpected(ledger.error());
  LedgerThread desk(std::move(*ledger), wake);
  auto devices = StationDevices::open(config, {options.sim, drivers::Running::threaded}, clock, wake);
  if (!devices) return give_up(ExitCode::usage, devices.error().message);
  auto link = SyncLink::open(config, *identity, desk, clock, random, SyncLink::Time::real);
  if (!link) return give_up(ExitCode::not_enrolled, link.error().message);

  Kiosk kiosk({clock, random, **ui, desk, (*devices)->events(), (*devices)->hub(), [&] { (*link)->agent().nudge(); },
               {.language = config.panel.language}, true, {config.panel.night_from, config.panel.night_to}},
              config.times);
  (*link)->run(wake);
  Painter painter(**ui, **window, clock);
  std::optional<Keyboard> keyboard;
  if (Hands* hands = (*devices)->hands()) keyboard.emplace(config, *hands, (*link)->network(), clock);
  spdlog::info("station {} ready, drawn by {}", identity->own.station, (*window)->renderer());

  std::optional<BootTime> failed_at;
  while (!options.stop()) {
    while (const auto state = (*link)->take_state()) kiosk.sync_changed(sync_view(*state));
    if (keyboard) keyboard->step();
    (*devices)->typed().step();
    kiosk.pump();
    painter.paint(kiosk);
    if (kiosk.storage_failed() && !failed_at) failed_at = clock.mono();
    if (failed_at && clock.mono() - *failed_at >= kOutOfServiceFor)
      return give_up(ExitCode::storage, "the database refused to write; ending, so that the next start verifies it");
    Milliseconds rest = std::min({std::max<Milliseconds>(kiosk.due() - clock.mono(), 0ms), painter.rest(), Milliseconds(1000)});
    if (keyboard) rest = std::min(rest, keyboard->rest());
    rest = std::min(rest, (*devices)->typed().rest());
    const WindowInput input = (*window)->wait(rest);
    for (const ui::TouchEvent& touch : input.touches) kiosk.touch(touch);
    if (input.exposed) painter.expose();
    // Keys never reach the picture: hands at simulated devices take them, and a wedge that could not be grabbed.
    for (const char key : input.keys) {
      if (keyboard) keyboard->press(key);
      (*devices)->typed().press(key);
    }
    if (input.closed) break;
  }
  spdlog::info("stopping: ports off, ledger closed");
  for (int i = 0; i < 60 && !kiosk.shut_ports(); ++i) (*window)->wait(50ms);
  return {};
}

}  // namespace station::app
