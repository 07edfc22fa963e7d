#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <sstream>
#include <string>

#include "kiosk/app/headless.h"
#include "kiosk/app/stage.h"
#include "sync/base/crypto.h"
#include "sync/record/feed.h"
#include "sync/record/pack.h"
#include "sync/record/pack_signature.h"
#include "sync/record/types.h"
#include "tests/app/temp_dir.h"

namespace station::test {

// A whole station without a centre: the shipping program with simulated devices, a real database file and riders that a
// feed brought. Driven by lines of a script.
class StationRig {
 public:
  explicit StationRig(std::uint64_t seed = 5) {
    const auto config = app::load_config(std::string(STATION_SOURCE_DIR) + "/config/station.example.toml");
    REQUIRE(config);
    options_.config = *config;
    options_.config.data = dir_.path();
    options_.seed = seed;
    options_.identity.emplace();
    store::Identity& own = options_.identity->own;
    base::SeededRandom random(11);
    own.station = "440902-007";
    own.name = "Station";
    own.city = "440902";
    own.record_key = base::new_signing_key(random);
    random.fill(own.roster_key);
    random.fill(own.pin_pepper);
    random.fill(own.field_key);
    centre_ = base::new_signing_key(random);
    own.centre = {"centre.440902", centre_.public_key};
    start();
  }

  // The program starts; a second time on what the first left behind.
  void start() {
    *options_.seed += 1;  // ids of a second run differ
    options_.time.behind = std::chrono::hours(8) - std::chrono::hours(starts_++);
    auto stage = app::Stage::open(options_);
    INFO((stage ? "" : stage.error().message));
    REQUIRE(stage);
    stage_ = std::move(*stage);
  }
  void stop() { stage_.reset(); }

  void content() {
    const auto plain = record::build_pack(std::string(STATION_SOURCE_DIR) + "/assets");
    REQUIRE(plain);
    const auto bytes = record::sign_pack(*plain, "centre.440902", centre_);
    REQUIRE(bytes);
    const auto pack = record::unpack(*bytes);
    REQUIRE(pack);
    const std::string sha = base::to_hex(base::sha256(base::as_bytes(*bytes)));
    stage_->ledger().with_ledger([&](store::Ledger& l) { REQUIRE(l.offer_pack({pack->pack, pack->version, sha, bytes->size()}, *bytes)); });
  }
  void feed(std::string_view type, const std::string& body) {
    record::FeedEntry entry{++pos_, "city", std::string(type), stage_->clock().utc(), body};
    stage_->ledger().with_ledger([&](store::Ledger& l) { REQUIRE(l.apply({&entry, 1})); });
  }
  std::string subject(const std::string& rider) const { return name("rider", rider); }
  void rider(const std::string& id, const std::string& uid, const std::string& login, const std::string& pin, const char* role = "rider",
             const char* shown = "R") {
    const auto& own = options_.identity->own;
    const std::string verifier = pin.empty() ? "" : base::make_pin_verifier(own.pin_pepper, pin, base::PinCost::test);
    feed(record::kFeedRider, R"({"subject":")" + subject(id) + R"(","name":")" + shown + R"(","cards":[")" + name("card", uid) + R"("],"login":")" +
                                 name("login", login) + R"(","pin":")" + verifier + R"(","last4":"1207","consent":[],"role":")" + role + "\"}");
  }
  void course(const std::string& id, const std::string& rider, const char* kind, int level) {
    const auto now = stage_->clock().utc();
    feed(record::kFeedCourse,
         R"({"course":")" + id + R"(","subject":")" + subject(rider) + R"(","level":)" + std::to_string(level) + R"(,"kind":")" + kind +
             R"(","profile":"seed_default","required_s":1800,"questions":20,"pass":18,"lessons":["L01"],"assigned":")" + base::iso8601(now) +
             R"(","deadline":")" + base::iso8601(now + std::chrono::hours(24 * 15)) +
             R"(","reason":{"window_days":180,"violations":[{"id":"V1","code":"2007","name":"n","at":")" + base::iso8601(now) +
             R"(","place":"p"}]}})");
  }

  // Plays lines; a line that does not hold fails the test and shows what was on the screen.
  void play(const std::string& lines) {
    const auto script = app::parse_script(lines, "test");
    INFO((script ? "" : script.error().message));
    REQUIRE(script);
    app::ScriptPlayer player(*stage_, {});
    for (const app::ScriptLine& line : *script) {
      const auto done = player.play(line);
      INFO(line.text() << ": " << (done ? "" : done.error().message) << "\n" << stage_->seen());
      REQUIRE(done);
    }
  }

  std::vector<std::string> records(const std::string& type) {
    std::vector<std::string> out;
    stage_->ledger().with_ledger([&](store::Ledger& l) {
      const auto lines = l.lines(0, 100'000, std::size_t{64} << 20);
      REQUIRE(lines);
      for (const std::string& line : *lines)
        if (line.find("\"type\":\"" + type + "\"") != std::string::npos) out.push_back(line);
    });
    return out;
  }
  std::string difference_from_log() {
    std::string out;
    stage_->ledger().with_ledger([&](store::Ledger& l) { out = l.compare_with_log(); });
    return out;
  }

  app::Stage& stage() { return *stage_; }

 private:
  std::string name(const char* kind, const std::string& value) const {
    return value.empty() ? "" : base::pseudonym(options_.identity->own.roster_key, kind, value);
  }

  TempDir dir_;
  base::SigningKey centre_;
  app::StageOptions options_;
  std::unique_ptr<app::Stage> stage_;
  std::uint64_t pos_ = 0;
  int starts_ = 0;
};

}  // namespace station::test
