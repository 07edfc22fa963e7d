#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "kiosk/store/ledger.h"
#include "sync/record/course_progress.h"
#include "sync/record/pack.h"
#include "sync/record/pack_signature.h"
#include "sync/record/record.h"
#include "sync/record/types.h"
#include "tests/crash/machine.h"

namespace station::crash {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const std::string kWang = "0000000000000000000000000000aaaa";
const std::string kLi = "0000000000000000000000000000bbbb";
const std::string kWangCard = "04A23B7C", kLiCard = "04FFEE11";
const std::string kWangNumber = "13812341207", kWangPin = "573912";

// What of `file`, an object by question, belongs to `kept`.
std::string only(const std::string& file, const std::string& kept) {
  const json all = json::parse(file);
  json out = json::object();
  for (const auto& [id, value] : all.items())
    if (kept.find("[id:" + id + "]") != std::string::npos) out[id] = value;
  return out.dump();
}

// The shipped content cut down to one lesson and four of its questions: enough for an examination, and quick to open.
std::string small_pack(int version) {
  const auto whole = record::read_content_folder(std::filesystem::path(STATION_SOURCE_DIR) / "assets");
  if (!whole) throw std::logic_error(whole.error().message);
  json manifest = json::parse(whole->at("content.json"));
  manifest["version"] = version;
  manifest["lessons"] = json::array({"L01"});
  record::PackFiles files;
  std::string texts;
  for (const auto& [name, text] : *whole)
    if (name.starts_with("lessons/L01.")) texts += files[name] = text;
  const std::string& bank = whole->at("quizzes/bank.gift");
  std::string kept;
  for (std::size_t at = 0, n = 0; at < bank.size() && n < 4;) {
    const std::size_t end = std::min(bank.find("\n\n", at), bank.size());
    const std::string block = bank.substr(at, end - at);
    at = end + 2;
    if (block.find("[tag:lesson:L01]") == std::string::npos || block.find("[tag:region:CN]") == std::string::npos) continue;
    kept += block + "\n\n";
    ++n;
  }
  texts += files["quizzes/bank.gift"] = kept;
  files["quizzes/bank.en.json"] = only(whole->at("quizzes/bank.en.json"), kept);
  texts += files["quizzes/scenes.json"] = only(whole->at("quizzes/scenes.json"), kept);
  for (const auto& [name, text] : *whole)
    if (name.starts_with("scenes/") && texts.find(std::filesystem::path(name).stem().string()) != std::string::npos)
      files[name] = text;
  files["quizzes/blueprints.json"] =
      R"({"training":{"version":"1","count":3,"pass":2,"rows":[{"topic":"L01","count":3,"critical":0}]}})";
  files["content.json"] = manifest.dump();
  const auto bytes = record::build_pack(files);
  if (!bytes) throw std::logic_error(bytes.error().message);
  std::array<std::uint8_t, 32> centre{};
  centre.fill(5);
  return record::sign_pack(*bytes, "centre-440902", base::signing_key_from_seed(centre)).value();
}

class Kiosk final : public Machine {
 public:
  explicit Kiosk(PowerDisk& disk) : disk_(disk), packs_{small_pack(1), small_pack(2)} {
    identity_.station = "440902-007";
    identity_.name = "Wensan Road";
    identity_.city = "440902";
    identity_.record_key = key_of(1);
    identity_.roster_key.fill(2);
    identity_.pin_pepper.fill(3);
    identity_.field_key.fill(4);
    identity_.centre = {"centre-440902", key_of(5).public_key};
    options_.path = path();
    options_.ports = {"P1", "P2"};
    options_.boxes = {{"A01", flow::BoxSize::small}, {"B01", flow::BoxSize::large}};
    options_.pin_cost = base::PinCost::test;
    const auto verifier = [&](const std::string& pin) {
      return base::make_pin_verifier(identity_.pin_pepper, pin, base::PinCost::test);
    };
    wang_pin_ = verifier(kWangPin);
  }

  std::string path() const override { return "/power/station.db"; }
  int days() const override { return static_cast<int>(std::size(kDays)); }
  std::string day_name(int day) const override { return kDays[day].name; }

