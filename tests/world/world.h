#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sync/central/centre.h"
#include "tests/world/kiosk.h"

namespace station::world {

struct WorldOptions {
  int stations = 2;
  int riders = 4;
  base::Milliseconds busy{50 * 60'000};  // simulated time with riders, faults and crashes
};

// One city under a seed: stations with their devices, riders, network and centre, all shipping classes on simulated
// time. The same seed gives the same trace.
class World {
 public:
  World(std::uint64_t seed, const std::filesystem::path& folder, WorldOptions options = {});

  // Riders come and go while the network loses, doubles, delays and cuts, the centre restarts, kiosks crash.
  void live();
  // Everything works again; until all is acknowledged and nothing more comes down, at most `limit`. False when it does
  // not come to rest.
  bool heal(base::Milliseconds limit = std::chrono::seconds(600));

  // What does not hold of what was promised, one sentence each; empty when all is well.
  std::vector<std::string> broken_promises();

  std::string trace_hash() const;
  std::size_t acknowledged() const;
  int crashes() const { return crashes_; }
  int certificates() const;

 private:
  void admit_stations();
  void import_people();
  base::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = {});
  base::HttpResponse far_end(const base::HttpRequest& request);
  void open_centre();
  void change_weather();
  void mishap();
  void second();

  void check_log(Kiosk& kiosk, const std::vector<std::string>& lines, std::vector<std::string>& out);
  void check_study(std::vector<std::string>& out);
  void check_boxes(const std::vector<std::string>& lines, const std::string& station, std::vector<std::string>& out);
  std::vector<std::string> pulled();

  const std::filesystem::path folder_;
  const WorldOptions options_;
  base::SeededRandom random_;
  base::ManualClock clock_;  // of the centre; the stations' clocks run beside it
  std::unique_ptr<central::Centre> centre_;
  std::string token_;
  std::vector<std::unique_ptr<Kiosk>> kiosks_;
  std::vector<Person> people_;
  int centre_down_s_ = 0;
  int crashes_ = 0;
};

}  // namespace station::world
