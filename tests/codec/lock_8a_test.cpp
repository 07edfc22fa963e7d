#include "devices/codec/lock_8a.h"

#include <catch2/catch.hpp>
#include <string>

using namespace station;
using namespace station::codec::lock_8a;

namespace {

// "8A 01 01 11 9B" as the documents print it.
base::Bytes bytes_of(std::string text) {
  std::erase(text, ' ');
  const auto bytes = base::from_hex(text);
  REQUIRE(bytes);
  return *bytes;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  return base::to_hex_upper(bytes);
}

std::string packed(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::vector<int> set_locks(const AllStates& states) {
  std::vector<int> locks;
  for (std::size_t i = 0; i < states.is_11.size(); ++i)
    if (states.is_11[i]) locks.push_back(static_cast<int>(i) + 1);
  return locks;
}

AllStates read_all(const char* frame, std::uint8_t board, std::size_t status_bytes) {
  const auto reply = decode_reply({Purpose::query_all, board, 0}, bytes_of(frame), status_bytes);
  REQUIRE(reply);
  return std::get<AllStates>(*reply);
}

}  // namespace

TEST_CASE("8A requests have the bytes of the documents", "[devices]") {
  struct Row {
    Request request;
    const char* frame;
  };
  const Row rows[] = {
      {{Purpose::open_all, 1, 0}, "8A 01 00 11 9A"},  {{Purpose::open_one, 1, 1}, "8A 01 01 11 9B"},
      {{Purpose::open_one, 1, 3}, "8A 01 03 11 99"},  {{Purpose::open_one, 1, 5}, "8A 01 05 11 9F"},
      {{Purpose::open_one, 1, 8}, "8A 01 08 11 92"},  {{Purpose::open_one, 1, 12}, "8A 01 0C 11 96"},
      {{Purpose::open_one, 1, 24}, "8A 01 18 11 82"}, {{Purpose::open_one, 2, 12}, "8A 02 0C 11 95"},
      {{Purpose::open_one, 2, 16}, "8A 02 10 11 89"}, {{Purpose::query_one, 1, 1}, "80 01 01 33 B3"},
      {{Purpose::query_one, 1, 6}, "80 01 06 33 B4"}, {{Purpose::query_one, 2, 1}, "80 02 01 33 B0"},
      {{Purpose::query_all, 1, 0}, "80 01 00 33 B2"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.frame);
    CHECK(hex_of(encode(row.request)) == packed(row.frame));
    CHECK(decode_request(bytes_of(row.frame)) == row.request);
  }
}

TEST_CASE("8A replies to one lock are read against the request they answer", "[devices]") {
  struct Row {
    Request request;
    const char* frame;
    bool is_11;
  };
  const Row rows[] = {
      {{Purpose::open_one, 1, 1}, "8A 01 01 00 8A", false},  {{Purpose::open_one, 1, 1}, "8A 01 01 11 9B", true},
      {{Purpose::open_one, 1, 5}, "8A 01 05 00 8E", false},  {{Purpose::open_one, 1, 12}, "8A 01 0C 00 87", false},
      {{Purpose::open_one, 2, 12}, "8A 02 0C 00 84", false}, {{Purpose::query_one, 1, 1}, "80 01 01 00 80", false},
      {{Purpose::query_one, 1, 1}, "80 01 01 11 91", true},  {{Purpose::query_one, 1, 4}, "80 01 04 11 94", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.frame);
    const auto reply = decode_reply(row.request, bytes_of(row.frame), 3);
    REQUIRE(reply);
    const OneState expected{row.request.board, row.request.lock, row.is_11};
    CHECK(std::get<OneState>(*reply) == expected);
    CHECK(hex_of(encode_one(row.request.purpose, expected)) == packed(row.frame));
    CHECK(sender(bytes_of(row.frame)) == row.request.board);

    Request other = row.request;
    other.board = 9;
    CHECK_FALSE(decode_reply(other, bytes_of(row.frame), 3));
    other = row.request;
    other.lock = 2;
    CHECK_FALSE(decode_reply(other, bytes_of(row.frame), 3));
    other = row.request;
    other.purpose = row.request.purpose == Purpose::open_one ? Purpose::query_one : Purpose::open_one;
    CHECK_FALSE(decode_reply(other, bytes_of(row.frame), 3));
  }
}

TEST_CASE("the query-all reply lists locks 17-24 first and locks 1-8 last", "[devices]") {
  CHECK(set_locks(read_all("80 01 01 01 01 33 B3", 1, 3)) == std::vector<int>{1, 9, 17});
  CHECK(set_locks(read_all("80 01 80 00 00 33 32", 1, 3)) == std::vector<int>{24});
  CHECK(set_locks(read_all("80 01 00 02 01 33 B1", 1, 3)) == std::vector<int>{1, 10});
  for (const char* frame : {"80 01 01 01 01 33 B3", "80 01 80 00 00 33 32", "80 01 00 02 01 33 B1"})
    CHECK(hex_of(encode_all(read_all(frame, 1, 3))) == packed(frame));
}

TEST_CASE("length and meaning come from the request, not from the bytes", "[devices]") {
  // Trap 4: these bytes are the query for lock 1, its echo, and an eight-lock board saying that lock 1's bit is set.
  CHECK(set_locks(read_all("80 01 01 33 B3", 1, 1)) == std::vector<int>{1});
  CHECK_FALSE(decode_reply({Purpose::query_one, 1, 1}, bytes_of("80 01 01 33 B3"), 1));
  CHECK_FALSE(decode_reply({Purpose::query_all, 1, 0}, bytes_of("80 01 01 33 B3"), 3));
  CHECK(status_bytes_of(1, bytes_of("80 01 01 33 B3")) == 1U);
  CHECK(status_bytes_of(1, bytes_of("80 01 01 01 01 33 B3")) == 3U);
  CHECK_FALSE(status_bytes_of(2, bytes_of("80 01 01 01 01 33 B3")));
  CHECK_FALSE(status_bytes_of(1, bytes_of("80 01 01 01 01 01 33 B2")));
}

TEST_CASE("pushes are known by their own heads", "[devices]") {
  CHECK(decode_push(bytes_of("81 01 01 00 81")) == OneState{1, 1, false});
  CHECK(decode_push(bytes_of("81 01 01 11 90")) == OneState{1, 1, true});
  CHECK(decode_push(bytes_of("81 01 04 00 84")) == OneState{1, 4, false});
  CHECK(decode_push(bytes_of("82 01 01 00 82")) == OneState{1, 1, false});
  CHECK(hex_of(encode_push({1, 1, true})) == "8101011190");
  CHECK_FALSE(decode_push(bytes_of("80 01 01 00 80")));
  CHECK_FALSE(decode_reply({Purpose::query_one, 1, 1}, bytes_of("81 01 01 00 81"), 3));
}

TEST_CASE("printed frames with wrong check bytes are rejected", "[devices]") {
  CHECK_FALSE(decode_reply({Purpose::query_one, 1, 1}, bytes_of("80 01 01 00 B3"), 3));
  CHECK_FALSE(sender(bytes_of("80 01 01 00 B3")));
  CHECK_FALSE(decode_push(bytes_of("81 01 01 00 8A")));
  CHECK_FALSE(sender(bytes_of("81 01 01 00 8A")));
}

TEST_CASE("every single changed bit of a query-all reply is noticed", "[devices]") {
  const base::Bytes good = bytes_of("80 01 00 02 01 33 B1");
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    base::Bytes bad = good;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1U << (i % 8)));
    CHECK_FALSE(decode_reply({Purpose::query_all, 1, 0}, bad, 3));
  }
}

TEST_CASE("cut, empty and unknown frames are no replies and no requests", "[devices]") {
  const base::Bytes good = bytes_of("80 01 01 11 91");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::span<const std::uint8_t> cut(good.data(), size);
    CHECK_FALSE(decode_reply({Purpose::query_one, 1, 1}, cut, 3));
    CHECK_FALSE(decode_request(cut));
    CHECK_FALSE(decode_push(cut));
    CHECK_FALSE(sender(cut));
    CHECK_FALSE(status_bytes_of(1, cut));
  }
  // "no effect" on a real board, and not in our catalogue (LOCKERS 15).
  CHECK_FALSE(decode_request(bytes_of("80 01 00 99 18")));
  // A state that is neither 00 nor 11.
  CHECK_FALSE(decode_reply({Purpose::query_one, 1, 1}, bytes_of("80 01 01 10 90"), 3));
}
