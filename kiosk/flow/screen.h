#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/flow/views.h"

// What is on the screen, as values: one struct for each screen. Flows write them, screens draw them.
namespace station::flow {

// One sentence above the content: a string key with its arguments.
struct Message {
  std::string key;
  std::vector<std::string> args;
  bool error = true;
  bool operator==(const Message&) const = default;
};

struct AttractScreen {
  std::optional<Message> message;
  bool operator==(const AttractScreen&) const = default;
};

enum class KeypadPurpose : std::uint8_t { login, pin, confirm_pin };
struct KeypadScreen {
  KeypadPurpose purpose = KeypadPurpose::login;
  std::string digits;  // the login number is shown masked, the PIN as dots
  bool ready = false;  // the action can work
  bool busy = false;   // the ledger is checking
  bool card_works = false;  // confirm: a card does as well
  std::optional<Message> message;
  bool operator==(const KeypadScreen&) const = default;
};

// A refused card or a lock-out; goes back to attract by itself.
struct RefusedScreen {
  Message message;
  std::string hint_key;  // what to do now
  int seconds_left = 8;
  bool operator==(const RefusedScreen&) const = default;
};

struct GreetingScreen {
  RiderView rider;
  bool already_here = false;
  int points_gained = 0;
  int seconds_left = 8;
  bool operator==(const GreetingScreen&) const = default;
};

struct HomeScreen {
  RiderView rider;
  std::optional<Message> message;
  bool operator==(const HomeScreen&) const = default;
};

enum class ChargeStep : std::uint8_t { choose, switching_on, running, switching_off, ended };
struct ChargeScreen {
  ChargeStep step = ChargeStep::choose;
  std::string port;
  std::optional<ChargeView> charge;
  int minutes = 0;  // ended: how long it ran
  std::optional<Message> message;
  bool operator==(const ChargeScreen&) const = default;
};

enum class LockerStep : std::uint8_t {
  choose,      // sizes to deposit, own leases to pick up
  opening,     // pulse sent, waiting for the door
  open,        // door open: put in or take out, close the door
  confirm,     // door closed: used / not used, emptied / not emptied
  stored,      // deposit finished
  returned,    // pick-up finished
  failed,      // not opened: nothing changed
};
struct LockerScreen {
  LockerStep step = LockerStep::choose;
  std::string lease;
  std::string box;
  std::string purpose;  // deposit, mid or pickup
  std::vector<LeaseView> leases;
  std::optional<Message> message;
  bool operator==(const LockerScreen&) const = default;
};

struct CourseScreen {
  CourseView course;
  std::optional<Message> message;
  bool operator==(const CourseScreen&) const = default;
};

struct LessonsScreen {
  std::string course;  // empty: voluntary
  std::vector<std::string> done;
  std::vector<std::string> first;  // lessons that fit the violation
  int scroll = 0;
  bool operator==(const LessonsScreen&) const = default;
};

// The presence target: one of nine places, 0…8, row by row.
struct PresenceTarget {
  int place = 0;
  int seconds_left = 30;
  bool operator==(const PresenceTarget&) const = default;
};

struct LessonScreen : AnswerView {
  std::string lesson;
  std::string course;  // empty: voluntary
  std::string step;
  int step_index = 0;
  int steps = 0;
  std::int64_t step_time_ms = 0;  // for the animated scene
  int wait_s = 0;                 // until the next step may be opened; 0 = now
  int credited_s = 0;             // of the course, committed
  int required_s = 0;
  std::optional<PresenceTarget> presence;
  bool idle_prompt = false;  // "还在吗？": the clock stands still
  std::string question;  // inside the lesson
  bool answered = false;
  bool right = false;
  bool completed = false;  // the last step is done
  std::optional<Message> message;
  bool operator==(const LessonScreen&) const = default;
};

struct ExamScreen : AnswerView {
  PaperView paper;
  int index = 0;
  bool busy = false;
  bool operator==(const ExamScreen&) const = default;
};

// Two minutes of questions that are due; may be left at any time.
struct DailyScreen : AnswerView {
  std::shared_ptr<const record::Content> content;  // the questions are those of this pack; null while they are chosen
  std::string question;                            // empty: none are left
  int index = 0;
  int count = 0;
  bool busy = false;
  bool answered = false;
  bool right = false;
  int next_days = 0;    // answered: when the question comes again
  int right_count = 0;  // so far
  std::vector<bool> week;
  int weekday = 0;
  int days_in_row = 0;
  bool operator==(const DailyScreen&) const = default;
};

struct ClipResult {
  std::string question;
  int points = 0;
  int most = 0;
  rules::HazardVoid why_void = rules::HazardVoid::none;
  bool operator==(const ClipResult&) const = default;
};
enum class HazardStage : std::uint8_t { list, clip, result };
// Hazard perception: single clips with feedback and replay, or several in a row with the result at the end.
struct HazardScreen : AnswerView {
  HazardStage stage = HazardStage::list;
  bool test = false;
  std::string question;
  int index = 0;
  int count = 0;
  bool answered = false;            // practice: show the window and the points
  std::vector<std::string> clips;   // the list
  std::vector<ClipResult> results;  // of this session
  bool operator==(const HazardScreen&) const = default;
};

struct ExamResultScreen {
  ExamOutcome outcome;
  CourseView course;
  bool operator==(const ExamResultScreen&) const = default;
};

struct CertificateScreen {
  CertificateView certificate;
  std::string name;
  CourseView course;
  bool operator==(const CertificateScreen&) const = default;
};

struct RecordScreen {
  RiderView rider;
  bool operator==(const RecordScreen&) const = default;
};

struct ComplaintScreen {
  std::string about;
  std::string ref;
  std::string category;  // chosen, or empty
  std::string receipt;   // lodged
  bool operator==(const ComplaintScreen&) const = default;
};

struct PausedScreen {
  std::string lesson;
  std::string why;
  int credited_s = 0;
  int required_s = 0;
  int seconds_left = 8;
  bool operator==(const PausedScreen&) const = default;
};

struct FarewellScreen {
  std::string name;
  int minutes = 0;
  int seconds_left = 5;
  bool operator==(const FarewellScreen&) const = default;
};

struct HelpScreen {
  bool operator==(const HelpScreen&) const = default;
};
struct MaintainerScreen {
  std::string name;
  bool operator==(const MaintainerScreen&) const = default;
};

// The disk refuses: nothing can be confirmed any more.
struct OutOfServiceScreen {
  std::string detail;
  bool operator==(const OutOfServiceScreen&) const = default;
};

using Screen = std::variant<AttractScreen, KeypadScreen, RefusedScreen, GreetingScreen, HomeScreen, ChargeScreen, LockerScreen,
                            CourseScreen, LessonsScreen, LessonScreen, ExamScreen, ExamResultScreen, CertificateScreen,
                            RecordScreen, ComplaintScreen, PausedScreen, FarewellScreen, HelpScreen, MaintainerScreen,
                            OutOfServiceScreen, DailyScreen, HazardScreen>;

// Short name for probes, pictures and logs: "attract", "keypad", …
const char* name_of(const Screen& screen);

// Everything a frame needs beside the screen itself.
struct Frame {
  StationView station;
  SyncView sync;
  UtcTime now;
  // "还在吗？" over any personal screen: seconds until the session ends; empty while the rider is active.
  std::optional<int> idle_seconds_left;
  bool signed_in = false;
  bool operator==(const Frame&) const = default;
};

}  // namespace station::flow
