#include "devices/link/libusb_pipe.h"

#include <condition_variable>
#include <mutex>

namespace station::link {

using base::Bytes;
using base::Milliseconds;
using Direction = UsbPipe::Direction;

UsbError usb_error(int code) {
  switch (code) {
    case LIBUSB_ERROR_NO_DEVICE:
      return UsbError::no_device;
    case LIBUSB_ERROR_BUSY:
      return UsbError::busy;
    case LIBUSB_ERROR_ACCESS:
      return UsbError::access;
    case LIBUSB_ERROR_NOT_FOUND:
      return UsbError::not_found;
    case LIBUSB_ERROR_PIPE:
      return UsbError::stall;
    case LIBUSB_ERROR_TIMEOUT:
      return UsbError::timeout;
    case LIBUSB_ERROR_OVERFLOW:
      return UsbError::overflow;
    default:
      return UsbError::io;
  }
}

namespace {

UsbError ended_as(libusb_transfer_status status) {
  switch (status) {
    case LIBUSB_TRANSFER_STALL:
      return UsbError::stall;
    case LIBUSB_TRANSFER_NO_DEVICE:
      return UsbError::no_device;
    case LIBUSB_TRANSFER_OVERFLOW:
      return UsbError::overflow;
    default:
      return UsbError::io;
  }
}

// One IN endpoint with at most one transfer under way. A transfer without time limit loses nothing when a wait ends.
class Inlet {
 public:
  Inlet(libusb_device_handle* handle, const UsbEndpoint& endpoint, std::size_t size)
      : handle_(handle), endpoint_(endpoint), buffer_(size), transfer_(libusb_alloc_transfer(0)) {}

  // Cancels and waits for the callback: a transfer that ends after its buffer is gone would be a crash later.
  ~Inlet() {
    {
      std::unique_lock lock(mutex_);
      if (pending_) {
        lock.unlock();
        libusb_cancel_transfer(transfer_);
        lock.lock();
        ended_.wait(lock, [this] { return !pending_; });
      }
    }
    libusb_free_transfer(transfer_);
  }
  Inlet(const Inlet&) = delete;
  Inlet& operator=(const Inlet&) = delete;

  void on_arrival(std::function<void()> arrived) {
    std::lock_guard lock(mutex_);
    arrived_ = std::move(arrived);
  }

  UsbResult<Bytes> read(Milliseconds limit) {
    if (!submit()) return tl::unexpected(usb_error(submit_error_));
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, limit, [this] { return !pending_; })) return tl::unexpected(UsbError::timeout);
    fresh_ = false;
    if (transfer_->status != LIBUSB_TRANSFER_COMPLETED) return tl::unexpected(ended_as(transfer_->status));
    return Bytes(buffer_.begin(), buffer_.begin() + transfer_->actual_length);
  }

 private:
  bool submit() {
    {
      std::lock_guard lock(mutex_);
      if (pending_ || fresh_) return true;
      pending_ = true;
    }
    const auto fill = endpoint_.type == LIBUSB_TRANSFER_TYPE_INTERRUPT ? libusb_fill_interrupt_transfer
                                                                       : libusb_fill_bulk_transfer;
    fill(transfer_, handle_, endpoint_.address, buffer_.data(), static_cast<int>(buffer_.size()), &Inlet::on_end, this, 0);
    submit_error_ = libusb_submit_transfer(transfer_);
    std::lock_guard lock(mutex_);
    if (submit_error_ != 0) pending_ = false;
    return submit_error_ == 0;
  }

  static void LIBUSB_CALL on_end(libusb_transfer* transfer) {
    auto* self = static_cast<Inlet*>(transfer->user_data);
    std::lock_guard lock(self->mutex_);
    self->pending_ = false;
    self->fresh_ = true;
    self->ended_.notify_all();
    if (self->arrived_) self->arrived_();  // under the lock: the destructor waits for it
  }

