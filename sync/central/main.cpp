#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <ctime>

#include "sync/base/config.h"
#include "sync/base/file.h"
#include "sync/base/log.h"
#include "sync/central/daemon.h"
#include "sync/central/store/move.h"
#include "sync/central/store/postgres_store.h"
#include "sync/central/store/sqlite_store.h"
#include "sync/record/record.h"

// station-central: the central server. Exit codes: 0 stopped as asked, 1 the store failed while running, 2 wrong
// command line or configuration, 3 cannot start (data folder, keys, address in use).
namespace {

using namespace station;
namespace fs = std::filesystem;

constexpr auto kStopGrace = base::Milliseconds(8'000);

struct Arguments {
  std::string config, data, listen, rules, ready_file, new_token, postgres, from, to, backup_to;
  bool migrate = false, backup = false;
};

struct Setup {
  central::DaemonOptions daemon;
  std::string log_level = "info";
};

int complain(int code, const std::string& message) {
  fmt::print(stderr, "station-central: {}\n", message);
  return code;
}

// "127.0.0.1:8443" or "[::1]:8443".
bool read_listen(const std::string& text, central::ServerOptions& out) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end || port > 65535) return false;
  out.address = text.substr(0, colon);
  if (out.address.size() > 2 && out.address.front() == '[' && out.address.back() == ']')
    out.address = out.address.substr(1, out.address.size() - 2);
  out.port = static_cast<std::uint16_t>(port);
  return true;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    std::erase(part, ' ');
    if (!part.empty()) out.push_back(std::move(part));
    at = end + 1;
  }
  return out;
}

