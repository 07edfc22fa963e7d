#include "tests/central/city.h"
#include "tests/central/faulty_disk.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace fs = std::filesystem;

namespace {

void add_plain(StationLog& log, int count) {
  for (int i = 0; i < count; ++i)
    log.add("clock.anchored", "", R"({"offset_ms":3,"rtt_ms":)" + std::to_string(i) + "}");
}

void copy_store(const fs::path& from, const fs::path& to) {
  for (const char* name : {"centre.db", "centre.db-wal"}) {
    fs::remove(to / name);
    if (fs::exists(from / name)) fs::copy_file(from / name, to / name);
  }
}

std::uint64_t next_of(const HttpResponse& answer) {
  return std::stoull(answer.body.substr(answer.body.rfind(':') + 1));
}

}  // namespace

TEST_CASE("a failing disk ends all acknowledging at once", "[central][sqlite]") {
  FaultyDisk disk;
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  add_plain(one, 2);
  add_plain(two, 2);
  city.send(one.push(0, 1));
  disk.fail_after(0);
  const std::vector<HttpRequest> group{one.push(1, 1), {"GET", "/v1/health", {}, {}, {}}, two.push_all()};
  for (const auto& answer : city.centre->handle(group)) {
    CHECK(answer.status == 503);
    CHECK(base::header_of(answer.headers, "retry-after") == "30");
  }
  CHECK(city.centre->broken());
  CHECK_FALSE(city.centre->broken_why().empty());
  disk.heal();
  CHECK(city.send(two.push_all()).status == 503);  // also when the disk seems well again
  city.restart();
  CHECK(city.send(one.push_all()).status == 200);
  CHECK(city.pull() == one.lines);
}

TEST_CASE("wherever the centre is killed, what it acknowledged is there and a resend completes the rest", "[central][sqlite]") {
  FaultyDisk disk;
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  const std::string rider = "0123456789abcdef0123456789abcdef";
  for (auto* log : {&one, &two})
    for (int i = 0; i < 30; ++i)
      log->add("points.earned", rider,
               R"({"transfer":")" + log->station + "-" + std::to_string(i) +
                   R"(","points":1,"reason":"lesson","ref":")" + log->station + std::to_string(i) + "\"}");
  bool failed = true;
  int points = 0;
  for (int writes = 0; failed; ++writes) {
    INFO("killed after " << writes << " writes");
    city.centre.reset();
    fs::remove(city.folder.path / "centre.db");
    fs::remove(city.folder.path / "centre.db-wal");
    fs::remove(city.folder.path / "high-water");
    city.open();
    city.enrol_again(one);
    city.enrol_again(two);
    REQUIRE(one.inc == 1);
    disk.fail_after(writes);
    std::uint64_t acknowledged_one = 0, acknowledged_two = 0;
    for (const std::vector<HttpRequest>& group :
         {std::vector{one.push(0, 10), two.push(0, 30)}, std::vector{one.push(10, 20)}}) {
      const auto answers = city.centre->handle(group);
      if (answers.front().status == 200) acknowledged_one = next_of(answers.front());
      if (answers.size() > 1 && answers.back().status == 200) acknowledged_two = next_of(answers.back());
    }
    failed = disk.failed();
    city.centre.reset();
    disk.heal();
    city.open();
    CHECK(city.pull("&station=440902-001").size() >= acknowledged_one);
    CHECK(city.pull("&station=440902-002").size() >= acknowledged_two);
    CHECK(city.send(one.push_all()).status == 200);
    CHECK(city.send(two.push_all()).status == 200);
    CHECK(city.pull("&station=440902-001") == one.lines);
    CHECK(city.pull("&station=440902-002") == two.lines);
    CHECK(city.centre->projection_dump()->find("balance|" + rider + "|60\n") != std::string::npos);
    ++points;
  }
  CHECK(points > 10);
}

