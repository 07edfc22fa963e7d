#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sync/base/file.h"
#include "sync/central/centre.h"
#include "tests/central/city.h"
#include "tests/crash/machine.h"

namespace station::crash {

namespace {

using central::Centre;
using central::test::StationLog;
using nlohmann::json;
namespace fs = std::filesystem;

const std::string kRider = "0123456789abcdef0123456789abcdef";

class CentreMachine final : public Machine {
 public:
  // The keys, which lie beside the database, are made before the first day: a day played again finds them.
  explicit CentreMachine(PowerDisk& disk) : disk_(disk) {
    base::SeededRandom random(5);
    if (!Centre::open(options(), now_.clock, random)) throw std::logic_error("no centre can be opened");
    fs::remove(folder_.path / "high-water");
  }

  std::string path() const override { return (folder_.path / "centre.db").string(); }
  int days() const override { return static_cast<int>(std::size(kDays)); }
  std::string day_name(int day) const override { return kDays[day].name; }

  void play(int day, const std::function<void()>& acknowledged) override {
    acknowledged_ = acknowledged;
    (this->*kDays[day].play)();
    acknowledged_ = nullptr;
  }

  void kill() override {
    disk_.power_off();
    centre_.reset();
    disk_.power_on();
  }

  // The high-water mark lies beside the database and is as old as the moment.
  std::shared_ptr<const void> remember() const override {
    auto moment = std::make_shared<Moment>(now_);
    if (const auto text = base::read_file(folder_.path / "high-water")) moment->high_water = *text;
    return moment;
  }
  void restore(const std::shared_ptr<const void>& moment) override {
    now_ = *std::static_pointer_cast<const Moment>(moment);
    if (now_.high_water.empty()) {
      fs::remove(folder_.path / "high-water");
    } else if (!base::write_file(folder_.path / "high-water", now_.high_water)) {
      throw std::logic_error("the high-water mark cannot be put back");
    }
  }

  std::string starts_well(bool thorough) override {
    const Moment before = now_;
    std::string wrong;
    auto opened = Centre::open(options(), now_.clock, now_.random);
    if (!opened) {
      wrong = opened.error().message;
    } else {
      Centre& centre = **opened;
      const auto health = centre.handle(base::HttpRequest{"GET", "/v1/health", {}, {}, {}});
      if (health.status != 200) wrong = "the started centre answers " + std::to_string(health.status);
      if (wrong.empty() && thorough) wrong = computes_the_same(centre);
    }
    now_ = before;
    return wrong;
  }

 private:
  struct Moment {
    base::ManualClock clock{central::test::noon()};
    base::SeededRandom random{11};
    StationLog one{"440902-001", 101}, two{"440902-002", 102};
    std::string administrator, reviewer, high_water;
  };
  struct Day {
    const char* name;
    void (CentreMachine::*play)();
  };
  static const Day kDays[6];

  // What follows from the records, computed anew, is what is stored.
  static std::string computes_the_same(Centre& centre) {
    const auto stored = centre.projection_dump();
    if (!stored || !centre.rebuild()) return "nothing can be computed anew";
    return *centre.projection_dump() == *stored ? "" : "what follows from the records differs from what is stored";
  }

  central::CentreOptions options() const {
    central::CentreOptions o;
    o.data = folder_.path;
    o.config = std::string(STATION_SOURCE_DIR) + "/config";
    o.pin_cost = base::PinCost::test;
    return o;
  }

  void started() {
    auto opened = Centre::open(options(), now_.clock, now_.random);
    if (!opened && opened.error().code == base::Errc::io) throw Stopped{opened.error().message};
    if (!opened) throw std::logic_error(opened.error().message);
    centre_ = *std::move(opened);
    acknowledged_();
  }
  void ended() {
    centre_.reset();
    acknowledged_();
  }

  template <class T>
  T told(base::Result<T> result) {
    if (centre_->broken()) throw Stopped{centre_->broken_why()};
    if (!result) throw std::logic_error(result.error().message);
    acknowledged_();
    return *std::move(result);
  }

  // One group, one transaction; `expected` 0: whatever the rules say.
  std::vector<base::HttpResponse> send(const std::vector<base::HttpRequest>& group, int expected = 200) {
    auto answers = centre_->handle(group);
    if (centre_->broken()) {
      for (const auto& answer : answers)
        if (answer.status != 503) throw std::logic_error("answered " + std::to_string(answer.status) + " when broken");
      if (centre_->handle(group).front().status != 503) throw std::logic_error("went on after a failed commit");
      throw Stopped{centre_->broken_why()};
    }
    for (const auto& answer : answers)
      if (expected != 0 && answer.status != expected)
        throw std::logic_error(std::to_string(answer.status) + " " + answer.body);
    acknowledged_();
    now_.clock.advance(std::chrono::seconds(2));
    return answers;
  }
  base::HttpResponse desk(const std::string& target, const std::string& body, int expected = 200) {
    return send({{"POST", target, {{"authorization", "Bearer " + now_.administrator}}, body, {}}}, expected).front();
  }

  void first_start() {
    started();
    now_.administrator = told(centre_->new_token(central::Role::administrator, "desk", std::chrono::hours(999)));
    now_.reviewer = told(centre_->new_token(central::Role::reviewer, "review", std::chrono::hours(999)));
    for (StationLog* log : {&now_.one, &now_.two})
      log->inc = told(centre_->admit({log->station, "Station", log->key.public_key})).inc;
    ended();
  }

