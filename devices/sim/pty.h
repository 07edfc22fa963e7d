#pragma once

#include <memory>
#include <string>
#include <thread>

#include "devices/sim/serial_peer.h"
#include "sync/base/result.h"

namespace station::sim {

// A pseudo-terminal whose far end is a simulated peer on a thread of its own, paced as the wire would be.
class Pty {
 public:
  // The peer and the clock must outlive it.
  static base::Result<std::unique_ptr<Pty>> open(SerialPeer& peer, const base::Clock& clock);
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  // What the near end opens as its serial port.
  const std::string& path() const { return path_; }

 private:
  Pty(SerialPeer& peer, const base::Clock& clock, int master, int keep_open, int wake, std::string path);
  void run(const std::stop_token& stop);

  SerialPeer& peer_;
  const base::Clock& clock_;
  const int master_;
  const int keep_open_;  // a near end of our own, so that the pair survives the kiosk closing its end
  const int wake_;       // eventfd: ends the wait of the thread
  const std::string path_;
  std::jthread thread_;
};

}  // namespace station::sim
