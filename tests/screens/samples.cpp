#include "tests/screens/samples.h"

#include "devices/api/fault.h"

namespace station::test {

using namespace flow;
using namespace std::chrono_literals;

namespace {

class Collector {
 public:
  explicit Collector(std::vector<Sample>& out) : out_(out) {}
  Sample& add(std::string name, Screen screen, bool signed_in = true, int primaries = 1) {
    out_.push_back({std::move(name), std::move(screen), sample_frame(signed_in), primaries});
    return out_.back();
  }

 private:
  std::vector<Sample>& out_;
};

ChargeView sample_charge() {
  return {"s-1", "P3", sample_now() - 45min, 45, 120};
}

LeaseView sample_lease(const std::string& box = "A03", const std::string& lease = "l-1") {
  return {lease, box, BoxSize::small, LeaseState::occupied, sample_now() - 3h};
}

void add_arrival(Collector& all, const record::Content& content) {
  all.add("attract", AttractScreen{}, false);
  all.add("attract-no-reader", AttractScreen{}, false).frame.station.faults = {{"reader.missing", "entry", "", {}}};
  Sample& offline = all.add("attract-offline-full", AttractScreen{Message{"refused.unreadable", {}, true}}, false);
  offline.frame.sync = {false, 212, sample_now() - 5h, "sync.network_down"};
  for (PortView& p : offline.frame.station.ports) p.state = PortState::busy;
  for (BoxCount& b : offline.frame.station.boxes) b.free = 0;

  KeypadScreen keys;
  all.add("keypad-login", keys, false);
  keys.digits = "13812341207";
  keys.ready = true;
  all.add("keypad-login-typed", keys, false);
  keys.purpose = KeypadPurpose::pin;
  keys.digits = "1234";
  keys.ready = false;
  keys.message = Message{"refused.wrong_pin", {"4"}, true};
  all.add("keypad-pin-wrong", keys, false);
  keys.message.reset();
  keys.digits = "123456";
  keys.ready = keys.busy = true;
  all.add("keypad-pin-busy", keys, false);
  KeypadScreen confirm;
  confirm.purpose = KeypadPurpose::confirm_pin;
  confirm.card_works = true;
  all.add("keypad-confirm", confirm);
  confirm.card_works = false;
  confirm.digits = "123456789012";
  confirm.ready = true;
  confirm.message = Message{"confirm.pin_needed", {}, true};
  all.add("keypad-confirm-pin-needed", confirm);

  const std::pair<const char*, std::vector<std::string>> refusals[] = {
      {"unknown_card", {}}, {"wrong_pin", {"2"}}, {"locked", {"15"}}, {"locked_centre", {}}, {"random_uid", {}},
      {"not_allowed", {}},  {"two_cards", {}},    {"unreadable", {}}, {"other_rider", {}}};
  for (const auto& [reason, args] : refusals) {
    const std::string key = std::string("refused.") + reason;
    all.add("refused-" + std::string(reason), RefusedScreen{Message{key, args, true}, key + ".hint", 6}, false);
  }

  GreetingScreen hello{sample_rider(), false, 5, 8};
  all.add("greeting", hello);
  hello.rider.courses = {training_course(content)};
  hello.seconds_left = 5;
  all.add("greeting-course", hello);
  hello.already_here = true;
  hello.points_gained = 0;
  hello.rider.charge = sample_charge();
  all.add("greeting-again", hello);
  GreetingScreen first{sample_rider(), false, 5, 8};
  first.rider.visits = 1;
  first.rider.points = 5;
  first.rider.leases = {sample_lease()};
  Sample& full = all.add("greeting-first", first);
  for (PortView& p : full.frame.station.ports) p.state = PortState::busy;

  all.add("paused-order", PausedScreen{"L02", "order", 18 * 60, 1800, 8});
  all.add("paused-timeout", PausedScreen{"L02", "timeout", 1800, 1800, 3});
  all.add("paused-voluntary", PausedScreen{"L02", "rider", 0, 0, 8});
  all.add("farewell", FarewellScreen{"王师傅", 25, 8}, false);
}

void add_home(Collector& all, const record::Content& content) {
  HomeScreen home{sample_rider(), {}};
  all.add("home", home);
  HomeScreen course = home;
  course.rider.courses = {training_course(content)};
  all.add("home-course", course);
  course.rider.courses = {warning_course()};
  all.add("home-warning", course);
  course.rider.courses = {throttle_course()};
  all.add("home-throttle", course);
  course.rider.courses = {training_course(content, CourseStage::exam_ready, 30)};
  course.rider.courses[0].deadline = sample_now() - 24h;
  course.rider.charge = sample_charge();
  course.rider.leases = {sample_lease(), sample_lease("B11", "l-2")};
  course.message = Message{"lesson.missing", {"L13"}, true};
  Sample& busy = all.add("home-everything", course);
  busy.frame.sync = {false, 31, sample_now() - 3h, "sync.timed_out"};
  HomeScreen charging = home;
  charging.rider.charge = sample_charge();
  all.add("home-charging", charging);
  HomeScreen locker = home;
  locker.rider.leases = {sample_lease()};
  all.add("home-locker", locker);
  Sample& idle = all.add("home-idle-warning", home);
  idle.frame.idle_seconds_left = 14;
  all.add("record", RecordScreen{[&] {
            RiderView r = sample_rider();
            r.courses = {training_course(content), warning_course()};
            r.courses[1].stage = CourseStage::done;
            r.certificates = {sample_certificate()};
            r.charge = sample_charge();
            r.leases = {sample_lease()};
            return r;
          }()});
  RiderView fresh;
  fresh.name = "李师傅";
  fresh.last4 = "0093";
  fresh.visits = 1;
  all.add("record-new", RecordScreen{fresh});
}

void add_services(Collector& all) {
  ChargeScreen charge;
  all.add("charge-choose", charge);
  charge.message = Message{"charge.not_switched", {"P2"}, true};
  all.add("charge-choose-message", charge);
  charge.message.reset();
  Sample& none = all.add("charge-none", charge);
  for (PortView& p : none.frame.station.ports) p.state = PortState::busy;
  charge.port = "P3";
  charge.step = ChargeStep::switching_on;
  all.add("charge-switching-on", charge);
  charge.step = ChargeStep::running;
  charge.charge = sample_charge();
  all.add("charge-running", charge);
  charge.charge->minutes = 1;
  all.add("charge-first-minute", charge);
  charge.step = ChargeStep::switching_off;
  all.add("charge-switching-off", charge);
  charge.step = ChargeStep::ended;
  charge.charge.reset();
  charge.minutes = 47;
  all.add("charge-ended", charge);

  LockerScreen locker;
  all.add("locker-choose", locker);
  locker.message = Message{"locker.none_free", {}, true};
  all.add("locker-none-free", locker);
  Sample& full = all.add("locker-full", LockerScreen{});
  for (BoxCount& b : full.frame.station.boxes) b.free = 0;
  LockerScreen mine;
  mine.leases = {sample_lease()};
  all.add("locker-mine", mine);
  mine.leases.push_back(sample_lease("B11", "l-2"));
  mine.message = Message{"locker.not_possible", {}, true};
  all.add("locker-two-boxes", mine);
  const std::pair<LockerStep, const char*> steps[] = {
      {LockerStep::opening, "opening"}, {LockerStep::open, "open"},         {LockerStep::confirm, "confirm"},
      {LockerStep::stored, "stored"},   {LockerStep::returned, "returned"}, {LockerStep::failed, "failed"}};
  for (const char* purpose : {"deposit", "pickup", "mid"})
    for (const auto& [step, name] : steps) {
      if (std::string_view(purpose) != "deposit" && (step == LockerStep::stored || step == LockerStep::failed))
        continue;
      if (std::string_view(purpose) != "pickup" && step == LockerStep::returned) continue;
      LockerScreen s;
      s.step = step;
      s.purpose = purpose;
      s.box = "A03";
      s.lease = "l-1";
      if (step == LockerStep::failed) s.message = Message{"locker.not_opened", {"A03"}, true};
      all.add("locker-" + std::string(name) + "-" + purpose, s);
    }

  all.add("complaint", ComplaintScreen{"other", "", "", ""});
  all.add("complaint-course", ComplaintScreen{"course", "c-22", "wrong_facts", ""});
  all.add("complaint-lodged", ComplaintScreen{"course", "c-22", "wrong_facts", "TS2611250007"});
  all.add("complaint-lodged-station", ComplaintScreen{"other", "", "wages", "TS2611250008"});
  all.add("help", HelpScreen{}, false);
  all.add("maintainer", MaintainerScreen{"陈师傅"});
  Sample& broken = all.add("maintainer-faults", MaintainerScreen{"陈师傅"});
  broken.frame.sync = {false, 212, sample_now() - 5h, "sync.network_down"};
  broken.frame.station.faults = {{"box.jammed", "A07", "", sample_now() - 26h},
                                 {"port.disobeys", "P5", "", sample_now() - 2h},
                                 {"board.silent", "1", "", sample_now() - 20min}};
  Sample& fresh = all.add("maintainer-new-station", MaintainerScreen{"陈师傅"});
  fresh.frame.sync = {false, 0, std::nullopt, "sync.not_allowed"};
  fresh.frame.station.pack_version = 0;
  Sample& every = all.add("maintainer-every-fault", MaintainerScreen{"陈师傅"});
  for (const devices::FaultKind& kind : devices::fault_catalogue())
    every.frame.station.faults.push_back({std::string(kind.code), "A07", "", sample_now() - 1h});
  all.add("out-of-service", OutOfServiceScreen{"database or disk is full (13) while appending record 18205"}, false, 0);
}

void add_study(Collector& all, const record::Content& content) {
  auto course = [&](const char* name, CourseView view) -> Sample& {
    return all.add(std::string("course-") + name, CourseScreen{std::move(view), {}});
  };
  course("warning", warning_course());
  course("training", training_course(content));
  course("training-new", [&] {
    CourseView c = training_course(content, CourseStage::assigned, 0);
    c.resume_lesson.clear();
    return c;
  }());
  course("exam-ready", training_course(content, CourseStage::exam_ready, 30));
  course("retry-wait", [&] {
    CourseView c = training_course(content, CourseStage::retry_wait, 30);
    c.attempts = 2;
    c.retry_at = sample_now() + 23h;
    return c;
  }());
  course("human", training_course(content, CourseStage::human, 30));
  course("done", [&] {
    CourseView c = training_course(content, CourseStage::done, 30);
    c.certificate = sample_certificate().number;
    return c;
  }());
  course("warning-done", [&] {
    CourseView c = warning_course();
    c.stage = CourseStage::done;
    return c;
  }());
  course("expired", training_course(content, CourseStage::expired, 18));
  course("withdrawn", training_course(content, CourseStage::withdrawn, 18));
  course("throttle", throttle_course());
  course("throttle-confirmed", throttle_course("throttle"));
  course("throttle-released", throttle_course("release"));
  course("throttle-other", throttle_course("later"));
  course("throttle-declined", throttle_course("dismiss"));
  course("throttle-studying", [&] {
    CourseView c = throttle_course();
    c.stage = CourseStage::studying;
    c.credited_s = 12 * 60;
    return c;
  }());

  LessonsScreen list{"", {"L01", "L04", "L06"}, {}, 0};
  all.add("lessons", list);
  list.course = "c-22";
  list.first = {"L02", "L11"};
  all.add("lessons-course", list);

  LessonScreen lesson;
  lesson.lesson = "L01";
  lesson.course = "c-22";
  lesson.step = "L01-1";
  lesson.steps = 6;
  lesson.step_time_ms = 4000;
  lesson.wait_s = 42;
  lesson.credited_s = 18 * 60;
  lesson.required_s = 1800;
  all.add("lesson-text-waiting", lesson);
  lesson.wait_s = 0;
  all.add("lesson-text", lesson);
  LessonScreen voluntary = lesson;
  voluntary.course.clear();
  voluntary.required_s = 0;
  voluntary.step = "L01-5";
  voluntary.step_index = 4;
  all.add("lesson-voluntary", voluntary);
  LessonScreen presence = lesson;
  presence.presence = PresenceTarget{5, 21};
  all.add("lesson-presence", presence, true, 0);
  LessonScreen idle = lesson;
  idle.idle_prompt = true;
  all.add("lesson-idle", idle);
  LessonScreen check = lesson;
  check.step = "L01-3";
  check.step_index = 2;
  check.question = "Q04";
  check.order = {0, 1, 2, 3};
  all.add("lesson-check", check);
  check.chosen = {1};
  check.complete = true;
  all.add("lesson-check-chosen", check);
  check.answered = true;
  all.add("lesson-check-wrong", check);
  check.chosen = {3};
  check.right = true;
  check.wait_s = 12;
  all.add("lesson-check-right", check);
  LessonScreen done = lesson;
  done.completed = true;
  done.credited_s = 24 * 60;
  all.add("lesson-completed", done);

  ExamScreen exam;
  exam.busy = true;
  all.add("exam-loading", exam);
  exam.busy = false;
  exam.paper = sample_paper(content);
  exam.index = 2;
  all.add("exam", exam);
  exam.chosen = {1};
  exam.complete = true;
  all.add("exam-chosen", exam);
  exam.index = 19;
  all.add("exam-last", exam);
  exam.busy = true;
  all.add("exam-saving", exam);

  ExamOutcome passed{"c-22", 19, 20, 18, false, true, {"Q04"}, sample_certificate(), {}};
  all.add("result-passed", ExamResultScreen{passed, training_course(content, CourseStage::done, 30)});
  ExamOutcome failed{"c-22", 15, 20, 18, false, false, {"Q04"}, {}, {}};
  all.add("result-failed", ExamResultScreen{failed, training_course(content, CourseStage::exam_ready, 30)});
  failed.retry_at = sample_now() + 24h;
  all.add("result-failed-wait", ExamResultScreen{failed, training_course(content, CourseStage::retry_wait, 30)});
  failed.score = 19;
  failed.critical_wrong = true;
  all.add("result-critical", ExamResultScreen{failed, training_course(content, CourseStage::retry_wait, 30)});
  all.add("certificate",
          CertificateScreen{sample_certificate(), "王师傅", training_course(content, CourseStage::done, 30)});
}

}  // namespace

std::vector<Sample> all_samples(const record::Content& content) {
  std::vector<Sample> out;
  Collector all(out);
  out.reserve(160);
  add_arrival(all, content);
  add_home(all, content);
  add_services(all);
  add_study(all, content);
  add_practice(out, content);
  return out;
}

std::vector<Sample> all_steps(const record::Content& content) {
  std::vector<Sample> out;
  for (const record::Lesson& lesson : content.lessons)
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
      const record::Step& step = lesson.steps[i];
      LessonScreen s;
      s.lesson = lesson.id;
      s.course = "c-22";
      s.step = step.id;
      s.step_index = static_cast<int>(i);
      s.steps = static_cast<int>(lesson.steps.size());
      s.credited_s = 600;
      s.required_s = 1800;
      s.question = step.question;
      if (const record::Question* q = content.question(step.question))
        for (int o = 0; o < static_cast<int>(q->options.size()); ++o) s.order.push_back(o);
      out.push_back({"lesson-step-" + step.id, s, sample_frame(), 1});
      const record::Question* asked = content.question(step.question);
      if (!asked) continue;
      // Nothing is chosen where an answer has more parts than options.
      if (asked->kind == rules::QuestionKind::match) s.chosen.assign(asked->lefts.size(), -1);
      else if (!asked->options.empty()) s.chosen = {0};
      s.answered = true;
      out.push_back({"lesson-answer-" + step.id, s, sample_frame(), 1});
    }
  return out;
}

std::vector<Sample> all_exam_questions(const record::Content& content) {
  std::vector<Sample> out;
  for (const auto& [id, q] : content.questions) {
    ExamScreen s;
    QuestionView v;
    v.item = id;
    v.multiple = q.multiple;
    for (int i = 0; i < static_cast<int>(q.options.size()); ++i) v.order.push_back(i);
    s.paper.questions = {v, v};
    if (q.kind == rules::QuestionKind::match) s.chosen.assign(q.lefts.size(), -1);
    else if (!q.options.empty()) s.chosen = {0};
    s.complete = true;
    out.push_back({"exam-question-" + id, s, sample_frame(), 1});
  }
  return out;
}

}  // namespace station::test
