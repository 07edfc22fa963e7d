#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/api/commands.h"
#include "devices/api/events.h"
#include "kiosk/flow/views.h"

// Requests to the ledger (the one owner of the database) and its replies. Each request is one transaction: the facts are
// appended to the log together with the state they change, and the reply is made only after COMMIT has returned.
namespace station::flow {

enum class Method : std::uint8_t { card, pin, code };

// Identify and check in, in one transaction. Answer: Welcome or Refusal.
struct TapCard {
  std::string uid;
  std::string reader;
};
struct EnterPin {
  std::string login;  // phone or work number, digits
  std::string pin;
};
// A card that cannot be used; recorded, answered by Refusal.
struct BadCard {
  devices::CardProblem problem;
};

// Confirms who is at the screen, for mandatory study and examinations. Answer: Confirmed or Refusal.
struct ConfirmByCard {
  std::string subject;
  std::string uid;
  std::string course;
};
struct ConfirmByPin {
  std::string subject;
  std::string pin;
  std::string course;
};

struct LeaveStation {
  std::string subject;
  std::string reason;  // rider, timeout or next_rider
};

// Charging: the intent first (ChargeIntended), then the outcome (RiderChanged).
struct IntendCharge {
  std::string subject;  // empty: the station itself (limit, fault, restart)
  std::string port;
  bool on = true;
  std::string reason = "rider";  // rider, limit, over_current, fault or restart
};
struct RecordSwitch {
  std::string op;
  bool switched = false;  // the read-back shows what was wanted
  std::string evidence;
};

// E-bike outlets are asked for by IntendCharge as well; the answer is OutletIntended. What the device answered, and what
// it meters; a settlement is answered by OutletStored once it is on disk.
struct RecordOutlet {
  std::string op;
  devices::OutletResult result = devices::OutletResult::unknown;
  std::string evidence;
};
struct NoteOutlet {
  devices::OutletChanged reading;
};
struct StoreSettlement {
  devices::OutletSettled settled;
};

// Boxes: hold (BoxHeld), intend (BoxIntended), outcome and door (RiderChanged).
struct HoldBox {
  std::string subject;
  BoxSize size = BoxSize::small;
};
struct IntendOpen {
  std::string lease;
  std::string purpose;  // deposit, mid or pickup
};
struct RecordOpening {
  std::string op;
  devices::Opening result = devices::Opening::unknown;
  std::string evidence;
};
struct CloseBox {
  std::string lease;
  std::string purpose;
  bool used = true;  // deposit: things are inside; pick-up: emptied
};
// The rider went away from an open box and the door was closed later: the box stays theirs. Answer: Done.
struct SettleBox {
  std::string box;
};
struct ReleaseHold {
  std::string lease;
};

// One event of study time, at the moment it happened on the boot clock. Answer: Attended.
struct Attend {
  std::string subject;
  std::string course;  // empty: voluntary
  std::string session;
  std::string lesson;
  std::string step;
  std::string kind;  // start tick input check_shown check_ok check_missed id_ok pause end
  BootTime at;
  bool media = false;
  std::string why;  // pause: order, rider, timeout, card_removed
};
struct CompleteLesson {
  std::string subject;
  std::string course;
  std::string session;
  std::string lesson;
  std::vector<std::string> steps;
};

struct AcceptWarning {
  std::string subject;
  std::string course;
};
struct OpenExam {  // answer: PaperOpened or NotNow
  std::string subject;
  std::string course;
};
struct AnswerItem {  // answer: ItemStored
  std::string attempt;
  int index = 0;
  std::vector<int> chosen;  // option numbers as authored
  std::int64_t took_ms = 0;
  std::string text{};                // numeric and text: as typed
  std::vector<std::int64_t> taps{};  // hazard: clip times in ms
};
// Daily questions. Answer: DailyOpened.
struct OpenDaily {
  std::string subject;
};
// A code that was shown to the scanner: a certificate of anybody (answer: CertificateChecked), or the resume code of the
// rider who is signed in (answer: LessonResumed or NotNow).
struct ReadCode {
  std::string subject;
  std::string text;
};
// A question answered in practice: it schedules when the question comes again. Answer: Practised.
struct Practise {
  std::string subject;
  std::string where;  // daily, lesson, hazard or hazard_test
  std::string item;
  rules::Response response;
  std::int64_t took_ms = 0;
};
struct CloseExam {  // answer: ExamClosed
  std::string attempt;
  bool finished = true;
};
struct LodgeComplaint {  // answer: ComplaintLodged
  std::string subject;
  std::string about;  // course, charge, box or other
  std::string ref;
  std::string category;
};

struct RaiseFault {
  std::string code, place, detail;
};
struct ClearFault {
  std::string code, place;
};

// Time passes: open visits that ran out, holds that ran out. Answer: StationChanged.
struct Housekeep {};
struct LoadRider {
  std::string subject;
};

using Demand = std::variant<TapCard, EnterPin, BadCard, ConfirmByCard, ConfirmByPin, LeaveStation, IntendCharge, RecordSwitch,
                            HoldBox, IntendOpen, RecordOpening, CloseBox, SettleBox, ReleaseHold, Attend, CompleteLesson, AcceptWarning,
                            OpenExam, AnswerItem, CloseExam, LodgeComplaint, RaiseFault, ClearFault, Housekeep, LoadRider,
                            OpenDaily, Practise, ReadCode, RecordOutlet, NoteOutlet,
                            StoreSettlement>;

struct Request {
  std::uint64_t id = 0;  // chosen by the flow; the reply carries it
  Demand demand;
};

enum class RefusalReason : std::uint8_t {
  unknown_card,
  unknown_login,  // shown with the same words as wrong_pin, so that numbers cannot be probed
  wrong_pin,
  locked,
  random_uid,
  not_allowed,
  two_cards,
  unreadable,
  other_rider,  // the card of somebody else, where the rider at the screen is to be confirmed
};

struct Welcome {
  RiderView rider;
  bool already_here = false;  // the visit was open; nothing new was recorded
  int points_gained = 0;
};
struct Refusal {
  RefusalReason reason = RefusalReason::unknown_card;
  std::optional<Milliseconds> wait;  // locked: how long
  int tries_left = 0;                // wrong PIN: before the next lock
};
struct Confirmed {
  RiderView rider;
};
struct RiderChanged {
  RiderView rider;
};
struct ChargeIntended {
  std::string op;
  std::string port;
  bool on = true;
};
struct OutletIntended {
  std::string op;
  std::string outlet;
  std::string session;
  bool on = true;
  devices::OutletLimits limits;
};
struct OutletStored {
  std::string outlet;
  std::string order;
};
struct BoxHeld {
  std::string lease;
  std::string box;
};
struct BoxIntended {
  std::string op;
  std::string lease;
  std::string box;
};
struct Attended {
  std::string kind;
  BootTime at;
  bool media = false;
  std::string resume_code{};  // after a pause: what another station can go on with
};
struct PaperOpened {
  PaperView paper;
};
struct ItemStored {
  int index = 0;
  bool right = false;
};
// `verdict` is a string key: certificate.confirmed, .signed, .voided or .invalid.
struct CertificateChecked {
  std::string verdict;
  std::string number;
  std::string reason;
};
// The lesson goes on here; `credited_s` as the code says it.
struct LessonResumed {
  std::string lesson;
  std::string step;
  int credited_s = 0;
};
struct DailyOpened {
  DailyView daily;
};
struct Practised {
  bool right = false;
  int days = 0;  // until the question comes again
  RiderView rider;
};
struct ExamClosed {
  ExamOutcome outcome;
  RiderView rider;
};
struct ComplaintLodged {
  std::string receipt;
};
// The rules say no, with a string key that tells the rider what to do now ("locker.none_free").
struct NotNow {
  std::string message_key;
  std::vector<std::string> args;
};
struct Done {};
// Nothing was committed: the disk refuses. The kiosk stops confirming anything and shows "out of service".
struct StorageFailed {
  std::string detail;
};

using Outcome = std::variant<Welcome, Refusal, Confirmed, RiderChanged, ChargeIntended, BoxHeld, BoxIntended, Attended,
                             PaperOpened, ItemStored, ExamClosed, ComplaintLodged, NotNow, Done, StorageFailed,
                             DailyOpened, CertificateChecked, LessonResumed, Practised,
                             OutletIntended, OutletStored>;

struct Reply {
  std::uint64_t id = 0;
  Outcome outcome;
};

}  // namespace station::flow
