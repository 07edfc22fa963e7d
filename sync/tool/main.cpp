#include <csignal>
#include <ctime>
#include <exception>
#include <iostream>

#include "devices/link/system_links.h"
#include "sync/tool/commands.h"
#include "sync/tool/connect.h"

// station-tool: the command line of the rider stations. Exit status: io.h.
namespace {

bool wait_for(std::chrono::milliseconds time) {
  std::cout.flush();
  timespec rest{static_cast<std::time_t>(time.count() / 1000), static_cast<long>(time.count() % 1000) * 1'000'000};
  while (::nanosleep(&rest, &rest) != 0) continue;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace station;
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  const base::SystemClock clock;
  base::SystemRandom random;
  tool::Io io{std::cin, std::cout, std::cerr, clock, random, tool::connect_by_network, wait_for, {}};
  io.enrol = [&random](const std::string& dir, const client::EnrolOrder& order, client::Again again) {
    return client::enrol_online(dir, order, random, again);
  };
  io.devices = []() -> base::Result<std::unique_ptr<link::Links>> {
    auto links = link::SystemLinks::open();
    if (!links) return tl::unexpected(links.error());
    return std::unique_ptr<link::Links>(std::move(*links));
  };
  try {
    const int status = tool::run_tool({argv + 1, argv + argc}, io);
    std::cout.flush();
    if (!std::cout && status == tool::kOk) {
      std::cerr << "station-tool: the output cannot be written\n";
      return tool::kNoReach;
    }
    return status;
  } catch (const std::exception& e) {
    std::cerr << "station-tool: " << e.what() << "\n";
    return tool::kNoReach;
  }
}
