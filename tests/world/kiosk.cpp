#include "tests/world/kiosk.h"

#include <algorithm>

#include "kiosk/flow/answering.h"
#include "sync/record/pack.h"

namespace station::world {

using namespace std::chrono_literals;
using namespace flow;

Kiosk::Kiosk(store::Identity identity, const std::filesystem::path& folder, FarEnd far_end, std::uint64_t seed,
             base::UtcTime now)
    : identity_(std::move(identity)),
      folder_(folder),
      clock_(now),
      random_(seed),
      hardware_(clock_),
      line_(identity_.station, std::move(far_end), random_) {
  std::filesystem::create_directories(folder_);
}

Kiosk::Alive::Alive(Kiosk& kiosk) : visit(kiosk.clock_, kiosk.random_, flow::Settings{}), devices(kiosk.hardware_.plug_in()) {}

void Kiosk::start() {
  store::LedgerOptions options;
  options.path = (folder_ / "station.db").string();
  options.salt = "salt";
  options.ports = Hardware::ports();
  options.boxes = Hardware::boxes();
  options.pin_cost = base::PinCost::test;
  options.on_committed = [this](const std::string& type, std::uint32_t inc, std::uint64_t seq, const base::Digest& leaf) {
    acknowledged_.push_back({type, inc, seq, leaf});
  };
  auto ledger = store::Ledger::open(identity_, options, clock_, random_);
  refused_ = !ledger;
  if (!ledger) return;
  alive_ = std::make_unique<Alive>(*this);
  alive_->ledger = std::move(*ledger);
  alive_->desk = std::make_unique<app::DirectLedger>(*alive_->ledger);
  alive_->sync = std::make_unique<app::LedgerSync>(*alive_->desk, app::LedgerSync::Anchors::kept);
  alive_->agent = std::make_unique<client::SyncAgent>(*alive_->sync, *alive_->sync, *alive_->sync, line_, clock_, random_,
                                                      identity_.station, identity_.centre);
  drain();
}

void Kiosk::crash() {
  alive_.reset();
  person_ = nullptr;
}

void Kiosk::put(const Input& input) {
  Effects effects = alive_->visit.on(input);
  for (const Request& r : effects.requests) alive_->desk->post(r);
  for (const auto& c : effects.commands) alive_->devices.command(c);
}

void Kiosk::drain() {
  for (bool more = true; more;) {
    more = false;
    while (auto reply = alive_->desk->take_reply()) {
      more = true;
      put(*reply);
    }
    if (auto news = alive_->desk->take_news()) {
      more = true;
      if (news->content != alive_->content) alive_->visit.set_content(alive_->content = news->content);
      put(news->station);
    }
    while (auto event = alive_->devices.take()) {
      more = true;
      put(*event);
    }
  }
}

void Kiosk::second() {
  for (int part = 0; part < 4; ++part) {
    clock_.advance(250ms);
    if (!alive_) continue;
    alive_->devices.step(clock_.mono());
    drain();
    put(Tick{});
    drain();
  }
  if (alive_ && alive_->agent->step() <= clock_.mono()) alive_->agent->step();
  if (alive_) drain();
}

void Kiosk::act(const std::vector<Person>& people) {
  if (!alive_) return;
  do_something(people);
  drain();
}

void Kiosk::do_something(const std::vector<Person>& people) {
  const Screen screen = alive_->visit.screen();
  if (card_lies_) {
    hardware_.take_card();
    card_lies_ = false;
    return;
  }
  if (std::holds_alternative<AttractScreen>(screen)) {
    person_ = &people[static_cast<std::size_t>(dice(static_cast<int>(people.size())))];
      if (dice(4) == 0) {
      put(Action{Go{Place::keypad, ""}});
    } else {
      hardware_.tap(dice(12) == 0 ? "FFEEDDCC" : person_->card);
      card_lies_ = true;
    }
  } else if (const auto* keypad = std::get_if<KeypadScreen>(&screen)) {
    at_keypad(*keypad, people);
  } else if (const auto* lesson = std::get_if<LessonScreen>(&screen)) {
    at_lesson(*lesson);
  } else if (const auto* exam = std::get_if<ExamScreen>(&screen)) {
    at_exam(*exam);
  } else if (const auto* daily = std::get_if<DailyScreen>(&screen)) {
    at_daily(*daily);
  } else if (const auto* course = std::get_if<CourseScreen>(&screen)) {
    at_course(*course);
  } else if (const auto* locker = std::get_if<LockerScreen>(&screen)) {
    at_locker(*locker);
  } else if (const auto* home = std::get_if<HomeScreen>(&screen)) {
    at_home(*home);
  } else if (const auto* charge = std::get_if<ChargeScreen>(&screen)) {
    if (charge->step == ChargeStep::running && dice(2) == 0) {
      put(Action{StopCharge{}});
    } else if (charge->step == ChargeStep::choose && !Hardware::ports().empty() && dice(4) != 0) {
      const auto ports = Hardware::ports();
      put(Action{ChoosePort{ports[static_cast<std::size_t>(dice(static_cast<int>(ports.size())))]}});
    } else {
      put(Action{Back{}});
    }
  } else if (const auto* complaint = std::get_if<ComplaintScreen>(&screen)) {
    if (complaint->category.empty()) {
      put(Action{ChooseCategory{"facts"}});
    } else if (complaint->receipt.empty()) {
      put(Action{FileComplaint{}});
    } else {
      put(Action{Back{}});
    }
  } else if (std::holds_alternative<GreetingScreen>(screen)) {
    put(Action{GoHome{}});
  } else {
    put(Action{Back{}});
  }
}

void Kiosk::at_keypad(const KeypadScreen& screen, const std::vector<Person>& people) {
  if (screen.busy) return;
  if (!person_) person_ = &people.front();
  if (dice(10) == 0) {
    put(Action{Back{}});
    return;
  }
  std::string digits = screen.purpose == KeypadPurpose::login ? person_->login : person_->pin;
  if (dice(12) == 0) digits.back() = digits.back() == '1' ? '2' : '1';
  put(Action{ClearKeys{}});
  for (const char c : digits) put(Action{Key{c}});
  put(Action{SubmitKeys{}});
}

void Kiosk::at_lesson(const LessonScreen& s) {
  if (dice(400) == 0) {
    put(Action{NewOrder{}});
  } else if (s.presence) {
    if (dice(10) != 0) put(Action{TouchTarget{}});
  } else if (s.completed) {
    put(Action{Back{}});
  } else if (s.wait_s > 0 || s.idle_prompt) {
    if (dice(12) == 0) put(Action{AnyTouch{}});
  } else if (!s.question.empty() && !s.answered) {
    const record::Question* q = alive_->content ? alive_->content->question(s.question) : nullptr;
    if (q) answer(*q, s, dice(4) != 0);
  } else {
    put(Action{NextStep{}});
  }
}

void Kiosk::at_exam(const ExamScreen& s) {
  if (s.busy || s.paper.questions.empty()) return;
  if (dice(120) == 0) {
    put(Action{NewOrder{}});
    return;
  }
  const QuestionView& view = s.paper.questions[static_cast<std::size_t>(s.index)];
  const record::Question* q = alive_->content ? alive_->content->question(view.item) : nullptr;
  if (q) answer(*q, s, dice(40) != 0);
}

void Kiosk::at_daily(const DailyScreen& s) {
  if (s.busy) return;
  const record::Question* q = s.content ? s.content->question(s.question) : nullptr;
  if (!q || dice(20) == 0) {
    put(Action{Back{}});
  } else if (s.answered) {
    put(Action{NextStep{}});
  } else {
    answer(*q, s, dice(3) != 0);
  }
}

void Kiosk::answer(const record::Question& q, const AnswerView& view, bool know) {
  if (q.kind == rules::QuestionKind::hazard) {
    if (view.clip.stage == ClipStage::ready) put(Action{StartClip{}});
    const bool seen = !q.hazards.empty() && view.clip.ms >= q.hazards.front().open;
    if (view.clip.stage == ClipStage::playing && know && seen && view.clip.taps.empty()) put(Action{TapClip{}});
    if (view.clip.stage == ClipStage::played) put(Action{ConfirmAnswer{}});
    return;
  }
  if (!view.chosen.empty() || !view.typed.empty()) {  // undone
    for (const int shown : view.chosen) put(Action{ChooseOption{shown}});
    put(Action{ClearKeys{}});
  }
  const rules::AnswerKey key = q.key();
  const rules::Response response =
      know ? rules::right_response(key) : rules::wrong_response(key, static_cast<int>(q.options.size()));
  for (const Action& touch : touches_for(q, view.order, response)) put(touch);
  put(Action{ConfirmAnswer{}});
}

void Kiosk::at_course(const CourseScreen& s) {
  const CourseView& c = s.course;
  if (s.message || dice(15) == 0) {
    put(Action{Back{}});
  } else if (c.kind == CourseKind::warning && c.stage == CourseStage::assigned) {
    put(Action{ConfirmWarning{}});
  } else if (c.stage == CourseStage::exam_ready) {
    put(Action{StartExam{}});
  } else if (c.stage == CourseStage::assigned || c.stage == CourseStage::studying) {
    std::string lesson = c.resume_lesson;
    if (lesson.empty() && alive_->content)
      for (const record::Lesson& l : alive_->content->lessons)
        if (std::ranges::count(c.lessons_done, l.id) == 0) {
          lesson = l.id;
          break;
        }
    if (lesson.empty() && alive_->content) lesson = alive_->content->lessons.front().id;
    put(Action{StartLesson{lesson, c.course}});
  } else if (c.kind == CourseKind::throttle && dice(2) == 0) {
    put(Action{Go{Place::complaint, c.course}});
  } else {
    put(Action{Back{}});
  }
}

void Kiosk::at_locker(const LockerScreen& s) {
  switch (s.step) {
    case LockerStep::choose:
    case LockerStep::stored:
    case LockerStep::returned:
      if (!s.leases.empty() && dice(2) == 0) {
        put(Action{OpenLease{s.leases.front().lease, dice(4) != 0}});
      } else if (s.leases.size() < 2 && dice(2) == 0) {
        put(Action{ChooseSize{static_cast<BoxSize>(dice(2))}});
      } else {
        put(Action{Back{}});
      }
      break;
    case LockerStep::open:
      if (dice(5) == 0) hardware_.close_door(s.box);
      break;
    case LockerStep::confirm: put(Action{BoxUsed{dice(4) != 0}}); break;
    case LockerStep::failed: put(Action{TryAgain{}}); break;
    case LockerStep::opening: break;
  }
}

void Kiosk::at_home(const HomeScreen& s) {
  const auto open = std::ranges::find_if(s.rider.courses, [](const CourseView& c) {
    return c.stage == CourseStage::assigned || c.stage == CourseStage::studying || c.stage == CourseStage::exam_ready;
  });
  const int d = dice(10);
  if (open != s.rider.courses.end() && d < 6) {
    put(Action{Go{Place::course, open->course}});
  } else if (d == 6) {
    put(Action{Go{Place::charge, ""}});
  } else if (d == 7) {
    put(Action{Go{Place::locker, ""}});
  } else if (d == 8) {
    put(Action{CheckOut{}});
  } else {
    put(Action{SignOut{}});
  }
}

}  // namespace station::world
