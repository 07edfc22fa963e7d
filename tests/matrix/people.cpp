#include "tests/matrix/station.h"

// Riders, maintainers, and what goes wrong.
namespace station::matrix {

using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kRiders{"r1", "r2", "r3", "r4", "r5", "r6"};
const std::vector<std::string> kPhones{"P1", "P2", "P3"};
const std::vector<std::string> kOutlets{"E1", "E2", "E3", "E4"};
const std::vector<std::string> kPosts{"yard", "hall"};

}  // namespace

void Station::rider() {
  const std::string& subject = any(kRiders);
  switch (dice(10)) {
    case 0:
      return ask(flow::IntendCharge{subject, any(kPhones), true, "rider"});
    case 1:
      return ask(flow::IntendCharge{subject, any(kPhones), false, "rider"});
    case 2:
    case 3:
    case 4:
      return ask(flow::IntendCharge{subject, any(kOutlets), true, "rider"});
    case 5:
      return ask(flow::IntendCharge{subject, any(kOutlets), false, "rider"});
    case 6:
    case 7:
      return ask(flow::HoldBox{subject, flow::BoxSize::small});
    case 8: {
      if (leases_.empty()) return;
      const Lease& lease = any(leases_);
      return ask(flow::CloseBox{lease.lease, lease.purpose, dice(3) > 0});
    }
    default: {
      if (leases_.empty()) return;
      Lease& lease = leases_[static_cast<std::size_t>(dice(static_cast<int>(leases_.size())))];
      lease.purpose = dice(2) == 0 ? "mid" : "pickup";
      return ask(flow::IntendOpen{lease.lease, lease.purpose});
    }
  }
}

void Station::hands() {
  const int lock = 1 + dice(4), port = 1 + dice(2);
  sim::SimChargePost& post = devices_->post(any(kPosts));
  switch (dice(6)) {
    case 0:
    case 1:
      return board().close_door(lock);
    case 2:
    case 3:
      return post.plug(port, 100 + 50 * dice(12), 20 + dice(300));
    case 4:
      return post.unplug(port);
    default:
      if (dice(2) == 0) return devices_->remove_card("entry");
      ++taps_;
      return devices_->tap("entry", dice(2) == 0 ? "04A23B7C" : "04B3C4D5E6F708");
  }
}

void Station::mishap() {
  ++counts_.mishaps;
  switch (dice(3)) {
    case 0:
      return lock_mishap();
    case 1:
      return usb_mishap();
    default:
      return post_mishap();
  }
}

void Station::lock_mishap() {
  const int lock = 1 + dice(4);
  sim::SimLockLine& line = devices_->line("locker");
  switch (dice(11)) {
    case 0:
      return board().set_lock(lock, static_cast<sim::LockState>(dice(4)));
    case 1:
    case 2:
      return board().set_lock(lock, sim::LockState::healthy);
    case 3:
      return board().spoil_replies(static_cast<sim::ReplyFault>(dice(6)), 1 + dice(3));
    case 4:
      return board().spoil_open_replies(static_cast<sim::ReplyFault>(dice(6)), 1 + dice(2));
    case 5:
      return board().restart(base::Milliseconds(500 * (1 + dice(10))));
    case 6:
      return line.set_plugged(dice(2) == 0);
    case 7:
      return line.set_plugged(true);
    case 8:
      return line.make_noise({0x8A, 0x01, 0x01, 0x11});
    case 9:
      return board().set_dead(dice(2) == 0);
    default:
      return board().force_open(lock);
  }
}