  void roster() {
    started();
    desk("/v1/riders",
         "rider,name,cards,login,pin,last4,role\nR1,Wang,04A1B2C3D4E5F6,13812341207,739154,,\n"
         "R2,Li,04A1B2C3D4E5F7;0102030405,,,77,\nR3,,bad,,,,\n");
    desk("/v1/riders?dry_run=1", "rider,name,cards\nR4,Zhao,0909090909\n");
    desk("/v1/violations",
         "id,rider,code,at,place\nV1,R1,2004,2026-11-20 14:03,Main road\nV2,R1,2004,2026-11-21 14:03,Main road\n");
    desk("/v1/violations", "id,rider,code,at,place\nV3,R1,2004,2026-11-22 14:03,Main road\nV4,R9,2004,never,\n");
    desk("/v1/riders/unlock", R"({"rider":"R1","station":"440902-001"})");
    desk("/v1/riders/remove", R"({"rider":"R2"})");
    kill();
  }

  void add_day(StationLog& log, int n) {
    const auto at = [&](int s) { return now_.clock.utc() + std::chrono::seconds(s); };
    log.add("station.started", "", R"({"version":"1","schema":1,"pack":1,"unclean":false})", at(0), 0);
    log.add("visit.checked_in", kRider, json{{"visit", log.station + std::to_string(n)}, {"method", "card"}}.dump(),
            at(1), 1'000);
    log.add("points.earned", kRider,
            json{{"transfer", log.station + "-t" + std::to_string(n)},
                 {"points", 5},
                 {"reason", "check_in"},
                 {"ref", log.station + std::to_string(n)}}
                .dump(),
            at(1), 1'000);
    for (int s = 0; s <= 30; s += 10)
      log.add(s == 0 ? "attendance.start" : s == 30 ? "attendance.pause" : "attendance.input", kRider,
              json{{"course", "c1"},
                   {"session", "s" + std::to_string(n)},
                   {"lesson", "L01"},
                   {"step", "L01-1"},
                   {"pack", 7},
                   {"media", false},
                   {"why", "order"}}
                  .dump(),
              at(2 + s), 2'000 + s * 1'000);
    log.add("device.fault_raised", "", R"({"code":"reader.missing","place":"R1","detail":"unplugged"})", at(40), 40'000);
    log.add("a.type.of.tomorrow", "", "{}", at(41), 41'000);
  }

  void batches() {
    started();
    for (int n = 0; n < 3; ++n) {
      const std::uint64_t from_one = now_.one.lines.size(), from_two = now_.two.lines.size();
      add_day(now_.one, n);
      add_day(now_.two, n);
      const auto one = now_.one.push(from_one, now_.one.lines.size() - from_one);
      const auto two = now_.two.push(from_two, now_.two.lines.size() - from_two);
      send({one, two});
    }
    send({now_.one.push_all(), now_.two.push(0, 5)});                       // again: nothing new
    send({now_.one.push_all(), {"GET", "/v1/feed?after=0", {}, {}, now_.one.station}});
    StationLog clone = now_.two;
    clone.lines.back() = now_.two.lines.front();
    send({clone.push_all()}, 409);  // two histories
    now_.clock.advance(std::chrono::minutes(2));
    centre_->tick();
    if (centre_->broken()) throw Stopped{centre_->broken_why()};
    acknowledged_();
    kill();
  }

  void reviews() {
    started();
    const auto listed =
        send({{"GET", "/v1/courses", {{"authorization", "Bearer " + now_.administrator}}, {}, {}}}).front().body;
    std::string throttled;
    for (const std::string& line : central::test::lines_of(listed)) {
      const json row = json::parse(line);
      if (row["kind"] == "throttle") throttled = row["course"];
    }
    const auto review = [&](const std::string& decision) {
      send({{"POST",
             "/v1/courses/" + throttled + "/review",
             {{"authorization", "Bearer " + now_.reviewer}},
             json{{"decision", decision}, {"reason", "the records are clear"}}.dump(),
             {}}},
           0);
    };
    review("throttle");
    review("release");
    desk("/v1/violations/V1/withdraw", R"({"reason":"cancelled on appeal"})");
    kill();
  }

  void stations() {
    started();
    desk("/v1/tokens", R"({"role":"auditor","name":"audit"})");
    now_.two.inc = told(centre_->admit({"440902-002", "Again", now_.two.key.public_key})).inc;
    desk("/v1/stations/440902-001/revoke", R"({"reason":"stolen"})");
    ended();
  }

  void computed_anew() {
    started();
    const auto again = centre_->rebuild();
    if (centre_->broken()) throw Stopped{centre_->broken_why()};
    if (!again) throw std::logic_error(again.error().message);
    acknowledged_();
    kill();
  }

  PowerDisk& disk_;
  central::test::Folder folder_;
  Moment now_;
  std::function<void()> acknowledged_;
  std::unique_ptr<Centre> centre_;
};

const CentreMachine::Day CentreMachine::kDays[6] = {{"first start", &CentreMachine::first_start},
                                                    {"roster and violations", &CentreMachine::roster},
                                                    {"batches", &CentreMachine::batches},
                                                    {"reviews", &CentreMachine::reviews},
                                                    {"stations", &CentreMachine::stations},
                                                    {"computed anew", &CentreMachine::computed_anew}};

}  // namespace

std::unique_ptr<Machine> make_centre(PowerDisk& disk) {
  return std::make_unique<CentreMachine>(disk);
}

}  // namespace station::crash
