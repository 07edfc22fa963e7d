#include "devices/sim/charge_post.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/base/check.h"

namespace station::sim {

using namespace std::chrono_literals;
namespace dny = codec::dny;

SimChargePost::SimChargePost(SimChargePostSettings settings, const base::Clock& clock)
    : settings_(settings), clock_(clock), ports_(static_cast<std::size_t>(settings.ports)) {
  now_ = clock.mono().time_since_epoch();
  lived_ = now_;
  dial_at_ = now_;
}

// The device's time never goes back, also when the station's boot clock starts again at zero.
Milliseconds SimChargePost::catch_up() {
  const Milliseconds outer = clock_.mono().time_since_epoch();
  if (outer + shift_ < now_) shift_ = now_ - outer;
  now_ = outer + shift_;
  for (; lived_ + 1s <= now_; lived_ += 1s)
    if (lived_ + 1s > down_until_) second();
  return now_;
}

SimChargePost::Port& SimChargePost::at(int port) {
  STATION_CHECK(port >= 1 && port <= settings_.ports, "the post has this port");
  return ports_[static_cast<std::size_t>(port - 1)];
}

// ---- ports

int SimChargePost::watts(const Port& port) const {
  if (!(port.on || port.welded) || !port.plugged) return 0;
  return port.on_s < port.full_after_s ? port.demand_w : port.demand_w * 3 / 100;
}

std::uint8_t SimChargePost::state_of(const Port& port) const {
  if (port.broken != 0) return port.broken;
  if (port.welded && !port.on) return 0x09;
  if (!port.on) return port.plugged ? 0x02 : 0x00;
  return port.float_s > 0 ? 0x05 : 0x01;
}

void SimChargePost::flow(Port& port) {
  const int w = watts(port);
  ++port.on_s;
  port.joule += w;
  port.peak_w = std::max(port.peak_w, w);
  if (w * 5 < port.peak_w) ++port.float_s;
}

void SimChargePost::second() {
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    Port& port = ports_[i];
    if (!port.on) continue;
    flow(port);
    if (!port.plugged) {
      cut(i, 0x05);
    } else if (port.overload_dw > 0 && watts(port) * 10 > port.overload_dw) {
      cut(i, 0x06);
    } else if (port.timer && port.on_s >= (port.longest_s > 0 ? port.longest_s : 36'000)) {
      cut(i, 0x02);
    } else if (port.float_s >= settings_.float_s) {
      cut(i, 0x01);
    }
  }
}

void SimChargePost::cut(std::size_t index, std::uint8_t reason) {
  Port& port = ports_[index];
  if (!port.on) return;
  port.on = false;
  settle(index, reason);
}

void SimChargePost::settle(std::size_t index, std::uint8_t reason) {
  const Port& port = ports_[index];
  dny::Settlement s;
  s.seconds = static_cast<std::uint16_t>(std::min(port.on_s, 0xFFFF));
  s.peak_power = static_cast<std::uint16_t>(port.peak_w * 10);
  s.energy = static_cast<std::uint16_t>(port.joule / 36'000);
  s.port = static_cast<std::uint8_t>(index);
  s.start_kind = port.start_kind;
  s.reason = reason;
  s.order = port.order;
  s.first_peak = s.peak_power;
  s.time = static_cast<std::uint32_t>(base::to_ms(clock_.utc()) / 1000);
  memory_.push_back({s, now_ + settings_.settle_after, 0, delivered_.size()});
  delivered_.push_back({base::to_hex(s.order), s.seconds, s.energy * 10, false});
}

// ---- people and mishaps

void SimChargePost::plug(int port, int watts_wanted, int full_after_s) {
  std::lock_guard lock(mutex_);
  catch_up();
  Port& p = at(port);
  p.plugged = true;
  p.demand_w = watts_wanted;
  p.full_after_s = full_after_s;
}

void SimChargePost::unplug(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  at(port).plugged = false;
}

void SimChargePost::weld(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  at(port).welded = true;
}

void SimChargePost::break_port(int port, std::uint8_t state) {
  std::lock_guard lock(mutex_);
  catch_up();
  at(port).broken = state;
  cut(static_cast<std::size_t>(port - 1), 0x0E);
  heartbeat_due_ = now_;
}

void SimChargePost::heal(int port) {
  std::lock_guard lock(mutex_);
  Port& p = at(port);
  p.broken = 0;
  p.welded = false;
  p.timer = true;
  p.celsius = 25;
}

void SimChargePost::over_current(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  cut(static_cast<std::size_t>(port - 1), 0x0C);
}

void SimChargePost::heat(int port, int celsius) {
  std::lock_guard lock(mutex_);
  at(port).celsius = celsius;
}

void SimChargePost::alarm(std::uint8_t type, std::uint8_t where) {
  std::lock_guard lock(mutex_);
  catch_up();
  alarm_ = dny::Alarm{type, where, 1};
  alarm_told_ = false;
  if (!dny::is_safety_alarm(type)) return;
  for (std::size_t i = 0; i < ports_.size(); ++i) cut(i, type == 2 ? 0x10 : 0x18);
}

void SimChargePost::stop_timer(int port) {
  std::lock_guard lock(mutex_);
  at(port).timer = false;
}

void SimChargePost::start_at_device(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  Port& p = at(port);
  if (p.on || p.broken != 0 || !p.plugged) return;
  p.on = true;
  p.on_s = p.float_s = p.peak_w = 0;
  p.joule = 0;
  p.longest_s = 3'600;
  p.overload_dw = 0;
  p.start_kind = 0;
  p.order = {0x26, 0x11, 0x25, 0x08, 0x00, 0x00, 0x7A, 0x8D, 0x05, 0xDD, 0, 0, 0, static_cast<std::uint8_t>(port), 0,
             ++card_orders_};
  p.report_due = now_ + settings_.power_report;
}

void SimChargePost::hang_up(bool noticed, Milliseconds down) {
  if (connection_ != 0 && !noticed) half_open_.push_back(connection_);
  connection_ = 0;
  dial_at_ = now_ + down + settings_.reconnect;
  down_until_ = now_ + down;
  under_way_.clear();
  stream_.clear();
  greeted_ = registered_ = know_time_ = false;
  done_.clear();
  order_heard_.reset();
}

void SimChargePost::power_cut(Milliseconds down) {
  std::lock_guard lock(mutex_);
  catch_up();
  hang_up(false, down);
}

void SimChargePost::reboot(Milliseconds down) {
  std::lock_guard lock(mutex_);
  catch_up();
  for (std::size_t i = 0; i < ports_.size(); ++i) cut(i, 0x19);
  hang_up(true, down);
}

void SimChargePost::hang_up() {
  std::lock_guard lock(mutex_);
  catch_up();
  hang_up(true, 0ms);
}

void SimChargePost::vanish() {
  std::lock_guard lock(mutex_);
  catch_up();
  hang_up(false, 0ms);
}

void SimChargePost::set_mute(bool mute) {
  std::lock_guard lock(mutex_);
  mute_ = mute;
}

void SimChargePost::lose(int frames) {
  std::lock_guard lock(mutex_);
  lose_ = frames;
}

void SimChargePost::corrupt(int frames) {
  std::lock_guard lock(mutex_);
  corrupt_ = frames;
}

void SimChargePost::duplicate(int frames) {
  std::lock_guard lock(mutex_);
  duplicate_ = frames;
}

void SimChargePost::delay(int frames, Milliseconds by) {
  std::lock_guard lock(mutex_);
  delay_ = frames;
  delay_by_ = by;
}

void SimChargePost::lose_acknowledgements(int count) {
  std::lock_guard lock(mutex_);
  lose_acks_ = count;
}

void SimChargePost::lose_orders(int count) {
  std::lock_guard lock(mutex_);
  lose_orders_ = count;
}

void SimChargePost::answer_starts_with(std::uint8_t result, int count) {
  std::lock_guard lock(mutex_);
  forced_result_ = result;
  forced_ = count;
}

// ---- facts

bool SimChargePost::energised(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  const Port& p = at(port);
  return p.on || p.welded;
}

std::string SimChargePost::order_on(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  const Port& p = at(port);
  return p.on ? base::to_hex(p.order) : std::string();
}

std::optional<Milliseconds> SimChargePost::on_for(int port) {
  std::lock_guard lock(mutex_);
  catch_up();
  const Port& p = at(port);
  if (!p.on) return std::nullopt;
  return std::chrono::seconds(p.on_s);
}

int SimChargePost::starts() const {
  std::lock_guard lock(mutex_);
  return starts_;
}

std::vector<SimChargePost::Delivered> SimChargePost::delivered() {
  std::lock_guard lock(mutex_);
  catch_up();
  return delivered_;
}

std::vector<std::string> SimChargePost::violations() const {
  std::lock_guard lock(mutex_);
  return violations_;
}

// ---- the connection

bool SimChargePost::wants_connection() {
  std::lock_guard lock(mutex_);
  return connection_ == 0 && catch_up() >= dial_at_;
}

std::optional<BootTime> SimChargePost::connects_at() const {
  std::lock_guard lock(mutex_);
  if (connection_ != 0) return std::nullopt;
  return BootTime(dial_at_ - shift_);
}

std::uint64_t SimChargePost::connected() {
  std::lock_guard lock(mutex_);
  catch_up();
  connection_ = ++connections_;
  greeted_ = registered_ = know_time_ = false;
  heartbeat_due_ = now_ + 1s;
  register_due_ = time_due_ = now_;
  last_said_ = now_;
  stream_.clear();
  under_way_.clear();
  return connection_;
}

bool SimChargePost::alive(std::uint64_t id) const {
  std::lock_guard lock(mutex_);
  return id == connection_ || std::find(half_open_.begin(), half_open_.end(), id) != half_open_.end();
}

void SimChargePost::disconnected(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  catch_up();
  std::erase(half_open_, id);
  if (id == connection_) hang_up(true, 0ms);
}

void SimChargePost::hear(std::uint64_t id, std::span<const std::uint8_t> bytes) {
  std::lock_guard lock(mutex_);
  if (id != connection_) return;
  catch_up();
  stream_.feed(bytes, clock_.mono());
  while (const auto item = stream_.next(clock_.mono()))
    if (const auto* frame = std::get_if<dny::Frame>(&*item); frame && frame->device == settings_.device) on_frame(*frame);
}

base::Bytes SimChargePost::say(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  catch_up();
  if (id != connection_) return {};
  talk();
  base::Bytes out;
  // TCP keeps the order: what is behind a late frame is late as well.
  while (!under_way_.empty() && under_way_.front().due <= now_) {
    out.insert(out.end(), under_way_.front().bytes.begin(), under_way_.front().bytes.end());
    under_way_.pop_front();
  }
  return out;
}

std::optional<BootTime> SimChargePost::next() const {
  std::lock_guard lock(mutex_);
  if (connection_ == 0) return std::nullopt;
  Milliseconds at = heartbeat_due_;
  for (const Port& port : ports_)
    if (port.on) at = std::min({at, lived_ + 1s, port.report_due});
  if (!under_way_.empty()) at = std::min(at, under_way_.front().due);
  if (!memory_.empty()) at = std::min(at, memory_.front().due);
  return BootTime(at - shift_);
}

}  // namespace station::sim