  void play(int day, const std::function<void()>& acknowledged) override {
    acknowledged_ = acknowledged;
    (this->*kDays[day].play)();
    acknowledged_ = nullptr;
  }

  void kill() override {
    disk_.power_off();
    ledger_.reset();
    disk_.power_on();
  }

  std::shared_ptr<const void> remember() const override { return std::make_shared<Moment>(now_); }
  void restore(const std::shared_ptr<const void>& moment) override {
    now_ = *std::static_pointer_cast<const Moment>(moment);
  }

  std::string starts_well(bool thorough) override {
    const Moment before = now_;
    now_.clock.reboot("000000000000000000000000000000ff", 60s);
    std::string wrong;
    auto opened = store::Ledger::open(identity_, options_, now_.clock, now_.random);
    if (!opened) {
      wrong = opened.error().message;
    } else {
      store::Ledger& ledger = **opened;
      const auto kept = std::holds_alternative<flow::Done>(ledger.handle({1, flow::Housekeep{}}).outcome);
      if (!kept) wrong = "the started program does not work";
      if (wrong.empty() && !ledger.checkpoint(ledger.log_size())) wrong = "no head can be signed";
      if (wrong.empty() && thorough) wrong = ledger.compare_with_log();
    }
    now_ = before;
    return wrong;
  }

 private:
  struct Moment {
    base::ManualClock clock{base::utc_from_ms(1'795'000'000'000)};
    base::SeededRandom random{7};
    std::uint64_t feed_pos = 0, request = 0;
  };
  struct Day {
    const char* name;
    void (Kiosk::*play)();
  };
  static const Day kDays[8];

  static base::SigningKey key_of(std::uint8_t n) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(n);
    return base::signing_key_from_seed(seed);
  }

  void started() {
    auto opened = store::Ledger::open(identity_, options_, now_.clock, now_.random);
    if (!opened) throw Stopped{opened.error().message};
    ledger_ = *std::move(opened);
    acknowledged_();
  }
  void stopped() {
    ledger_->close();
    if (ledger_->broken()) throw Stopped{"closing"};
    ledger_.reset();
    acknowledged_();
  }

  template <class T>
  T ask(flow::Demand demand) {
    flow::Outcome outcome = ledger_->handle({++now_.request, std::move(demand)}).outcome;
    if (const auto* failed = std::get_if<flow::StorageFailed>(&outcome)) {
      // Final: the next one is refused, too, although the disk may work again.
      const auto next = ledger_->handle({++now_.request, flow::Housekeep{}}).outcome;
      if (!std::holds_alternative<flow::StorageFailed>(next)) throw std::logic_error("went on after a failed commit");
      throw Stopped{failed->detail};
    }
    if (!std::holds_alternative<T>(outcome)) {
      const auto* no = std::get_if<flow::NotNow>(&outcome);
      throw std::logic_error("outcome " + std::to_string(outcome.index()) + (no ? " " + no->message_key : ""));
    }
    acknowledged_();
    now_.clock.advance(1s);
    return std::get<T>(std::move(outcome));
  }
  void done(const base::Result<void>& result) {
    if (!result && result.error().code == base::Errc::io) throw Stopped{result.error().message};
    if (!result) throw std::logic_error(result.error().message);
    acknowledged_();
  }

