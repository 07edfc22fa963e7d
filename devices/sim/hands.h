#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "devices/sim/station.h"

namespace station::sim {

// Where the names that riders see are on the simulated devices.
struct HandsPlan {
  struct Lock {
    std::string line;
    int board = 1;
    int lock = 1;
  };
  struct Port {
    std::string device;  // hub or post
    int port = 1;
  };
  std::map<std::string, Lock> boxes;
  std::map<std::string, Port> ports;    // phone charging
  std::map<std::string, Port> outlets;  // e-bike charging
  std::vector<std::string> readers, hubs, scanners, posts;
  std::map<std::string, std::vector<int>> lines;  // addresses of their boards
};

// Commands of text to a simulated station (README.md lists them). One thread; the station itself is thread-safe.
class TextHands {
 public:
  TextHands(HandsPlan plan, Station& station, const base::Clock& clock);

  // "ok", "ok: …" or "error: …", one line.
  std::string obey(const std::string& line);
  // Ends what lasts only for a moment; returns how long it may be until the next call.
  std::chrono::milliseconds idle();

 private:
  using Words = std::vector<std::string>;
  using Answer = std::optional<std::string>;  // of a word that it knows

  Answer about(const Words& words) const;
  Answer cards_and_codes(const Words& words);
  Answer boxes(const Words& words);
  Answer power(const Words& words);
  Answer plugs(const Words& words);
  Answer wires(const Words& words);

  const HandsPlan plan_;
  Station& station_;
  const base::Clock& clock_;
  std::map<std::string, BootTime> take_at_;  // cards that lie there for a moment, by reader
};

}  // namespace station::sim