TEST_CASE("a centre restored from an older copy is filled again and begins a new epoch", "[central][sqlite]") {
  City city;
  Folder copy;
  auto log = city.enrol("440902-007");
  add_plain(log, 10);
  city.send(log.push(0, 4));
  city.restart();  // the store is written out
  city.centre.reset();
  copy_store(city.folder.path, copy.path);
  city.open();
  city.send(log.push(4, 6));
  auto trailer = lines_of(city.get("/v1/records").body).back();
  const std::string cursor = text_member(trailer, "cursor");
  const auto late = city.centre->admit({"440902-009", "late", log.key.public_key});
  REQUIRE(late);
  const std::uint64_t feed = city.centre->feed_position(log.station);
  city.clock.advance(std::chrono::minutes(2));
  city.centre->tick();
  city.centre.reset();
  copy_store(copy.path, city.folder.path);
  city.open();

  const auto gap = city.send(log.push(9, 1));
  CHECK(gap.body == R"({"status":"gap","next":4})");
  CHECK(city.send(log.push(4, 6)).body == R"({"status":"ok","next":10})");
  const std::string token = city.token(Role::auditor);
  const auto ask = [&](const std::string& target) {
    return city.send({"GET", target, {{"authorization", "Bearer " + token}}, {}, {}});
  };
  CHECK(ask("/v1/records?cursor=" + cursor).status == 410);
  auto lines = lines_of(ask("/v1/records").body);
  lines.pop_back();
  CHECK(lines == log.lines);
  // A station of the lost time is taken back by what it was given; new numbers collide with none of it.
  const std::string administrator = city.token(Role::administrator);
  const auto adopt = [&](const std::string& delegation) {
    return city.send({"POST", "/v1/stations/adopt", {{"authorization", "Bearer " + administrator}}, delegation, {}})
        .status;
  };
  CHECK(adopt(late->delegation) == 200);
  CHECK(adopt(late->delegation) == 409);
  CHECK(adopt("nonsense") == 403);
  CHECK(city.centre->admit({"440902-010", "new", log.key.public_key})->inc > 100);
  // What is published from now on lies after everything that a station may have read.
  city.enrol("440902-008");
  CHECK(city.centre->feed_position(log.station) > feed + 1000);
}

TEST_CASE("a store that an older copy replaced without a trace still refuses cursors beyond its end", "[central][sqlite]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 6);
  city.send(log.push(0, 3));
  city.centre.reset();
  Folder copy;
  copy_store(city.folder.path, copy.path);
  city.open();
  const std::string token = city.token(Role::auditor);
  city.centre.reset();
  copy_store(city.folder.path, copy.path);
  city.open();
  city.send(log.push(3, 3));
  const HttpRequest all{"GET", "/v1/records", {{"authorization", "Bearer " + token}}, {}, {}};
  const std::string cursor = text_member(lines_of(city.send(all).body).back(), "cursor");
  city.centre.reset();
  copy_store(copy.path, city.folder.path);
  city.open();  // high-water was not written again since: the copy looks like the original
  const HttpRequest next{"GET", "/v1/records?cursor=" + cursor, {{"authorization", "Bearer " + token}}, {}, {}};
  CHECK(city.send(next).status == 410);
}

TEST_CASE("a newer schema, a lost key and wrong configuration are told by name", "[central][sqlite]") {
  City city;
  city.centre.reset();
  fs::remove(city.folder.path / "keys" / "roster.key");
  CentreOptions options;
  options.data = city.folder.path;
  options.config = std::string(STATION_SOURCE_DIR) + "/config";
  const auto lost = Centre::open(options, city.clock, city.random);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().message.find("roster.key") != std::string::npos);

  options.ladder = "changsha_2022";
  const auto unusable = Centre::open(options, city.clock, city.random);
  REQUIRE_FALSE(unusable);
  CHECK(unusable.error().message.find("changsha_2022") != std::string::npos);

  options.config = city.folder.path / "nothing";
  const auto missing = Centre::open(options, city.clock, city.random);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("ladder_profiles.json") != std::string::npos);
}

TEST_CASE("keys are readable by their owner only and stay the same", "[central]") {
  City city;
  const auto key = city.centre->keys().note.to_text();
  for (const char* name : {"centre.key", "roster.key", "pin.pepper"})
    CHECK((fs::status(city.folder.path / "keys" / name).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
  city.restart();
  CHECK(city.centre->keys().note.to_text() == key);
}
