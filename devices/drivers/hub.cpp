#include "devices/drivers/hub.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <variant>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMostOrders = 64;  // of one bus; more means that it stands still
constexpr Milliseconds kLongestRest{1'000};
constexpr Milliseconds kHealthAge{500};

struct Acknowledgement {
  std::string code;
  std::string place;
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

  Driver* server(const devices::Command& command) const {
    for (const auto& [driver, serves] : served) {
      if (const auto* box = std::get_if<devices::OpenBox>(&command); box && contains(serves.boxes, box->box))
        return driver;
      if (const auto* port = std::get_if<devices::SwitchPort>(&command); port && contains(serves.ports, port->port))
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
    if (health_at == BootTime{} || now - health_at >= kHealthAge) {
      std::vector<DeviceHealth> fresh;
      for (const auto& driver : bus.drivers)
        for (DeviceHealth& one : driver->health()) fresh.push_back(std::move(one));
      std::lock_guard lock(mutex);
      health = std::move(fresh);
      health_at = now;
    }
    return due;
  }

  void run(const std::stop_token& stop, const base::Clock& clock) {
    pthread_setname_np(pthread_self(), bus.name.substr(0, 15).c_str());  // for `ps -L` and debuggers
    while (!stop.stop_requested()) {
      const BootTime due = step(clock.mono());
      std::unique_lock lock(mutex);
      const auto rest = due - std::min(due, clock.mono());
      wake.wait_for(lock, stop, std::min<Milliseconds>(rest, kLongestRest), [this] { return !orders.empty(); });
    }
  }

  Bus bus;
  std::vector<std::pair<Driver*, Serves>> served;
  std::mutex mutex;  // guards orders and health
  std::condition_variable_any wake;
  std::deque<Order> orders;
  std::vector<DeviceHealth> health;
  BootTime health_at{};
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
    }
  }
  if (running_ == Running::stepped) return;
  for (const auto& worker : workers_)
    worker->thread = std::jthread([this, w = worker.get()](const std::stop_token& stop) { w->run(stop, clock_); });
}

DeviceHub::~DeviceHub() {
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
  for (const auto& worker : workers_) {
    Driver* driver = worker->server(command);
    if (!driver) continue;
    if (!worker->post({driver, command})) refuse(command, worker->bus.name + " does not keep up");
    return;
  }
  refuse(command, "no device of that name");
}

void DeviceHub::feedback(const devices::ReaderFeedback& command) {
  for (const auto& worker : workers_)
    for (const auto& [driver, serves] : worker->served) {
      if (serves.readers.empty() || !(command.reader.empty() || contains(serves.readers, command.reader))) continue;
      // A light that comes too late is worth nothing: a full queue drops it.
      static_cast<void>(worker->post({driver, devices::Command(command)}));
    }
}

void DeviceHub::refuse(const devices::Command& command, const std::string& why) {
  const BootTime now = clock_.mono();
  if (const auto* box = std::get_if<devices::OpenBox>(&command))
    events_.post(devices::BoxOpening{box->op_id, box->box, devices::Opening::refused, why + ", no pulse", now});
  if (const auto* port = std::get_if<devices::SwitchPort>(&command))
    events_.post(devices::PortSwitched{port->op_id, port->port, devices::Power::unknown, why, now});
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
