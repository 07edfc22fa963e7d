#include "devices/sim/card_reader.h"

#include <algorithm>
#include <array>

#include "devices/codec/ccid.h"
#include "sync/base/check.h"

namespace station::sim {

namespace wire = codec::ccid;
using link::UsbError;

namespace {

constexpr std::array<std::uint8_t, 54> kDescriptor{
    0x36, 0x21, 0x00, 0x01, 0x00, 0x07, 0x02, 0x00, 0x00, 0x00, 0xA0, 0x0F, 0x00, 0x00, 0xA0, 0x0F, 0x00, 0x00,
    0x00, 0x00, 0x2A, 0x00, 0x00, 0x90, 0xD0, 0x03, 0x00, 0x00, 0xF7, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x02, 0x00, 0x0F, 0x01, 0x00, 0x00, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01};

// MIFARE Classic 1K, as PC/SC part 3 describes it.
constexpr const char* kClassicAtr = "3B8F8001804F0CA000000306030001000000006A";

base::Bytes bytes_of(const std::string& hex) {
  auto bytes = base::from_hex(hex);
  STATION_CHECK(bytes.has_value(), "hands write hexadecimal digits");
  return *bytes;
}

}  // namespace

SimReader::SimReader(SimReaderSettings settings, const base::Clock& clock) : settings_(std::move(settings)), clock_(clock) {}

void SimReader::tap(const std::string& uid_hex) { tap(uid_hex, kClassicAtr); }

void SimReader::tap(const std::string& uid_hex, const std::string& atr_hex) {
  put({{bytes_of(uid_hex)}, bytes_of(atr_hex)});
}

void SimReader::tap_two(const std::string& uid_hex, const std::string& other_uid_hex) {
  put({{bytes_of(uid_hex), bytes_of(other_uid_hex)}, bytes_of(kClassicAtr)});
}

void SimReader::tap_mute() { put({{}, {}, true}); }

void SimReader::put(Card card) {
  {
    std::lock_guard lock(mutex_);
    lay(std::move(card), clock_.mono());
  }
  changed();
}

void SimReader::remove() {
  {
    std::lock_guard lock(mutex_);
    settle(clock_.mono());
    if (!card_ || gone_since_) return;
    gone_since_ = clock_.mono();
    if (settings_.interrupt) notices_.push_back({clock_.mono() + settings_.removal_delay, {0x50, 0x02}, {}});
  }
  changed();
}

bool SimReader::card() const {
  std::lock_guard lock(mutex_);
  return card_ && !gone_since_;
}

void SimReader::spoil(ReaderFault fault, int count) {
  std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) faults_.push_back(fault);
}

void SimReader::freeze() {
  std::lock_guard lock(mutex_);
  frozen_ = true;
}

void SimReader::freeze_for_good() {
  std::lock_guard lock(mutex_);
  frozen_ = dead_ = true;
}

void SimReader::revive() {
  {
    std::lock_guard lock(mutex_);
    frozen_ = dead_ = false;
  }
  changed();
}

void SimReader::leave_old_frames(int count) {
  std::lock_guard lock(mutex_);
  // They carry the numbers that a new session uses first.
  for (int i = 0; i < count; ++i)
    bulk_.push_front({BootTime{}, wire::encode_answer({0x81, 0, static_cast<std::uint8_t>(count - 1 - i)}), {}});
}

std::vector<std::string> SimReader::heard() const {
  std::lock_guard lock(mutex_);
  return heard_;
}

std::vector<std::string> SimReader::lights_and_sounds() const {
  std::lock_guard lock(mutex_);
  return shown_;
}

int SimReader::resets() const {
  std::lock_guard lock(mutex_);
  return resets_;
}

int SimReader::pluggings() const {
  std::lock_guard lock(mutex_);
  return pluggings_;
}

link::UsbDevice SimReader::description() const {
  link::UsbDevice device;
  device.vendor = settings_.vendor;
  device.product = settings_.product;
  device.usb_version = 0x0110;
  device.serial = settings_.serial;
  device.name = "Simulated reader";
  link::UsbInterface interface;
  interface.class_code = settings_.class_code;
  interface.protocol = settings_.protocol;
  interface.extra.assign(kDescriptor.begin(), kDescriptor.end());
  for (unsigned i = 0; i < 4; ++i)
    interface.extra[40 + i] = static_cast<std::uint8_t>((settings_.features >> (8 * i)) & 0xFF);
  interface.endpoints = {{0x02, 2, 64}, {0x82, 2, 64}};
  if (settings_.interrupt) interface.endpoints.push_back({0x81, 3, 8});
  device.interfaces.push_back(std::move(interface));
  return device;
}

