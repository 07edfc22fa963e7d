#include "devices/codec/dny.h"

#include <catch2/catch.hpp>
#include <string>

#include "devices/codec/dny_order.h"
#include "devices/codec/dny_report.h"

using namespace station;
using namespace station::codec::dny;
using namespace std::chrono_literals;

namespace {

base::Bytes dny_bytes(std::string text) {
  std::erase(text, ' ');
  const auto bytes = base::from_hex(text);
  REQUIRE(bytes);
  return *bytes;
}

struct Sample {
  const char* name;
  const char* hex;
  std::uint32_t device;
  std::uint16_t message;
  std::uint8_t command;
};

// As printed in the public documents of the protocol, and three that follow from its rules (41, 42, the post's 21).
const Sample kSamples[] = {
    {"registration", "44 4E 59 13 00 3B 37 AB 04 B9 00 20 7E 00 02 14 21 00 00 00 E4 00 91 04", 0x04AB373B, 0xB9, 0x20},
    {"heartbeat", "44 4E 59 10 00 3B 37 AB 04 01 00 21 98 08 02 00 00 09 05 EE 02", 0x04AB373B, 1, 0x21},
    {"heartbeat answer", "44 4E 59 0A 00 3B 37 AB 04 01 00 21 00 38 02", 0x04AB373B, 1, 0x21},
    {"old heartbeat answer", "44 4E 59 0A 00 3B 37 AB 04 B9 00 01 00 D0 02", 0x04AB373B, 0xB9, 0x01},
    {"time request", "44 4E 59 09 00 3B 37 AB 04 B9 00 22 F0 02", 0x04AB373B, 0xB9, 0x22},
    {"card", "44 4E 59 11 00 3B 37 AB 04 01 00 02 7A 8D 05 DD 00 01 00 00 0A 04", 0x04AB373B, 1, 0x02},
    {"settlement",
     "44 4E 59 28 00 3B 37 AB 04 01 00 03 10 0E E8 03 30 00 01 01 00 00 00 00 01 20 19 09 01 18 00 00 13 00 30 38 01 02 "
     "03 04 05 E8 03 44 05",
     0x04AB373B, 1, 0x03},
    {"settlement answer", "44 4E 59 0A 00 3B 37 AB 04 01 00 03 00 1A 02", 0x04AB373B, 1, 0x03},
    {"status", "44 4E 59 09 00 3B 37 AB 04 01 00 81 97 02", 0x04AB373B, 1, 0x81},
    {"start",
     "44 4E 59 26 00 3B 37 AB 04 02 00 82 00 64 01 00 00 01 01 00 00 12 34 56 78 12 34 56 78 12 34 56 78 12 34 56 78 80 "
     "70 88 13 F8 08",
     0x04AB373B, 2, 0x82},
    {"start reply",
     "44 4E 59 1D 00 3B 37 AB 04 02 00 82 00 12 34 56 78 12 34 56 78 12 34 56 78 12 34 56 78 01 00 00 FE 06", 0x04AB373B,
     2, 0x82},
    {"preset reply", "44 4E 59 0A 00 3B 37 AB 04 02 00 8A 00 A2 02", 0x04AB373B, 2, 0x8A},
    {"limits", "44 4E 59 0D 00 3B 37 AB 04 02 00 85 A0 8C 20 4E 3A 04", 0x04AB373B, 2, 0x85},
    {"card keys reply", "44 4E 59 0A 00 3B 37 AB 04 02 00 86 00 9E 02", 0x04AB373B, 2, 0x86},
    {"restart", "44 4E 59 09 00 3B 37 AB 04 01 00 87 9D 02", 0x04AB373B, 1, 0x87},
    {"clear memory", "44 4E 59 09 00 3B 37 AB 04 01 00 88 9E 02", 0x04AB373B, 1, 0x88},
    {"clear memory reply", "44 4E 59 0A 00 3B 37 AB 04 01 00 88 00 9F 02", 0x04AB373B, 1, 0x88},
    {"work mode", "44 4E 59 0A 00 3B 37 AB 04 01 00 8D 00 A4 02", 0x04AB373B, 1, 0x8D},
    {"start update", "44 4E 59 09 00 3B 37 AB 04 01 00 E4 FA 02", 0x04AB373B, 1, 0xE4},
    {"host time", "44 4E 59 09 00 84 26 D6 09 05 00 12 94 02", 0x09D62684, 5, 0x12},
    {"host time answer", "44 4E 59 0D 00 84 26 D6 09 05 00 12 DE 5C A9 5F DA 04", 0x09D62684, 5, 0x12},
    {"stop",
     "44 4E 59 26 00 3B 37 AB 04 03 00 82 00 00 00 00 00 01 00 00 00 12 34 56 78 12 34 56 78 12 34 56 78 12 34 56 78 00 "
     "00 00 00 08 07",
     0x04AB373B, 3, 0x82},
    {"smoke", "44 4E 59 0C 00 3B 37 AB 04 11 00 42 04 00 00 6F 02", 0x04AB373B, 0x11, 0x42},
    {"cabinet", "44 4E 59 12 00 01 00 00 07 13 00 41 0C 04 00 00 00 00 0F 00 00 78 01", 0x07000001, 0x13, 0x41},
    {"heartbeat of ten ports", "44 4E 59 18 00 01 00 00 05 16 00 21 A4 08 0A 00 01 02 03 05 00 00 0E 00 00 00 5A 69 02",
     0x05000001, 0x16, 0x21},
};

base::Bytes frame_of(const char* name) {
  for (const Sample& s : kSamples)
    if (std::string(s.name) == name) return dny_bytes(s.hex);
  FAIL("no sample " << name);
  return {};
}

template <class T>
T report_of(const char* name) {
  const auto frame = decode(frame_of(name));
  REQUIRE(frame);
  const auto report = read_report(*frame);
  REQUIRE(report);
  REQUIRE(std::holds_alternative<T>(*report));
  return std::get<T>(*report);
}

const Order kSampleOrder{0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0x56, 0x78};
const base::BootTime kStart{1000ms};

std::vector<Stream::Item> all_of(Stream& stream, base::BootTime now) {
  std::vector<Stream::Item> items;
  while (auto item = stream.next(now)) items.push_back(std::move(*item));
  return items;
}

base::Bytes glued(std::initializer_list<base::Bytes> parts) {
  base::Bytes out;
  for (const base::Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

base::Bytes text(const char* words) {
  const auto bytes = base::as_bytes(words);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("DNY frames of the documents are read and written byte for byte", "[devices]") {
  for (const Sample& s : kSamples) {
    CAPTURE(s.name);
    const base::Bytes bytes = dny_bytes(s.hex);
    const auto frame = decode(bytes);
    REQUIRE(frame);
    CHECK(frame->device == s.device);
    CHECK(frame->message == s.message);
    CHECK(frame->command == s.command);
    CHECK(encode(*frame) == bytes);
  }
}

TEST_CASE("a damaged DNY frame is no frame", "[devices]") {
  CHECK_FALSE(decode(dny_bytes("44 4E 59 10 00 3B 37 AB 04 01 00 21 98 48 02 00 00 09 05 EE 02")));
  const base::Bytes good = frame_of("settlement");
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      base::Bytes bad = good;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ (1 << bit));
      CHECK_FALSE(decode(bad));
    }
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(decode(std::span(good).first(size)));
  base::Bytes longer = good;
  longer.push_back(0);
  CHECK_FALSE(decode(longer));
}

TEST_CASE("a physical ID says what kind of device it is and which number is printed on it", "[devices]") {
  CHECK(kind_of(0x04AB373B) == Kind::double_socket);
  CHECK(number_of(0x04AB373B) == 11220795);
  CHECK(device_id(Kind::double_socket, 11220795) == 0x04AB373B);
  CHECK(most_ports(Kind::post_16) == 16);
  CHECK(most_ports(Kind::bus_host) == 0);
  CHECK(kind_of(0x01000001) == Kind::unknown);
  for (const std::uint32_t number : {10011001u, 12000000u, 13000001u}) CHECK(is_fallback_number(number));
  CHECK_FALSE(is_fallback_number(11220795));
}

TEST_CASE("reports of the documents say what the documents say", "[devices]") {
  const auto registration = report_of<Registration>("registration");
  CHECK(registration.firmware == 126);
  CHECK(registration.ports == 2);
  CHECK(registration.virtual_id == 20);
  CHECK(registration.device_type == 0x21);
  CHECK(registration.online_mode());
  const auto heartbeat = report_of<Heartbeat>("heartbeat");
  CHECK(heartbeat.voltage == 2200);
  CHECK(heartbeat.states == std::vector<std::uint8_t>{0, 0});
  CHECK(heartbeat.signal == 9);
  CHECK(heartbeat.temperature == -60);
  const auto ten = report_of<Heartbeat>("heartbeat of ten ports");
  CHECK(ten.states == std::vector<std::uint8_t>{0, 1, 2, 3, 5, 0, 0, 0x0E, 0, 0});
  CHECK(ten.temperature == 25);
  const auto card = report_of<CardShown>("card");
  CHECK(card.card == std::array<std::uint8_t, 4>{0x7A, 0x8D, 0x05, 0xDD});
  CHECK(card.port == 1);
  CHECK_FALSE(card.time);
  const auto settled = report_of<Settlement>("settlement");
  CHECK(settled.seconds == 3600);
  CHECK(settled.peak_power == 1000);
  CHECK(settled.energy == 48);
  CHECK(settled.port == 1);
  CHECK(settled.start_kind == 1);
  CHECK(settled.reason == 1);
  CHECK(settled.order == Order{0x20, 0x19, 0x09, 0x01, 0x18, 0x00, 0x00, 0x13, 0x00, 0x30, 0x38, 0x01, 0x02, 0x03, 0x04,
                               0x05});
  CHECK(settled.first_peak == 1000);
  CHECK_FALSE(settled.time);
  const auto reply = report_of<ChargeReply>("start reply");
  CHECK(reply.result == 0);
  CHECK(reply.order == kSampleOrder);
  CHECK(reply.port == 1);
  CHECK(reply.waiting_ports == 0);
  const auto smoke = report_of<Alarm>("smoke");
  CHECK(std::string(alarm_name(smoke.type)) == "smoke");
  CHECK(is_safety_alarm(smoke.type));
  const auto cabinet = report_of<Cabinet>("cabinet");
  CHECK(cabinet.ports == 12);
  CHECK(cabinet.open_doors == 0b100);
  CHECK(cabinet.fans == 0xF00);
  CHECK(report_of<PlainReply>("preset reply").result == 0);
  report_of<TimeWish>("time request");
  report_of<TimeWish>("host time");
}

TEST_CASE("a power heartbeat is read with and without the fields of later firmware", "[devices]") {
  PowerReport full;
  full.port = 3;
  full.state = 1;
  full.seconds = 600;
  full.energy = 12;
  full.power = 1500;
  full.order = kSampleOrder;
  full.ambient = 30;
  full.port_temperature = 41;
  Frame frame{0x05000001, 7, code::kPower, write_power(full)};
  auto read = std::get<PowerReport>(read_report(frame).value());
  CHECK(read.power == 1500);
  CHECK(read.order == kSampleOrder);
  CHECK(read.port_temperature == 41);
  CHECK(read.ambient == 30);
  frame.data.resize(9);  // up to the power
  read = std::get<PowerReport>(read_report(frame).value());
  CHECK(read.energy == 12);
  CHECK_FALSE(read.order);
  CHECK_FALSE(read.port_temperature);
  frame.data.resize(8);
  CHECK_FALSE(read_report(frame));
}

TEST_CASE("a report that lies about its number of ports is refused", "[devices]") {
  CHECK_FALSE(read_report({1, 1, code::kHeartbeat, {0x98, 0x08, 0x10, 0, 0}}));
  CHECK_FALSE(read_report({1, 1, code::kRegistration, {0x7E, 0x00, 0x02}}));
  CHECK_FALSE(read_report({1, 1, code::kSettlement, base::Bytes(20, 0)}));
}

TEST_CASE("orders have the bytes of the documents", "[devices]") {
  Charge start;
  start.balance = 356;
  start.port = 1;
  start.order = kSampleOrder;
  start.longest_s = 28800;
  start.overload_dw = 5000;
  CHECK(encode({0x04AB373B, 2, code::kCharge, write_charge(start)}) == frame_of("start"));
  Charge stop;
  stop.port = 1;
  stop.start = false;
  stop.order = kSampleOrder;
  CHECK(encode({0x04AB373B, 3, code::kCharge, write_charge(stop)}) == frame_of("stop"));
  CHECK(encode({0x04AB373B, 2, code::kLimits, write_limits({36000, 20000, {}, {}})}) == frame_of("limits"));
  CHECK(encode({0x04AB373B, 1, code::kStatus, {}}) == frame_of("status"));
  CHECK(encode({0x04AB373B, 1, code::kSettlement, write_result(0)}) == frame_of("settlement answer"));
  CHECK(encode({0x04AB373B, 1, code::kHeartbeat, write_result(0)}) == frame_of("heartbeat answer"));
  CHECK(encode({0x09D62684, 5, code::kHostTime, write_time(base::utc_from_ms(1'604'934'878'000))}) ==
        frame_of("host time answer"));
  CHECK(write_card_answer(report_of<CardShown>("card"), kCardNotRegistered) ==
        dny_bytes("7A 8D 05 DD 01 00 00 00 00 00 01"));
}

TEST_CASE("every order is read back as it was written", "[devices]") {
  Charge charge;
  charge.port = 9;
  charge.order = kSampleOrder;
  charge.longest_s = 100;
  charge.later = Charge::Later{};
  charge.later->check_short_circuit = true;
  const base::Bytes bytes = write_charge(charge);
  CHECK(bytes.size() == 38);
  CHECK(bytes[33] == 2);  // the unexpected value for "check"
  CHECK(read_charge(bytes) == charge);
  const Parameters1 p1{4, 11, 21, 1801, 3601, 181};
  CHECK(read_parameters_1(write_parameters(p1)) == p1);
  Parameters2 p2;
  p2.port_alarm_c = 75;
  CHECK(write_parameters(p2).size() == 23);
  CHECK(read_parameters_2(write_parameters(p2)) == p2);
  const Limits limits{28800, 5000, 2700, 1000};
  CHECK(read_limits(write_limits(limits)) == limits);
  CHECK(read_preset(write_preset({2, 3, 500}))->value == 500);
  CHECK_FALSE(read_charge(base::Bytes(20, 0)));
}

TEST_CASE("commands that destroy settlements, keys or firmware are never sent", "[devices]") {
  for (const int command : {0x86, 0x88, 0x89, 0x8B, 0x8C, 0x8E, 0x95, 0xE0, 0xE1, 0xE2, 0xE4, 0xF8, 0x31, 0x32, 0x33, 0x34,
                            0x3A})
    CHECK_FALSE(may_send(static_cast<std::uint8_t>(command)));
  for (const int command : {0x82, 0x81, 0x85, 0x03, 0x20, 0x21, 0x22, 0x02, 0x12})
    CHECK(may_send(static_cast<std::uint8_t>(command)));
}

TEST_CASE("reasons have words and stop reasons of OCPP", "[devices]") {
  CHECK(std::string(settlement_reason(0x01)) == "full");
  CHECK(std::string(settlement_reason(0x1B)) == "under-voltage");
  CHECK(std::string(settlement_reason(0x1C)) == "low power");
  CHECK(std::string(settlement_reason(0x7F)) == "other");
  CHECK(std::string(stop_reason(0x05)) == "EVDisconnected");
  CHECK(std::string(stop_reason(0x18)) == "EmergencyStop");
  CHECK(std::string(stop_reason(0x16)) == "Local");
  CHECK(std::string(stop_reason(0x17)) == "Remote");
  CHECK(std::string(stop_reason(0x01)) == "Other");
  CHECK(std::string(charge_result(0x09)) == "relay welded, but done");
  CHECK(is_charging(0x05));
  CHECK_FALSE(is_charging(0x03));
  CHECK(is_welded(0x0E));
}

TEST_CASE("a stream gives the same frames however it is cut", "[devices]") {
  const base::Bytes stream_bytes =
      glued({text("89860413161892009275"), frame_of("registration"), text("link"), frame_of("heartbeat"), text("link"),
             text("link"), frame_of("settlement"), frame_of("heartbeat of ten ports")});
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, stream_bytes.size()}) {
    CAPTURE(piece);
    Stream stream;
    std::vector<Stream::Item> items;
    for (std::size_t at = 0; at < stream_bytes.size(); at += piece) {
      stream.feed(std::span(stream_bytes).subspan(at, std::min(piece, stream_bytes.size() - at)), kStart);
      for (auto& item : all_of(stream, kStart)) items.push_back(std::move(item));
    }
    REQUIRE(items.size() == 8);
    CHECK(std::get<Stream::SimNumber>(items[0]).digits == "89860413161892009275");
    CHECK(std::get<Frame>(items[1]).command == 0x20);
    CHECK(std::holds_alternative<Stream::KeepAlive>(items[2]));
    CHECK(std::get<Frame>(items[3]).command == 0x21);
    CHECK(std::holds_alternative<Stream::KeepAlive>(items[5]));
    CHECK(std::get<Frame>(items[6]).command == 0x03);
    CHECK(std::get<Frame>(items[7]).device == 0x05000001);
    CHECK(stream.damaged() == 0);
  }
}

