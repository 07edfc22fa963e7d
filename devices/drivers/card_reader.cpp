#include "devices/drivers/card_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/drivers/device_place.h"
#include "devices/drivers/reader_models.h"
#include "devices/drivers/slot_session.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace wire = codec::ccid;
using link::UsbError;

namespace {

constexpr auto kLookPeriod = 100ms;  // where nothing wakes the driver
constexpr auto kSettle = 5s;         // permissions arrive after the device
constexpr auto kRetryOpen = 100ms;
constexpr auto kRetryLate = 2s;
constexpr auto kRetryRefused = 5s;
constexpr auto kPowerOff = 2s;
constexpr int kMovesInOneStep = 32;

}  // namespace

struct CardReader::Impl {
  enum class State {
    absent,
    opening,  // claim, with retries
    working,  // a session is open
    dark,     // its port is switched off
    resting,  // back-off of the ladder
  };

  Impl(CardReaderSettings s, link::UsbBus& b, link::PortPower* p, const base::Clock& c, EventSink e)
      : settings(std::move(s)),
        bus(b),
        power(settings.power_port ? p : nullptr),
        clock(c),
        sink(std::move(e)),
        faults(sink),
        ladder(power != nullptr),
        card(settings.name, settings.allow_type_b, sink),
        place({"reader", settings.name, settings.place, settings.id, settings.serial,
               [this](const link::UsbDevice& d) { return contactless_interface(d, settings.interface) || !foreign_protocol(d).empty(); }},
              bus, faults, c.mono()) {
    health.place = settings.name;
    health.kind = "card reader";
    health.since = c.mono();
  }

  bool move(BootTime now);  // one thing; false when there is nothing to do now
  bool find(BootTime now);
  bool open(BootTime now);
  void begin(std::unique_ptr<link::UsbPipe> pipe, const link::UsbInterface& interface);
  bool work(BootTime now);
  void lost(BootTime now);
  void climb(BootTime now);
  bool relight(BootTime now);
  void end_session(BootTime now);
  void set_online(bool online, BootTime now);
  BootTime wake(BootTime now) const;

  const CardReaderSettings settings;
  link::UsbBus& bus;
  link::PortPower* const power;
  const base::Clock& clock;
  const EventSink sink;
  FaultSet faults;
  ReaderLadder ladder;
  CardPresentation card;
  DevicePlace place;
  std::function<void()> wake_up;
  DeviceHealth health;
  SlotSession::Counts before;  // of earlier sessions

  State state = State::absent;
  std::optional<link::UsbDevice> device;
  std::optional<wire::Descriptor> descriptor;
  std::unique_ptr<SlotSession> session;
  std::string recovery;  // the last step of the ladder, for the maintainer
  std::string about;     // which reader, which interface
  BootTime due{};        // of the next try or the end of a rest
  BootTime open_since{};
};

bool CardReader::Impl::find(BootTime now) {
  auto found = place.look(now);
  if (!found) return false;
  device = std::move(found);
  state = State::opening;
  open_since = due = now;
  return true;
}

bool CardReader::Impl::open(BootTime now) {
  if (now < due) return false;
  const link::UsbInterface* interface = contactless_interface(*device, settings.interface);
  descriptor = interface ? wire::find_descriptor(interface->extra) : std::nullopt;
  const std::string objection = descriptor ? objection_to(*device, *descriptor, settings.slot, settings.allow_tpdu)
                                           : foreign_protocol(*device);
  faults.set(!objection.empty(), "reader.refused", settings.name, objection, now);
  if (!objection.empty()) {
    due = now + kRetryRefused;
    return false;
  }
  auto opened = bus.open(*device, interface->number, descriptor->read_size(bulk_packet(*interface)));
  if (opened) {
    faults.clear("reader.busy", settings.name, now);
    begin(std::move(*opened), *interface);
    return true;
  }
  const UsbError error = opened.error();
  if (error == UsbError::no_device) {
    lost(now);
    return true;
  }
  ++health.retries;
  const bool late = now - open_since >= kSettle;
  if (late || error == UsbError::busy) {
    const std::string who = error == UsbError::busy
                                ? "used by " + bus.holder(*device, interface->number)
                                : fmt::format("cannot be opened: {} (udev rule missing?)", link::to_string(error));
    faults.raise("reader.busy", settings.name, fmt::format("reader {} is {}", device->place, who), now);
  }
  due = now + (late ? Milliseconds(kRetryLate) : Milliseconds(kRetryOpen));
  return false;
}

void CardReader::Impl::begin(std::unique_ptr<link::UsbPipe> pipe, const link::UsbInterface& interface) {
  SlotSession::Reader reader;
  reader.slot = static_cast<std::uint8_t>(settings.slot);
  reader.chooses_voltage = descriptor->chooses_voltage();
  reader.notices = has_notices(interface);
  reader.acr122 = has_acr122_lights(*device) && settings.lights != ReaderLights::none;
  reader.acr122_lights = reader.acr122 || settings.lights == ReaderLights::acr122;
  session = std::make_unique<SlotSession>(std::move(pipe), reader, card, ladder, clock, wake_up);
  about = fmt::format("{} at {}, interface {}{}", describe(*device), device->place, interface.number,
                      reader.notices ? "" : ", polled");
  state = State::working;
}

