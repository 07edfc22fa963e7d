#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "kiosk/app/headless.h"
#include "kiosk/app/window_loop.h"
#include "sync/base/log.h"

namespace {

using namespace station;
using app::ExitCode;

volatile sig_atomic_t stopped = 0;

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stopped = 1; };
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

struct Arguments {
  std::string config, data, script, trace, shots;
  bool windowed = false, fullscreen = false, sim = false, headless = false;
};

int end(const app::Failure& failure) {
  std::fprintf(stderr, "station-kiosk: %s\n", failure.message.c_str());
  return static_cast<int>(failure.code);
}

int run(const Arguments& a) {
  auto config = app::load_config(a.config);
  if (!config) return end({ExitCode::usage, config.error().message});
  if (!a.data.empty()) config->data = a.data;
  std::unique_ptr<app::Trace> trace;
  if (!a.trace.empty()) {
    auto opened = app::Trace::open(a.trace);
    if (!opened) return end(opened.error());
    trace = std::move(*opened);
  }
  const auto stop = [] { return stopped != 0; };
  stop_on_signals();
  const auto done = a.headless ? app::run_headless({*config, a.sim, a.script, a.shots, trace.get(), stop})
                               : app::run_windowed({*config, a.sim, !a.windowed, trace.get(), stop});
  if (!done) return end(done.error());
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App cli("The touchscreen program of a rider station.", "station-kiosk");
  cli.add_option("--config", a.config, "configuration of this station (config/station.example.toml shows every key)")->required();
  cli.add_option("--data", a.data, "folder of database and identity; overrides `data` of the configuration");
  auto* windowed = cli.add_flag("--windowed", a.windowed, "in a window, scaled to the desktop");
  cli.add_flag("--fullscreen", a.fullscreen, "on the whole panel, the default")->excludes(windowed);
  cli.add_flag("--sim", a.sim, "simulated devices instead of hardware");
  auto* headless = cli.add_flag("--headless", a.headless, "without a display, driven by a script");
  auto* script = cli.add_option("--script", a.script, "what happens (kiosk/app/README.md lists the verbs)")->needs(headless);
  headless->needs(script);
  cli.add_option("--trace", a.trace, "appends `ACK <type> <inc> <seq> <leaf hash>` for each committed record");
  cli.add_option("--shots", a.shots, "folder for a PNG of every screen that comes up")->needs(headless);
  cli.footer("Ends with 0 well, 1 script not fulfilled, 2 command line or configuration, 3 not enrolled, 4 database unusable, "
             "5 no window, 6 disk refused while running.");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return cli.exit(e) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  base::init_log("kiosk");
  return run(a);
}