void SimReader::plugged_in(BootTime) {
  std::lock_guard lock(mutex_);
  ++pluggings_;
  frozen_ = dead_;
  powered_ = halted_in_ = halted_out_ = false;
  bulk_.clear();
  notices_.clear();
}

void SimReader::reset(BootTime) {
  std::lock_guard lock(mutex_);
  ++resets_;
  powered_ = halted_in_ = halted_out_ = false;
  bulk_.clear();
  notices_.clear();
}

link::UsbResult<void> SimReader::bulk_out(std::span<const std::uint8_t> message, BootTime now) {
  std::lock_guard lock(mutex_);
  settle(now);
  if (!faults_.empty() && faults_.front() == ReaderFault::stall_out) {
    faults_.pop_front();
    halted_out_ = true;
  }
  if (halted_out_) return tl::unexpected(UsbError::stall);
  heard_.push_back(base::to_hex_upper(message));
  if (frozen_) return {};
  const auto request = wire::decode_request(message);
  if (!request) return {};
  switch (request->command) {
    case wire::Command::power_on:
      power_on(request->sequence, now);
      break;
    case wire::Command::transfer:
      apdu(request->data, false, request->sequence, now);
      break;
    case wire::Command::escape:
      apdu(request->data, true, request->sequence, now);
      break;
    case wire::Command::power_off:
      powered_ = false;
      [[fallthrough]];
    case wire::Command::slot_status:
    case wire::Command::abort:
      answer(0x81, request->sequence, slot_state(), 0, {}, settings_.status_delay, now);
      break;
  }
  return {};
}

link::UsbResult<base::Bytes> SimReader::take(Endpoint endpoint, BootTime now) {
  std::lock_guard lock(mutex_);
  settle(now);
  if (endpoint == Endpoint::bulk_in && halted_in_) return tl::unexpected(UsbError::stall);
  auto& queue = endpoint == Endpoint::bulk_in ? bulk_ : notices_;
  if (frozen_ || queue.empty() || queue.front().at > now) return tl::unexpected(UsbError::timeout);
  const Due due = queue.front();
  queue.pop_front();
  if (!due.error) return due.bytes;
  if (*due.error == UsbError::stall) {
    // The answer waits behind the halt.
    halted_in_ = true;
    queue.push_front({due.at, due.bytes, {}});
  }
  return tl::unexpected(*due.error);
}

std::optional<BootTime> SimReader::due(Endpoint endpoint) const {
  std::lock_guard lock(mutex_);
  const auto& queue = endpoint == Endpoint::bulk_in ? bulk_ : notices_;
  if (frozen_ || queue.empty()) return std::nullopt;
  return queue.front().at;
}

void SimReader::clear_halt(link::UsbPipe::Direction direction) {
  std::lock_guard lock(mutex_);
  (direction == link::UsbPipe::Direction::in ? halted_in_ : halted_out_) = false;
}

link::UsbResult<base::Bytes> SimReader::control(const link::UsbSetup&, std::size_t, BootTime) {
  return tl::unexpected(UsbError::stall);
}

void SimReader::lay(Card card, BootTime now) {
  settle(now);
  card_ = std::move(card);
  gone_since_.reset();
  powered_ = false;
  uid_turn_ = 0;
  notices_.clear();  // a removal that was not yet noticed is none any more
  if (settings_.interrupt) notices_.push_back({now + settings_.status_delay, {0x50, 0x03}, {}});
}

// A card that was taken away is noticed only after a while.
void SimReader::settle(BootTime now) {
  if (!gone_since_ || now < *gone_since_ + settings_.removal_delay) return;
  gone_since_.reset();
  card_.reset();
  powered_ = false;
}

