#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/flow/visit.h"
#include "sync/record/pack.h"

namespace station::test {

using namespace std::chrono_literals;
using namespace station::flow;

inline std::shared_ptr<const record::Content> shipped_content() {
  const auto files = record::read_content_folder(std::string(STATION_SOURCE_DIR) + "/assets");
  REQUIRE(files);
  auto content = std::make_shared<record::Content>();
  REQUIRE(record::check_content(*files, {}, *content).empty());
  return content;
}

inline RiderView rider_named(const std::string& subject, const std::string& name) {
  RiderView r;
  r.subject = subject;
  r.name = name;
  r.has_pin = true;
  r.visit = "visit-" + subject;
  return r;
}

// The rider's side with a ledger whose answers the test gives. Keeps what was asked and commanded until it is taken.
struct Rig {
  base::ManualClock clock{base::utc_from_ms(1'795'000'000'000)};
  base::SeededRandom random{7};
  Settings settings;
  Visit visit{clock, random, settings};
  std::deque<Request> requests;
  std::deque<devices::Command> commands;

  void put(const Input& input) {
    Effects e = visit.on(input);
    for (auto& r : e.requests) requests.push_back(std::move(r));
    for (auto& c : e.commands) commands.push_back(std::move(c));
  }
  void act(Action action) { put(std::move(action)); }
  void event(devices::Event e) { put(std::move(e)); }
  void card(const std::string& uid) { event(devices::CardPresented{"reader", uid, clock.mono()}); }

  // Time passes as in the program: a tick whenever one is due.
  void pass(base::Milliseconds by) {
    while (by.count() > 0) {
      const auto step = std::min<base::Milliseconds>(by, 250ms);
      clock.advance(step);
      by -= step;
      put(Tick{});
    }
  }

  // The oldest request of this kind, taken out; fails when there is none.
  template <class Demand>
  std::pair<std::uint64_t, Demand> take() {
    for (auto it = requests.begin(); it != requests.end(); ++it) {
      if (!std::holds_alternative<Demand>(it->demand)) continue;
      auto out = std::make_pair(it->id, std::get<Demand>(it->demand));
      requests.erase(it);
      return out;
    }
    FAIL("this was not asked of the ledger");
    return {};
  }
  template <class Demand>
  int count() const {
    int n = 0;
    for (const Request& r : requests) n += std::holds_alternative<Demand>(r.demand) ? 1 : 0;
    return n;
  }
  template <class Command>
  Command take_command() {
    for (auto it = commands.begin(); it != commands.end(); ++it) {
      if (!std::holds_alternative<Command>(*it)) continue;
      Command out = std::get<Command>(*it);
      commands.erase(it);
      return out;
    }
    FAIL("this was not commanded");
    return {};
  }
  template <class Command>
  int commanded() const {
    int n = 0;
    for (const auto& c : commands) n += std::holds_alternative<Command>(c) ? 1 : 0;
    return n;
  }

  void reply(std::uint64_t id, Outcome outcome) { put(Reply{id, std::move(outcome)}); }
  // Answers everything about attendance, as the ledger does at once.
  std::vector<std::string> attend_all() {
    std::vector<std::string> kinds;
    for (std::size_t i = 0; i < requests.size();) {
      if (const auto* a = std::get_if<Attend>(&requests[i].demand)) {
        const Request r = requests[i];
        const Attend attended = *a;
        requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(i));
        kinds.push_back(attended.kind);
        reply(r.id, Attended{attended.kind, attended.at, attended.media});
        i = 0;
      } else {
        ++i;
      }
    }
    return kinds;
  }

  void sign_in(const RiderView& rider) {
    card("04A23B7C");
    const auto [id, tap] = take<TapCard>();
    reply(id, Welcome{rider, false, 5});
    act(GoHome{});
    requests.clear();
    commands.clear();
    REQUIRE(on<HomeScreen>());
  }

  template <class S>
  bool on() const {
    return std::holds_alternative<S>(visit.screen());
  }
  template <class S>
  S screen() const {
    const Screen s = visit.screen();
    INFO("the screen is " << name_of(s));
    REQUIRE(std::holds_alternative<S>(s));
    return std::get<S>(s);
  }
};

}  // namespace station::test
