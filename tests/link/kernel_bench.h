#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "devices/drivers/card_reader.h"
#include "devices/drivers/event_queue.h"
#include "devices/link/system_links.h"
#include "devices/sim/card_reader.h"
#include "tests/link/emulated_kernel.h"

namespace station::test {

using namespace std::chrono_literals;

// The machine's own links on an emulated kernel. Drivers are stepped on simulated time, which moves on only when the real
// libusb and the kernel's threads have nothing under way.
class KernelBench {
 public:
  KernelBench() : kernel(clock) {}
  ~KernelBench() {
    drivers.clear();
    close();
  }

  void open() {
    auto opened = link::SystemLinks::open();
    REQUIRE(opened);
    links = std::move(*opened);
    unheard_ = kernel.announcements() - links->usb().changes();
    watch_ = links->usb().watch([this] { stir(); });
  }

  void close() {
    watch_.reset();
    links.reset();
  }

  template <class T>
  T& add(std::unique_ptr<T> driver) {
    T& it = *driver;
    it.wake_by([this] { stir(); });
    drivers.push_back(std::move(driver));
    return it;
  }

  // Plugs or unplugs and waits until libusb has heard of it.
  template <class Act>
  void change(Act act) {
    act();
    settle();
  }

  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (true) {
      base::BootTime next = end;
      for (const auto& driver : drivers) next = std::min(next, driver->step(clock.mono()));
      settle();
      if (take_stir()) continue;
      const auto now = clock.mono();
      if (now >= end) break;
      next = std::min(next, kernel.due().value_or(next));
      clock.advance(std::max<base::Milliseconds>(next - now, 1ms));
      kernel.time_passed();
    }
    while (auto event = queue.try_take()) events.push_back(std::move(*event));
  }

  template <class T>
  std::vector<T> take() {
    std::vector<T> found;
    std::erase_if(events, [&](const devices::Event& event) {
      if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
      return std::holds_alternative<T>(event);
    });
    return found;
  }

  bool fault(const std::string& code) const {
    for (const auto& f : queue.faults())
      if (f.code == code) return true;
    return false;
  }

  drivers::CardReader& reader(drivers::CardReaderSettings settings = {}) {
    if (settings.name.empty()) settings.name = "entry";
    if (settings.place.empty()) settings.place = "1-2";
    return add(std::make_unique<drivers::CardReader>(settings, links->usb(), &links->port_power(), clock, queue.sink()));
  }

  SharedClock clock;
  EmulatedKernel kernel;
  drivers::EventQueue queue;
  std::unique_ptr<link::SystemLinks> links;
  std::vector<std::unique_ptr<drivers::Driver>> drivers;
  std::vector<devices::Event> events;

 private:
  void stir() {
    {
      std::lock_guard lock(mutex_);
      stir_ = true;
    }
    stirred_.notify_all();
  }

  // Until nothing is under way between driver, libusb and kernel: every answer was handed over, every change was heard of.
  void settle() {
    std::unique_lock lock(mutex_);
    const auto settled = [&] {
      lock.unlock();
      const bool quiet = kernel.quiet() && kernel.announcements() - links->usb().changes() == unheard_;
      lock.lock();
      return quiet;
    };
    for (int i = 0; i < 10'000 && !settled(); ++i) stirred_.wait_for(lock, 1ms, [] { return false; });
    REQUIRE(settled());
  }

  bool take_stir() {
    std::lock_guard lock(mutex_);
    return std::exchange(stir_, false);
  }

  std::uint64_t unheard_ = 0;  // devices that were there before libusb, less what it counted for them
  std::mutex mutex_;
  std::condition_variable stirred_;
  bool stir_ = false;
  std::unique_ptr<link::Watch> watch_;
};

}  // namespace station::test
