#include "devices/drivers/code_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "devices/codec/ccid.h"
#include "devices/drivers/code_feed.h"
#include "devices/drivers/damage_rate.h"
#include "devices/drivers/fault_set.h"
#include "sync/base/bytes.h"

namespace station::drivers {

using namespace std::chrono_literals;
using base::Errc;

namespace {

constexpr auto kSameCode = 1'500ms;
constexpr auto kNodeSettles = 5s;  // nodes and permissions arrive after the device
constexpr auto kNodeMissing = 10s;
constexpr auto kGlance = 100ms;  // where nothing wakes the driver
constexpr std::array<Milliseconds, 4> kReopen{100ms, 500ms, 1'000ms, 2'000ms};
constexpr std::array kScannerFaults{"scanner.missing", "scanner.busy", "scanner.refused"};

}  // namespace

std::optional<ScannerKind> scanner_kind(const std::string& name) {
  if (name == "hid_pos") return ScannerKind::hid_pos;
  if (name == "serial") return ScannerKind::serial;
  if (name == "wedge") return ScannerKind::wedge;
  return std::nullopt;
}

std::string complaint_about(const CodeScannerSettings& s) {
  if (s.name.empty() || s.place.empty()) return "a code scanner needs a name and a place";
  if (s.rule.forms.empty()) return fmt::format("scanner {}: at least one form of code must be accepted", s.name);
  if (s.kind != ScannerKind::hid_pos && !s.place.starts_with("/"))
    return fmt::format("scanner {}: place must be the path of its node, such as /dev/{}", s.name,
                       s.kind == ScannerKind::serial ? "serial/by-path/…" : "input/by-path/…-event-kbd");
  if (s.kind != ScannerKind::wedge && (s.cards || s.typed_fallback))
    return fmt::format("scanner {}: only a keyboard wedge types cards or has a fallback", s.name);
  if (s.cards && !codec::wedge::keeps_whole_number(*s.cards))
    return fmt::format("scanner {}: dec8 and wg26 keep 24 bits of a card's number, which two cards can share; "
                       "set the reader to hex or dec10", s.name);
  return {};
}

std::vector<devices::Event> CodeDesk::take(const std::string& text, bool typed, BootTime now) {
  const bool same = last_at_ && text == last_ && now - *last_at_ <= kSameCode;
  last_ = text;
  last_at_ = now;
  if (same) return {};
  if (settings_.cards) return card(text, now);
  if (codec::judge(settings_.rule, text) == codec::CodeVerdict::accepted)
    return {devices::CodeScanned{settings_.name, text, now, typed}};
  return {devices::CodeRefused{settings_.name, devices::CodeProblem::foreign, now}};
}

std::vector<devices::Event> CodeDesk::card(const std::string& text, BootTime now) const {
  const auto number = codec::wedge::card_number(*settings_.cards, text);
  if (!number) return {devices::CardRefused{settings_.name, devices::CardProblem::unreadable, now}};
  if (const auto problem = codec::ccid::problem_of(*number, codec::ccid::CardKind::unknown, false))
    return {devices::CardRefused{settings_.name, *problem, now}};
  return {devices::CardPresented{settings_.name, base::to_hex_upper(*number), now},
          devices::CardRemoved{settings_.name, now}};
}

struct CodeScanner::Impl {
  Impl(CodeScannerSettings s, const base::Clock& c, EventSink e)
      : settings(std::move(s)), clock(c), sink(std::move(e)), faults(sink), desk(settings), down_since(c.mono()) {
    health.place = settings.name;
    health.kind = "code scanner";
    health.since = down_since;
  }

  void open(BootTime now);
  void refused(const base::Error& error, BootTime now);
  void read(BootTime now);
  void damage(BootTime now);
  void down(BootTime now);

