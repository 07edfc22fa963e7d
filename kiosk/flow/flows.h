#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kiosk/flow/flow.h"

// One maker for each flow; the classes live in their own files.
namespace station::flow {

std::unique_ptr<Flow> make_attract(std::optional<Message> message = {});
std::unique_ptr<Flow> make_keypad();                                  // number, then PIN
std::unique_ptr<Flow> make_refused(Message message, std::string hint_key, const Desk& desk);
std::unique_ptr<Flow> make_greeting(const Welcome& welcome, const Desk& desk);
std::unique_ptr<Flow> make_home(std::optional<Message> message = {});
std::unique_ptr<Flow> make_farewell(const RiderView& rider, const Desk& desk);
std::unique_ptr<Flow> make_help();
std::unique_ptr<Flow> make_maintainer();
std::unique_ptr<Flow> make_out_of_service(std::string detail);

std::unique_ptr<Flow> make_charge(Desk& desk);
std::unique_ptr<Flow> make_locker(Desk& desk);

std::unique_ptr<Flow> make_course(std::string course);
std::unique_ptr<Flow> make_lessons(std::string course);
// Confirms the rider by PIN (or card where `card_works`), then goes on with what `then` makes.
using Then = std::function<std::unique_ptr<Flow>(Desk&)>;
std::unique_ptr<Flow> make_confirm(std::string course, bool card_works, Then then);
std::unique_ptr<Flow> make_lesson(std::string lesson, std::string course, Desk& desk);
// `credited_s`: of the course, where the caller knows better than the rider's last view; negative: it does not.
std::unique_ptr<Flow> make_paused(std::string lesson, std::string course, std::string why, const Desk& desk, int credited_s = -1);
std::unique_ptr<Flow> make_exam(std::string course, Desk& desk);
std::unique_ptr<Flow> make_exam_result(ExamOutcome outcome, const Desk& desk);
std::unique_ptr<Flow> make_certificate(const CertificateView& certificate);

std::unique_ptr<Flow> make_daily(Desk& desk);
std::unique_ptr<Flow> make_hazards(const Desk& desk);
std::unique_ptr<Flow> make_record();
std::unique_ptr<Flow> make_complaint(std::string about, std::string ref);

// Words for a refusal: what happened (message) and what to do now (hint).
struct RefusalWords {
  Message message;
  std::string hint_key;
};
RefusalWords words_for(const Refusal& refusal);

}  // namespace station::flow
