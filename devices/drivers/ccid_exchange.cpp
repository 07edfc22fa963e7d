#include "devices/drivers/ccid_exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace wire = codec::ccid;
using link::UsbError;
using link::UsbPipe;

namespace {

base::Milliseconds deadline_of(wire::Command command) {
  switch (command) {
    case wire::Command::power_on:
      return 5s;
    case wire::Command::transfer:
    case wire::Command::escape:
      return 10s;
    case wire::Command::power_off:
    case wire::Command::slot_status:
    case wire::Command::abort:
      break;
  }
  return 3s;
}

}  // namespace

void CcidExchange::start(wire::Command command, std::uint8_t parameter, base::Bytes data, BootTime now) {
  start(command, parameter, std::move(data), deadline_of(command), now);
}

void CcidExchange::start(wire::Command command, std::uint8_t parameter, base::Bytes data, Milliseconds limit,
                         BootTime now) {
  STATION_CHECK(!busy_, "one command in flight");
  busy_ = true;
  command_ = command;
  ++sequence_;
  ++counts_.commands;
  stale_ = 0;
  halt_cleared_ = false;
  asked_ = now;
  one_read_ = std::min(kOneRead, limit);
  read_until_ = now + one_read_;
  deadline_ = now + limit;
  const base::Bytes message = wire::encode({command, slot_, sequence_, parameter, std::move(data)});
  auto sent = pipe_.write(message, kWriteLimit);
  if (!sent && sent.error() == UsbError::stall) {
    // The reader did not take the command: after clearing the halt it may be sent again, once.
    ++counts_.halts;
    halt_cleared_ = true;
    if (pipe_.clear_halt(UsbPipe::Direction::out)) sent = pipe_.write(message, kWriteLimit);
  }
  write_error_ = sent ? std::nullopt : std::optional(sent.error());
}

std::optional<CcidExchange::Result> CcidExchange::poll(BootTime now) {
  STATION_CHECK(busy_, "a command is in flight");
  if (write_error_) {
    const UsbError error = *write_error_;
    halt_cleared_ = true;
    return on_error(error, now);
  }
  // What is queued is taken at once: stale frames must not cost a step each.
  for (int frames = 0; frames <= kMostStale + 2; ++frames) {
    const auto message = pipe_.read(0ms);
    if (!message) return on_error(message.error(), now);
    if (message->empty()) continue;  // a zero-length packet is nothing
    if (auto result = take(*message, now)) return result;
  }
  return std::nullopt;
}

CcidExchange::BootTime CcidExchange::wake() const {
  const BootTime end = std::min(read_until_, deadline_);
  const auto arrival = pipe_.arrival();
  return arrival ? std::min(end, *arrival) : end;
}

std::optional<CcidExchange::Result> CcidExchange::take(const base::Bytes& message, BootTime now) {
  auto decoded = wire::decode_answer(message);
  if (const auto* damage = std::get_if<wire::Damage>(&decoded)) {
    ++counts_.damaged;
    return fail(Failure::protocol, fmt::format("a damaged answer: {}", wire::to_string(*damage)));
  }
  auto& answer = std::get<wire::Answer>(decoded);
  if (answer.type != wire::answer_type(command_) || answer.slot != slot_ || answer.sequence != sequence_) {
    ++counts_.stale;
    if (++stale_ < kMostStale) return std::nullopt;
    return fail(Failure::protocol, "ten answers to other commands");
  }
  if (answer.outcome == wire::Outcome::time_extension) {
    extend(answer.error, now);
    return std::nullopt;
  }
  busy_ = false;
  counts_.last_latency = now - asked_;
  counts_.worst_latency = std::max(counts_.worst_latency, counts_.last_latency);
  return Result(std::move(answer));
}

void CcidExchange::extend(std::uint8_t factor, BootTime now) {
  read_until_ = std::min(deadline_, now + one_read_ * std::max<int>(factor, 1));
}

std::optional<CcidExchange::Result> CcidExchange::on_error(UsbError error, BootTime now) {
  switch (error) {
    case UsbError::timeout:
      if (now < read_until_ && now < deadline_ && !write_error_) return std::nullopt;
      return fail(Failure::timeout, fmt::format("no answer within {} ms", (now - asked_).count()));
    case UsbError::stall:
      ++counts_.halts;
      if (halt_cleared_) return fail(Failure::stall, "the endpoint stalled again after it was cleared");
      halt_cleared_ = true;
      if (pipe_.clear_halt(UsbPipe::Direction::in)) return std::nullopt;
      return fail(Failure::stall, "the stalled endpoint cannot be cleared");
    case UsbError::overflow:
      ++counts_.damaged;
      return fail(Failure::overflow, link::to_string(error));
    case UsbError::no_device:
      return fail(Failure::gone, link::to_string(error));
    case UsbError::busy:
    case UsbError::access:
    case UsbError::not_found:
    case UsbError::io:
      break;
  }
  return fail(Failure::io, link::to_string(error));
}

CcidExchange::Result CcidExchange::fail(Failure what, std::string why) {
  busy_ = false;
  write_error_.reset();
  return Failed{what, std::move(why)};
}

}  // namespace station::drivers
