#include "devices/drivers/hub.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMostOrders = 64;  // of one bus; more means that it stands still
constexpr Milliseconds kLongestRest{5'000};
constexpr Milliseconds kHealthAge{500};
constexpr Milliseconds kLongestStep{10'000};
constexpr Milliseconds kWatchPeriod{2'000};
constexpr std::int64_t kResting = -1;

struct Acknowledgement {
  std::string code;
  std::string place;
};

// How much of its time a device was online.
class Uptime {
 public:
  void note(DeviceHealth& health, BootTime now) {
    if (!last_) {
      began_ = now;
      last_ = now;
    }
    if (online_) total_ += now - *last_;
    if (online_ && !health.online) ++outages_;
    online_ = health.online;
    last_ = now;
    health.outages = outages_;
    health.online_total = total_;
    health.watched = now - began_;
  }

 private:
  BootTime began_{};
  std::optional<BootTime> last_;
  bool online_ = false;
  Milliseconds total_{0};
  std::uint64_t outages_ = 0;
};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

// One bus with its thread, if it has one. Drivers are touched only by step().
struct DeviceHub::Worker {
  struct Order {
    Driver* driver = nullptr;
    std::variant<devices::Command, Acknowledgement> what;
  };

  explicit Worker(Bus b) : bus(std::move(b)) {
    for (const auto& driver : bus.drivers) served.emplace_back(driver.get(), driver->serves());
  }

  // Drivers first: until they are gone, somebody may call wake_up().
  ~Worker() { bus.drivers.clear(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Driver* server(const devices::Command& command) const {
    for (const auto& [driver, serves] : served) {
      if (const auto* box = std::get_if<devices::OpenBox>(&command); box && contains(serves.boxes, box->box))
        return driver;
      if (const auto* port = std::get_if<devices::SwitchPort>(&command); port && contains(serves.ports, port->port))
        return driver;
      if (const auto* start = std::get_if<devices::StartOutlet>(&command); start && contains(serves.outlets, start->outlet))
        return driver;
      if (const auto* stop = std::get_if<devices::StopOutlet>(&command); stop && contains(serves.outlets, stop->outlet))
        return driver;
      if (const auto* open = std::get_if<devices::ResumeOutlet>(&command); open && contains(serves.outlets, open->outlet))
        return driver;
    }
    return nullptr;
  }

  bool post(Order order) {
    {
      std::lock_guard lock(mutex);
      if (orders.size() >= kMostOrders) return false;
      orders.push_back(std::move(order));
    }
    wake.notify_all();
    return true;
  }

  std::deque<Order> take_orders() {
    std::lock_guard lock(mutex);
    return std::exchange(orders, {});
  }

  BootTime step(BootTime now) {
    for (Order& order : take_orders()) {
      if (const auto* command = std::get_if<devices::Command>(&order.what)) {
        order.driver->handle(*command);
      } else {
        const auto& a = std::get<Acknowledgement>(order.what);
        static_cast<void>(order.driver->acknowledge(a.code, a.place));
      }
    }
    BootTime due = BootTime::max();
    for (const auto& driver : bus.drivers) due = std::min(due, driver->step(now));
    stale = health_at && now - *health_at < kHealthAge;
    if (stale) return due;
    std::vector<DeviceHealth> fresh;
    for (const auto& driver : bus.drivers)
      for (DeviceHealth& one : driver->health()) fresh.push_back(std::move(one));
    for (DeviceHealth& one : fresh) uptimes[one.place].note(one, now);
    std::lock_guard lock(mutex);
    health = std::move(fresh);
    health_at = now;
    return due;
  }

  void wake_up() {
    {
      std::lock_guard lock(mutex);
      woken = true;
    }
    wake.notify_all();
  }

  void run(const std::stop_token& stop, const base::Clock& clock) {
    pthread_setname_np(pthread_self(), bus.name.substr(0, 15).c_str());  // for `ps -L` and debuggers
    while (!stop.stop_requested()) {
      const BootTime now = clock.mono();
      stepping_since = base::to_ms(now);
      BootTime due = step(now);
      stepping_since = kResting;
      if (stale) due = std::min(due, *health_at + kHealthAge);  // not after every step, but soon after the last one
      std::unique_lock lock(mutex);
      const auto rest = due - std::min(due, clock.mono());
      wake.wait_for(lock, stop, std::min<Milliseconds>(rest, kLongestRest), [this] { return woken || !orders.empty(); });
      woken = false;
    }
  }

  Bus bus;
  std::vector<std::pair<Driver*, Serves>> served;
  std::mutex mutex;  // guards orders, woken and health
  std::condition_variable_any wake;
  std::deque<Order> orders;
  bool woken = false;
  std::vector<DeviceHealth> health;
  std::optional<BootTime> health_at;
  bool stale = false;  // a step since then
  std::map<std::string, Uptime> uptimes;
  std::atomic<std::int64_t> stepping_since{kResting};  // boot milliseconds
  bool hangs = false;                                  // the watchdog's
  std::jthread thread;
};

DeviceHub::DeviceHub(const base::Clock& clock, EventQueue& events, std::vector<Bus> buses, Running running)
    : clock_(clock), events_(events), running_(running) {
  std::set<std::string> boxes;
  std::set<std::string> ports;
  for (Bus& bus : buses) {
    workers_.push_back(std::make_unique<Worker>(std::move(bus)));
    for (const auto& [driver, serves] : workers_.back()->served) {
      for (const auto& box : serves.boxes) STATION_CHECK(boxes.insert(box).second, "one driver serves a box");
      for (const auto& port : serves.ports) STATION_CHECK(ports.insert(port).second, "one driver serves a port");
      for (const auto& outlet : serves.outlets)
        STATION_CHECK(ports.insert(outlet).second, "one driver serves an outlet");
    }
  }
  if (running_ == Running::stepped) return;
  for (const auto& worker : workers_) {
    for (const auto& driver : worker->bus.drivers) driver->wake_by([w = worker.get()] { w->wake_up(); });
    worker->thread = std::jthread([this, w = worker.get()](const std::stop_token& stop) { w->run(stop, clock_); });
  }
  watchdog_ = std::jthread([this](const std::stop_token& stop) { watch_threads(stop); });
}

// Figures only: a thread that hangs in the kernel can be neither helped nor ended from here.
void DeviceHub::watch_threads(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "watchdog");
  std::mutex mutex;
  std::condition_variable_any ended;
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex);
    ended.wait_for(lock, stop, kWatchPeriod, [] { return false; });
    if (!stop.stop_requested()) check_threads();
  }
}

void DeviceHub::check_threads() {
  std::lock_guard lock(check_mutex_);
  const BootTime now = clock_.mono();
  for (const auto& worker : workers_) {
    const std::int64_t since = worker->stepping_since;
    const bool hangs = since != kResting && base::to_ms(now) - since >= kLongestStep.count();
    if (hangs == worker->hangs) continue;
    worker->hangs = hangs;
    if (hangs)
      events_.post(devices::FaultRaised{"bus.hangs", worker->bus.name, "one step takes longer than ten seconds", now});
    else
      events_.post(devices::FaultCleared{"bus.hangs", worker->bus.name, now});
  }
}

DeviceHub::~DeviceHub() {
  watchdog_.request_stop();
  for (const auto& worker : workers_) worker->thread.request_stop();
  for (const auto& worker : workers_)
    if (worker->thread.joinable()) worker->thread.join();
  // What was still queued is answered, so that nobody waits for it.
  for (const auto& worker : workers_)
    for (const Worker::Order& order : worker->take_orders())
      if (const auto* command = std::get_if<devices::Command>(&order.what)) refuse(*command, "the station stops");
}

void DeviceHub::command(const devices::Command& command) {
  if (const auto* shown = std::get_if<devices::ReaderFeedback>(&command)) return feedback(*shown);
  if (std::holds_alternative<devices::SettlementStored>(command) || std::holds_alternative<devices::LatchFault>(command))
    return tell_outlets(command);
  if (const auto* all = std::get_if<devices::ReleaseBoxes>(&command)) return release(*all);
  for (const auto& worker : workers_) {
    Driver* driver = worker->server(command);
    if (!driver) continue;
    if (!worker->post({driver, command})) refuse(command, worker->bus.name + " does not keep up");
    return;
  }
  refuse(command, "no device of that name");
}

// Every locker by itself; one that does not take the order answers for its boxes.
void DeviceHub::release(const devices::ReleaseBoxes& command) {
  for (const auto& worker : workers_)
    for (const auto& [driver, serves] : worker->served) {
      if (serves.boxes.empty() || worker->post({driver, devices::Command(command)})) continue;
      for (const std::string& box : serves.boxes)
        refuse(devices::OpenBox{command.op_id + "/" + box, box}, worker->bus.name + " does not keep up");
    }
}

void DeviceHub::feedback(const devices::ReaderFeedback& command) {
  for (const auto& worker : workers_)
    for (const auto& [driver, serves] : worker->served) {
      if (serves.readers.empty() || !(command.reader.empty() || contains(serves.readers, command.reader))) continue;
      // A light that comes too late is worth nothing: a full queue drops it.
      static_cast<void>(worker->post({driver, devices::Command(command)}));
    }
}

// Settlements also come from outlets that riders do not see. What does not fit a queue comes again by itself.
void DeviceHub::tell_outlets(const devices::Command& command) {
  for (const auto& worker : workers_)
    for (const auto& [driver, serves] : worker->served)
      if (!serves.outlets.empty()) static_cast<void>(worker->post({driver, command}));
}

void DeviceHub::refuse(const devices::Command& command, const std::string& why) {
  const BootTime now = clock_.mono();
  if (const auto* box = std::get_if<devices::OpenBox>(&command))
    events_.post(devices::BoxOpening{box->op_id, box->box, devices::Opening::refused, why + ", no pulse", now});
  if (const auto* port = std::get_if<devices::SwitchPort>(&command))
    events_.post(devices::PortSwitched{port->op_id, port->port, devices::Power::unknown, why, now});
  if (const auto* start = std::get_if<devices::StartOutlet>(&command))
    events_.post(devices::OutletAnswer{start->op_id, start->outlet, start->order, devices::OutletResult::refused, why, now});
  if (const auto* stop = std::get_if<devices::StopOutlet>(&command))
    events_.post(devices::OutletAnswer{stop->op_id, stop->outlet, stop->order, devices::OutletResult::refused, why, now});
}

BootTime DeviceHub::step(BootTime now) {
  STATION_CHECK(running_ == Running::stepped, "threads step by themselves");
  BootTime due = BootTime::max();
  for (const auto& worker : workers_) due = std::min(due, worker->step(now));
  return due;
}

void DeviceHub::acknowledge(const std::string& code, const std::string& place) {
  for (const auto& worker : workers_)
    for (const auto& driver : worker->bus.drivers)
      static_cast<void>(worker->post({driver.get(), Acknowledgement{code, place}}));
}

std::vector<DeviceHealth> DeviceHub::health() const {
  std::vector<DeviceHealth> all;
  for (const auto& worker : workers_) {
    std::lock_guard lock(worker->mutex);
    all.insert(all.end(), worker->health.begin(), worker->health.end());
  }
  return all;
}

}  // namespace station::drivers
