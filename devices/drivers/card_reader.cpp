#include "devices/drivers/card_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "devices/drivers/ccid_exchange.h"
#include "devices/drivers/fault_set.h"
#include "devices/drivers/reader_ladder.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace wire = codec::ccid;
using devices::CardProblem;
using link::UsbError;

namespace {

constexpr auto kScanPeriod = 5s;  // events can be lost
constexpr auto kLookPeriod = 100ms;
constexpr auto kMissingAfter = 10s;
constexpr auto kSettle = 5s;  // permissions arrive after the device
constexpr auto kRetryOpen = 100ms;
constexpr auto kDrainLimit = 20ms;
constexpr int kMostOldFrames = 10;
constexpr auto kFirstStatus = 1'500ms;
constexpr auto kPollPeriod = 250ms;     // without interrupt endpoint
constexpr auto kRecheckPeriod = 5s;     // with one
constexpr auto kSamePresentation = 1'500ms;
constexpr auto kFeedbackAge = 2s;
constexpr int kMostReads = 3;  // of one card before the rider is told to try again

bool is_acr122(const link::UsbDevice& device) { return device.vendor == 0x072F && device.product == 0x2200; }

bool is_ccid(const link::UsbInterface& i) {
  return i.class_code == wire::kClass && i.subclass == 0 && wire::find_descriptor(i.extra);
}

const link::UsbInterface* choose_interface(const link::UsbDevice& device, int wanted) {
  const link::UsbInterface* first = nullptr;
  for (const link::UsbInterface& i : device.interfaces) {
    if (!is_ccid(i)) continue;
    if (wanted >= 0) {
      if (i.number == wanted) return &i;
      continue;
    }
    for (const char* word : {"PICC", "CL", "Contactless"})
      if (i.name.find(word) != std::string::npos) return &i;
    const bool sam = i.name.find("SAM") != std::string::npos;
    if (!first && !sam) first = &i;
  }
  return first;
}

std::size_t packet_of(const link::UsbInterface& interface) {
  for (const link::UsbEndpoint& e : interface.endpoints)
    if (e.type == 2 && (e.address & 0x80) != 0) return e.max_packet;
  return 64;
}

}  // namespace

struct CardReader::Impl {
  enum class State {
    absent,
    opening,   // claim, with retries
    draining,  // frames of an earlier session
    greeting,  // the first slot status, twice
    ready,     // between commands
    status,    // asked whether a card is there
    powering,
    reading,
    showing,  // light, sound and other commands without consequence
    resync,   // does it answer a status after a time-out?
    resting,  // back-off of the ladder
  };

  Impl(CardReaderSettings s, link::UsbBus& b, const base::Clock& c, EventSink e, PowerCycle p)
      : settings(std::move(s)), bus(b), clock(c), sink(std::move(e)), faults(sink), ladder(bool(p)), cycle(std::move(p)) {
    absent_since = c.mono();
    health.place = settings.name;
    health.kind = "card reader";
    health.since = absent_since;
  }

  bool move(BootTime now);  // one thing; false when there is nothing to do now
  bool look(BootTime now);
  bool still_there(BootTime now);
  void found(const link::UsbDevice& it, BootTime now);
  bool open(BootTime now);
  bool drain(BootTime now);
  bool listen(BootTime now);
  bool begin(BootTime now);
  bool await(BootTime now);
  void answered(const wire::Answer& answer, BootTime now);
  void failed(const CcidExchange::Failed& failure, BootTime now);
  void on_status(const wire::Answer& answer, BootTime now);
  void on_atr(const wire::Answer& answer, BootTime now);
  void on_uid(const wire::Answer& answer, BootTime now);
  void read_failed(BootTime now);
  void present(const base::Bytes& uid, BootTime now);
  void refuse(CardProblem problem, BootTime now);
  void gone(BootTime now);
  void power_on(BootTime now);
  void climb(const std::string& why, BootTime now);
  void close(BootTime now);
  void lost(BootTime now);
  BootTime wake(BootTime now) const;
  void set_online(bool online, BootTime now);
  std::uint8_t slot() const { return static_cast<std::uint8_t>(settings.slot); }

  const CardReaderSettings settings;
  link::UsbBus& bus;
  const base::Clock& clock;
  const EventSink sink;
  FaultSet faults;
  ReaderLadder ladder;
  const PowerCycle cycle;
  DeviceHealth health;
  CcidExchange::Counts before;  // of earlier pipes

