#include "tests/link/usb_node.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>

#include "sync/base/check.h"

namespace station::test {

using link::UsbError;
using sim::SimUsbDevice;

namespace {

constexpr int kPipeOfOnePage = 4'096;  // one slot: a single byte fills it
constexpr std::uint32_t kCapabilities = 0x1F;
constexpr std::size_t kSetup = 8;

int status_of(UsbError error) {
  switch (error) {
    case UsbError::stall: return -EPIPE;
    case UsbError::overflow: return -EOVERFLOW;
    case UsbError::no_device: return -ESHUTDOWN;
    default: return -EPROTO;
  }
}

}  // namespace

usbdevfs_urb* UsbNode::Urb::urb() const { return reinterpret_cast<usbdevfs_urb*>(data->data); }

UsbNode::UsbNode(UMockdevTestbed* testbed, std::string path, std::shared_ptr<SimUsbDevice> device, const base::Clock& clock)
    : testbed_(testbed), path_(std::move(path)), device_(std::move(device)), clock_(clock) {
  base_ = umockdev_ioctl_base_new();
  g_signal_connect(base_, "handle-ioctl", G_CALLBACK(&UsbNode::on_ioctl), this);
  g_autofree char* root = umockdev_testbed_get_root_dir(testbed_);
  const std::string node = root + path_;
  std::filesystem::create_directories(std::filesystem::path(node).parent_path());
  // A client polls its node for POLLOUT, "a transfer can be reaped": a regular file would always be ready.
  STATION_CHECK(::mkfifo(node.c_str(), 0666) == 0, "the node can be made");
  fifo_ = ::open(node.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  STATION_CHECK(fifo_ >= 0 && ::fcntl(fifo_, F_SETPIPE_SZ, kPipeOfOnePage) > 0, "the node can be opened");
  show_ready();
  STATION_CHECK(umockdev_testbed_attach_ioctl(testbed_, path_.c_str(), base_, nullptr) != 0, "the node is served");
  watch_ = device_->watch([this] { time_passed(); });
  thread_ = std::jthread([this](const std::stop_token& stop) { pump(stop); });
}

UsbNode::~UsbNode() {
  watch_.reset();
  thread_.request_stop();
  time_passed();
  thread_.join();
  umockdev_testbed_detach_ioctl(testbed_, path_.c_str(), nullptr);
  {
    std::lock_guard lock(mutex_);
    for (GObject* client : clients_) g_object_weak_unref(client, &UsbNode::on_closed, this);
    for (const auto* list : {&waiting_, &finished_})
      for (const Urb& urb : *list) g_object_unref(urb.data);
  }
  g_object_unref(base_);
  g_autofree char* root = umockdev_testbed_get_root_dir(testbed_);
  ::unlink((root + path_).c_str());
  ::close(fifo_);
}

void UsbNode::leave() {
  std::lock_guard lock(mutex_);
  gone_ = true;
  for (Urb urb : std::exchange(waiting_, {})) finish(urb, -ESHUTDOWN, 0);
}

void UsbNode::set_busy(bool busy) {
  std::lock_guard lock(mutex_);
  busy_ = busy;
}

void UsbNode::time_passed() {
  {
    std::lock_guard lock(mutex_);
    stirred_ = true;
  }
  changed_.notify_all();
}

bool UsbNode::quiet() const {
  std::lock_guard lock(mutex_);
  return finished_.empty() && !stirred_ && !handing_over_;
}

std::optional<base::BootTime> UsbNode::due() const {
  std::lock_guard lock(mutex_);
  std::optional<base::BootTime> next;
  for (const Urb& urb : waiting_) {
    const bool notice = urb.urb()->type == USBDEVFS_URB_TYPE_INTERRUPT;
    const auto one = device_->due(notice ? SimUsbDevice::Endpoint::interrupt_in : SimUsbDevice::Endpoint::bulk_in);
    if (one && (!next || *one < *next)) next = one;
  }
  return next;
}

NodeCounts UsbNode::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

// On the test bed's own thread.
gboolean UsbNode::on_ioctl(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self) {
  auto* node = static_cast<UsbNode*>(self);
  int result = 0;
  int error = 0;
  bool known = false;
  {
    std::unique_lock lock(node->mutex_);
    if (node->clients_.insert(G_OBJECT(client)).second) g_object_weak_ref(G_OBJECT(client), &UsbNode::on_closed, node);
    known = node->answer(client, lock, result, error);
  }
  node->time_passed();
  if (!known) {
    std::fprintf(stderr, "the emulated node does not know ioctl %lx\n", umockdev_ioctl_client_get_request(client));
    return FALSE;
  }
  umockdev_ioctl_client_complete(client, result, error);
  return TRUE;
}

// A client closed its node: what it had submitted is the kernel's to throw away.
void UsbNode::on_closed(gpointer self, GObject* client) {
  auto* node = static_cast<UsbNode*>(self);
  std::lock_guard lock(node->mutex_);
  node->clients_.erase(client);
  node->handing_over_ = false;
  for (auto* list : {&node->waiting_, &node->finished_})
    std::erase_if(*list, [&](const Urb& urb) {
      if (G_OBJECT(urb.client) != client) return false;
      g_object_unref(urb.data);
      return true;
    });
  node->show_ready();
}

bool UsbNode::answer(UMockdevIoctlClient* client, std::unique_lock<std::mutex>& lock, int& result, int& error) {
  const auto refuse = [&](int number) {
    result = -1;
    error = number;
    return true;
  };
  const gulong request = umockdev_ioctl_client_get_request(client);
  UMockdevIoctlData* arg = umockdev_ioctl_client_get_arg(client);
  const auto number = [&]() -> unsigned {
    UMockdevIoctlData* value = umockdev_ioctl_data_resolve(arg, 0, sizeof(unsigned), nullptr);
    unsigned out = 0;
    std::memcpy(&out, value->data, sizeof(out));
    g_object_unref(value);
    return out;
  };
  switch (request) {
    case USBDEVFS_GET_CAPABILITIES: {
      UMockdevIoctlData* value = umockdev_ioctl_data_resolve(arg, 0, sizeof(kCapabilities), nullptr);
      std::memcpy(value->data, &kCapabilities, sizeof(kCapabilities));
      g_object_unref(value);
      return true;
    }
    case USBDEVFS_GETDRIVER: return refuse(ENODATA);
    case USBDEVFS_DISCONNECT_CLAIM:
    case USBDEVFS_CLAIMINTERFACE:
      if (gone_) return refuse(ENODEV);
      if (busy_) return refuse(EBUSY);
      ++counts_.claims;
      counts_.detached += request == USBDEVFS_DISCONNECT_CLAIM ? 1 : 0;
      return true;
    case USBDEVFS_IOCTL: return true;  // the kernel's driver is bound again
    case USBDEVFS_RELEASEINTERFACE: ++counts_.releases; return gone_ ? refuse(ENODEV) : true;
    case USBDEVFS_SETINTERFACE: ++counts_.set_interfaces; return true;
    case USBDEVFS_SETCONFIGURATION: return true;
    case USBDEVFS_CLEAR_HALT:
      ++counts_.clear_halts;
      device_->clear_halt((number() & 0x80) != 0 ? link::UsbPipe::Direction::in : link::UsbPipe::Direction::out);
      return true;
    case USBDEVFS_RESET:
      if (gone_) return refuse(ENODEV);
      ++counts_.resets;
      device_->reset(clock_.mono());
      return true;
    case USBDEVFS_SUBMITURB: return submit(client, lock, result, error);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY: return reap(client, result, error);
    case USBDEVFS_DISCARDURB: return discard(client, result, error);
    default: return false;
  }
}

bool UsbNode::submit(UMockdevIoctlClient* client, std::unique_lock<std::mutex>& lock, int& result, int& error) {
  if (gone_) {
    result = -1;
    error = ENODEV;
    return true;
  }
  UMockdevIoctlData* arg = umockdev_ioctl_client_get_arg(client);
  Urb urb{umockdev_ioctl_data_resolve(arg, 0, sizeof(usbdevfs_urb), nullptr), client};
  UMockdevIoctlData* buffer = umockdev_ioctl_data_resolve(urb.data, offsetof(usbdevfs_urb, buffer),
                                                          static_cast<gsize>(urb.urb()->buffer_length), nullptr);
  if (buffer) g_object_unref(buffer);  // kept by the URB; its buffer points to our copy now
  start(urb, lock);
  return true;
}

// The model is called without our lock: what it does can unplug other nodes.
void UsbNode::start(Urb urb, std::unique_lock<std::mutex>& lock) {
  usbdevfs_urb* u = urb.urb();
  auto* bytes = static_cast<std::uint8_t*>(u->buffer);
  const auto length = static_cast<std::size_t>(u->buffer_length);
  if (u->type == USBDEVFS_URB_TYPE_CONTROL) {
    const link::UsbSetup setup{bytes[0], bytes[1], static_cast<std::uint16_t>(bytes[2] | bytes[3] << 8),
                               static_cast<std::uint16_t>(bytes[4] | bytes[5] << 8)};
    lock.unlock();
    const auto answered = device_->control(setup, length - kSetup, clock_.mono());
    lock.lock();
    if (!answered) return finish(urb, status_of(answered.error()), 0);
    const bool in = (setup.type & 0x80) != 0;
    if (in) std::copy(answered->begin(), answered->end(), bytes + kSetup);
    return finish(urb, 0, in ? answered->size() : length - kSetup);
  }
  if ((u->endpoint & 0x80) == 0) {
    lock.unlock();
    const auto heard = device_->bulk_out(std::span<const std::uint8_t>(bytes, length), clock_.mono());
    lock.lock();
    return finish(urb, heard ? 0 : status_of(heard.error()), heard ? length : 0);
  }
  waiting_.push_back(urb);
}

// What a device has not yet got is not an error: the URB waits.
bool UsbNode::try_finish(Urb& urb) {
  usbdevfs_urb* u = urb.urb();
  const bool notice = u->type == USBDEVFS_URB_TYPE_INTERRUPT;
  const auto message =
      device_->take(notice ? SimUsbDevice::Endpoint::interrupt_in : SimUsbDevice::Endpoint::bulk_in, clock_.mono());
  if (!message && message.error() == UsbError::timeout) return false;
  if (!message) {
    finish(urb, status_of(message.error()), 0);
    return true;
  }
  const auto room = static_cast<std::size_t>(u->buffer_length);
  const std::size_t length = std::min(room, message->size());
  std::copy_n(message->begin(), length, static_cast<std::uint8_t*>(u->buffer));
  finish(urb, message->size() > room ? -EOVERFLOW : 0, length);
  return true;
}

void UsbNode::finish(Urb urb, int status, std::size_t length) {
  urb.urb()->status = status;
  urb.urb()->actual_length = static_cast<int>(length);
  finished_.push_back(urb);
  show_ready();
}

bool UsbNode::reap(UMockdevIoctlClient* client, int& result, int& error) {
  const auto mine = std::find_if(finished_.begin(), finished_.end(), [&](const Urb& urb) { return urb.client == client; });
  if (mine == finished_.end()) {
    ++counts_.empty_reaps;
    handing_over_ = false;
    result = -1;
    error = gone_ ? ENODEV : EAGAIN;
    show_ready();
    return true;
  }
  const Urb urb = *mine;
  finished_.erase(mine);
  handing_over_ = true;
  show_ready();
  UMockdevIoctlData* slot =
      umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0, sizeof(gpointer), nullptr);
  umockdev_ioctl_data_set_ptr(slot, 0, urb.data);
  g_object_unref(slot);
  g_object_unref(urb.data);
  return true;
}

// The URB is named by the client's own address.
bool UsbNode::discard(UMockdevIoctlClient* client, int& result, int& error) {
  gulong address = 0;
  std::memcpy(&address, umockdev_ioctl_client_get_arg(client)->data, sizeof(address));
  const auto it = std::find_if(waiting_.begin(), waiting_.end(), [&](const Urb& urb) {
    return urb.client == client && urb.data->client_addr == address;
  });
  if (it == waiting_.end()) {
    result = -1;
    error = EINVAL;
    return true;
  }
  const Urb urb = *it;
  waiting_.erase(it);
  finish(urb, -ENOENT, 0);
  return true;
}

void UsbNode::show_ready() {
  const bool ready = !finished_.empty();
  if (ready == ready_shown_) return;
  std::uint8_t byte = 0;
  const ssize_t done = ready ? ::read(fifo_, &byte, 1) : ::write(fifo_, &byte, 1);
  STATION_CHECK(done == 1, "the node's readiness can be shown");
  ready_shown_ = ready;
}

void UsbNode::pump(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    for (bool again = true; again;) {
      again = false;
      for (std::size_t i = 0; i < waiting_.size(); ++i) {
        Urb urb = waiting_[i];
        if (!try_finish(urb)) continue;
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
        again = true;
        break;
      }
    }
    stirred_ = false;
    std::optional<base::BootTime> next;
    for (const Urb& urb : waiting_) {
      const bool notice = urb.urb()->type == USBDEVFS_URB_TYPE_INTERRUPT;
      const auto one = device_->due(notice ? SimUsbDevice::Endpoint::interrupt_in : SimUsbDevice::Endpoint::bulk_in);
      if (one && (!next || *one < *next)) next = one;
    }
    // With a clock that runs by itself a message falls due without anybody saying so.
    const base::Milliseconds rest = next ? std::max<base::Milliseconds>(*next - clock_.mono(), base::Milliseconds{1})
                                         : base::Milliseconds{3'600'000};
    changed_.wait_for(lock, stop, rest, [this] { return stirred_; });
  }
}

}  // namespace station::test