  const CodeScannerSettings settings;
  const base::Clock& clock;
  const EventSink sink;
  FaultSet faults;
  CodeDesk desk;
  std::unique_ptr<CodeFeed> feed;
  bool is_open = false;
  bool woken_by_feed = false;
  bool unplugged = false;  // the feed itself looks for its device; nothing to back off from
  BootTime due{};
  BootTime down_since;
  std::size_t tries = 0;
  DamageRate rate;
  std::uint64_t damaged_seen = 0;
  DeviceHealth health;
};

void CodeScanner::Impl::open(BootTime now) {
  if (now < due && !unplugged) return;
  unplugged = false;
  if (const auto opened = feed->open(now); !opened) return refused(opened.error(), now);
  is_open = true;
  tries = 0;
  health.online = true;
  health.since = now;
  health.note = feed->note();
  for (const char* code : kScannerFaults) faults.clear(code, settings.name, now);
}

void CodeScanner::Impl::refused(const base::Error& error, BootTime now) {
  const bool by_usb = settings.kind == ScannerKind::hid_pos;  // which watches its own place
  const Milliseconds down_for = now - down_since;
  if (error.code == Errc::invalid)
    faults.raise("scanner.refused", settings.name, error.message, now);
  else if (error.code == Errc::conflict || (error.code != Errc::not_found && down_for >= kNodeSettles))
    faults.raise("scanner.busy", settings.name, error.message, now);
  else if (error.code == Errc::not_found && !by_usb && down_for >= kNodeMissing)
    faults.raise("scanner.missing", settings.name, error.message, now);
  unplugged = by_usb && error.code == Errc::not_found;
  if (error.code != Errc::not_found) ++health.retries;
  due = now + kReopen[std::min(tries, kReopen.size() - 1)];
  ++tries;
}

void CodeScanner::Impl::down(BootTime now) {
  is_open = false;
  feed->close();
  health.online = false;
  health.since = down_since = now;
  due = now;
  tries = 0;
}

void CodeScanner::Impl::read(BootTime now) {
  const auto texts = feed->poll(settings.patience, now);
  const BootTime after = std::max(now, clock.mono());
  if (!texts) {
    ++health.retries;
    down(after);
    due = after + kReopen[0];
    return;
  }
  for (const std::string& text : *texts) {
    ++health.exchanges;
    rate.count(false, after);
    for (devices::Event& event : desk.take(text, false, after)) sink(std::move(event));
  }
  damage(after);
}

void CodeScanner::Impl::damage(BootTime now) {
  const std::uint64_t damaged = feed->damaged();
  if (damaged != damaged_seen) sink(devices::CodeRefused{settings.name, devices::CodeProblem::damaged, now});
  for (; damaged_seen < damaged; ++damaged_seen) rate.count(true, now);
  health.damaged = damaged;
  faults.set(rate.too_high(now), "scanner.noise", settings.name, fmt::format("{} damaged codes so far", damaged), now);
}

base::Result<std::unique_ptr<CodeScanner>> CodeScanner::make(CodeScannerSettings settings, link::Links& links,
                                                             const base::Clock& clock, EventSink sink) {
  auto impl = std::make_unique<Impl>(std::move(settings), clock, std::move(sink));
  const CodeScannerSettings& s = impl->settings;
  if (s.kind == ScannerKind::hid_pos) {
    impl->feed = hid_pos_feed(s.name, s.place, s.id, links.usb(), impl->faults, clock.mono());
  } else if (s.kind == ScannerKind::serial) {
    auto wire = links.serial(s.place, s.baud);
    if (!wire) return tl::unexpected(wire.error());
    impl->feed = serial_feed(std::move(*wire), clock);
  } else {
    auto keys = links.keys(s.place);
    if (!keys) return tl::unexpected(keys.error());
    impl->feed = wedge_feed(std::move(*keys), clock);
  }
  return std::unique_ptr<CodeScanner>(new CodeScanner(std::move(impl)));
}

CodeScanner::CodeScanner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CodeScanner::~CodeScanner() { impl_->feed->close(); }

std::string CodeScanner::name() const { return impl_->settings.name; }

void CodeScanner::wake_by(std::function<void()> wake) { impl_->woken_by_feed = impl_->feed->wake_by(std::move(wake)); }

BootTime CodeScanner::step(BootTime now) {
  if (!impl_->is_open) impl_->open(now);
  if (impl_->is_open) impl_->read(now);
  now = std::max(now, impl_->clock.mono());
  BootTime next = impl_->is_open || impl_->unplugged ? impl_->feed->wake() : impl_->due;
  // A feed that nobody wakes waits inside poll(), or is glanced at.
  if ((impl_->is_open || impl_->unplugged) && !impl_->woken_by_feed)
    next = std::min<BootTime>(next, now + (impl_->settings.patience > 0ms ? Milliseconds(1) : Milliseconds(kGlance)));
  return std::max<BootTime>(next, now + 1ms);
}

std::vector<DeviceHealth> CodeScanner::health() const { return {impl_->health}; }

}  // namespace station::drivers
