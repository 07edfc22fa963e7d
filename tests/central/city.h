#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/central/centre.h"
#include "sync/record/batch.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"
#include "sync/record/record.h"
#include "tests/central/postgres.h"

// A centre with its folder and stations that keep their logs in memory. Shared by the tests of this folder.
namespace station::central::test {

using base::HttpRequest;
using base::HttpResponse;

inline base::UtcTime noon() {
  base::UtcTime t;
  base::parse_iso8601("2026-11-24T12:00:00.000Z", t);
  return t;
}

// A folder that goes away with the test; in memory where the system has such a place, for commits wait for the disk.
class Folder {
 public:
  Folder() {
    base::SystemRandom random;
    const std::filesystem::path memory = "/dev/shm";
    const auto base = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    path = base / ("central-test-" + std::to_string(random.next()));
    std::filesystem::create_directories(path);
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path path;
};

// One station's log as its own program would write, hash and sign it.
class StationLog {
 public:
  StationLog(std::string id, std::uint64_t seed) : station(std::move(id)) {
    base::SeededRandom random(seed);
    key = base::new_signing_key(random);
  }

  std::uint64_t add(std::string_view type, const std::string& subject, const std::string& body,
                    base::UtcTime at = noon(), std::int64_t mono_ms = 0) {
    record::Record r;
    r.station = station;
    r.inc = inc;
    r.seq = lines.size();
    r.type = std::string(type);
    r.at = at;
    r.boot = "00000000000000000000000000000001";
    r.mono_ms = mono_ms;
    r.subject = subject;
    r.body = body;
    add_line(record::to_line(r));
    return r.seq;
  }
  void add_line(const std::string& line) { lines.push_back(line); }

  std::string checkpoint(std::uint64_t size) const {
    const auto leaf = [this](std::uint64_t i) { return record::leaf_hash(lines[i]); };
    return record::sign_checkpoint({record::log_origin(station, inc), size, record::root_of(0, size, leaf)}, station,
                                   key);
  }
  record::Batch batch(std::uint64_t from, std::uint64_t count) const {
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(from);
    return {station, inc, from, checkpoint(from + count), {begin, begin + static_cast<std::ptrdiff_t>(count)}};
  }
  HttpRequest push(std::uint64_t from, std::uint64_t count) const {
    return {"POST", "/v1/log", {}, record::encode_batch(batch(from, count)), station};
  }
  HttpRequest push_all() const { return push(0, lines.size()); }

  std::string station;
  std::uint32_t inc = 1;
  base::SigningKey key;
  std::vector<std::string> lines;
};

class City {
 public:
  explicit City(std::uint64_t seed = 7) : random(seed) { open(); }

  void open() {
    CentreOptions options;
    options.data = folder.path;
    options.postgres = database.url();
    options.config = std::string(STATION_SOURCE_DIR) + "/config";
    options.pin_cost = base::PinCost::test;
    auto opened = Centre::open(std::move(options), clock, random);
    if (!opened) FAIL(opened.error().message);
    centre = std::move(*opened);
    tokens_.clear();  // the store may be another one
  }
  // As after kill -9 and a new start: nothing but the disk is left.
  void restart() {
    centre.reset();
    open();
  }

  StationLog enrol(const std::string& id) {
    StationLog log(id, ++seeds_);
    enrol_again(log);
    return log;
  }
  void enrol_again(StationLog& log) {
    const auto admission = centre->admit({log.station, "Station " + log.station, log.key.public_key});
    if (!admission) FAIL(admission.error().message);
    log.inc = admission->inc;
  }

  std::string token(Role role) {
    auto token = centre->new_token(role, "desk", std::chrono::hours(24 * 365));
    if (!token) FAIL(token.error().message);
    return *token;
  }
  HttpResponse send(const HttpRequest& request) { return centre->handle(request); }
  HttpResponse get(const std::string& target, Role role = Role::administrator) {
    auto& kept = tokens_[role];
    if (kept.empty()) kept = token(role);
    return send({"GET", target, {{"authorization", "Bearer " + kept}}, {}, {}});
  }
  HttpResponse feed(const std::string& station, std::uint64_t after, const std::string& more = {}) {
    return send({"GET", "/v1/feed?after=" + std::to_string(after) + more, {}, {}, station});
  }
  // Every line of a pull, page by page.
  std::vector<std::string> pull(const std::string& filter = {}, int limit = 1000);

  Folder folder;
  Database database;
  base::ManualClock clock{noon()};
  base::SeededRandom random;
  std::unique_ptr<Centre> centre;

 private:
  std::uint64_t seeds_ = 100;
  std::map<Role, std::string> tokens_;
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return out;
}

// The text of a member "name":"…" of flat JSON.
inline std::string text_member(const std::string& json, const std::string& name) {
  const std::string mark = "\"" + name + "\":\"";
  const std::size_t at = json.find(mark);
  if (at == std::string::npos) return {};
  return json.substr(at + mark.size(), json.find('"', at + mark.size()) - at - mark.size());
}

inline std::vector<std::string> City::pull(const std::string& filter, int limit) {
  std::vector<std::string> all;
  std::string cursor;
  for (int page = 0; page < 100'000; ++page) {
    const auto answer =
        get("/v1/records?limit=" + std::to_string(limit) + filter + (cursor.empty() ? "" : "&cursor=" + cursor));
    REQUIRE(answer.status == 200);
    auto lines = lines_of(answer.body);
    const std::string trailer = lines.back();
    lines.pop_back();
    all.insert(all.end(), lines.begin(), lines.end());
    cursor = text_member(trailer, "cursor");
    if (trailer.find("\"more\":true") == std::string::npos) return all;
  }
  FAIL("the pull never ends");
  return all;
}

}  // namespace station::central::test