  State state = State::absent;
  std::uint64_t seen_changes = ~std::uint64_t{0};
  BootTime scan_due{};
  BootTime absent_since{};
  std::optional<link::UsbDevice> device;
  std::optional<wire::Descriptor> descriptor;
  bool interrupt = false;
  std::unique_ptr<link::UsbPipe> pipe;
  std::optional<CcidExchange> exchange;
  BootTime due{};  // of the next try, poll or end of rest
  BootTime open_since{};
  int greetings = 0;
  int resyncs = 0;
  int drained = 0;
  std::string trouble;  // what led to the resync

  bool firmware_asked = false;
  bool beeper_off = false;
  std::optional<bool> feedback;
  BootTime feedback_until{};

  bool card_changed = false;        // a notice said so: read again, even if the slot says active
  bool told = false;                // CardPresented went out for `uid`
  bool refused = false;             // CardRefused went out in this presentation
  bool decided = false;             // told, refused or passed over: nothing more to read in this presentation
  bool occupied = false;            // a card lies there
  std::string uid;                  // of the last card told
  std::optional<BootTime> removed;  // when that card went
  wire::CardKind kind = wire::CardKind::unknown;
  std::optional<base::Bytes> first_read;  // of two in one presentation
  int reads_failed = 0;
};

// ---- presence on the bus

bool CardReader::Impl::look(BootTime now) {
  if (bus.changes() == seen_changes && now < scan_due) {
    if (now - absent_since >= kMissingAfter)
      faults.raise("reader.missing", settings.name, "nothing is plugged in at " + settings.place, now);
    return false;
  }
  seen_changes = bus.changes();
  scan_due = now + kScanPeriod;
  std::string elsewhere;
  for (const link::UsbDevice& candidate : bus.scan()) {
    if (link::is_at(candidate, settings.place) && choose_interface(candidate, settings.interface)) {
      found(candidate, now);
      return true;
    }
    if (!settings.serial.empty() && candidate.serial == settings.serial) elsewhere = candidate.place;
  }
  if (now - absent_since >= kMissingAfter || !elsewhere.empty())
    faults.raise("reader.missing", settings.name,
                 elsewhere.empty() ? "no reader is plugged in at " + settings.place
                                   : fmt::format("it moved from {} to {}", settings.place, elsewhere),
                 now);
  return false;
}

void CardReader::Impl::found(const link::UsbDevice& it, BootTime now) {
  device = it;
  faults.clear("reader.missing", settings.name, now);
  const bool other_id = !settings.id.empty() && link::id_of(it) != settings.id;
  const bool other_serial = !settings.serial.empty() && it.serial != settings.serial;
  faults.set(other_id || other_serial, "reader.replaced", settings.name,
             fmt::format("{} {} instead of {} {}", link::id_of(it), it.serial, settings.id, settings.serial), now);
  state = State::opening;
  open_since = due = now;
}

bool CardReader::Impl::still_there(BootTime now) {
  if (bus.changes() == seen_changes && now < scan_due) return true;
  seen_changes = bus.changes();
  scan_due = now + kScanPeriod;
  for (const link::UsbDevice& candidate : bus.scan())
    if (candidate.session == device->session && candidate.place == device->place) return true;
  return false;
}

bool CardReader::Impl::open(BootTime now) {
  if (now < due) return false;
  const link::UsbInterface* interface = choose_interface(*device, settings.interface);
  descriptor = wire::find_descriptor(interface->extra);
  const wire::Level level = descriptor->level();
  const bool usable = level == wire::Level::short_apdu || level == wire::Level::extended_apdu ||
                      (level == wire::Level::tpdu && settings.allow_tpdu);
  if (!usable || settings.slot >= descriptor->slots) {
    faults.raise("reader.refused", settings.name,
                 usable ? fmt::format("it has no slot {}", settings.slot)
                        : fmt::format("reader {} works at {} level", link::id_of(*device), wire::to_string(level)),
                 now);
    due = now + kScanPeriod;
    return false;
  }
  faults.clear("reader.refused", settings.name, now);
  auto opened = bus.open(*device, interface->number, descriptor->read_size(packet_of(*interface)));
  if (!opened) {
    const UsbError error = opened.error();
    if (error == UsbError::no_device) {
      lost(now);
      return true;
    }
    ++health.retries;
    if (now - open_since >= kSettle || error == UsbError::busy) {
      const std::string who = error == UsbError::busy
                                  ? "used by " + bus.holder(*device, interface->number)
                                  : fmt::format("cannot be opened: {} (udev rule missing?)", link::to_string(error));
      faults.raise("reader.busy", settings.name, fmt::format("reader {} is {}", device->place, who), now);
    }
    due = now + (now - open_since >= kSettle ? Milliseconds(2s) : Milliseconds(kRetryOpen));
    return false;
  }
  faults.clear("reader.busy", settings.name, now);
  pipe = std::move(*opened);
  exchange.emplace(*pipe, slot());
  interrupt = std::any_of(interface->endpoints.begin(), interface->endpoints.end(),
                          [](const link::UsbEndpoint& e) { return e.type == 3; });
  health.note = fmt::format("{} at {}, interface {}{}", link::id_of(*device), device->place, interface->number,
                            interrupt ? "" : ", polled");
  if (interrupt) static_cast<void>(pipe->next_notice(0ms));  // begins to listen before the first question
  state = State::draining;
  drained = greetings = 0;
  firmware_asked = beeper_off = false;
  return true;
}

