#include "devices/drivers/event_queue.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace station;
using namespace station::drivers;

namespace {

devices::DoorChanged door(const std::string& box) { return {box, devices::Door::open, {}}; }

std::size_t drain(EventQueue& queue) {
  std::size_t count = 0;
  while (queue.try_take()) ++count;
  return count;
}

}  // namespace

TEST_CASE("readings beyond the limit push out the oldest reading; cards, openings and faults stay", "[devices]") {
  EventQueue queue(2);
  queue.post(devices::CardPresented{"entry", "04A23B7C", {}});
  queue.post(door("A01"));
  queue.post(devices::BoxOpening{"op", "A01", devices::Opening::opened, "", {}});
  queue.post(devices::FaultRaised{"reader.missing", "entry", "", {}});
  queue.post(door("A02"));
  queue.post(door("A03"));
  queue.post(door("A04"));
  CHECK(queue.dropped() == 2);
  CHECK(std::get<devices::CardPresented>(*queue.try_take()).uid == "04A23B7C");
  CHECK(std::get<devices::BoxOpening>(*queue.try_take()).op_id == "op");
  CHECK(std::get<devices::FaultRaised>(*queue.try_take()).place == "entry");
  CHECK(std::get<devices::DoorChanged>(*queue.try_take()).box == "A03");
  CHECK(std::get<devices::DoorChanged>(*queue.try_take()).box == "A04");
  CHECK_FALSE(queue.try_take());
}

TEST_CASE("a fault is told once at its beginning and once at its end", "[devices]") {
  EventQueue queue;
  queue.post(devices::FaultCleared{"reader.missing", "entry", {}});
  queue.post(devices::FaultRaised{"reader.missing", "entry", "gone", {}});
  queue.post(devices::FaultRaised{"reader.missing", "entry", "gone still", {}});
  queue.post(devices::FaultRaised{"reader.missing", "exit", "gone", {}});
  CHECK(queue.faults().size() == 2);
  queue.post(devices::FaultCleared{"reader.missing", "entry", {}});
  queue.post(devices::FaultCleared{"reader.missing", "entry", {}});
  REQUIRE(queue.faults().size() == 1);
  CHECK(queue.faults()[0].place == "exit");
  CHECK(drain(queue) == 3);
}

TEST_CASE("nothing that must stay is lost when four threads post at once", "[devices]") {
  EventQueue queue(8);
  {
    std::vector<std::jthread> posters;
    for (int t = 0; t < 4; ++t)
      posters.emplace_back([&queue, t] {
        for (int i = 0; i < 500; ++i) {
          queue.post(devices::CardPresented{"r" + std::to_string(t), "04A23B7C", {}});
          queue.post(door("A01"));
        }
      });
  }
  std::size_t cards = 0;
  std::size_t readings = 0;
  while (const auto event = queue.try_take()) (std::holds_alternative<devices::CardPresented>(*event) ? cards : readings) += 1;
  CHECK(cards == 2'000);
  CHECK(readings == 8);
  CHECK(queue.dropped() == 2'000 - 8);
}
