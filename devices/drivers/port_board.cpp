#include "devices/drivers/port_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "devices/codec/dny_report.h"
#include "devices/codec/port_board.h"
#include "devices/drivers/modbus_master.h"
#include "devices/drivers/outlet_session.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace map = codec::port_board;
namespace dny = codec::dny;
using Flow = OutletReading::Flow;
using PortRequest = codec::modbus::Request;

namespace {

constexpr auto kPollPort = 1s;
constexpr auto kProbeAgain = 5s;       // a board that does not answer
constexpr int kBoardSilentAfter = 3;        // requests in a row
constexpr auto kSettleAgain = 60s;     // until the settlement is stored
constexpr auto kNobodysAfter = 15s;    // a port that is on without a session goes off
constexpr int kMostSteps = 8;

std::uint8_t settle_code(const map::PortState& s, bool stopped, std::int64_t longest_s) {
  using F = map::Fault;
  if ((s.faults & F::smoke) != 0) return 0x18;
  if ((s.faults & F::water) != 0) return 0x10;
  if ((s.faults & F::over_current) != 0) return 0x0C;
  if ((s.faults & F::over_power) != 0) return 0x06;
  if ((s.faults & F::over_temperature) != 0) return 0x0B;
  if ((s.faults & F::over_voltage) != 0) return 0x1A;
  if ((s.faults & F::under_voltage) != 0) return 0x1B;
  if ((s.faults & F::no_current) != 0) return 0x0E;
  if ((s.faults & F::watchdog) != 0) return 0x17;
  if (stopped) return 0x07;
  if (s.seconds >= longest_s) return 0x02;
  if (s.state == 0x03) return 0x01;
  return s.state == 0x00 ? 0x05 : 0x00;
}

Flow port_flow(const map::PortState& s, bool on) {
  if ((s.faults & map::Fault::welded) != 0 || dny::is_welded(s.state)) return Flow::welded;
  if ((s.faults & (map::Fault::meter_failed | map::Fault::leakage)) != 0) return Flow::broken;
  if (on && s.state == 0x05) return Flow::floating;
  if (on) return Flow::charging;
  if (s.state == 0x00) return Flow::off;
  if (s.state == 0x02 || dny::is_charging(s.state)) return Flow::plugged;  // read just before it went off
  return s.state == 0x03 ? Flow::full : Flow::broken;
}

}  // namespace

