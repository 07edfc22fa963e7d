#include <catch2/catch.hpp>
#include <stdexcept>

#include "sync/base/log.h"
#include "tests/crash/database.h"
#include "tests/crash/history.h"
#include "tests/support/figures.h"

using namespace station::crash;
using station::test::asked;
using station::test::figure;

namespace {

// STATION_CRASH_POINTS=1000000 STATION_CRASH_SEED=2 build/release/bin/test_crash plays more, and other ones.
std::uint64_t points(std::uint64_t share_percent) {
  return asked("STATION_CRASH_POINTS", 12'500) * share_percent / 100;
}
std::uint64_t seed() {
  return asked("STATION_CRASH_SEED", 1);
}

// Thousands of failures are wanted here; nobody needs to read of each.
struct Quiet {
  Quiet() { spdlog::set_level(spdlog::level::off); }
  ~Quiet() { spdlog::set_level(spdlog::level::info); }
};

void check(const Toll& toll, const std::string& name, std::uint64_t wanted) {
  INFO(toll.first);
  CHECK(toll.points >= wanted);
  CHECK(toll.lost == 0);
  CHECK(toll.partial == 0);
  CHECK(toll.corrupt == 0);
  figure(name + ".points", toll.points);
  figure(name + ".lost", toll.lost);
  figure(name + ".partial", toll.partial);
  figure(name + ".corrupt", toll.corrupt);
}

// A program that keeps a list with SQLite and confirms each entry, more or less carefully.
class Careless final : public Machine {
 public:
  explicit Careless(std::string settings) : settings_(std::move(settings)) {}
  std::string path() const override { return "/power/list.db"; }
  int days() const override { return 1; }
  std::string day_name(int) const override { return "entries"; }
  void play(int, const std::function<void()>& acknowledged) override {
    open();
    run("CREATE TABLE entry(n INTEGER PRIMARY KEY, text TEXT)");
    acknowledged();
    for (int i = 0; i < 60; ++i) {
      run("INSERT INTO entry VALUES(" + std::to_string(i) + ", '" + std::string(300, 'x') + "')");
      acknowledged();
    }
    close();
  }
  void kill() override { close(); }
  std::shared_ptr<const void> remember() const override { return nullptr; }
  void restore(const std::shared_ptr<const void>&) override {}
  std::string starts_well(bool) override { return {}; }

 private:
  void open() {
    if (sqlite3_open(path().c_str(), &db_) != SQLITE_OK) throw std::logic_error("no list");
    run("PRAGMA locking_mode=EXCLUSIVE");
    run(settings_);
  }
  void run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::logic_error(sqlite3_errmsg(db_));
  }
  void close() {
    sqlite3_close(db_);
    db_ = nullptr;
  }

  std::string settings_;
  sqlite3* db_ = nullptr;
};

Toll toll_of(const std::string& settings) {
  PowerDisk disk;
  Careless machine(settings);
  const History history = play_all(disk, machine);
  return cut_power(disk, machine, history, 1'200, seed());
}

}  // namespace

TEST_CASE("the disk is cruel enough: careless settings lose confirmed entries or damage the file", "[crash]") {
  const Toll careful = toll_of("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  INFO(careful.first);
  CHECK(careful.clean());
  const Toll unsynced = toll_of("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
  CHECK(unsynced.lost > 100);
  CHECK(unsynced.corrupt == 0);
  const Toll never = toll_of("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF");
  CHECK(never.corrupt + never.partial > 100);
}

TEST_CASE("a power cut at any write or sync loses, halves or damages nothing that the kiosk confirmed", "[crash]") {
  PowerDisk disk;
  disk.checkpoint_every(60);
  const auto kiosk = make_kiosk(disk);
  const History history = play_all(disk, *kiosk);
  const std::uint64_t count = points(55);
  check(cut_power(disk, *kiosk, history, count, seed()), "crash.kiosk", count * 99 / 100);
  figure("crash.kiosk.operations", history.journal.operations.size());
  figure("crash.kiosk.transactions", history.marks.size() - 1);
}

TEST_CASE("the same while the log is written back as rarely as at a station", "[crash]") {
  PowerDisk disk;
  const auto kiosk = make_kiosk(disk);
  const History history = play_all(disk, *kiosk);
  const std::uint64_t count = points(5);
  check(cut_power(disk, *kiosk, history, count, seed()), "crash.kiosk_rare", count * 99 / 100);
}

TEST_CASE("a power cut at any write or sync loses, halves or damages nothing that the centre confirmed", "[crash]") {
  const Quiet quiet;
  PowerDisk disk;
  disk.checkpoint_every(60);
  const auto centre = make_centre(disk);
  const History history = play_all(disk, *centre);
  const std::uint64_t count = points(40);
  check(cut_power(disk, *centre, history, count, seed()), "crash.centre", count * 99 / 100);
  figure("crash.centre.operations", history.journal.operations.size());
  figure("crash.centre.transactions", history.marks.size() - 1);
}

TEST_CASE("wherever the disk refuses, nothing is confirmed that is not there, and the next start is clean", "[crash]") {
  const Quiet quiet;
  const std::uint64_t count = asked("STATION_CRASH_FAILURES", 300);
  PowerDisk disk;
  disk.checkpoint_every(60);
  const auto kiosk = make_kiosk(disk);
  check(fail_calls(disk, *kiosk, play_all(disk, *kiosk), count, seed()), "disk.kiosk", count);
  const auto centre = make_centre(disk);
  check(fail_calls(disk, *centre, play_all(disk, *centre), count / 2, seed()), "disk.centre", count / 2);
}

TEST_CASE("wherever the memory of the database runs out, nothing is confirmed that is not there", "[crash]") {
  const Quiet quiet;
  const std::uint64_t count = asked("STATION_CRASH_FAILURES", 300);
  MallocLimit memory;
  PowerDisk disk;
  const auto kiosk = make_kiosk(disk);
  check(fail_memory(disk, memory, *kiosk, play_all(disk, *kiosk), count, seed()), "memory.kiosk", count);
  const auto centre = make_centre(disk);
  check(fail_memory(disk, memory, *centre, play_all(disk, *centre), count / 2, seed()), "memory.centre", count / 2);
}