TEST_CASE("after a flipped bit the next frame is found, also where a false head lies inside", "[devices]") {
  base::Bytes bad = frame_of("heartbeat");
  bad[13] ^= 0x40;
  Stream stream;
  stream.feed(glued({bad, frame_of("smoke")}), kStart);
  auto items = all_of(stream, kStart);
  REQUIRE(items.size() == 1);
  CHECK(std::get<Frame>(items[0]).command == 0x42);
  CHECK(stream.damaged() == 1);

  // A damaged frame whose data holds a whole good one.
  const Frame outer{1, 1, 0x35, frame_of("smoke")};
  base::Bytes broken = encode(outer);
  broken.back() ^= 0xFF;
  Stream second;
  second.feed(broken, kStart);
  items = all_of(second, kStart);
  REQUIRE(items.size() == 1);
  CHECK(std::get<Frame>(items[0]).command == 0x42);

  // The three letters inside of data do not begin a frame.
  const Frame letters{1, 1, 0x35, text("DNYDNY")};
  Stream third;
  third.feed(encode(letters), kStart);
  items = all_of(third, kStart);
  REQUIRE(items.size() == 1);
  CHECK(std::get<Frame>(items[0]) == letters);
}

TEST_CASE("lengths beyond the limits are no frames", "[devices]") {
  for (const int length : {0, 8, 252, 0x7000}) {
    CAPTURE(length);
    base::Bytes head = text("DNY");
    head.push_back(static_cast<std::uint8_t>(length));
    head.push_back(static_cast<std::uint8_t>(length >> 8));
    Stream stream;
    stream.feed(glued({head, frame_of("smoke")}), kStart);
    const auto items = all_of(stream, kStart);
    REQUIRE(items.size() == 1);
    CHECK(std::get<Frame>(items[0]).command == 0x42);
  }
}

