#pragma once

#include <string>
#include <vector>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/core.h"

// The parts of the ledger: each function runs inside the transaction of one request. They throw StorageError only.
namespace station::store {

using flow::Outcome;

// people.cpp: roster, identification, visits, points
Outcome tap_card(Core&, const flow::TapCard&);
Outcome enter_pin(Core&, const flow::EnterPin&);
Outcome bad_card(Core&, const flow::BadCard&);
Outcome confirm_by_card(Core&, const flow::ConfirmByCard&);
Outcome confirm_by_pin(Core&, const flow::ConfirmByPin&);
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

// boxes.cpp: locker
void configure_boxes(Core&);
void settle_boxes_at_start(Core&);
Outcome hold_box(Core&, const flow::HoldBox&);
Outcome intend_open(Core&, const flow::IntendOpen&);
Outcome record_opening(Core&, const flow::RecordOpening&);
Outcome close_box(Core&, const flow::CloseBox&);
Outcome release_hold(Core&, const flow::ReleaseHold&);
void drop_old_holds(Core&);
std::vector<flow::LeaseView> leases_of(Core&, const std::string& subject);
std::vector<flow::BoxCount> box_counts(Core&);
std::vector<flow::PendingOpening> pending_openings(Core&);

// study.cpp: attendance and lessons
Outcome attend(Core&, const flow::Attend&);
Outcome complete_lesson(Core&, const flow::CompleteLesson&);
void settle_study_at_start(Core&);
std::vector<std::string> lessons_done(Core&, const std::string& subject);

// courses.cpp: courses, papers, certificates
std::vector<flow::CourseView> courses_of(Core&, const std::string& subject);
std::vector<flow::CertificateView> certificates_of(Core&, const std::string& subject);
Outcome accept_warning(Core&, const flow::AcceptWarning&);
Outcome open_exam(Core&, const flow::OpenExam&);
Outcome answer_item(Core&, const flow::AnswerItem&);
Outcome close_exam(Core&, const flow::CloseExam&);
Outcome lodge_complaint(Core&, const flow::LodgeComplaint&);

// views.cpp
flow::RiderView rider_view(Core&, const std::string& subject);
flow::StationView station_view(Core&);
Outcome raise_fault(Core&, const flow::RaiseFault&);
Outcome clear_fault(Core&, const flow::ClearFault&);

}  // namespace station::store
