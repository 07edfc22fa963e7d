#pragma once

#include <libusb.h>

#include <memory>

#include "devices/link/usb.h"

// The part of libusb_bus that talks to one opened device.
namespace station::link {

UsbError usb_error(int libusb_code);

UsbResult<base::Bytes> control_transfer(libusb_device_handle* handle, const UsbSetup& setup, std::size_t in_size,
                                        base::Milliseconds limit);

// Takes the handle, whose interface is claimed already.
std::unique_ptr<UsbPipe> open_pipe(libusb_device_handle* handle, const UsbInterface& interface, std::size_t read_size);

}  // namespace station::link