  libusb_device_handle* const handle_;
  const UsbEndpoint endpoint_;
  Bytes buffer_;
  libusb_transfer* const transfer_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::function<void()> arrived_;
  bool pending_ = false;
  bool fresh_ = false;  // ended, its outcome not yet taken
  int submit_error_ = 0;
};

class LibusbPipe final : public UsbPipe {
 public:
  LibusbPipe(libusb_device_handle* handle, const UsbInterface& interface, std::size_t read_size)
      : handle_(handle), number_(interface.number) {
    for (const UsbEndpoint& e : interface.endpoints) {
      const bool in = (e.address & LIBUSB_ENDPOINT_IN) != 0;
      if (e.type == LIBUSB_TRANSFER_TYPE_BULK && !in) out_ = e.address;
      if (e.type == LIBUSB_TRANSFER_TYPE_BULK && in) {
        in_ = e.address;
        bulk_ = std::make_unique<Inlet>(handle, e, read_size);
      }
      if (e.type == LIBUSB_TRANSFER_TYPE_INTERRUPT && in) notices_ = std::make_unique<Inlet>(handle, e, e.max_packet);
    }
  }
  ~LibusbPipe() override {
    notices_.reset();
    bulk_.reset();
    libusb_release_interface(handle_, number_);
    libusb_close(handle_);
  }

  UsbResult<void> write(std::span<const std::uint8_t> message, Milliseconds limit) override {
    Bytes copy(message.begin(), message.end());
    int sent = 0;
    const int code = libusb_bulk_transfer(handle_, out_, copy.data(), static_cast<int>(copy.size()), &sent,
                                          static_cast<unsigned>(limit.count()));
    if (code != 0) return tl::unexpected(usb_error(code));
    if (sent != static_cast<int>(copy.size())) return tl::unexpected(UsbError::io);
    return {};
  }
  UsbResult<Bytes> read(Milliseconds limit) override {
    return bulk_ ? bulk_->read(limit) : UsbResult<Bytes>(tl::unexpected(UsbError::not_found));
  }
  UsbResult<Bytes> next_notice(Milliseconds limit) override {
    return notices_ ? notices_->read(limit) : UsbResult<Bytes>(tl::unexpected(UsbError::not_found));
  }
  UsbResult<void> clear_halt(Direction direction) override {
    const int code = libusb_clear_halt(handle_, direction == Direction::in ? in_ : out_);
    if (code != 0) return tl::unexpected(usb_error(code));
    return {};
  }
  UsbResult<void> reset() override {
    const int code = libusb_reset_device(handle_);
    if (code != 0) return tl::unexpected(usb_error(code));
    return {};
  }
  UsbResult<Bytes> control(const UsbSetup& setup, std::size_t in_size, Milliseconds limit) override {
    return control_transfer(handle_, setup, in_size, limit);
  }
  void on_arrival(std::function<void()> arrived) override {
    if (bulk_) bulk_->on_arrival(arrived);
    if (notices_) notices_->on_arrival(std::move(arrived));
  }

 private:
  libusb_device_handle* const handle_;
  const int number_;
  std::uint8_t in_ = 0;
  std::uint8_t out_ = 0;
  std::unique_ptr<Inlet> bulk_;
  std::unique_ptr<Inlet> notices_;
};

}  // namespace

UsbResult<Bytes> control_transfer(libusb_device_handle* handle, const UsbSetup& setup, std::size_t in_size,
                                  Milliseconds limit) {
  Bytes data(in_size);
  const int count = libusb_control_transfer(handle, setup.type, setup.request, setup.value, setup.index, data.data(),
                                            static_cast<std::uint16_t>(in_size), static_cast<unsigned>(limit.count()));
  if (count < 0) return tl::unexpected(usb_error(count));
  data.resize(static_cast<std::size_t>(count));
  return data;
}

std::unique_ptr<UsbPipe> open_pipe(libusb_device_handle* handle, const UsbInterface& interface, std::size_t read_size) {
  return std::make_unique<LibusbPipe>(handle, interface, read_size);
}

}  // namespace station::link
