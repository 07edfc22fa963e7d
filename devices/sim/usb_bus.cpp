#include "devices/sim/usb_bus.h"

#include <algorithm>
#include <chrono>

#include "sync/base/check.h"

namespace station::sim {

using link::UsbError;
using link::UsbPipe;

class SimUsbBus::Pipe final : public UsbPipe {
 public:
  Pipe(SimUsbBus& bus, std::string place, std::uint64_t session, std::shared_ptr<SimUsbDevice> device,
       std::size_t read_size, bool interrupt)
      : bus_(bus),
        place_(std::move(place)),
        session_(session),
        device_(std::move(device)),
        read_size_(read_size),
        interrupt_(interrupt) {}

  ~Pipe() override {
    std::lock_guard lock(bus_.mutex_);
    --bus_.open_pipes_;
    bus_.log_.push_back("close " + place_);
  }

  link::UsbResult<void> write(std::span<const std::uint8_t> message, Milliseconds) override {
    if (!there()) return tl::unexpected(UsbError::no_device);
    return device_->bulk_out(message, bus_.clock_.mono());
  }

  link::UsbResult<base::Bytes> read(Milliseconds limit) override {
    auto message = await(SimUsbDevice::Endpoint::bulk_in, limit);
    if (message && message->size() > read_size_) return tl::unexpected(UsbError::overflow);
    return message;
  }

  link::UsbResult<base::Bytes> next_notice(Milliseconds limit) override {
    if (!interrupt_) return tl::unexpected(UsbError::not_found);
    return await(SimUsbDevice::Endpoint::interrupt_in, limit);
  }

  link::UsbResult<void> clear_halt(Direction direction) override {
    if (!there()) return tl::unexpected(UsbError::no_device);
    note(std::string("clear halt ") + (direction == Direction::in ? "in " : "out ") + place_);
    device_->clear_halt(direction);
    return {};
  }

  link::UsbResult<void> reset() override {
    if (!there()) return tl::unexpected(UsbError::no_device);
    note("reset " + place_);
    device_->reset(bus_.clock_.mono());
    return {};
  }

  link::UsbResult<base::Bytes> control(const link::UsbSetup& setup, std::size_t in_size, Milliseconds) override {
    if (!there()) return tl::unexpected(UsbError::no_device);
    return device_->control(setup, in_size, bus_.clock_.mono());
  }

  void on_arrival(std::function<void()> arrived) override { watch_ = device_->watch(std::move(arrived)); }

  std::optional<BootTime> arrival() const override {
    const auto bulk = device_->due(SimUsbDevice::Endpoint::bulk_in);
    const auto notice = interrupt_ ? device_->due(SimUsbDevice::Endpoint::interrupt_in) : std::nullopt;
    if (bulk && notice) return std::min(*bulk, *notice);
    return bulk ? bulk : notice;
  }

 private:
  bool there() const {
    std::lock_guard lock(bus_.mutex_);
    const auto socket = bus_.sockets_.find(place_);
    return socket != bus_.sockets_.end() && socket->second.session == session_;
  }

  void note(std::string what) {
    std::lock_guard lock(bus_.mutex_);
    bus_.log_.push_back(std::move(what));
  }

  // Zero never waits. With a limit, time is that of a running clock, and hands act from other threads.
  link::UsbResult<base::Bytes> await(SimUsbDevice::Endpoint endpoint, Milliseconds limit) {
    const BootTime end = bus_.clock_.mono() + limit;
    while (true) {
      const std::uint64_t seen = bus_.wakes();
      if (!there()) return tl::unexpected(UsbError::no_device);
      const BootTime now = bus_.clock_.mono();
      auto message = device_->take(endpoint, now);
      if (message || message.error() != UsbError::timeout || now >= end) return message;
      bus_.sleep(seen, std::min(end, device_->due(endpoint).value_or(end)) - now);
    }
  }

