#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "devices/link/usb.h"

namespace station::link {

// The machine's USB bus by libusb, with one thread for its events. Thread-safe; pipes must be gone before it.
class LibusbBus final : public UsbBus {
 public:
  // `sysfs`: where the kernel describes devices; names, serial numbers and drivers are read there, not from the device.
  static base::Result<std::unique_ptr<LibusbBus>> start(std::string sysfs = "/sys/bus/usb/devices");
  ~LibusbBus() override;

  std::vector<UsbDevice> scan() override;
  std::uint64_t changes() const override;
  std::unique_ptr<Watch> watch(std::function<void()> changed) override;
  UsbResult<std::unique_ptr<UsbPipe>> open(const UsbDevice& device, int interface, std::size_t read_size) override;
  UsbResult<base::Bytes> control(const UsbDevice& device, const UsbSetup& setup, std::size_t in_size,
                                 base::Milliseconds limit) override;
  std::string holder(const UsbDevice& device, int interface) override;

 private:
  struct Impl;
  explicit LibusbBus(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::link
