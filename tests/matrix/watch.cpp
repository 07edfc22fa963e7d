#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync/record/outlet_types.h"
#include "sync/record/record.h"
#include "tests/matrix/station.h"

// What must never happen.
namespace station::matrix {

using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr int kLongest_s = 40;
constexpr int kStopTakes_s = 55;    // a stop that gets no answer at once
constexpr int kPhoneGrace_s = 30;

struct Socket {
  const char* outlet;
  const char* post;
  int port;
};
constexpr Socket kSockets[] = {{"E1", "yard", 1}, {"E2", "yard", 2}, {"E3", "hall", 1}, {"E4", "hall", 2}};

}  // namespace

void Station::say(const std::string& what) {
  broken_.push_back(fmt::format("seed {}, second {}: {}", seed_, base::to_ms(clock_.mono()) / 1000, what));
}

void Station::on_command(const devices::Command& command) {
  if (const auto* open = std::get_if<devices::OpenBox>(&command)) {
    // One pulse and at most two more, each after a read that still says closed.
    allowance_[open->box] += 3;
    ++counts_.openings;
  } else if (const auto* start = std::get_if<devices::StartOutlet>(&command)) {
    orders_.insert(start->order);
    ++starts_sent_[start->outlet == "E1" || start->outlet == "E2" ? "yard" : "hall"];
    if (start->outlet == "E4") say("a start was ordered for an indoor outlet without a fire approval");
    ++counts_.sessions;
  } else if (const auto* port = std::get_if<devices::SwitchPort>(&command)) {
    counts_.phone_charges += port->on ? 1 : 0;
  }
}

void Station::on_reply(const flow::Reply& reply) {
  if (const auto* failed = std::get_if<flow::StorageFailed>(&reply.outcome)) say("storage failed: " + failed->detail);
  if (const auto* held = std::get_if<flow::BoxHeld>(&reply.outcome)) {
    leases_.push_back({held->lease, held->box, "deposit"});
    if (leases_.size() > 8) leases_.erase(leases_.begin());
    if (!quiet_) ask(flow::IntendOpen{held->lease, "deposit"});
  }
}

void Station::on_event(const devices::Event& event) {
  if (const auto* opening = std::get_if<devices::BoxOpening>(&event)) {
    watch_boxes();
    allowance_[opening->box] = 0;
  } else if (const auto* raised = std::get_if<devices::FaultRaised>(&event)) {
    if (raised->code == "post.alarm" && !starts_at_alarm_)
      starts_at_alarm_ = devices_->post("yard").starts() + devices_->post("hall").starts();
  } else if (const auto* cleared = std::get_if<devices::FaultCleared>(&event)) {
    if (cleared->code == "post.alarm") starts_at_alarm_.reset();
  } else if (const auto* settled = std::get_if<devices::OutletSettled>(&event)) {
    ++counts_.repeated;
    static_cast<void>(settled);
  } else if (std::holds_alternative<devices::CardPresented>(event)) {
    ++counts_.cards;
    ++presented_;
  }
}

void Station::watch() {
  watch_boxes();
  watch_phones();
  watch_outlets();
}

void Station::watch_boxes() {
  for (int lock = 1; lock <= 4; ++lock) {
    const std::string box = "A0" + std::to_string(lock);
    const int now = board().pulses(lock), more = now - pulses_[box];
    pulses_[box] = now;
    counts_.pulses += more;
    if (more == 0) continue;
    if ((allowance_[box] -= more) < 0) say(fmt::format("box {} was pulsed without an intent of this run", box));
  }
}

// A phone port that has power although nobody charges, or longer than its limit.
void Station::watch_phones() {
  for (int port = 1; port <= 3; ++port) {
    const std::string name = "P" + std::to_string(port);
    const bool on = devices_->hub("shelf").powered(port);
    int& idle = phone_idle_s_[name];
    int& used = phone_on_s_[name];
    if (!on) idle = used = 0;
    // Nobody can switch what is broken or has no program; the time counts on when that is over.
    if (!on || hub_out_ || unhealthy_ports_.contains(port) || !alive()) continue;
    bool taken = false;
    for (const flow::PortView& view : program_->desk.station.ports)
      taken = taken || (view.name == name && view.state == flow::PortState::busy);
    idle = taken ? 0 : idle + 1;
    if (idle > kPhoneGrace_s) say(fmt::format("port {} has power and nobody charges", name));
    if (++used > 60 + kPhoneGrace_s) say(fmt::format("port {} is on {} s, its limit is 60", name, used));
  }
}