bool CardReader::Impl::drain(BootTime now) {
  const auto old = pipe->read(std::min<Milliseconds>(settings.patience, kDrainLimit));
  if (!old && old.error() == UsbError::no_device) {
    lost(now);
    return true;
  }
  if (old && ++drained < kMostOldFrames) return true;
  state = State::greeting;
  return true;
}

void CardReader::Impl::lost(BootTime now) {
  close(now);
  device.reset();
  state = State::absent;
  absent_since = now;
  seen_changes = ~std::uint64_t{0};
}

void CardReader::Impl::close(BootTime now) {
  if (exchange) {
    const auto& c = exchange->counts();
    before.commands += c.commands;
    before.stale += c.stale;
    before.damaged += c.damaged;
    before.halts += c.halts;
    before.worst_latency = std::max(before.worst_latency, c.worst_latency);
  }
  exchange.reset();
  pipe.reset();
  gone(now);
  set_online(false, now);
}

void CardReader::Impl::set_online(bool online, BootTime now) {
  if (health.online == online) return;
  health.online = online;
  health.since = now;
}

// ---- commands

bool CardReader::Impl::listen(BootTime now) {
  if (!interrupt) return false;
  const Milliseconds wait = std::clamp<Milliseconds>(due - now, 0ms, settings.patience);
  const auto message = pipe->next_notice(feedback ? Milliseconds(0) : wait);
  if (!message) {
    if (message.error() == UsbError::timeout) return false;
    // A reset by another program ends the listening too: only the bus knows whether the reader left.
    if (message.error() == UsbError::no_device) lost(now);
    else climb(std::string("its notices end: ") + link::to_string(message.error()), now);
    return true;
  }
  if (const auto notice = wire::decode_notice(*message, settings.slot)) {
    if (notice->hardware_error) health.note = fmt::format("hardware error {:02X}", notice->error);
    card_changed = card_changed || (notice->changed && notice->present);
    due = now;  // a hint: what counts is the slot status
  }
  return true;
}

bool CardReader::Impl::begin(BootTime now) {
  if (feedback && now >= feedback_until) feedback.reset();
  if (is_acr122(*device) && feedback) {
    // With a card the pseudo-APDU goes to the card's slot, without one to the reader itself.
    exchange->start(occupied ? wire::Command::transfer : wire::Command::escape, 0, wire::acr122_feedback(*feedback), now);
    feedback.reset();
    state = State::showing;
    return true;
  }
  if (is_acr122(*device) && !firmware_asked && !occupied) {
    firmware_asked = true;
    exchange->start(wire::Command::escape, 0, {0xFF, 0x00, 0x48, 0x00, 0x00}, now);
    state = State::showing;
    return true;
  }
  if (is_acr122(*device) && !beeper_off && !occupied) {
    // Its own beep at every card would say "accepted" before anything was checked.
    beeper_off = true;
    exchange->start(wire::Command::escape, 0, {0xFF, 0x00, 0x52, 0x00, 0x00}, now);
    state = State::showing;
    return true;
  }
  if (now < due) return listen(now);
  exchange->start(wire::Command::slot_status, 0, {}, now);
  state = State::status;
  return true;
}

bool CardReader::Impl::await(BootTime now) {
  const auto result = exchange->poll(settings.patience, now);
  if (!result) return false;
  if (const auto* answer = std::get_if<wire::Answer>(&*result))
    answered(*answer, std::max(now, clock.mono()));
  else
    failed(std::get<CcidExchange::Failed>(*result), std::max(now, clock.mono()));
  return true;
}