void Station::usb_mishap() {
  const int port = 1 + dice(3);
  sim::SimUsbHub& hub = devices_->hub("shelf");
  ++taps_;  // after a reader's recovery a card that lies there is told again
  switch (dice(12)) {
    case 0:
      return devices_->unplug_reader("entry");
    case 1:
    case 2:
      return devices_->plug_reader("entry");
    case 3:
      return devices_->reader("entry").spoil(static_cast<sim::ReaderFault>(dice(5)), 1 + dice(3));
    case 4:
      return devices_->reader("entry").freeze();
    case 5:
      return devices_->reader("entry").revive();
    case 6:
      return hub.over_current(port);
    case 7: {
      const auto health = static_cast<sim::PortHealth>(dice(4));
      health == sim::PortHealth::healthy ? unhealthy_ports_.erase(port) : unhealthy_ports_.insert(port).second;
      return hub.set_health(port, health);
    }
    case 8:
      unhealthy_ports_.erase(port);
      return hub.set_health(port, sim::PortHealth::healthy);
    case 9:
      hub_out_ = true;
      return devices_->unplug_hub("shelf");
    case 10:
      hub_out_ = false;
      return devices_->plug_hub("shelf");
    default:
      return hub.drop(port);
  }
}

void Station::post_mishap() {
  const std::string& name = any(kPosts);
  sim::SimChargePost& post = devices_->post(name);
  const int port = 1 + dice(2), few = 1 + dice(3);
  // What is disturbed may end so much later than its limit.
  const auto excuse = [&](int seconds) {
    for (int p = 1; p <= 2; ++p) excused_s_[name + std::to_string(p)] += seconds;
  };
  static constexpr std::uint8_t kResults[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x7F};
  static constexpr std::uint8_t kBroken[] = {0x04, 0x06, 0x07, 0x08, 0x0A, 0x0D, 0x10};
  switch (dice(22)) {
    case 0:
      excuse(40);
      return post.hang_up();
    case 1:
      excuse(60);
      return post.vanish();
    case 2:
      excuse(90);
      return post.power_cut(base::Milliseconds(5'000 * few));
    case 3:
      excuse(40);
      return post.reboot(3s);
    case 4:
      excuse(40 * few);
      return post.lose(few);
    case 5:
      excuse(40 * few);
      return post.corrupt(few);
    case 6:
      return post.duplicate(few);
    case 7:
      excuse(25 * few);
      return post.delay(few, base::Milliseconds(1'000 * dice(20)));
    case 8:
    case 9:
      return post.lose_acknowledgements(few);
    case 10:
      excuse(40 * few);
      return post.lose_orders(few);
    case 11:
      return post.answer_starts_with(kResults[dice(14)], few);
    case 12:
      if (dice(4) == 0) post.weld(port);
      return;
    case 13:
      return post.break_port(port, kBroken[dice(7)]);
    case 14:
    case 15:
      return post.heal(port);
    case 16:
      return post.over_current(port);
    case 17:
      return post.heat(port, 40 + dice(50));
    case 18:
      if (!posts_ || dice(2) > 0) return;
      ++counts_.alarms;
      return post.alarm(static_cast<std::uint8_t>(2 + dice(5)));
    case 19:
      return post.stop_timer(port);
    case 20:
      return post.start_at_device(port);
    default:
      if (dice(2) == 0) {
        muted_.insert(name);
        excuse(60);
        return post.set_mute(true);
      }
      muted_.erase(name);
      return post.set_mute(false);
  }
}

// Looks at what does not end by itself.
void Station::maintainer() {
  for (const std::string& name : kPosts) devices_->post(name).alarm(1);  // the smoke is gone
  for (const auto& fault : program_->hub->faults()) program_->hub->acknowledge(fault.code, fault.place);
}

void Station::mend() {
  devices_->line("locker").set_plugged(true);
  board().set_dead(false);
  for (int lock = 1; lock <= 4; ++lock) board().set_lock(lock, sim::LockState::healthy);
  devices_->plug_reader("entry");
  devices_->reader("entry").revive();
  devices_->plug_hub("shelf");
  hub_out_ = false;
  for (int port = 1; port <= 3; ++port) devices_->hub("shelf").set_health(port, sim::PortHealth::healthy);
  unhealthy_ports_.clear();
  muted_.clear();
  for (const std::string& name : kPosts) {
    sim::SimChargePost& post = devices_->post(name);
    post.set_mute(false);
    post.lose(0);
    post.corrupt(0);
    post.duplicate(0);
    post.delay(0, 0ms);
    post.lose_orders(0);
    post.lose_acknowledgements(0);
    post.heal(1);
    post.heal(2);
    post.hang_up();
  }
}

}  // namespace station::matrix
