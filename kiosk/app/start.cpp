#include "kiosk/app/start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sync/base/bytes.h"
#include "sync/base/check.h"

namespace station::app {

namespace fs = std::filesystem;

Started<std::unique_ptr<Trace>> Trace::open(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return give_up(ExitCode::usage, fmt::format("--trace {}: {}", file.string(), std::strerror(errno)));
  return std::unique_ptr<Trace>(new Trace(fd));
}

Trace::~Trace() { ::close(fd_); }

// One write for a line: a kill leaves whole lines.
void Trace::write(const std::string& type, std::uint32_t inc, std::uint64_t seq, const base::Digest& leaf) {
  const std::string line = fmt::format("ACK {} {} {} {}\n", type, inc, seq, base::to_hex(leaf));
  STATION_CHECK(::write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size()), "the trace can be written");
}

Started<StationIdentity> identify(const KioskConfig& config) {
  auto identity = load_identity(config.data);
  if (identity) return std::move(*identity);
  const std::string hint =
      identity.error().code == base::Errc::not_found
          ? fmt::format("; ask the administrator for an enrolment code and run\n  station-tool enrol --data {} --station ID --code CODE", config.data.string())
          : "";
  return give_up(ExitCode::not_enrolled, identity.error().message + hint);
}

Started<std::unique_ptr<store::Ledger>> open_ledger(const KioskConfig& config, const StationIdentity& identity, Trace* trace,
                                                    const base::Clock& clock, base::Random& random) {
  store::LedgerOptions options;
  options.path = (config.data / "station.db").string();
  for (const HubConfig& hub : config.hubs)
    for (const auto& port : hub.ports) options.ports.push_back(port.name);
  for (const LockerConfig& locker : config.lockers) options.boxes.insert(options.boxes.end(), locker.boxes.begin(), locker.boxes.end());
  options.outlets = config.ebike.outlets;
  options.approvals = config.ebike.approvals;
  options.indoor_ebike_forbidden = config.ebike.indoor_forbidden;
  options.outlets_w = config.ebike.outlets_w;
  options.outlet_longest_s = config.ebike.longest_s;
  options.charge_limit_min = config.times.charge_limit_min;
  options.check_in_points = config.check_in_points;
  options.lesson_points = config.lesson_points;
  options.certificate_points = config.certificate_points;
  if (trace)
    options.on_committed = [trace](const std::string& type, std::uint32_t inc, std::uint64_t seq, const base::Digest& leaf) {
      trace->write(type, inc, seq, leaf);
    };
  auto ledger = store::Ledger::open(identity.own, std::move(options), clock, random);
  if (!ledger)
    return give_up(ExitCode::database, fmt::format("{}: {} (does another station-kiosk run on this folder?)",
                                                   (config.data / "station.db").string(), ledger.error().message));
  return std::move(*ledger);
}

Started<std::unique_ptr<ui::Ui>> open_ui(const KioskConfig& config, ui::Animation animation) {
  ui::Options options;
  options.width = config.panel.width;
  options.height = config.panel.height;
  options.mm_per_px = static_cast<float>(config.panel.mm_per_px);
  options.strings = config.assets / "strings";
  options.themes = config.assets / "themes";
  options.language = config.panel.language;
  options.animation = animation;
  auto ui = ui::Ui::create(options);
  if (!ui) return give_up(ExitCode::usage, ui.error().message);
  return std::move(*ui);
}

}  // namespace station::app
