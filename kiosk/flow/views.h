#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/api/commands.h"
#include "sync/base/clock.h"
#include "sync/rules/response.h"

namespace station::record {
struct Content;
}

// What the ledger tells the flows: committed state as plain values. Screens draw nothing else.
namespace station::flow {

using base::BootTime;
using base::Milliseconds;
using base::UtcTime;

enum class BoxSize : std::uint8_t { small, medium, large };

enum class PortState : std::uint8_t { free, mine, busy, fault };

// A phone-charging port as riders see it.
struct PortView {
  std::string name;  // "P1"
  PortState state = PortState::free;
  int minutes_left = 0;  // until the limit, where somebody charges
  bool ebike = false;    // an outlet for e-bikes
  bool operator==(const PortView&) const = default;
};

enum class LeaseState : std::uint8_t { held, opening, open, occupied, fault };

struct LeaseView {
  std::string lease;
  std::string box;  // "A03"
  BoxSize size = BoxSize::small;
  LeaseState state = LeaseState::held;
  UtcTime since;
  bool operator==(const LeaseView&) const = default;
};

struct ChargeView {
  std::string session;
  std::string port;
  UtcTime since;
  int minutes = 0;
  int limit_min = 0;
  bool ebike = false;  // then as last metered:
  int watts = 0;
  int watt_hours = 0;
  bool operator==(const ChargeView&) const = default;
};

struct ViolationView {
  std::string id;
  std::string code;
  std::string name;  // in the words of the code table
  std::string place;
  UtcTime at;
  bool operator==(const ViolationView&) const = default;
};

enum class CourseKind : std::uint8_t { warning, training, throttle };

// Where a course stands, in the order a rider goes through it (rules/course.h has the full machine).
enum class CourseStage : std::uint8_t {
  assigned,      // nothing done
  studying,      // minutes are missing
  exam_ready,    // minutes complete
  retry_wait,    // examination failed, waiting time runs
  human,         // a person decides
  done,          // warning confirmed or certificate issued
  expired,
  withdrawn,
};

struct CourseView {
  std::string course;
  CourseKind kind = CourseKind::warning;
  CourseStage stage = CourseStage::assigned;
  int level = 1;
  int required_s = 0;
  int credited_s = 0;  // counted credit of all stations that have synced, and of this one
  int questions = 20;
  int pass = 18;
  int attempts = 0;
  std::optional<UtcTime> retry_at;
  UtcTime deadline;
  std::vector<ViolationView> violations;
  int window_days = 180;
  std::vector<std::string> lessons;       // to begin with
  std::vector<std::string> lessons_done;
  std::string resume_lesson, resume_step;  // where the rider stopped, at whichever station
  // Throttle: what the named reviewer decided; empty while the recommendation waits.
  std::string decision, reviewer, decision_reason;
  std::string certificate;  // number
  std::string withdrawn_reason{};            // why the course was withdrawn
  std::string allowed_by{}, allowed_reason{};  // who allowed a further attempt, and why
  bool operator==(const CourseView&) const = default;
};

struct CertificateView {
  std::string number;
  std::string course;
  std::string text;  // content of the QR code
  UtcTime at;
  int score_percent = 0;
  std::string state{};   // "confirmed" or "void" by the centre; empty until it says so
  std::string reason{};  // why it is void
  bool operator==(const CertificateView&) const = default;
};

enum class Role : std::uint8_t { rider, maintainer };

struct RiderView {
  std::string subject;
  std::string name;  // 王师傅
  Role role = Role::rider;
  std::string last4;
  bool has_pin = false;
  std::string visit;  // id of the open visit
  UtcTime visit_since;
  int visits = 0;  // at this station, this one included
  std::int64_t points = 0;
  std::int64_t credits = 0;
  std::optional<ChargeView> charge;
  std::vector<LeaseView> leases;
  std::vector<CourseView> courses;  // open ones first, most urgent first
  std::vector<CertificateView> certificates;
  std::vector<std::string> lessons_done;  // voluntary and mandatory
  int daily_due = 0;                      // daily questions of today, 0…10
  bool operator==(const RiderView&) const = default;
};

struct BoxCount {
  BoxSize size = BoxSize::small;
  int free = 0;
  int total = 0;
  bool operator==(const BoxCount&) const = default;
};

struct FaultView {
  std::string code;
  std::string place;
  std::string detail;
  UtcTime since;
  bool operator==(const FaultView&) const = default;
};

// A charging session that runs, for the keeper that ends it at its limit.
struct RunningCharge {
  std::string port;
  BootTime since;  // meaningless when from_before
  int limit_min = 0;
  bool from_before = false;  // started before this run of the program: its port was off in between
  bool operator==(const RunningCharge&) const = default;
};

// An e-bike session that is not over. The device goes on charging while this program is away: sessions of an earlier run
// are taken up again, not ended.
struct OpenOutlet {
  std::string outlet;
  std::string session;
  devices::OutletLimits limits;
  BootTime since;  // the intent; before this boot it is negative
  bool ending = false;
  bool from_before = false;
  bool operator==(const OpenOutlet&) const = default;
};

// An opening whose result is not known yet, because the program stopped in between.
struct PendingOpening {
  std::string op;
  std::string box;
  bool operator==(const PendingOpening&) const = default;
};

// The station as everybody may see it.
struct StationView {
  std::string id;
  std::string name;
  std::vector<PortView> ports;  // `mine` is decided by the rider at the screen
  std::vector<BoxCount> boxes;
  int present = 0;  // open visits
  int riders = 0;   // roster size, for the maintainer
  int pack_version = 0;
  std::uint64_t log_size = 0;
  std::vector<FaultView> faults;
  std::vector<RunningCharge> charges;
  std::vector<PendingOpening> pending_openings;
  std::vector<OpenOutlet> outlets;
  std::vector<std::string> open_boxes;  // boxes of leases that are open in the ledger
  bool operator==(const StationView&) const = default;
};

// What the sync thread says about itself; drawn as one line.
struct SyncView {
  bool online = false;
  std::uint64_t waiting = 0;  // records not yet acknowledged
  std::optional<UtcTime> last_success;
  std::string why;  // string key of the reason while offline, for example "sync.network_down"
  bool operator==(const SyncView&) const = default;
};

// A hazard clip on the screen.
enum class ClipStage : std::uint8_t { ready, playing, played, replay };
struct ClipView {
  ClipStage stage = ClipStage::ready;
  std::int64_t ms = 0;  // clip time
  std::vector<std::int64_t> taps;
  bool operator==(const ClipView&) const = default;
};

// An answer that is being given, by tapping what is wanted and then where it belongs.
struct AnswerView {
  std::vector<int> order;  // authored option numbers as shown
  // Indexes as shown. match: for each left side, -1 while it is empty. order: in the order tapped. text: of the tiles.
  std::vector<int> chosen;
  int slot = 0;        // match: the left side that gets the next right side
  std::string typed;   // numeric and text
  ClipView clip;       // hazard
  bool complete = false;  // may be handed in
  bool operator==(const AnswerView&) const = default;
};

// One question of an opened paper. Options are in drawn order; the key stays in the ledger.
struct QuestionView {
  std::string item;
  int version = 1;
  bool multiple = false;
  std::vector<int> order;  // authored option numbers in the order shown
  bool operator==(const QuestionView&) const = default;
};

struct PaperView {
  std::string course;
  std::string attempt;
  int no = 1;
  std::vector<QuestionView> questions;
  int answered = 0;  // questions already answered (resumed after a power cut)
  std::shared_ptr<const record::Content> content;  // with which the paper was frozen; a newer pack does not change it
  bool operator==(const PaperView&) const = default;
};

// Daily questions of a rider: what is due today, and on which days of this week some were answered.
struct DailyView {
  std::vector<QuestionView> questions;
  std::vector<bool> week = std::vector<bool>(7, false);  // Monday first
  int weekday = 0;                                       // of today, Monday 0
  int days_in_row = 0;                                   // up to today, or yesterday while today has none
  std::shared_ptr<const record::Content> content;        // the questions are those of this pack
  bool operator==(const DailyView&) const = default;
};

struct ExamOutcome {
  std::string course;
  int score = 0;
  int of = 0;
  int pass = 0;
  bool critical_wrong = false;
  bool passed = false;
  std::vector<std::string> wrong_items;
  std::optional<CertificateView> certificate;
  std::optional<UtcTime> retry_at;
  bool operator==(const ExamOutcome&) const = default;
};

}  // namespace station::flow