  SimUsbBus& bus_;
  const std::string place_;
  const std::uint64_t session_;
  const std::shared_ptr<SimUsbDevice> device_;
  const std::size_t read_size_;
  const bool interrupt_;
  std::unique_ptr<link::Watch> watch_;
};

SimUsbBus::SimUsbBus(const base::Clock& clock) : clock_(clock) {}
SimUsbBus::~SimUsbBus() = default;

void SimUsbBus::wake() {
  {
    std::lock_guard lock(wake_mutex_);
    ++wakes_;
  }
  woken_.notify_all();
}

std::uint64_t SimUsbBus::wakes() {
  std::lock_guard lock(wake_mutex_);
  return wakes_;
}

void SimUsbBus::sleep(std::uint64_t seen, Milliseconds limit) {
  std::unique_lock lock(wake_mutex_);
  woken_.wait_for(lock, std::max(limit, Milliseconds{1}), [&] { return wakes_ != seen; });
}

void SimUsbBus::plug(const std::string& place, std::shared_ptr<SimUsbDevice> device) {
  device->plugged_in(clock_.mono());
  auto watch = device->watch([this] { wake(); });
  {
    std::lock_guard lock(mutex_);
    STATION_CHECK(!sockets_.contains(place), "one device in one socket");
    Socket socket;
    socket.device = std::move(device);
    socket.watch = std::move(watch);
    socket.session = ++last_session_;
    sockets_.emplace(place, std::move(socket));
    ++changes_;
  }
  wake();
  watchers_.notify();
}

void SimUsbBus::unplug(const std::string& place) {
  Socket gone;  // its watch ends without our lock
  {
    std::lock_guard lock(mutex_);
    const auto socket = sockets_.find(place);
    if (socket == sockets_.end()) return;
    gone = std::move(socket->second);
    sockets_.erase(socket);
    ++changes_;
  }
  wake();
  watchers_.notify();
}

bool SimUsbBus::plugged(const std::string& place) const {
  std::lock_guard lock(mutex_);
  return sockets_.contains(place);
}

void SimUsbBus::set_busy(const std::string& place, bool busy, std::string holder) {
  std::lock_guard lock(mutex_);
  Socket& socket = sockets_.at(place);
  socket.busy = busy;
  socket.holder = std::move(holder);
}

void SimUsbBus::refuse_access(const std::string& place, int times) {
  std::lock_guard lock(mutex_);
  sockets_.at(place).access_refusals = times;
}

std::vector<std::string> SimUsbBus::log() const {
  std::lock_guard lock(mutex_);
  return log_;
}

int SimUsbBus::open_pipes() const {
  std::lock_guard lock(mutex_);
  return open_pipes_;
}

std::vector<link::UsbDevice> SimUsbBus::scan() {
  std::lock_guard lock(mutex_);
  std::vector<link::UsbDevice> all;
  for (const auto& [place, socket] : sockets_) {
    link::UsbDevice device = socket.device->description();
    device.place = place;
    device.session = socket.session;
    all.push_back(std::move(device));
  }
  return all;
}

std::uint64_t SimUsbBus::changes() const {
  std::lock_guard lock(mutex_);
  return changes_;
}

link::UsbResult<std::unique_ptr<UsbPipe>> SimUsbBus::open(const link::UsbDevice& device, int interface,
                                                          std::size_t read_size) {
  std::lock_guard lock(mutex_);
  const auto found = sockets_.find(device.place);
  if (found == sockets_.end() || found->second.session != device.session) return tl::unexpected(UsbError::no_device);
  Socket& socket = found->second;
  if (socket.access_refusals > 0) {
    --socket.access_refusals;
    return tl::unexpected(UsbError::access);
  }
  if (socket.busy) return tl::unexpected(UsbError::busy);
  const auto described = socket.device->description();
  const auto it = std::find_if(described.interfaces.begin(), described.interfaces.end(),
                               [&](const link::UsbInterface& i) { return i.number == interface; });
  if (it == described.interfaces.end()) return tl::unexpected(UsbError::not_found);
  const bool interrupt = std::any_of(it->endpoints.begin(), it->endpoints.end(),
                                     [](const link::UsbEndpoint& e) { return e.type == 3; });
  log_.push_back("open " + device.place + " interface " + std::to_string(interface));
  ++open_pipes_;
  return std::make_unique<Pipe>(*this, device.place, socket.session, socket.device, read_size, interrupt);
}

link::UsbResult<base::Bytes> SimUsbBus::control(const link::UsbDevice& device, const link::UsbSetup& setup,
                                                std::size_t in_size, Milliseconds) {
  std::shared_ptr<SimUsbDevice> there;
  {
    std::lock_guard lock(mutex_);
    const auto found = sockets_.find(device.place);
    if (found == sockets_.end() || found->second.session != device.session) return tl::unexpected(UsbError::no_device);
    there = found->second.device;
  }
  return there->control(setup, in_size, clock_.mono());
}

std::string SimUsbBus::holder(const link::UsbDevice& device, int) {
  std::lock_guard lock(mutex_);
  const auto found = sockets_.find(device.place);
  return found == sockets_.end() || !found->second.busy ? "nobody" : found->second.holder;
}

}  // namespace station::sim