void read_limits(base::Config& config, central::DaemonOptions& out) {
  const auto seconds = [&](const char* key, base::Milliseconds& value) {
    value = std::chrono::seconds(config.integer(key, 1, 3600, value.count() / 1000));
  };
  auto& s = out.server;
  s.threads = static_cast<int>(config.integer("server.threads", 1, 64, s.threads));
  s.connections = static_cast<std::size_t>(config.integer("server.connections", 1, 100'000, 4'000));
  s.body_memory = static_cast<std::size_t>(config.integer("server.body_memory_mib", 16, 16'384, 256)) << 20;
  seconds("server.handshake_s", s.handshake_limit);
  seconds("server.idle_s", s.idle_limit);
  seconds("server.station_idle_s", s.station_idle_limit);
  seconds("server.head_s", s.head_limit);
  seconds("server.body_s", s.body_limit);
  out.service.queue = static_cast<std::size_t>(config.integer("server.queue", 16, 100'000, 4'096));
  out.service.per_peer = static_cast<std::size_t>(config.integer("server.per_station", 1, 1'000, 8));
}

base::Result<void> read_config(const fs::path& file, Setup& setup) {
  auto loaded = base::Config::load(file);
  if (!loaded) return tl::unexpected(loaded.error());
  base::Config& config = *loaded;
  const fs::path beside = file.has_parent_path() ? file.parent_path() : fs::path(".");
  auto& d = setup.daemon;
  d.centre.data = beside / config.text("data");
  d.centre.config = beside / config.text("rules", ".");
  d.centre.city = config.text("city");
  if (!record::is_station_id(d.centre.city + "-1")) config.complain("city", "a division code of six digits");
  d.centre.ladder = config.text("ladder", d.centre.ladder);
  d.centre.postgres = config.text("postgres", "");
  if (!read_listen(config.text("listen"), d.server)) config.complain("listen", "an address and a port, 0.0.0.0:8443");
  d.names = split(config.text("server.names", ""));
  read_limits(config, d);
  setup.log_level = config.text("log", "info");
  if (setup.log_level != "debug" && setup.log_level != "info" && setup.log_level != "warn")
    config.complain("log", "debug, info or warn");
  return config.finish();
}

base::Result<void> read_setup(const Arguments& arguments, Setup& setup) {
  auto& d = setup.daemon;
  d.centre.config = "config";
  if (!arguments.config.empty())
    if (const auto read = read_config(arguments.config, setup); !read) return read;
  if (!arguments.data.empty()) d.centre.data = arguments.data;
  if (!arguments.rules.empty()) d.centre.config = arguments.rules;
  if (!arguments.postgres.empty()) d.centre.postgres = arguments.postgres;
  if (!arguments.listen.empty() && !read_listen(arguments.listen, d.server))
    return base::fail(base::Errc::invalid, fmt::format("--listen \"{}\": expected ADDRESS:PORT", arguments.listen));
  if (d.centre.data.empty())
    return base::fail(base::Errc::invalid, "--config FILE, or --data DIR and --listen ADDRESS:PORT, are needed");
  if (d.server.address != "0.0.0.0" && d.server.address != "::") d.names.push_back(d.server.address);
  return {};
}

// As many connections as the system lets us have.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// "administrator:office": prints a token and ends. For a data folder that no server has open.
int print_new_token(const std::string& order, const Setup& setup, const base::Clock& clock, base::Random& random) {
  const std::size_t colon = order.find(':');
  const auto role = central::role_of(order.substr(0, colon));
  if (!role || colon == std::string::npos) return complain(2, "--new-token: expected ROLE:NAME");
  auto centre = central::Centre::open(setup.daemon.centre, clock, random);
  if (!centre) return complain(3, centre.error().message);
  const auto token = (*centre)->new_token(*role, order.substr(colon + 1), std::chrono::hours(24 * 90));
  if (!token) return complain(2, token.error().message);
  fmt::print("{}\n", *token);
  return 0;
}

// A copy of the database: by the running server, or by ourselves when there is none.
int back_up(const Arguments& arguments, const Setup& setup) {
  const fs::path data = setup.daemon.centre.data;
  std::error_code error;
  fs::path file = arguments.backup_to;
  if (file.empty())
    file = data / "backups" / fmt::format("centre-{}.db", base::compact_iso(base::SystemClock().utc()));
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  file = fs::absolute(file, error);
  const auto answer = central::order(central::Daemon::control_socket(data), "backup " + file.string());
  if (answer) {
    if (!answer->starts_with("ok ")) return complain(3, "backup: " + answer->substr(answer->find(' ') + 1));
    fmt::print("{}: {} bytes\n", file.string(), answer->substr(3));
    return 0;
  }
  if (answer.error().code != base::Errc::unavailable) return complain(3, "backup: " + answer.error().message);
  if (!setup.daemon.centre.postgres.empty())
    return complain(3, "backup: this city is kept by PostgreSQL: back it up with pg_dump");
  if (!fs::exists(data / "centre.db", error)) return complain(3, "backup: there is no " + (data / "centre.db").string());
  if (fs::exists(file, error)) return complain(3, "backup: " + file.string() + ": is there already");
  try {
    const auto store = central::open_sqlite(data / "centre.db");
    const auto copy = store->copy_to(file.string());
    while (copy->step()) {
    }
  } catch (const central::StorageError& e) {
    return complain(3, "backup: " + e.detail);
  }
  fmt::print("{}: {} bytes\n", file.string(), fs::file_size(file, error));
  return 0;
}

// Copies the city from one store to an empty one of the other kind.
int migrate(const Arguments& arguments, const Setup& setup) {
  const auto known = [](const std::string& kind) { return kind == "sqlite" || kind == "postgres"; };
  if (!known(arguments.from) || !known(arguments.to) || arguments.from == arguments.to)
    return complain(2, "migrate: --from and --to are sqlite and postgres, or the other way round");
  if (setup.daemon.centre.postgres.empty())
    return complain(2, "migrate: no database of PostgreSQL is named (--postgres, or \"postgres\" in the configuration)");
  const auto open = [&](const std::string& kind) {
    return kind == "sqlite" ? central::open_sqlite(setup.daemon.centre.data / "centre.db")
                            : central::open_postgres(setup.daemon.centre.postgres);
  };
  const fs::path file = setup.daemon.centre.data / "centre.db";
  std::error_code error;
  if (arguments.from == "sqlite" && !fs::exists(file, error))
    return complain(3, "migrate: there is no " + file.string());
  try {
    const auto from = open(arguments.from), to = open(arguments.to);
    const auto moved = central::move_city(
        *from, *to, [](std::uint64_t rows) { fmt::print(stderr, "{} rows copied\n", rows); });
    fmt::print("moved from {} to {}: {} tables, {} rows, {} of them records; the copy was compared\n", arguments.from,
               arguments.to, moved.tables, moved.rows, moved.records);
    return 0;
  } catch (const central::StorageError& e) {
    return complain(3, "migrate: nothing was moved: " + e.detail);
  } catch (const central::DataError& e) {
    return complain(3, std::string("migrate: nothing was moved: ") + e.what());
  }
}

// Waits for a signal to stop or for the store to fail.
int serve(central::Daemon& daemon, const sigset_t& signals) {
  const timespec second{1, 0};
  while (!daemon.broken()) {
    const int signal = ::sigtimedwait(&signals, nullptr, &second);
    if (signal <= 0) continue;
    spdlog::info("stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
    daemon.stop(kStopGrace);
    return 0;
  }
  spdlog::critical("the store has failed; ending");
  daemon.stop(base::Milliseconds(500));
  return 1;
}

// Bodies and pages of a few hundred kilobytes come and go all the time: giving their memory back to the system after
// each costs more than the work on them.
void keep_memory() {
  constexpr int kKept = 32 << 20;
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  ::mallopt(M_MMAP_THRESHOLD, kKept);
}

int run(const Arguments& arguments) {
  Setup setup;
  if (const auto read = read_setup(arguments, setup); !read) return complain(2, read.error().message);
  base::init_log("station-central", setup.log_level);
  keep_memory();
  const base::SystemClock clock;
  base::SystemRandom random;
  if (arguments.backup) return back_up(arguments, setup);
  if (arguments.migrate) return migrate(arguments, setup);
  if (!arguments.new_token.empty()) return print_new_token(arguments.new_token, setup, clock, random);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread begins
  std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();

  auto daemon = central::Daemon::open(setup.daemon, clock, random);
  if (!daemon) return complain(3, daemon.error().message);
  const bool six = setup.daemon.server.address.find(':') != std::string::npos;
  const std::string& address = setup.daemon.server.address;
  fmt::print("listening on https://{}:{}\n", six ? "[" + address + "]" : address, (*daemon)->port());
  std::fflush(stdout);
  spdlog::info("city {}, authority {}", setup.daemon.centre.city, (*daemon)->authority().pin());
  if (!arguments.ready_file.empty())
    if (const auto ok = base::write_file(arguments.ready_file, fmt::format("{}\n", (*daemon)->port())); !ok)
      return complain(3, ok.error().message);
  return serve(**daemon, signals);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("The central server of a city's rider stations");
  app.add_option("--config", arguments.config, "Configuration file (config/central.example.toml)");
  app.add_option("--data", arguments.data, "Folder of database, keys and authority");
  app.add_option("--listen", arguments.listen, "ADDRESS:PORT; port 0 takes a free one");
  app.add_option("--rules", arguments.rules, "Folder with ladder_profiles.json and violation_codes.csv [config]");
  app.add_option("--ready-file", arguments.ready_file, "Written with the port when requests are taken");
  app.add_option("--postgres", arguments.postgres,
                 "Connection string of PostgreSQL, e.g. \"host=/run/postgresql dbname=city\"; without it SQLite in DATA");
  CLI::App* move = app.add_subcommand("migrate", "Moves a city to another kind of store; the server must be stopped");
  move->fallthrough();
  move->add_option("--from", arguments.from, "sqlite or postgres")->required();
  move->add_option("--to", arguments.to, "postgres or sqlite, which must be empty")->required();
  CLI::App* copy = app.add_subcommand("backup", "Copies the database, while the server runs or not");
  copy->fallthrough();
  copy->add_option("--to", arguments.backup_to, "New file [DATA/backups/centre-<time>.db]");
  app.add_option("--new-token", arguments.new_token, "ROLE:NAME; prints a token for 90 days and ends");
  try {
    app.parse(argc, argv);
    arguments.migrate = move->parsed();
    arguments.backup = copy->parsed();
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& e) {
    return complain(3, e.what());
  }
}
