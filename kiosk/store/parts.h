#pragma once

#include <string>
#include <vector>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/core.h"
#include "sync/record/course_progress.h"
#include "sync/record/feed.h"

// The parts of the ledger: each function runs inside the transaction of one request. They throw StorageError only.
namespace station::store {

using flow::Outcome;

// people.cpp: identification by card and PIN
Outcome tap_card(Core&, const flow::TapCard&);
Outcome enter_pin(Core&, const flow::EnterPin&);
Outcome bad_card(Core&, const flow::BadCard&);
Outcome confirm_by_card(Core&, const flow::ConfirmByCard&);
Outcome confirm_by_pin(Core&, const flow::ConfirmByPin&);
void note_pin_locks(Core&);

// visits.cpp: visits and points
Outcome leave_station(Core&, const flow::LeaveStation&);
void close_old_visits(Core&);
std::int64_t points_of(Core&, const std::string& subject);
// Credits points once for (reason, ref); returns what was added, 0 if it had been before.
int earn_points(Core&, const std::string& subject, int points, const std::string& reason, const std::string& ref);

// power.cpp: phone charging
Outcome intend_charge(Core&, const flow::IntendCharge&);
Outcome record_switch(Core&, const flow::RecordSwitch&);
void settle_charges_at_start(Core&);
std::vector<flow::PortView> port_views(Core&);
std::vector<flow::RunningCharge> running_charges(Core&);
std::optional<flow::ChargeView> charge_of(Core&, const std::string& subject);

// outlets.cpp: e-bike charging
bool is_outlet(const Core&, const std::string& name);
Outcome intend_outlet(Core&, const flow::IntendCharge&);
Outcome record_outlet(Core&, const flow::RecordOutlet&);
Outcome note_outlet(Core&, const flow::NoteOutlet&);
Outcome store_settlement(Core&, const flow::StoreSettlement&);
void record_approvals(Core&);
void estimate_outlets(Core&);
bool has_outlet(Core&, const std::string& subject);
std::vector<flow::PortView> outlet_views(Core&);
std::vector<flow::OpenOutlet> open_outlets(Core&);
std::optional<flow::ChargeView> outlet_of(Core&, const std::string& subject);

// boxes.cpp: locker
void configure_boxes(Core&);
void settle_boxes_at_start(Core&);
Outcome hold_box(Core&, const flow::HoldBox&);
Outcome intend_open(Core&, const flow::IntendOpen&);
Outcome record_opening(Core&, const flow::RecordOpening&);
Outcome close_box(Core&, const flow::CloseBox&);
Outcome settle_box(Core&, const flow::SettleBox&);
Outcome release_hold(Core&, const flow::ReleaseHold&);
void drop_old_holds(Core&);
std::vector<flow::LeaseView> leases_of(Core&, const std::string& subject);
std::vector<flow::BoxCount> box_counts(Core&);
std::vector<flow::PendingOpening> pending_openings(Core&);
std::vector<std::string> open_boxes(Core&);

// study.cpp: attendance and lessons
Outcome attend(Core&, const flow::Attend&);
Outcome complete_lesson(Core&, const flow::CompleteLesson&);
void settle_study_at_start(Core&);
std::vector<std::string> lessons_done(Core&, const std::string& subject);

// courses.cpp: where a rider's courses stand
struct Course {
  record::CourseOrder order;
  bool withdrawn = false;
  std::string review;  // JSON of the reviewer's decision, or empty
  std::string withdrawn_reason{};
};
std::optional<Course> find_course(Core&, const std::string& course);
// All stations' parts together, and what an examination here needs to know of them besides.
struct Standing : record::CourseStanding {
  UtcTime last_closed{};               // of the latest closed attempt
  std::optional<UtcTime> elsewhere{};  // when an attempt was opened that is still open at another station
};
Standing standing(Core&, const Course&);
// What this station's records say about a course: the snapshot, or the records where it is older than they are.
record::CourseProgress own_progress(Core&, const std::string& course);
// Stores the snapshot; called whenever a session or an attempt ends. Nothing for voluntary study ("").
void keep_progress(Core&, const std::string& course);
void add_courses(Core&, flow::RiderView&);
Outcome accept_warning(Core&, const flow::AcceptWarning&);
Outcome lodge_complaint(Core&, const flow::LodgeComplaint&);

// exams.cpp: papers and certificates
Outcome open_exam(Core&, const flow::OpenExam&);
Outcome answer_item(Core&, const flow::AnswerItem&);
Outcome close_exam(Core&, const flow::CloseExam&);
// The waiting time that a second attempt needs because too few other items are left; empty where none is needed.
std::optional<UtcTime> wait_for_items(Core&, const Course&, const Standing&);

// practice.cpp: daily questions and other practice
Outcome open_daily(Core&, const flow::OpenDaily&);
Outcome practise(Core&, const flow::Practise&);
// Questions left for today, 0…10; `rider` with their courses.
int daily_due(Core&, const flow::RiderView& rider);

// codes.cpp: certificates as codes, and codes to go on elsewhere
// Signed text for the pause page; empty where the session has no name that a code can hold.
std::string resume_code(Core&, const flow::Attend&);
Outcome read_code(Core&, const flow::ReadCode&);
// What the centre last said: "confirmed" with its own signed text, "void" with a reason, or nothing yet.
struct CertificateState {
  std::string state{}, text{}, reason{};
};
CertificateState certificate_state(Core&, const std::string& number);
void describe_certificate(Core&, flow::CertificateView&);
// `certificate.state` of the feed; throws std::exception.
void note_certificate(Core&, const std::string& body);

// feed.cpp: directives of the centre. Throws std::exception when the body is not of the stated form or its effect is
// impossible.
void apply_entry(Core&, const record::FeedEntry&);

// packs.cpp: content
void load_contents(Core&);
// Drops packs that are neither among the two newest nor used by an open attempt.
void drop_old_packs(Core&);

// compare.cpp
std::string compare_log(Core&);

// views.cpp
flow::RiderView rider_view(Core&, const std::string& subject);
flow::StationView station_view(Core&);
Outcome raise_fault(Core&, const flow::RaiseFault&);
Outcome clear_fault(Core&, const flow::ClearFault&);

}  // namespace station::store