TEST_CASE("a frame that stops coming is given up after two seconds and the next one is read", "[devices]") {
  const base::Bytes whole = frame_of("settlement");
  Stream stream;
  stream.feed(std::span(whole).first(20), kStart);
  CHECK_FALSE(stream.next(kStart));
  CHECK(stream.waits_until() == kStart + 2s);
  stream.feed(frame_of("smoke"), kStart + 100ms);
  CHECK_FALSE(stream.next(kStart + 100ms));
  const auto items = all_of(stream, kStart + 2s);
  REQUIRE(items.size() == 1);
  CHECK(std::get<Frame>(items[0]).command == 0x42);
}

TEST_CASE("a connection that only makes noise is recognised after four kilobytes", "[devices]") {
  Stream stream;
  const base::Bytes noise(1024, 0x55);
  for (int i = 0; i < 4; ++i) {
    stream.feed(noise, kStart);
    CHECK_FALSE(stream.next(kStart));
    CHECK_FALSE(stream.hopeless());
  }
  stream.feed(noise, kStart);
  CHECK_FALSE(stream.next(kStart));
  CHECK(stream.hopeless());
  Stream kept;
  for (int i = 0; i < 100; ++i) {
    kept.feed(glued({noise, frame_of("heartbeat")}), kStart);
    CHECK(all_of(kept, kStart).size() == 1);
  }
  CHECK_FALSE(kept.hopeless());
}

TEST_CASE("noise of any kind never breaks the stream, and the frame after it is read", "[devices]") {
  std::uint64_t state = 42;
  const auto dice = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint8_t>(state >> 56);
  };
  static constexpr std::uint8_t kLikely[] = {'D', 'N', 'Y', 'l', 'i', 'n', 'k', '8', '9', '6', 0x0A, 0x00};
  for (int round = 0; round < 2000; ++round) {
    base::Bytes noise;
    const int length = dice();
    for (int i = 0; i < length; ++i) noise.push_back(dice() % 3 ? kLikely[dice() % sizeof kLikely] : dice());
    Stream stream;
    stream.feed(noise, kStart);
    static_cast<void>(all_of(stream, kStart));
    stream.feed(frame_of("smoke"), kStart);
    base::BootTime now = kStart;
    bool found = false;
    for (int i = 0; i < 300 && !found; ++i, now += 2s)
      for (const auto& item : all_of(stream, now))
        if (const auto* frame = std::get_if<Frame>(&item)) found = found || frame->command == 0x42;
    CHECK(found);
  }
}
