#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "kiosk/app/config.h"
#include "kiosk/store/ledger.h"
#include "kiosk/ui/ui.h"

namespace station::app {

// How the program ends; the service manager and the people who start it rely on these.
enum class ExitCode {
  ok = 0,
  failed = 1,        // a script expected something else, or an unforeseen failure
  usage = 2,         // command line or configuration
  not_enrolled = 3,  // no identity, or a damaged one
  database = 4,      // cannot be opened: locked by another process, damaged, of another station
  no_window = 5,
  storage = 6,  // the disk refused while running; start again
};

struct Failure {
  ExitCode code = ExitCode::failed;
  std::string message;
};
template <class T>
using Started = tl::expected<T, Failure>;

inline tl::unexpected<Failure> give_up(ExitCode code, std::string message) {
  return tl::unexpected<Failure>(Failure{code, std::move(message)});
}

// Writes `ACK <type> <inc> <seq> <leaf hash>` for each record after its COMMIT has returned. Any one thread.
class Trace {
 public:
  static Started<std::unique_ptr<Trace>> open(const std::filesystem::path& file);
  ~Trace();
  void write(const std::string& type, std::uint32_t inc, std::uint64_t seq, const base::Digest& leaf);

 private:
  explicit Trace(int fd) : fd_(fd) {}
  const int fd_;
};

// The parts that every way of running needs, opened with errors that say what to do. `trace` may be null and must
// outlive the ledger.
Started<StationIdentity> identify(const KioskConfig& config);
Started<std::unique_ptr<store::Ledger>> open_ledger(const KioskConfig& config, const StationIdentity& identity, Trace* trace,
                                                    const base::Clock& clock, base::Random& random);
Started<std::unique_ptr<ui::Ui>> open_ui(const KioskConfig& config, ui::Animation animation);

}  // namespace station::app