void Station::watch_outlets() {
  for (const Socket& socket : kSockets) {
    sim::SimChargePost& post = devices_->post(socket.post);
    const std::string key = std::string(socket.post) + std::to_string(socket.port), order = post.order_on(socket.port);
    int& excused = excused_s_[key];
    if (order.empty()) {
      excused = 0;
      continue;
    }
    if (order.starts_with("26112508")) {  // started by card at the post
      card_orders_.insert(order);
      continue;
    }
    if (!orders_.contains(order)) say(fmt::format("{} has power under an order that nobody intended", socket.outlet));
    if (std::string(socket.outlet) == "E4") say("an indoor outlet without a fire approval has power");
    if (muted_.contains(socket.post) || !alive()) ++excused;
    const auto on_for = post.on_for(socket.port);
    if (on_for && *on_for > std::chrono::seconds(kLongest_s + kStopTakes_s + excused))
      say(fmt::format("{} is on for {} s, its limit is {} and {} s are excused", socket.outlet, on_for->count() / 1000, kLongest_s, excused));
  }
  for (const char* name : {"yard", "hall"}) {
    sim::SimChargePost& post = devices_->post(name);
    if (post.starts() > starts_sent_[name]) say(fmt::format("{} was started more often than intended", name));
    for (const std::string& violation : post.violations()) say(fmt::format("{}: {}", name, violation));
  }
  if (starts_at_alarm_ && devices_->post("yard").starts() + devices_->post("hall").starts() > *starts_at_alarm_)
    say("an outlet was started while an alarm is latched");
  for (const std::string& violation : devices_->line("locker").violations()) say(violation);
  if (presented_ > taps_) say("a card was told more often than it was laid down");
}

void Station::check_log() {
  struct Truth {
    int seconds = 0, watt_hours = 0;
  };
  std::map<std::string, Truth> delivered;
  for (const char* name : {"yard", "hall"}) {
    if (!posts_) break;  // nobody listens
    for (int port = 1; port <= 2; ++port)
      if (devices_->post(name).energised(port)) say(fmt::format("{} port {} is still on", name, port));
    for (const auto& d : devices_->post(name).delivered()) {
      delivered[d.order] = {d.seconds, d.watt_hours};
      if (!d.acknowledged) say("a settlement was never acknowledged: " + d.order);
    }
  }
  const std::string difference = program_->ledger->compare_with_log();
  if (!difference.empty()) say(difference);
  const auto lines = program_->ledger->lines(0, 1'000'000, std::size_t{1} << 30);
  if (!lines) return say(lines.error().message);
  std::map<std::string, int> settled, orphans;
  for (const std::string& line : *lines) {
    const auto record = record::parse_line(line);
    if (!record) return say("a record cannot be read");
    const Json body = Json::parse(record->body);
    if (record->type == record::kOutletSettled) {
      const std::string session = body.at("session");
      if (++settled[session] > 1) say("counted twice: " + session);
      const auto truth = delivered.find(session);
      if (truth == delivered.end()) {
        say("settled what the post never delivered: " + session);
      } else if (body.at("seconds") != truth->second.seconds || body.at("wh") != truth->second.watt_hours) {
        say("settled otherwise than delivered: " + session);
      }
    } else if (record->type == record::kOutletOrphan) {
      if (++orphans[body.at("order")] > 1) say("an orphan was stored twice");
    } else if (record->type == record::kOutletDisputed) {
      say("a dispute although the post never changed its mind");
    }
  }
  counts_.settled += static_cast<int>(settled.size());
  counts_.orphans += static_cast<int>(orphans.size());
  for (const auto& [order, truth] : delivered) {
    const bool ours = orders_.contains(order);
    if (ours && settled[order] != 1) say("delivered and not charged: " + order);
    if (!ours && orphans[order] != 1) say("delivered without us and not stored: " + order);
  }
  for (const flow::OpenOutlet& open : program_->ledger->station().outlets)
    say(fmt::format("session {} on {} is still open", open.session, open.outlet));
}

}  // namespace station::matrix