  void feed(std::string_view type, const json& body) { feed_all({{std::string(type), body}}); }
  void feed_all(const std::vector<std::pair<std::string, json>>& all) {
    std::vector<record::FeedEntry> entries;
    for (const auto& [type, body] : all)
      entries.push_back({++now_.feed_pos, "city", type, now_.clock.utc(), body.dump()});
    done(ledger_->apply(entries));
  }
  json rider(const std::string& subject, const std::string& card, const std::string& number) {
    return {{"subject", subject},
            {"name", "W."},
            {"cards", json::array({base::pseudonym(identity_.roster_key, "card", card)})},
            {"login", number.empty() ? "" : base::pseudonym(identity_.roster_key, "login", number)},
            {"pin", number.empty() ? "" : wang_pin_},
            {"last4", "1207"},
            {"consent", json::array()}};
  }
  void assign(const std::string& course, const std::string& kind) {
    record::CourseOrder o;
    o.course = course;
    o.subject = kWang;
    o.level = kind == "warning" ? 1 : 2;
    o.kind = kind;
    o.profile = "mission_default";
    o.required_s = kind == "warning" ? 0 : 20;
    o.questions = 3;
    o.pass = 2;
    o.lessons = {"L01"};
    o.assigned = now_.clock.utc();
    o.deadline = now_.clock.utc() + 15 * 24h;
    o.violations = {{"V1", "2007", "red light", "Wensan Road", now_.clock.utc() - 24h}};
    feed(record::kFeedCourse, json::parse(record::to_json(o)));
  }
  void attend(const std::string& course, const std::string& session, const std::string& kind,
              const std::string& why = "") {
    ask<flow::Attended>(
        flow::Attend{kWang, course, session, "L01", "s1", kind, now_.clock.mono(), false, why});
  }
  void study(const std::string& course, const std::string& session, int events) {
    attend(course, session, "start");
    for (int i = 0; i < events; ++i) {
      now_.clock.advance(4s);
      attend(course, session, i % 3 == 1 ? "input" : "tick");
    }
  }

