#pragma once

#include <memory>
#include <string>
#include <thread>

#include "devices/sim/serial_peer.h"
#include "sync/base/result.h"

namespace station::sim {

// A pseudo-terminal whose far end is a simulated peer on a thread of its own, paced as the wire would be. The near end has
// a name that stays, as in /dev/serial/by-id: while the peer is unplugged the name is gone and an open port fails.
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
  Pty(SerialPeer& peer, const base::Clock& clock, std::string folder, int wake);
  base::Result<void> plug();
  void unplug();
  void run(const std::stop_token& stop);
  void carry();

  SerialPeer& peer_;
  const base::Clock& clock_;
  const std::string folder_;  // of our own, holds the name
  const std::string path_;
  const int wake_;       // eventfd: ends the wait of the thread
  int master_ = -1;
  int near_end_ = -1;  // one of our own, so that the pair survives the kiosk closing its end
  std::unique_ptr<link::Watch> watch_;
  std::jthread thread_;
};

}  // namespace station::sim
