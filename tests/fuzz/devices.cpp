#include <nlohmann/json.hpp>

#include "devices/codec/ccid.h"
#include "devices/codec/code_line.h"
#include "devices/codec/code_rule.h"
#include "devices/codec/dny.h"
#include "devices/codec/dny_order.h"
#include "devices/codec/dny_report.h"
#include "devices/codec/explain.h"
#include "devices/codec/frame_reader.h"
#include "devices/codec/hid_pos.h"
#include "devices/codec/lock_8a.h"
#include "devices/codec/lock_kr_cu16.h"
#include "devices/codec/lock_profile.h"
#include "devices/codec/lock_wkly.h"
#include "devices/codec/modbus.h"
#include "devices/codec/wedge.h"
#include "sync/base/check.h"
#include "tests/fuzz/targets.h"

namespace station::fuzz {

namespace {

constexpr base::BootTime kStart{base::Milliseconds(1'000)};

// The bytes as a line brings them: in pieces, with silence in between where a piece begins with an odd byte. Every whole
// frame goes to `use`.
template <class Use>
void through_reader(Input input, const codec::FrameReader::Judge& judge, Use use) {
  codec::FrameReader reader;
  base::BootTime now = kStart;
  while (!input.empty()) {
    const std::size_t n = std::min<std::size_t>(1 + input[0] % 13, input.size());
    reader.feed(input.first(n), now);
    while (const auto frame = reader.next(judge, now)) use(*frame);
    now += base::Milliseconds(input[0] % 2 == 1 ? 50 : 1);
    input = input.subspan(n);
  }
  now += base::Milliseconds(100);
  while (const auto frame = reader.next(judge, now)) use(*frame);
  STATION_CHECK(reader.empty(), "silence ends everything that was begun");
}

}  // namespace

void ccid(Input input) {
  namespace c = codec::ccid;
  const auto descriptor = c::find_descriptor(input);
  if (descriptor) {
    (void)c::to_string(descriptor->level());
    STATION_CHECK(descriptor->read_size(64) % 64 == 0 && descriptor->read_size(64) > 0, "whole packets are read");
  }
  if (const auto request = c::decode_request(input))
    STATION_CHECK(c::decode_request(c::encode(*request)).has_value(), "a request is read back");
  const auto answer = c::decode_answer(input);
  if (const auto* good = std::get_if<c::Answer>(&answer)) {
    STATION_CHECK(good->outcome == c::Outcome::done || good->data.empty(), "data of a failure is never used");
    (void)c::explain_error(good->error);
    if (const auto uid = c::successful(good->data)) (void)c::problem_of(*uid, c::kind_of(input), false);
  } else {
    (void)c::to_string(std::get<c::Damage>(answer));
  }
  (void)c::decode_notice(input, input.empty() ? 0 : input[0] % 16);
  (void)c::describe_atr(input);
  (void)c::problem_of(input, c::kind_of(input), true);
}

void lock_8a(Input input) {
  namespace c = codec::lock_8a;
  const std::uint8_t choice = take(input);
  const c::Request request{static_cast<c::Purpose>(choice % 4), static_cast<std::uint8_t>(1 + choice % 3),
                           static_cast<std::uint8_t>(choice % 4 < 2 && choice % 2 == 0 ? 1 + choice / 16 : 1)};
  for (const std::size_t status : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    const auto reply = c::decode_reply(request, input, status);
    if (!reply) continue;
    if (const auto* all = std::get_if<c::AllStates>(&*reply))
      STATION_CHECK(all->is_11.size() == 8 * status && all->board == request.board, "as many states as were asked for");
    if (const auto* one = std::get_if<c::OneState>(&*reply))
      STATION_CHECK(one->board == request.board, "another board's answer is none");
  }
  if (const auto back = c::decode_request(input)) (void)*back;
  if (const auto push = c::decode_push(input))
    STATION_CHECK(c::decode_push(c::encode_push(*push)) == push, "a push is read back");
  (void)c::sender(input);
  (void)c::status_bytes_of(request.board, input);
}

void lock_wkly(Input input) {
  namespace c = codec::wkly;
  const auto use = [](const base::Bytes& bytes) {
    const auto frame = c::decode(bytes);
    if (!frame) return;
    STATION_CHECK(c::encode(*frame) == bytes, "there is one frame for one content");
    (void)c::one_door(*frame);
    (void)c::push(*frame);
    if (const auto all = c::all_doors(*frame)) STATION_CHECK(all->closed.size() <= 255, "a board has so many doors");
  };
  through_reader(input, c::front, use);
  use(base::Bytes(input.begin(), input.end()));
}

void lock_kr_cu16(Input input) {
  namespace c = codec::kr_cu16;
  const auto use = [](const base::Bytes& bytes) {
    const auto frame = c::decode(bytes);
    if (!frame) return;
    STATION_CHECK(c::encode(*frame) == bytes, "there is one frame for one content");
    (void)c::status(*frame);
    if (const auto time = c::unlock_time(*frame)) STATION_CHECK(time->count() >= 0, "times are not negative");
  };
  through_reader(input, c::front, use);
  use(base::Bytes(input.begin(), input.end()));
}

void modbus(Input input) {
  namespace c = codec::modbus;
  const std::uint8_t choice = take(input);
  static constexpr c::Function kFunctions[] = {
      c::Function::read_coils,  c::Function::read_inputs,    c::Function::read_registers, c::Function::read_input_registers,
      c::Function::write_coil,  c::Function::write_register, c::Function::write_coils,    c::Function::write_registers};
  c::Request request{static_cast<std::uint8_t>(1 + choice / 64), kFunctions[choice % 8],
                     static_cast<std::uint16_t>(choice / 8 % 8), static_cast<std::uint16_t>(choice % 8 < 4 ? 9 : 1), {}};
  if (!c::is_read(request.function)) request.values = {1};
  STATION_CHECK(c::complaint_about(request).empty(), "the chosen request is a good one");
  const auto reply = c::decode_reply(request, input);
  if (const auto* good = std::get_if<c::Reply>(&reply)) {
    if (const auto* bits = std::get_if<c::Bits>(good))
      STATION_CHECK(bits->bits.size() == request.count, "as many bits as were asked for");
    if (const auto* registers = std::get_if<c::Registers>(good))
      STATION_CHECK(registers->values.size() == request.count, "as many registers as were asked for");
  } else {
    (void)c::to_string(std::get<c::Flaw>(reply));
  }
  if (const auto back = c::decode_request(input))
    if (c::complaint_about(*back).empty())
      STATION_CHECK(c::decode_request(c::encode(*back)) == back, "a request is read back");
  through_reader(input, c::reply_front, [&](const base::Bytes& frame) { (void)c::decode_reply(request, frame); });
  through_reader(input, c::request_front, [](const base::Bytes& frame) { (void)c::decode_request(frame); });
}

void dny(Input input) {
  namespace c = codec::dny;
  c::Stream stream;
  base::BootTime now = kStart;
  const auto drain = [&] {
    while (const auto item = stream.next(now)) {
      const auto* frame = std::get_if<c::Frame>(&*item);
      if (!frame) continue;
      STATION_CHECK(c::decode(c::encode(*frame)) == *frame, "a frame is read back");
      (void)c::read_report(*frame);
      (void)c::read_charge(frame->data);
      (void)c::read_parameters_1(frame->data);
      (void)c::read_parameters_2(frame->data);
      (void)c::read_limits(frame->data);
      (void)c::read_preset(frame->data);
      (void)c::to_string(c::kind_of(frame->device));
    }
  };
  (void)c::decode(input);
  while (!input.empty() && !stream.hopeless()) {
    const std::size_t n = std::min<std::size_t>(1 + input[0] % 40, input.size());
    stream.feed(input.first(n), now);
    drain();
    now += base::Milliseconds(input[0] % 4 == 3 ? 3'000 : 5);
    input = input.subspan(n);
  }
  now += base::Milliseconds(5'000);
  drain();
}

void explain(Input input) {
  const auto families = codec::frame_families();
  const auto& family = families[take(input) % families.size()];
  const codec::Explanation said = family.explain(input);
  STATION_CHECK(said.valid == said.errors.empty(), "a frame is valid or something is wrong with it");
  for (const codec::Field& field : said.fields)
    STATION_CHECK(field.size == 0 || field.at + field.size <= input.size(), "a field lies within the frame");
  STATION_CHECK(nlohmann::json::accept(codec::to_json_line(said)), "the explanation is JSON");
  (void)codec::to_text(said);
}

void scanner(Input input) {
  namespace c = codec::hid_pos;
  const std::uint8_t choice = take(input);
  const std::string text(text_of(input));
  if (choice % 3 == 0) {
    if (const auto layout = c::layout_of(input)) {
      c::Joiner joiner(*layout);
      for (const base::Bytes& report : c::encode(*layout, "RC1|6901234567892", "]Q1")) (void)joiner.feed(report, kStart);
    }
    (void)c::descriptor_length(input);
  } else if (choice % 3 == 1) {
    c::Joiner joiner(choice % 2 == 0 ? c::newland_layout() : *c::layout_of(c::sample_descriptor()));
    base::BootTime now = kStart;
    while (!input.empty()) {
      const std::size_t n = std::min<std::size_t>(c::kLongestReport, input.size());
      const auto code = joiner.feed(input.first(n), now);
      if (code && std::holds_alternative<std::string>(*code))
        STATION_CHECK(std::get<std::string>(*code).size() <= c::kLongestCode, "codes have an end");
      input = input.subspan(n);
      now += base::Milliseconds(choice);
      (void)joiner.expire(now);
    }
  } else {
    codec::CodeLine line;
    base::BootTime now = kStart;
    while (!input.empty()) {
      const std::size_t n = std::min<std::size_t>(1 + input[0] % 50, input.size());
      line.feed(input.first(n), now);
      input = input.subspan(n);
      now += base::Milliseconds(n % 5 == 0 ? 120 : 2);
      while (const auto code = line.next(now)) {
        STATION_CHECK(code->size() <= codec::CodeLine::kLongest, "codes have an end");
        (void)codec::judge({}, *code);
      }
    }
  }
  if (codec::judge({}, text) == codec::CodeVerdict::accepted)
    STATION_CHECK(text.find_first_of(std::string("\0\n\r\t\x1b", 5)) == std::string::npos, "no control character passes");
}

void wedge(Input input) {
  namespace c = codec::wedge;
  const std::string text(text_of(input));
  for (const auto format : {c::CardFormat::hex, c::CardFormat::hex_reversed, c::CardFormat::dec10,
                            c::CardFormat::dec10_reversed, c::CardFormat::dec8, c::CardFormat::wg26})
    if (const auto number = c::card_number(format, text))
      STATION_CHECK(!number->empty() && number->size() <= 16, "a card's number is short");
  c::Typist typist;
  base::BootTime now = kStart;
  while (input.size() >= 4) {
    const c::Key key{static_cast<std::uint16_t>(input[0] % 6), static_cast<std::uint16_t>(input[1] | input[2] % 3 << 8),
                     static_cast<std::int8_t>(input[3])};
    typist.feed(key, now);
    now += base::Milliseconds(input[2] / 3);
    input = input.subspan(4);
    while (const auto line = typist.next(now)) {
      STATION_CHECK(line->size() >= c::Typist::kShortest && line->size() <= c::Typist::kLongest, "lines have a length");
      for (const char ch : *line) STATION_CHECK(ch >= 0x20 && ch < 0x7f, "only characters come through");
    }
  }
}

void lock_profile(Input input) {
  const auto profile = codec::parse_lock_profile(std::string(text_of(input)), "profile.toml");
  if (profile) {
    STATION_CHECK(profile->locks > 0 && profile->longest.count() > 0, "a profile that is taken is one");
  } else {
    STATION_CHECK(!profile.error().message.empty(), "a refusal says why");
  }
}

}  // namespace station::fuzz