  void first_start() {
    started();
    feed(record::kFeedRider, rider(kWang, kWangCard, kWangNumber));
    feed_all({{std::string(record::kFeedRider), rider(kLi, kLiCard, "")},
              {"a.type.of.tomorrow", json::object()},
              {std::string(record::kFeedPoints), {{"subject", kWang}, {"balance", 40}, {"upto", json::object()}}}});
    stopped();
  }
  void visits() {
    started();
    ask<flow::Welcome>(flow::TapCard{kWangCard, "R1"});
    ask<flow::Refusal>(flow::TapCard{"04000000", "R1"});
    ask<flow::Refusal>(flow::BadCard{devices::CardProblem::two_cards});
    ask<flow::Done>(flow::LeaveStation{kWang, "rider"});
    for (int i = 0; i < 3; ++i) ask<flow::Refusal>(flow::EnterPin{kWangNumber, "111111"});
    ask<flow::Welcome>(flow::EnterPin{kWangNumber, kWangPin});
    ask<flow::Welcome>(flow::TapCard{kLiCard, "R1"});
    for (int i = 0; i < 5; ++i) ask<flow::Refusal>(flow::EnterPin{kWangNumber, "222222"});
    kill();
  }
  void charging() {
    started();
    const auto on = ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", true, "rider"});
    ask<flow::RiderChanged>(flow::RecordSwitch{on.op, true, "read back on"});
    now_.clock.advance(30min);
    const auto off = ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", false, "rider"});
    ask<flow::RiderChanged>(flow::RecordSwitch{off.op, true, "read back off"});
    const auto silent = ask<flow::ChargeIntended>(flow::IntendCharge{kLi, "P2", true, "rider"});
    ask<flow::RiderChanged>(flow::RecordSwitch{silent.op, false, "no answer"});
    ask<flow::Done>(flow::RaiseFault{"port.silent", "P2", "no answer"});
    ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", true, "rider"});
    kill();
  }
  void boxes() {
    started();
    ask<flow::Done>(flow::ClearFault{"port.silent", "P2"});
    const auto held = ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small});
    const auto in = ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "deposit"});
    ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "sensor"});
    ask<flow::RiderChanged>(flow::CloseBox{held.lease, "deposit", true});
    const auto out = ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "pickup"});
    ask<flow::RiderChanged>(flow::RecordOpening{out.op, devices::Opening::opened, "sensor"});
    ask<flow::RiderChanged>(flow::CloseBox{held.lease, "pickup", true});
    const auto large = ask<flow::BoxHeld>(flow::HoldBox{kLi, flow::BoxSize::large});
    ask<flow::BoxIntended>(flow::IntendOpen{large.lease, "deposit"});
    kill();
  }
  void lessons() {
    started();
    assign("C1", "training");
    assign("C2", "warning");
    ask<flow::RiderChanged>(flow::AcceptWarning{kWang, "C2"});
    study("", "S0", 2);
    attend("", "S0", "end");
    ask<flow::RiderChanged>(flow::CompleteLesson{kWang, "", "S0", "L01", {"s1"}});
    study("C1", "S1", 4);
    attend("C1", "S1", "check_shown");
    attend("C1", "S1", "check_ok");
    attend("C1", "S1", "pause", "rider");
    study("C1", "S2", 3);
    kill();
  }
  void examination() {
    started();
    offer(1);
    study("C1", "S3", 4);
    attend("C1", "S3", "end");
    ask<flow::Confirmed>(flow::ConfirmByCard{kWang, kWangCard, "C1"});
    const auto paper = ask<flow::PaperOpened>(flow::OpenExam{kWang, "C1"}).paper;
    for (int i = 0; i < static_cast<int>(paper.questions.size()); ++i) {
      const auto* question = paper.content->question(paper.questions[static_cast<std::size_t>(i)].item);
      ask<flow::ItemStored>(flow::AnswerItem{paper.attempt, i, question->right, 4'000});
    }
    const auto closed = ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true});
    if (!closed.outcome.certificate) throw std::logic_error("no certificate");
    offer(2);
    stopped();
  }
  void synchronisation() {
    started();
    const std::uint64_t size = ledger_->log_size();
    done(ledger_->set_confirmed(size / 2));
    done(ledger_->anchored({now_.clock.utc(), now_.clock.mono(), 40ms, 80ms, 1'200ms}));
    feed(record::kFeedCourseWithdrawn, {{"course", "C2"}, {"reason", "cancelled on appeal"}});
    record::CourseProgress elsewhere;
    elsewhere.course = "C1";
    elsewhere.station = "440902-008";
    elsewhere.upto = 9;
    elsewhere.credit = {{base::to_ms(now_.clock.utc()) - 90'000, base::to_ms(now_.clock.utc()) - 30'000}};
    feed(record::kFeedProgress, json::parse(record::to_json(elsewhere)));
    feed(record::kFeedPoints, {{"subject", kWang}, {"balance", 65}, {"upto", {{identity_.station, size / 2}}}});
    done(ledger_->set_confirmed(size));
    feed(record::kFeedRiderRemoved, {{"subject", kLi}});
    kill();
  }
  void day_close() {
    started();
    ask<flow::ComplaintLodged>(flow::LodgeComplaint{kWang, "box", "A01", "box_dirty"});
    ask<flow::Welcome>(flow::TapCard{kWangCard, "R1"});
    now_.clock.advance(9h);
    ask<flow::Done>(flow::Housekeep{});
    stopped();
    started();
    kill();
  }

  void offer(int version) {
    const std::string& bytes = packs_[static_cast<std::size_t>(version - 1)];
    done(ledger_->offer_pack({"rider-safety", static_cast<std::uint64_t>(version),
                              base::to_hex(base::sha256(base::as_bytes(bytes))), bytes.size()},
                             bytes));
  }

  PowerDisk& disk_;
  const std::array<std::string, 2> packs_;
  store::Identity identity_;
  store::LedgerOptions options_;
  std::string wang_pin_;
  Moment now_;
  std::function<void()> acknowledged_;
  std::unique_ptr<store::Ledger> ledger_;
};

const Kiosk::Day Kiosk::kDays[8] = {{"first start", &Kiosk::first_start},
                                    {"visits", &Kiosk::visits},
                                    {"charging", &Kiosk::charging},
                                    {"boxes", &Kiosk::boxes},
                                    {"lessons", &Kiosk::lessons},
                                    {"examination", &Kiosk::examination},
                                    {"synchronisation", &Kiosk::synchronisation},
                                    {"day close", &Kiosk::day_close}};

}  // namespace

std::unique_ptr<Machine> make_kiosk(PowerDisk& disk) {
  return std::make_unique<Kiosk>(disk);
}

}  // namespace station::crash