void SimReader::answer(std::uint8_t type, std::uint8_t seq, std::uint8_t status, std::uint8_t error,
                       const base::Bytes& data, Milliseconds delay, BootTime now) {
  wire::Answer reply{type, 0, seq, static_cast<wire::Card>(status & 3), static_cast<wire::Outcome>(status >> 6), error, data};
  BootTime at = now + delay;
  const auto fault = next_fault();
  if (fault == ReaderFault::silent) return;
  if (fault == ReaderFault::stall_in) {
    bulk_.push_back({at, wire::encode_answer(reply), UsbError::stall});
    return;
  }
  if (fault == ReaderFault::zero_length) bulk_.push_back({at, {}, {}});
  if (fault == ReaderFault::time_extension) {
    bulk_.push_back({at, wire::encode_answer({type, 0, seq, reply.card, wire::Outcome::time_extension, 2, {}}), {}});
    at = now + Milliseconds{2'500};
  }
  if (fault == ReaderFault::wrong_sequence) reply.sequence = static_cast<std::uint8_t>(seq + 100);
  if (fault == ReaderFault::wrong_slot) reply.slot = 1;
  if (fault == ReaderFault::failed_with_data) {
    reply.outcome = wire::Outcome::failed;
    reply.error = 0xFB;
  }
  base::Bytes bytes = wire::encode_answer(reply);
  if (fault == ReaderFault::short_frame) bytes.resize(7);
  if (fault == ReaderFault::wrong_length) bytes[1] = static_cast<std::uint8_t>(bytes[1] + 9);
  if (fault == ReaderFault::babble) bytes.resize(1'000);
  bulk_.push_back({at, std::move(bytes), {}});
}

void SimReader::power_on(std::uint8_t seq, BootTime now) {
  const bool readable = card_ && !gone_since_ && !card_->mute;
  powered_ = readable;
  if (!readable) {
    answer(0x80, seq, static_cast<std::uint8_t>(0x40 | slot_state()), 0xFE, {}, settings_.apdu_delay, now);
    return;
  }
  ++uid_turn_;  // a new anti-collision: two cards take turns
  answer(0x80, seq, 0x00, 0, card_->atr, settings_.apdu_delay, now);
}

void SimReader::apdu(std::span<const std::uint8_t> command, bool escape, std::uint8_t seq, BootTime now) {
  const std::uint8_t type = escape ? 0x83 : 0x80;
  if (!escape && (!powered_ || gone_since_)) {
    answer(type, seq, static_cast<std::uint8_t>(0x40 | slot_state()), 0xFE, {}, settings_.apdu_delay, now);
    return;
  }
  answer(type, seq, slot_state(), 0, pseudo_apdu(command, escape), settings_.apdu_delay, now);
}

base::Bytes SimReader::pseudo_apdu(std::span<const std::uint8_t> command, bool escape) {
  const auto begins = [&](std::initializer_list<std::uint8_t> head) {
    return command.size() >= head.size() && std::equal(head.begin(), head.end(), command.begin());
  };
  if (!escape && begins({0xFF, 0xCA, 0x00, 0x00})) {
    base::Bytes uid = card_->uids[uid_turn_ % card_->uids.size()];
    uid.insert(uid.end(), {0x90, 0x00});
    return uid;
  }
  if (begins({0xFF, 0x00, 0x48, 0x00})) return {'A', 'C', 'R', '1', '2', '2', 'U', '2', '0', '1'};
  if (begins({0xFF, 0x00, 0x52})) return {0x90, 0x00};
  if (begins({0xFF, 0x00, 0x40}) && command.size() == 9) {
    const bool green = (command[3] & 0x02) != 0;
    shown_.push_back(std::string(green ? "green" : "red") + ", " + std::to_string(command[7]) + " beep" +
                     (command[7] == 1 ? "" : "s"));
    return {0x90, static_cast<std::uint8_t>(command[3] & 0x03)};
  }
  return {0x6A, 0x81};
}

std::optional<ReaderFault> SimReader::next_fault() {
  if (faults_.empty() || faults_.front() == ReaderFault::stall_out) return std::nullopt;
  const ReaderFault fault = faults_.front();
  faults_.pop_front();
  return fault;
}

std::uint8_t SimReader::slot_state() const {
  if (!card_) return 2;
  return powered_ ? 0 : 1;
}

}  // namespace station::sim
