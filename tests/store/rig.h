#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kiosk/store/ledger.h"
#include "sync/base/file.h"
#include "sync/base/random.h"
#include "sync/record/course_progress.h"
#include "sync/record/pack.h"
#include "sync/record/pack_signature.h"
#include "sync/record/record.h"
#include "sync/record/types.h"

// One station's ledger on a real file, on simulated time, for the tests of this folder.
namespace station::test {

using base::ManualClock;
using nlohmann::json;
using namespace std::chrono_literals;

inline base::UtcTime at(const char* iso) {
  base::UtcTime t;
  REQUIRE(base::parse_iso8601(iso, t));
  return t;
}

inline base::SigningKey key_of(std::uint8_t n) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(n);
  return base::signing_key_from_seed(seed);
}

// A folder of its own that goes away with its owner.
class TempFolder {
 public:
  TempFolder() {
    // In memory where the system has such a place: thousands of commits wait for no disk then.
    const std::filesystem::path memory = "/dev/shm";
    const auto where = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    std::string name = (where / "store-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline const char* const kWang = "0000000000000000000000000000aaaa";
inline const char* const kLi = "0000000000000000000000000000bbbb";

class Rig {
 public:
  explicit Rig(const std::string& station = "440902-007", const char* start = "2026-11-22T06:00:00Z")
      : clock(at(start)), random(7) {
    identity.station = station;
    identity.name = "Wensan Road";
    identity.city = "440900";
    identity.record_key = key_of(1);
    identity.roster_key.fill(2);
    identity.pin_pepper.fill(3);
    identity.field_key.fill(4);
    identity.centre = {"centre-440900", key_of(5).public_key};
    options.path = (folder.path() / "station.db").string();
    options.ports = {"P1", "P2"};
    options.boxes = {{"A01", flow::BoxSize::small}, {"A02", flow::BoxSize::small}, {"B01", flow::BoxSize::large}};
    options.pin_cost = base::PinCost::test;
    open();
  }

  void open() {
    ledger.reset();
    auto opened = store::Ledger::open(identity, options, clock, random);
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    ledger = *std::move(opened);
  }

  // The files as they are on disk at this moment, as after a power cut; the next program opens them.
  void crash() {
    const std::string next = (folder.path() / ("after-" + std::to_string(++crashes_) + ".db")).string();
    std::filesystem::copy_file(options.path, next);
    if (std::filesystem::exists(options.path + "-wal"))
      std::filesystem::copy_file(options.path + "-wal", next + "-wal");
    options.path = next;
    open();
  }
  void power_cut(std::chrono::milliseconds down = 60s) {
    clock.reboot("0000000000000000000000000000b" + std::to_string(100 + crashes_), down);
    crash();
  }

  flow::Outcome any(flow::Demand demand) {
    flow::Reply reply = ledger->handle({++request_, std::move(demand)});
    REQUIRE(reply.id == request_);
    return std::move(reply.outcome);
  }
  template <class T>
  T ask(flow::Demand demand) {
    flow::Outcome outcome = any(std::move(demand));
    if (const auto* no = std::get_if<flow::NotNow>(&outcome)) UNSCOPED_INFO("refused: " << no->message_key);
    if (const auto* broken = std::get_if<flow::StorageFailed>(&outcome)) UNSCOPED_INFO("storage: " << broken->detail);
    REQUIRE(std::holds_alternative<T>(outcome));
    return std::get<T>(std::move(outcome));
  }
  std::string refused(flow::Demand demand) { return ask<flow::NotNow>(std::move(demand)).message_key; }

  // The centre's directives.
  record::FeedEntry entry(std::string_view type, const json& body) {
    return {++feed_pos_, "city", std::string(type), clock.utc(), body.dump()};
  }
  void feed(std::string_view type, const json& body) {
    const record::FeedEntry e = entry(type, body);
    REQUIRE(ledger->apply({&e, 1}));
  }
  json rider_body(const std::string& subject, const std::string& name, const std::string& card,
                  const std::string& number, const std::string& pin) {
    return {{"subject", subject},
            {"name", name},
            {"cards", card.empty() ? json::array() : json::array({base::pseudonym(identity.roster_key, "card", card)})},
            {"login", number.empty() ? "" : base::pseudonym(identity.roster_key, "login", number)},
            {"pin", pin.empty() ? "" : base::make_pin_verifier(identity.pin_pepper, pin, base::PinCost::test)},
            {"last4", number.size() < 4 ? "" : number.substr(number.size() - 4)},
            {"consent", json::array()}};
  }
  void add_wang() { feed(record::kFeedRider, rider_body(kWang, "王师傅", "04A23B7C", "13812341207", "573912")); }
  void add_li() { feed(record::kFeedRider, rider_body(kLi, "李师傅", "04FFEE11", "13900000000", "804417")); }

  record::CourseOrder order(const std::string& course, const std::string& kind = "training") {
    record::CourseOrder o;
    o.course = course;
    o.subject = kWang;
    o.level = kind == "warning" ? 1 : kind == "training" ? 2 : 3;
    o.kind = kind;
    o.profile = "mission_default";
    o.required_s = kind == "warning" ? 0 : 1800;
    o.lessons = {"L01"};
    o.assigned = clock.utc();
    o.deadline = clock.utc() + 15 * 24h;
    o.violations = {{"V1", "2007", "red light", "Wensan Road", clock.utc() - 24h}};
    return o;
  }
  void assign(const record::CourseOrder& o) { feed(record::kFeedCourse, json::parse(record::to_json(o))); }

  // Lengthens the log to `size` records in one transaction, by directives that nobody knows.
  void grow(std::uint64_t size) {
    std::vector<record::FeedEntry> entries;
    for (std::uint64_t n = ledger->log_size(); n < size; ++n) entries.push_back(entry("unknown", json::object()));
    REQUIRE(ledger->apply(entries));
    REQUIRE(ledger->log_size() == size);
  }

  // Content from the product's own assets, version `version`.
  static std::string pack(int version) {
    static const record::PackFiles files = [] {
      auto read = record::read_content_folder(std::filesystem::path(STATION_SOURCE_DIR) / "assets");
      REQUIRE(read);
      return *read;
    }();
    static std::map<int, std::string> built;
    if (!built.contains(version)) {
      record::PackFiles mine = files;
      json manifest = json::parse(mine.at("content.json"));
      manifest["version"] = version;
      mine["content.json"] = manifest.dump();
      auto bytes = record::build_pack(mine);
      REQUIRE(bytes);
      built[version] = record::sign_pack(*bytes, "centre-440900", key_of(5)).value();
    }
    return built[version];
  }
  store::WantedPack announced(const std::string& bytes, int version) {
    return {"rider-safety", static_cast<std::uint64_t>(version), base::to_hex(base::sha256(base::as_bytes(bytes))),
            bytes.size()};
  }
  void add_content(int version = 1) {
    const std::string bytes = pack(version);
    const auto done = ledger->offer_pack(announced(bytes, version), bytes);
    INFO((done ? "" : done.error().message));
    REQUIRE(done);
  }

  void attend(const std::string& course, const std::string& session, const std::string& kind,
              const std::string& step = "s1", const std::string& why = "") {
    ask<flow::Attended>(flow::Attend{kWang, course, session, "L01", step, kind, clock.mono(), false, why});
  }
  // Study as the lesson flow writes it: a tick every 5 s, a touch every 30 s.
  void study(const std::string& course, const std::string& session, std::chrono::seconds length,
             const std::string& end = "pause") {
    attend(course, session, "start");
    for (auto t = 5s; t <= length; t += 5s) {
      clock.advance(5s);
      attend(course, session, t % 30s == 0s ? "input" : "tick");
    }
    if (!end.empty()) attend(course, session, end);
  }

  std::vector<record::Record> log() {
    std::vector<record::Record> out;
    const auto lines = ledger->lines(0, 1'000'000, std::size_t{1} << 30);
    REQUIRE(lines);
    for (const std::string& line : *lines) {
      auto r = record::parse_line(line);
      INFO(line);
      REQUIRE(r);
      out.push_back(*r);
    }
    return out;
  }
  // The bodies of all records of one type.
  std::vector<json> bodies(std::string_view type) {
    std::vector<json> out;
    for (const record::Record& r : log())
      if (r.type == type) out.push_back(json::parse(r.body));
    return out;
  }
  flow::RiderView wang() { return ask<flow::RiderChanged>(flow::LoadRider{kWang}).rider; }
  flow::CourseView course(const std::string& id) {
    for (const flow::CourseView& c : wang().courses)
      if (c.course == id) return c;
    FAIL("no course " << id);
    return {};
  }
  // After everything: what the tables say is what the log says.
  void consistent() { CHECK(ledger->compare_with_log() == ""); }

  TempFolder folder;
  ManualClock clock;
  base::SeededRandom random;
  store::Identity identity;
  store::LedgerOptions options;
  std::unique_ptr<store::Ledger> ledger;

 private:
  int crashes_ = 0;
  std::uint64_t request_ = 0, feed_pos_ = 0;
};

}  // namespace station::test