bool CardReader::Impl::work(BootTime now) {
  const auto progress = session->move(now);
  if (progress == SlotSession::Progress::waiting) return false;
  if (progress == SlotSession::Progress::lost) lost(now);
  if (progress == SlotSession::Progress::broken) climb(now);
  if (progress == SlotSession::Progress::moved && session->answers()) {
    set_online(true, now);
    faults.clear("reader.broken", settings.name, now);
    recovery.clear();
  }
  return true;
}

void CardReader::Impl::lost(BootTime now) {
  end_session(now);
  device.reset();
  state = State::absent;
  place.lost(now);
}

void CardReader::Impl::end_session(BootTime now) {
  if (session) {
    const SlotSession::Counts c = session->counts();
    before.exchange.commands += c.exchange.commands;
    before.exchange.stale += c.exchange.stale;
    before.exchange.damaged += c.exchange.damaged;
    before.exchange.worst_latency = std::max(before.exchange.worst_latency, c.exchange.worst_latency);
    before.retries += c.retries;
    before.timeouts += c.timeouts;
  }
  session.reset();
  card.gone(now);
  set_online(false, now);
}

void CardReader::Impl::set_online(bool online, BootTime now) {
  if (health.online == online) return;
  health.online = online;
  health.since = now;
}

// USB 2.9, steps 3 to 6.
void CardReader::Impl::climb(BootTime now) {
  const std::string why = session->trouble();
  const auto step = ladder.next(now);
  recovery = fmt::format("recovery {}: {}", ReaderLadder::to_string(step.what), why);
  if (step.what == ReaderLadder::What::reset) session->reset_device();
  end_session(now);
  state = State::resting;
  due = now + step.rest;
  if (step.what == ReaderLadder::What::give_up)
    faults.raise("reader.broken", settings.name, fmt::format("{}, after all recovery steps", why), now);
  if (step.what != ReaderLadder::What::power_cycle) return;
  if (const auto off = power->set(*settings.power_port, false); !off) {
    recovery += ", its port cannot be switched: " + off.error().message;
    return;
  }
  state = State::dark;
  due = now + kPowerOff;
}

// A port that was switched off comes on again, however often that takes.
bool CardReader::Impl::relight(BootTime now) {
  if (now < due) return false;
  if (const auto on = power->set(*settings.power_port, true); !on) {
    recovery += ", its port does not come on: " + on.error().message;
    faults.raise("reader.broken", settings.name, recovery, now);
    due = now + kPowerOff;
    return false;
  }
  state = State::resting;
  due = now + kRetryOpen;
  return true;
}

bool CardReader::Impl::move(BootTime now) {
  if (state == State::dark) return relight(now);
  if (state != State::absent && !place.still_there(*device, now)) {
    lost(now);
    return true;
  }
  switch (state) {
    case State::absent:
      return find(now);
    case State::opening:
      return open(now);
    case State::working:
      return work(now);
    case State::resting:
      if (now < due) return false;
      state = State::opening;
      open_since = now;
      return true;
    case State::dark:
      break;
  }
  return false;
}

BootTime CardReader::Impl::wake(BootTime now) const {
  BootTime next = state == State::dark ? due : place.wake();
  if (state == State::opening || state == State::resting) next = std::min(next, due);
  if (state == State::working) next = std::min(next, session->wake());
  return wake_up ? next : std::min<BootTime>(next, now + kLookPeriod);
}

CardReader::CardReader(CardReaderSettings settings, link::UsbBus& bus, link::PortPower* power, const base::Clock& clock,
                       EventSink sink)
    : impl_(std::make_unique<Impl>(std::move(settings), bus, power, clock, std::move(sink))) {}

CardReader::~CardReader() {
  if (impl_->state == Impl::State::dark) static_cast<void>(impl_->power->set(*impl_->settings.power_port, true));
}

std::string CardReader::name() const { return impl_->settings.name; }

Serves CardReader::serves() const {
  Serves serves;
  serves.readers.push_back(impl_->settings.name);
  return serves;
}

void CardReader::handle(const devices::Command& command) {
  const auto* shown = std::get_if<devices::ReaderFeedback>(&command);
  if (shown && impl_->session) impl_->session->show(shown->accepted, impl_->clock.mono());
}

BootTime CardReader::step(BootTime now) {
  for (int i = 0; i < kMovesInOneStep; ++i) {
    if (!impl_->move(now)) break;
    now = std::max(now, impl_->clock.mono());
  }
  return std::max<BootTime>(impl_->wake(now), now + 1ms);
}

void CardReader::wake_by(std::function<void()> wake) {
  impl_->wake_up = std::move(wake);
  impl_->place.watch(impl_->wake_up);
}

std::vector<DeviceHealth> CardReader::health() const {
  DeviceHealth h = impl_->health;
  const SlotSession::Counts& old = impl_->before;
  const SlotSession::Counts now = impl_->session ? impl_->session->counts() : SlotSession::Counts{};
  h.exchanges = old.exchange.commands + now.exchange.commands;
  h.foreign = old.exchange.stale + now.exchange.stale;
  h.damaged = old.exchange.damaged + now.exchange.damaged;
  h.retries += old.retries + now.retries;
  h.timeouts = old.timeouts + now.timeouts;
  h.last_latency = now.exchange.last_latency;
  h.worst_latency = std::max(old.exchange.worst_latency, now.exchange.worst_latency);
  h.note = impl_->about;
  for (const std::string& more : {impl_->session ? impl_->session->firmware() : std::string(),
                                  impl_->session ? impl_->session->hardware_error() : std::string(), impl_->recovery})
    if (!more.empty()) h.note += (h.note.empty() ? "" : ", ") + more;
  return {h};
}

}  // namespace station::drivers