void CardReader::Impl::answered(const wire::Answer& answer, BootTime now) {
  const State was = state;
  state = State::ready;
  due = now + (interrupt ? Milliseconds(kRecheckPeriod) : Milliseconds(kPollPeriod));
  switch (was) {
    case State::greeting:
    case State::resync:
      ladder.answered();
      set_online(true, now);
      faults.clear("reader.broken", settings.name, now);
      on_status(answer, now);
      break;
    case State::status:
      on_status(answer, now);
      break;
    case State::powering:
      on_atr(answer, now);
      break;
    case State::reading:
      on_uid(answer, now);
      break;
    case State::showing:
      if (answer.data.size() >= 10 && answer.data[0] >= 0x20)
        health.note = fmt::format("{} at {}, {}", link::id_of(*device), device->place,
                                  std::string(answer.data.begin(), answer.data.end()));
      due = now;
      break;
    default:
      break;
  }
}

void CardReader::Impl::failed(const CcidExchange::Failed& failure, BootTime now) {
  ++health.retries;
  if (failure.what == CcidExchange::Failure::gone) {
    lost(now);
    return;
  }
  if (failure.what == CcidExchange::Failure::timeout) ++health.timeouts;
  const State was = state;
  // The first status of a session may be lost while the data toggles fall into step.
  if (was == State::greeting && ++greetings < 2) return;
  if (was == State::greeting || (was == State::resync && ++resyncs >= 3)) {
    climb(failure.why, now);
    return;
  }
  if (was != State::resync) {
    resyncs = 0;
    trouble = failure.why;
    const bool card_command = was == State::powering || was == State::reading;
    if (card_command && ladder.card_command_failed()) {
      climb(failure.why, now);
      return;
    }
  }
  state = State::resync;
}

// ---- cards

void CardReader::Impl::on_status(const wire::Answer& answer, BootTime now) {
  // "Failed, absent" is a state of the card, not a fault of the reader.
  if (answer.card == wire::Card::absent) {
    card_changed = false;
    gone(now);
    return;
  }
  const bool other_card = !occupied || card_changed;
  if (other_card) {
    reads_failed = 0;
    refused = decided = false;
  }
  // A slot that fell back to "not powered" may hold another card than the one that was told.
  const bool again = told && answer.card == wire::Card::inactive;
  if (decided && !again) return;
  card_changed = false;
  occupied = true;
  first_read.reset();
  power_on(now);
}

void CardReader::Impl::power_on(BootTime now) {
  exchange->start(wire::Command::power_on, descriptor->chooses_voltage() ? 0x00 : 0x01, {}, now);
  state = State::powering;
}

void CardReader::Impl::on_atr(const wire::Answer& answer, BootTime now) {
  if (answer.outcome != wire::Outcome::done) return read_failed(now);
  kind = wire::kind_of(answer.data);
  exchange->start(wire::Command::transfer, 0, {wire::kGetUid.begin(), wire::kGetUid.end()}, now);
  state = State::reading;
}

void CardReader::Impl::on_uid(const wire::Answer& answer, BootTime now) {
  const auto read = answer.outcome == wire::Outcome::done ? wire::successful(answer.data) : std::nullopt;
  if (!read) return read_failed(now);
  ladder.card_command_done();
  if (const auto problem = wire::problem_of(*read, kind, settings.allow_type_b)) return refuse(*problem, now);
  const std::string text = base::to_hex_upper(*read);
  if (told && text == uid) {
    decided = true;
    return;
  }
  // A second, independent read: two cards in the field answer in turn.
  if (!first_read) {
    first_read = *read;
    power_on(now);
    return;
  }
  if (*first_read != *read) return refuse(CardProblem::two_cards, now);
  present(*read, now);
}

void CardReader::Impl::read_failed(BootTime now) {
  first_read.reset();
  if (++reads_failed >= kMostReads) refuse(CardProblem::unreadable, now);
  due = now + 100ms;
}

void CardReader::Impl::present(const base::Bytes& read, BootTime now) {
  const std::string text = base::to_hex_upper(read);
  if (told) sink(devices::CardRemoved{settings.name, now});
  told = false;
  decided = true;
  const bool same = text == uid && removed && now - *removed <= kSamePresentation;
  uid = text;
  if (same) return;
  told = true;
  sink(devices::CardPresented{settings.name, text, now});
}