std::string complaint_about(const PortBoardLineSettings& settings) {
  if (settings.name.empty() || settings.device.empty()) return "a line of port boards needs a name and a device";
  if (settings.boards.empty()) return "at least one port board";
  std::set<int> slaves;
  std::set<std::string> names, outlets;
  for (const PortBoardSettings& board : settings.boards) {
    const std::string at = fmt::format("port board \"{}\": ", board.name);
    if (board.name.empty() || !names.insert(board.name).second) return at + "the name is empty or used twice";
    if (board.slave < 1 || board.slave > 246 || !slaves.insert(board.slave).second)
      return at + "its slave address is not between 1 and 246, or used twice";
    if (board.watchdog_s < 3 || board.watchdog_s > 60) return at + "its watchdog is between 3 and 60 s";
    if (board.most_w < 1 || board.most_w > 60'000) return at + "its power is between 1 and 60000 W";
    std::set<int> ports;
    for (const auto& o : board.outlets) {
      if (o.name.empty() || !outlets.insert(o.name).second) return at + "an outlet's name is empty or used twice";
      if (o.port < 1 || o.port > map::kMaxPorts || !ports.insert(o.port).second)
        return at + fmt::format("outlet {}: its port is not between 1 and {}, or used twice", o.name, map::kMaxPorts);
      if (o.most_w < 1 || o.most_w > 3500) return at + fmt::format("outlet {}: its power is between 1 and 3500 W", o.name);
    }
    if (board.outlets.empty()) return at + "at least one outlet";
  }
  return {};
}

struct PortBoardLine::Impl {
  enum class Step { identify, watchdog, coils, poll, set_limits, check_limits, on, check_on, off, check_off };
  struct Board;
  struct Outlet final : OutletWire {
    Outlet(Impl& i, Board& b, const PortBoardSettings::Outlet& where)
        : impl(i), board(b), port(where.port - 1),
          session({where.name, b.settings.indoor, where.most_w}, *this, i.faults, i.sink) {}
    void send_start(const std::string& order, const devices::OutletLimits& limits) override;
    void send_stop(const std::string& order) override;
    void ask_status() override { poll_due = {}; }
    Impl& impl;
    Board& board;
    const int port;
    OutletSession session;
    bool on = false;             // as the coil reads
    std::string started;         // the order that was enabled in this run
    bool stopped = false;        // by us
    devices::OutletLimits limits{};
    std::optional<map::PortState> state;
    BootTime poll_due{}, settle_due{};
    std::optional<BootTime> nobodys_since;
  };
  struct Board {
    PortBoardSettings settings;
    std::vector<std::unique_ptr<Outlet>> outlets;
    bool ready = false;  // its map and watchdog are as they must be
    int failures = 0;
    BootTime due{}, coils_due{};
    DeviceHealth health;
  };
  struct Job {
    Board* board = nullptr;
    Outlet* outlet = nullptr;
    Step step = Step::poll;
    std::string order;
  };

  Impl(PortBoardLineSettings s, std::unique_ptr<link::ByteLink> link, const base::Clock& c, EventSink e)
      : settings(std::move(s)), clock(c), sink(std::move(e)), faults(sink),
        master(std::move(link), c, ModbusSettings{.baud = settings.baud, .patience = settings.patience}) {
    for (const PortBoardSettings& b : settings.boards) {
      auto board = std::make_unique<Board>();
      board->settings = b;
      board->health.place = b.name;
      board->health.kind = "port board";
      board->health.since = c.mono();
      for (const auto& o : b.outlets) board->outlets.push_back(std::make_unique<Outlet>(*this, *board, o));
      boards.push_back(std::move(board));
    }
  }

  std::uint8_t slave(const Board& b) const { return static_cast<std::uint8_t>(b.settings.slave); }
  Outlet* outlet(const std::string& name) {
    for (const auto& b : boards)
      for (const auto& o : b->outlets)
        if (o->session.settings().name == name) return o.get();
    return nullptr;
  }
  void urgent(Job job) { jobs.push_front(std::move(job)); }
  void drop_starts(const Outlet& o) {
    std::erase_if(jobs, [&](const Job& j) {
      return j.outlet == &o && (j.step == Step::set_limits || j.step == Step::check_limits || j.step == Step::on);
    });
  }
  std::string reason_to_refuse(const Outlet& o, const devices::StartOutlet& command) const;
  std::optional<Job> next_job(BootTime now);
  PortRequest request_of(const Job& job) const;
  void answered(const codec::modbus::Reply& reply, BootTime now);
  void failed(const Job& job, BootTime now);
  void lost(Board& board, const std::string& why, BootTime now);
  void report(Outlet& o, BootTime now);
  void settle(Outlet& o, BootTime now);
  void alarm(const std::string& board, const std::string& what, BootTime now);
  void ready(Board& board, BootTime now);

  const PortBoardLineSettings settings;
  const base::Clock& clock;
  const EventSink sink;
  FaultSet faults;
  ModbusMaster master;
  std::vector<std::unique_ptr<Board>> boards;
  std::deque<Job> jobs;
  std::optional<Job> running;
  std::set<std::string> alarmed;
};

void PortBoardLine::Impl::Outlet::send_start(const std::string& order, const devices::OutletLimits& l) {
  limits = l;
  stopped = false;
  impl.jobs.push_back({&board, this, Step::set_limits, order});
}

void PortBoardLine::Impl::Outlet::send_stop(const std::string& order) {
  impl.drop_starts(*this);
  stopped = true;
  impl.urgent({&board, this, Step::off, order});
}

std::string PortBoardLine::Impl::reason_to_refuse(const Outlet& o, const devices::StartOutlet& command) const {
  if (!alarmed.empty()) return "an alarm is latched";
  if (!o.board.ready) return "the port board does not answer";
  int claimed = command.limits.most_w;
  for (const auto& other : o.board.outlets)
    if (other.get() != &o) claimed += other->session.claims_w();
  if (claimed > o.board.settings.most_w) return fmt::format("{} W together, the board has {} W", claimed, o.board.settings.most_w);
  return {};
}

PortRequest PortBoardLine::Impl::request_of(const Job& job) const {
  const std::uint8_t s = slave(*job.board);
  const int port = job.outlet ? job.outlet->port : 0;
  switch (job.step) {
    case Step::identify:
      return map::read_identity(s);
    case Step::watchdog:
      return map::write_watchdog(s, static_cast<std::uint16_t>(job.board->settings.watchdog_s));
    case Step::coils:
    case Step::check_on:
    case Step::check_off:
      return map::read_coils(s, map::kMaxPorts);
    case Step::poll:
      return map::read_port(s, port);
    case Step::set_limits:
      return map::write_limits(s, port, static_cast<std::uint16_t>(job.outlet->limits.most_w),
                               static_cast<std::uint16_t>(job.outlet->limits.longest_s));
    case Step::check_limits:
      return map::read_limits(s, port);
    case Step::on:
      return map::enable(s, port, true);
    case Step::off:
      break;
  }
  return map::enable(s, port, false);
}

// Safety first, then starts, then looking.
std::optional<PortBoardLine::Impl::Job> PortBoardLine::Impl::next_job(BootTime now) {
  if (!jobs.empty()) {
    Job job = std::move(jobs.front());
    jobs.pop_front();
    return job;
  }
  for (const auto& b : boards) {
    if (!b->ready) {
      if (now < b->due) continue;
      b->due = now + kProbeAgain;
      return Job{b.get(), nullptr, Step::identify, {}};
    }
    if (now >= b->coils_due) {
      b->coils_due = now + kPollPort;
      return Job{b.get(), nullptr, Step::coils, {}};
    }
    for (const auto& o : b->outlets) {
      if (now < o->poll_due) continue;
      o->poll_due = now + kPollPort;
      return Job{b.get(), o.get(), Step::poll, {}};
    }
  }
  return std::nullopt;
}

void PortBoardLine::Impl::ready(Board& board, BootTime now) {
  board.ready = true;
  board.health.online = true;
  board.health.since = now;
  board.coils_due = now;
  faults.clear("board.silent", board.settings.name, now);
  faults.clear("board.mismatch", board.settings.name, now);
  for (const auto& o : board.outlets) {
    o->poll_due = now;
    o->session.on_link(true, now);
  }
}

void PortBoardLine::Impl::lost(Board& board, const std::string& why, BootTime now) {
  std::erase_if(jobs, [&](const Job& j) { return j.board == &board; });
  board.health.note = why;
  if (board.ready) board.health.since = now;
  board.ready = false;
  board.health.online = false;
  board.due = now + kProbeAgain;
  for (const auto& o : board.outlets) {
    o->session.on_link(false, now);
    if (o->session.state() == devices::OutletState::starting) o->session.on_start(StartReply::silent, why, now);
  }
}

void PortBoardLine::Impl::alarm(const std::string& board, const std::string& what, BootTime now) {
  alarmed.insert(board);
  faults.raise("post.alarm", board, what, now);
  for (const auto& b : boards)
    for (const auto& o : b->outlets) o->session.cut("alarm", now);
}

void PortBoardLine::Impl::report(Outlet& o, BootTime now) {
  const map::PortState& s = *o.state;
  if ((s.faults & (map::Fault::smoke | map::Fault::water)) != 0)
    alarm(o.board.settings.name, map::faults_in_words(s.faults), now);
  OutletReading r;
  r.flow = port_flow(s, o.on);
  r.words = fmt::format("{}{}{}", dny::port_state(s.state), s.faults ? ", " : "", map::faults_in_words(s.faults));
  if (o.on && !o.started.empty()) r.order = o.started;
  r.watts = (s.power + 9) / 10;
  r.watt_hours = static_cast<int>(s.energy) * 10;
  r.seconds = s.seconds;
  r.celsius = s.celsius;
  o.session.on_reading(r, now);
  // Nobody but this program enables ports: what is on without a session was left behind.
  if (!o.on || !o.session.order().empty()) o.nobodys_since.reset();
  else if (!o.nobodys_since) o.nobodys_since = now;
  if (o.nobodys_since && now - *o.nobodys_since >= kNobodysAfter) {
    o.nobodys_since = now;
    urgent({&o.board, &o, Step::off, {}});
  }
  if (o.session.state() == devices::OutletState::settling && !o.on) settle(o, now);
}

void PortBoardLine::Impl::settle(Outlet& o, BootTime now) {
  if (now < o.settle_due) return;
  o.settle_due = now + kSettleAgain;
  const map::PortState& s = *o.state;
  const std::uint8_t code = settle_code(s, o.stopped, o.session.limits().longest_s);
  devices::OutletSettled settled;
  settled.outlet = o.session.settings().name;
  settled.order = o.session.order();
  settled.device = fmt::format("{}/{}", o.board.settings.name, o.port + 1);
  settled.seconds = s.seconds;
  settled.watt_hours = static_cast<std::int64_t>(s.energy) * 10;
  settled.peak_w = o.session.peak_w();
  settled.code = code;
  settled.reason = code == 0 ? "off, the board does not say why" : dny::settlement_reason(code);
  settled.stop = dny::stop_reason(code);
  settled.cut = o.session.cut_reason();
  settled.at = now;
  sink(settled);
}

void PortBoardLine::Impl::answered(const codec::modbus::Reply& reply, BootTime now) {
  const Job job = *std::exchange(running, std::nullopt);
  Board& board = *job.board;
  board.failures = 0;
  if (std::holds_alternative<codec::modbus::Exception>(reply)) return failed(job, now);
  const auto* words = std::get_if<codec::modbus::Registers>(&reply);
  const auto* bits = std::get_if<codec::modbus::Bits>(&reply);
  switch (job.step) {
    case Step::identify: {
      const auto& v = words->values;
      int most = 0;
      for (const auto& o : board.outlets) most = std::max(most, o->port + 1);
      if (v[2] != map::kVersion || v[1] < most) {
        board.health.note = fmt::format("map version {}, {} ports", v[2], v[1]);
        return faults.raise("board.mismatch", board.settings.name, board.health.note, now);
      }
      if (v[0] != board.settings.watchdog_s) return urgent({&board, nullptr, Step::watchdog, {}});
      board.health.note = fmt::format("{} ports, watchdog {} s", v[1], v[0]);
      return ready(board, now);
    }
    case Step::watchdog:
      return urgent({&board, nullptr, Step::identify, {}});  // read back
    case Step::coils:
    case Step::check_on:
    case Step::check_off:
      for (const auto& o : board.outlets) {
        o->on = bits->bits[static_cast<std::size_t>(o->port)];
        if (!o->on) o->started.clear();
      }
      if (job.step == Step::check_on) {
        if (job.outlet->on) {
          job.outlet->started = job.order;
          job.outlet->session.on_start(StartReply::done, "the coil reads on", now);
        } else {
          job.outlet->session.on_start(StartReply::refused, "the coil reads off", now);
        }
        job.outlet->poll_due = now;
      } else if (job.step == Step::check_off) {
        const bool off = !job.outlet->on;
        if (!job.order.empty()) job.outlet->session.on_stop(off, off ? "the coil reads off" : "the coil reads on", now);
        job.outlet->poll_due = now;
      }
      return;
    case Step::poll:
      if (const auto state = map::port_state(*words)) {
        job.outlet->state = *state;
        report(*job.outlet, now);
      }
      return;
    case Step::set_limits:
      return jobs.push_back({&board, job.outlet, Step::check_limits, job.order});
    case Step::check_limits:
      if (job.outlet->session.order() != job.order) return;
      if (words->values[0] != job.outlet->limits.most_w || words->values[1] != job.outlet->limits.longest_s)
        return job.outlet->session.on_start(StartReply::refused, "the board did not take the limits", now);
      return jobs.push_back({&board, job.outlet, Step::on, job.order});
    case Step::on:
      return jobs.push_back({&board, job.outlet, Step::check_on, job.order});
    case Step::off:
      return urgent({&board, job.outlet, Step::check_off, job.order});
  }
}

// A write is never repeated by itself; the next read shows what became of it.
void PortBoardLine::Impl::failed(const Job& job, BootTime now) {
  Board& board = *job.board;
  if (job.step == Step::set_limits || job.step == Step::check_limits) {
    job.outlet->session.on_start(StartReply::refused, "the limits could not be set", now);
  } else if (job.step == Step::on) {
    urgent({&board, job.outlet, Step::check_on, job.order});
  } else if (job.step == Step::check_on) {
    urgent({&board, job.outlet, Step::off, job.order});  // nobody knows: off is safe
    job.outlet->session.on_start(StartReply::silent, "the board does not say whether it is on", now);
  } else if ((job.step == Step::off || job.step == Step::check_off) && !job.order.empty()) {
    job.outlet->session.on_stop(false, "the board does not answer", now);
  }
  if (++board.failures < kBoardSilentAfter) return;
  if (board.ready || board.failures == kBoardSilentAfter)
    faults.raise("board.silent", board.settings.name, "three requests in a row without an answer", now);
  if (board.ready) lost(board, "it does not answer", now);
}

PortBoardLine::PortBoardLine(PortBoardLineSettings settings, std::unique_ptr<link::ByteLink> link, const base::Clock& clock,
                             EventSink sink) {
  STATION_CHECK(complaint_about(settings).empty(), "the caller checks the settings");
  impl_ = std::make_unique<Impl>(std::move(settings), std::move(link), clock, std::move(sink));
}

PortBoardLine::~PortBoardLine() = default;

std::string PortBoardLine::name() const { return impl_->settings.name; }

Serves PortBoardLine::serves() const {
  Serves serves;
  for (const PortBoardSettings& board : impl_->settings.boards)
    for (const auto& outlet : board.outlets) serves.outlets.push_back(outlet.name);
  return serves;
}

void PortBoardLine::handle(const devices::Command& command) {
  const BootTime now = impl_->clock.mono();
  if (const auto* start = std::get_if<devices::StartOutlet>(&command)) {
    if (auto* o = impl_->outlet(start->outlet))
      o->session.start(*start, impl_->reason_to_refuse(*o, *start), now, impl_->clock.utc());
  } else if (const auto* stop = std::get_if<devices::StopOutlet>(&command)) {
    if (auto* o = impl_->outlet(stop->outlet)) o->session.stop(*stop, now);
  } else if (const auto* resume = std::get_if<devices::ResumeOutlet>(&command)) {
    if (auto* o = impl_->outlet(resume->outlet)) {
      o->session.resume(*resume, now);
      if (!impl_->alarmed.empty()) o->session.cut("alarm", now);
    }
  } else if (const auto* stored = std::get_if<devices::SettlementStored>(&command)) {
    if (auto* o = impl_->outlet(stored->outlet)) o->session.on_settled(stored->order, now);
  } else if (const auto* latch = std::get_if<devices::LatchFault>(&command)) {
    if (auto* o = impl_->outlet(latch->place); o && latch->code == "outlet.welded")
      o->session.latch_welded("found welded before the restart", now);
    for (const auto& b : impl_->boards)
      if (latch->code == "post.alarm" && b->settings.name == latch->place)
        impl_->alarm(latch->place, "alarm from before the restart", now);
  }
}

BootTime PortBoardLine::step(BootTime now) {
  for (int i = 0; i < kMostSteps; ++i) {
    if (const auto happening = impl_->master.poll(now)) {
      if (const auto* reply = std::get_if<ModbusMaster::Answered>(&*happening)) {
        if (impl_->running) {
          DeviceHealth& h = impl_->running->board->health;
          h.last_latency = reply->latency;
          h.worst_latency = std::max(h.worst_latency, reply->latency);
          impl_->answered(reply->reply, now);
        }
      } else if (std::holds_alternative<ModbusMaster::Failed>(*happening)) {
        if (const auto job = std::exchange(impl_->running, std::nullopt)) {
          ++job->board->health.timeouts;
          impl_->failed(*job, now);
        }
      } else if (const auto* down = std::get_if<ModbusMaster::LineDown>(&*happening)) {
        impl_->faults.raise("bus.lost", impl_->settings.name, down->why, now);
        impl_->running.reset();
        for (const auto& b : impl_->boards) impl_->lost(*b, down->why, now);
      } else if (const auto* up = std::get_if<ModbusMaster::LineUp>(&*happening)) {
        impl_->faults.clear("bus.lost", impl_->settings.name, now);
        impl_->faults.set(up->echo, "bus.echo", impl_->settings.name, "the adapter returns what is sent", now);
        for (const auto& b : impl_->boards) b->due = now;
      }
      continue;
    }
    if (!impl_->master.up() || !impl_->master.ready() || impl_->running) break;
    auto job = impl_->next_job(now);
    if (!job) break;
    ++job->board->health.exchanges;
    impl_->running = job;
    impl_->master.ask(impl_->request_of(*job), now);
  }
  BootTime next = impl_->master.wake(now);
  for (const auto& b : impl_->boards) {
    if (impl_->master.up()) next = std::min(next, b->ready ? b->coils_due : b->due);
    for (const auto& o : b->outlets) {
      if (b->ready) next = std::min(next, o->poll_due);
      next = std::min(next, o->session.tick(now, impl_->clock.utc()));
    }
  }
  if (!impl_->jobs.empty() && impl_->master.ready()) next = now;
  return impl_->settings.patience > 0ms ? std::max(next, now) : std::max(next, now + 1ms);
}

bool PortBoardLine::acknowledge(const std::string& code, const std::string& place) {
  const BootTime now = impl_->clock.mono();
  if (code == "post.alarm" && impl_->alarmed.contains(place)) {
    for (const auto& b : impl_->boards)
      for (const auto& o : b->outlets)
        if (o->state && (o->state->faults & (map::Fault::smoke | map::Fault::water)) != 0) return false;
    impl_->alarmed.erase(place);
    impl_->faults.clear(code, place, now);
    return true;
  }
  auto* o = impl_->outlet(place);
  return o && o->session.acknowledge(code, now);
}

std::vector<DeviceHealth> PortBoardLine::health() const {
  std::vector<DeviceHealth> all;
  for (const auto& b : impl_->boards) all.push_back(b->health);
  return all;
}

}  // namespace station::drivers
