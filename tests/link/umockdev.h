#pragma once

// GLib and the kernel's headers, whose macros are not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <linux/input.h>
#include <linux/usbdevice_fs.h>
#include <umockdev.h>
#pragma GCC diagnostic pop