void CardReader::Impl::refuse(CardProblem problem, BootTime now) {
  if (told) sink(devices::CardRemoved{settings.name, now});
  told = false;
  if (!refused) sink(devices::CardRefused{settings.name, problem, now});
  refused = decided = true;
}

void CardReader::Impl::gone(BootTime now) {
  if (!occupied) return;
  occupied = false;
  // Taken away before it could be read: the rider hears that it was too quick.
  if (!told && !refused && reads_failed > 0) sink(devices::CardRefused{settings.name, CardProblem::unreadable, now});
  if (told) sink(devices::CardRemoved{settings.name, now});
  if (told || !uid.empty()) removed = now;
  told = refused = decided = false;
  reads_failed = 0;
  first_read.reset();
}

// ---- recovery

void CardReader::Impl::climb(const std::string& why, BootTime now) {
  const auto step = ladder.next(now);
  health.note = fmt::format("recovery {}: {}", ReaderLadder::to_string(step.what), why);
  if (step.what == ReaderLadder::What::reset && pipe) static_cast<void>(pipe->reset());
  close(now);
  if (step.what == ReaderLadder::What::power_cycle && !cycle()) health.note += ", the port cannot be switched";
  if (step.what == ReaderLadder::What::give_up)
    faults.raise("reader.broken", settings.name, fmt::format("{}, after all recovery steps", why), now);
  state = State::resting;
  due = now + step.rest;
}

// ---- time

bool CardReader::Impl::move(BootTime now) {
  if (state != State::absent && !still_there(now)) {
    lost(now);
    return true;
  }
  switch (state) {
    case State::absent:
      return look(now);
    case State::opening:
      return open(now);
    case State::draining:
      return drain(now);
    case State::resting:
      if (now < due) return false;
      state = State::opening;
      open_since = now;
      return true;
    case State::greeting:
    case State::resync:
      if (exchange->busy()) return await(now);
      exchange->start(wire::Command::slot_status, 0, {}, kFirstStatus, now);
      return true;
    case State::ready:
      return begin(now);
    case State::status:
    case State::powering:
    case State::reading:
    case State::showing:
      return await(now);
  }
  return false;
}

BootTime CardReader::Impl::wake(BootTime now) const {
  switch (state) {
    case State::absent:
      return now + kLookPeriod;
    case State::opening:
    case State::resting:
      return std::min<BootTime>(due, now + kLookPeriod);
    default:
      break;
  }
  if (settings.patience > 0ms) return now;  // move() itself waits
  if (exchange && exchange->busy()) return exchange->wake();
  BootTime next = std::min<BootTime>(due, now + kLookPeriod);
  if (pipe && interrupt)
    if (const auto arrival = pipe->arrival()) next = std::min(next, *arrival);
  return next;
}

CardReader::CardReader(CardReaderSettings settings, link::UsbBus& bus, const base::Clock& clock, EventSink sink,
                       PowerCycle power_cycle)
    : impl_(std::make_unique<Impl>(std::move(settings), bus, clock, std::move(sink), std::move(power_cycle))) {}

CardReader::~CardReader() = default;

std::string CardReader::name() const { return impl_->settings.name; }

Serves CardReader::serves() const {
  Serves serves;
  serves.readers.push_back(impl_->settings.name);
  return serves;
}

void CardReader::handle(const devices::Command& command) {
  const auto* shown = std::get_if<devices::ReaderFeedback>(&command);
  if (!shown) return;
  impl_->feedback = shown->accepted;
  impl_->feedback_until = impl_->clock.mono() + kFeedbackAge;
}

BootTime CardReader::step(BootTime now) {
  constexpr int kMovesInOneStep = 32;
  for (int i = 0; i < kMovesInOneStep; ++i) {
    if (!impl_->move(now)) break;
    now = std::max(now, impl_->clock.mono());
  }
  return std::max(impl_->wake(now), impl_->settings.patience > 0ms ? now : now + 1ms);
}

std::vector<DeviceHealth> CardReader::health() const {
  DeviceHealth h = impl_->health;
  const auto& old = impl_->before;
  const CcidExchange::Counts counts = impl_->exchange ? impl_->exchange->counts() : CcidExchange::Counts{};
  h.exchanges = old.commands + counts.commands;
  h.foreign = old.stale + counts.stale;
  h.damaged = old.damaged + counts.damaged;
  h.last_latency = counts.last_latency;
  h.worst_latency = std::max(old.worst_latency, counts.worst_latency);
  return {h};
}

}  // namespace station::drivers
