#include "sync/rules/course.h"

#include <algorithm>
#include <array>

namespace station::rules {

namespace {

using base::Milliseconds;
using Numbers = std::vector<std::pair<std::string, std::int64_t>>;

constexpr std::array<const char*, 11> kStages{"none",       "assigned",  "identified", "in_progress",
                                              "exam_ready", "passed",    "failed",     "certified",
                                              "expired",    "withdrawn", "closed"};

const char* name_of(const CourseFact& fact) {
  static constexpr std::array<const char*, std::variant_size_v<CourseFact>> kNames{
      "assigned",    "id_ok",         "warning_confirmed",  "lesson_started",     "lesson_completed", "exam_opened",
      "exam_closed", "retry_allowed", "certificate_issued", "certificate_voided", "throttle_decided", "withdrawn"};
  return kNames[fact.index()];
}

bool before_passed(CourseStage s) {
  return s == CourseStage::assigned || s == CourseStage::identified || s == CourseStage::in_progress ||
         s == CourseStage::exam_ready || s == CourseStage::failed;
}

constexpr UtcTime kNever = UtcTime::max();

std::int64_t seconds(std::int64_t ms) {
  return ms / 1000;
}

// The number of further attempts is decided by these two; both are also shown to the rider.
bool attempts_used_up(const CourseTerms& t, int closed) {
  return t.attempts > 0 && closed >= t.attempts;
}
bool next_at_once(const CourseTerms& t, int closed) {
  return t.attempts_at_once == 0 || closed < t.attempts_at_once;
}

// An attempt that follows at once must bring other items (8.3, 9.3 step 5).
std::optional<UtcTime> repeats_from(const CourseTerms& t, const CourseState& s) {
  if (s.attempts == 0 || !s.last_closed || !next_at_once(t, s.attempts)) return std::nullopt;
  return *s.last_closed + Milliseconds(t.wait_ms);
}

class Machine {
 public:
  Machine(const CourseTerms& terms, const CourseStudy& study)
      : terms_(terms), study_(study), credit_(union_of(study.credit)) {}

  void on(const CourseEvent& event) {
    if (!seen_.insert(event.id).second) return;
    pass_time(event.at);
    event_ = &event;
    std::visit([this](const auto& fact) { apply(fact); }, event.fact);
    event_ = nullptr;
  }

  CourseState finish(UtcTime now) {
    pass_time(now);
    s_.credit = counted_credit(credit_, base::to_ms(now), terms_.window_ms);
    s_.credit_reached = credit_reached_;
    s_.missing_ms =
        s_.credit_reached || credit_accepted_ ? 0 : std::max<std::int64_t>(0, terms_.required_ms - s_.credit.ms);
    for (const std::string& lesson : terms_.lessons)
      if (!s_.lessons_done.contains(lesson)) s_.lessons_missing.push_back(lesson);
    if (s_.stage == CourseStage::failed && !s_.human) s_.retry_at = next_try_;
    if (study_.overlap) review({"overlap", {}, "", ""});
    return std::move(s_);
  }

 private:
  // --- what time brings by itself ---

  // The earliest of the moves that time alone makes, up to an instant, then the next, until there is none.
  void pass_time(UtcTime until) {
    while (true) {
      const UtcTime ready = complete_at();
      const UtcTime retry = s_.stage == CourseStage::failed && !s_.human ? next_try_ : kNever;
      const UtcTime end = before_passed(s_.stage) ? deadline_ : kNever;
      const UtcTime next = std::min({ready, retry, end});
      if (next > until || next == kNever) return;
      if (ready == next) {
        const Numbers numbers{{"required_s", seconds(terms_.required_ms)},
                              {"window_s", seconds(terms_.window_ms)},
                              {"lessons", static_cast<std::int64_t>(terms_.lessons.size())}};
        move(terms_.items > 0 ? CourseStage::exam_ready : CourseStage::passed, next,
             {"study_complete", numbers, "", ""});
      } else if (retry == next) {
        move(CourseStage::exam_ready, next, {"retry_allowed", {{"attempts", s_.attempts}}, "", ""});
      } else {
        s_.open_attempt.reset();
        move(CourseStage::expired, next, {"deadline", {{"days", terms_.deadline_ms / 86'400'000}}, "", ""});
      }
    }
  }

  void find_credit_reached() {
    credit_reached_.reset();
    const auto at = credit_reached_at(credit_, terms_.required_ms, terms_.window_ms);
    if (terms_.required_ms <= 0) {
      credit_reached_ = s_.assigned_at;
    } else if (at) {
      credit_reached_ = base::utc_from_ms(*at);
    }
  }

  // When everything that comes before the examination was done; never while some of it is missing.
  UtcTime complete_at() const {
    const bool study = terms_.required_ms > 0 || !terms_.lessons.empty();
    const bool here = s_.stage == CourseStage::in_progress || (s_.stage == CourseStage::identified && !study) ||
                      (s_.stage == CourseStage::assigned && !study && terms_.confirm);
    if (!here || (terms_.confirm && !s_.confirmed)) return kNever;
    if (!credit_reached_ || !all_lessons_done()) return kNever;
    return std::max({*credit_reached_, s_.since, last_step_at_});
  }

  bool all_lessons_done() const {
    return std::all_of(terms_.lessons.begin(), terms_.lessons.end(),
                       [this](const std::string& lesson) { return s_.lessons_done.contains(lesson); });
  }

  // --- what the records say ---

  void apply(const Assigned& f) {
    if (s_.stage != CourseStage::none) return ignore("already_assigned");
    begin(event_->at);
    move(CourseStage::assigned, event_->at, {"assigned", {}, f.by, f.reason});
    if (terms_.kind == CourseKind::throttle) {
      s_.throttle = Throttle::recommended;
      s_.throttle_why = {"recommended", {}, f.by, f.reason};
    }
  }

  void apply(const RiderIdentified& f) {
    if (f.subject != terms_.subject) return ignore("other_rider");
    if (!before_passed(s_.stage)) return ignore_here();
    if (s_.stage == CourseStage::assigned) move(CourseStage::identified, event_->at, {"identified", {}, "", f.method});
  }

  void apply(const WarningConfirmed& f) {
    if (f.subject != terms_.subject) return ignore("other_rider");
    if (!terms_.confirm) return ignore("nothing_to_confirm");
    if (!before_passed(s_.stage)) return ignore_here();
    if (s_.confirmed) return ignore("already_confirmed");
    s_.confirmed = true;
    last_step_at_ = std::max(last_step_at_, event_->at);
    pass_time(event_->at);
  }

  void apply(const LessonStarted& f) {
    if (!before_passed(s_.stage) || s_.stage == CourseStage::assigned) return ignore_here();
    if (s_.stage == CourseStage::identified)
      move(CourseStage::in_progress, event_->at, {"lesson_started", {}, "", f.lesson});
    pass_time(event_->at);
  }

  void apply(const LessonCompleted& f) {
    if (!before_passed(s_.stage) || s_.stage == CourseStage::assigned || s_.stage == CourseStage::identified)
      return ignore_here();
    if (s_.lessons_done.insert(f.lesson).second) last_step_at_ = std::max(last_step_at_, event_->at);
    pass_time(event_->at);
  }

  void apply(const ExamOpened& f) {
    accept_earlier_credit(f);
    CourseState seen = s_;
    if (seen.stage == CourseStage::failed && !seen.human) seen.retry_at = next_try_;
    const AttemptVerdict verdict = may_open_attempt(terms_, seen, f.identity_age_ms, event_->at);
    if (!verdict.allowed) return ignore(verdict.why);
    if (!attempt_ids_.insert(f.attempt).second) return ignore("attempt_known");
    std::int64_t repeated = 0;
    for (const std::string& item : f.items) repeated += s_.used_items.contains(item);
    if (verdict.other_items_only && repeated > 0)
      return ignore(
          {"items_repeat", {{"items", repeated}, {"allowed_from_ms", base::to_ms(*verdict.repeats_from)}}, "", ""});
    s_.open_attempt = OpenAttempt{f.attempt, verdict.no, event_->at};
    s_.used_items.insert(f.items.begin(), f.items.end());
  }

  // The station saw enough credit when it opened the examination; what arrived since says otherwise. The rider keeps
  // the attempt, and a person looks at it (8.2).
  void accept_earlier_credit(const ExamOpened& f) {
    if (s_.stage != CourseStage::in_progress || credit_reached_ || f.credited_ms < terms_.required_ms ||
        !all_lessons_done() || (terms_.confirm && !s_.confirmed))
      return;
    const std::int64_t now_ms = base::to_ms(event_->at);
    const Numbers numbers{{"required_s", seconds(terms_.required_ms)},
                          {"credited_then_s", seconds(f.credited_ms)},
                          {"credited_now_s", seconds(counted_credit(credit_, now_ms, terms_.window_ms).ms)}};
    credit_accepted_ = true;
    move(CourseStage::exam_ready, event_->at, {"credit_seen_by_station", numbers, "", ""});
    review({"credit_fell", numbers, "", ""});
  }

  void apply(const ExamClosed& f) {
    if (s_.stage != CourseStage::exam_ready) return ignore_here();
    if (!s_.open_attempt || s_.open_attempt->attempt != f.attempt) return ignore("no_such_attempt");
    if (f.score < 0 || f.score > terms_.items)
      return ignore({"score_out_of_range", {{"score", f.score}, {"of", terms_.items}}, "", ""});
    s_.open_attempt.reset();
    ++s_.attempts;
    s_.best_score = std::max(s_.best_score, f.score);
    s_.last_closed = event_->at;
    const Numbers numbers{{"score", f.score}, {"of", terms_.items}, {"pass", terms_.pass}, {"attempt", s_.attempts}};
    if (f.score >= terms_.pass && !f.critical_wrong)
      return move(CourseStage::passed, event_->at, {"score_reached", numbers, "", ""});
    const char* code = f.score >= terms_.pass ? "critical_wrong" : f.finished ? "score_missed" : "not_finished";
    s_.human = attempts_used_up(terms_, s_.attempts);
    next_try_ = kNever;
    if (!s_.human) next_try_ = event_->at + Milliseconds(next_at_once(terms_, s_.attempts) ? 0 : terms_.wait_ms);
    move(CourseStage::failed, event_->at, {code, numbers, "", ""});
    pass_time(event_->at);
  }

  void apply(const RetryAllowed& f) {
    if (s_.stage == CourseStage::exam_ready && s_.attempts > 0 && !s_.open_attempt)
      return;  // time had allowed it already
    if (s_.stage != CourseStage::failed) return ignore_here();
    if (!s_.human) return ignore({"waiting", {{"until_ms", base::to_ms(next_try_)}}, "", ""});
    if (f.reviewer.empty() || f.reason.empty()) return ignore("needs_named_reviewer");
    s_.human = false;
    move(CourseStage::exam_ready, event_->at, {"retry_granted", {{"attempts", s_.attempts}}, f.reviewer, f.reason});
  }

  void apply(const CertificateIssued& f) {
    if (s_.stage != CourseStage::passed || terms_.kind == CourseKind::warning) return ignore_here();
    s_.certificate = f.number;
    move(CourseStage::certified, event_->at, {"certificate_issued", {}, "", f.number});
  }

  void apply(const CertificateVoided& f) {
    if (s_.stage != CourseStage::certified) return ignore_here();
    if (f.reviewer.empty() || f.reason.empty()) return ignore("needs_named_reviewer");
    s_.certificate.clear();
    if (f.close) return move(CourseStage::closed, event_->at, {"closed", {}, f.reviewer, f.reason});
    begin(event_->at);
    move(CourseStage::assigned, event_->at, {"certificate_voided", {}, f.reviewer, f.reason});
  }

  void apply(const ThrottleDecided& f) {
    if (terms_.kind != CourseKind::throttle || s_.throttle == Throttle::none) return ignore("no_throttle");
    if (f.reviewer.empty() || f.reason.empty()) return ignore("needs_named_reviewer");
    s_.throttle = f.confirmed ? Throttle::confirmed : Throttle::declined;
    s_.throttle_why = {f.confirmed ? "confirmed" : "declined", {}, f.reviewer, f.reason};
  }

  void apply(const Withdrawn& f) {
    const Why why{"violation_withdrawn", {}, "", f.reason};
    const bool open = before_passed(s_.stage) || s_.stage == CourseStage::passed || s_.stage == CourseStage::expired;
    // A throttle has no basis without its violation, however far the course has gone. One that a person confirmed is
    // that person's to lift.
    if (s_.throttle == Throttle::recommended || (open && s_.throttle == Throttle::declined)) {
      s_.throttle = Throttle::none;
      s_.throttle_why = why;
    } else if (s_.throttle == Throttle::confirmed) {
      review({"throttle_lost_its_basis", {}, s_.throttle_why.who, f.reason});
    }
    if (!open) return ignore_here();
    s_.open_attempt.reset();
    move(CourseStage::withdrawn, event_->at, why);
  }

  // --- bookkeeping ---

  // The course begins, or begins anew after a voided certificate: what was studied and answered before does not count,
  // but its items stay used.
  void begin(UtcTime at) {
    s_.assigned_at = at;
    if (terms_.deadline_ms > 0) s_.deadline = deadline_ = at + Milliseconds(terms_.deadline_ms);
    if (s_.stage != CourseStage::none) {
      const std::int64_t from = base::to_ms(at);
      for (Interval& i : credit_) i.begin = std::max(i.begin, from);
      credit_ = union_of(credit_);
    }
    find_credit_reached();
    last_step_at_ = at;
    s_.lessons_done.clear();
    s_.confirmed = false;
    s_.attempts = s_.best_score = 0;
    s_.last_closed.reset();
    s_.human = credit_accepted_ = false;
    next_try_ = kNever;
  }

  void move(CourseStage to, UtcTime at, Why why) {
    s_.moves.push_back({s_.stage, to, at, std::move(why)});
    s_.stage = to;
    s_.since = at;
  }

  void ignore(Why why) { s_.ignored.push_back({event_->id, event_->at, name_of(event_->fact), std::move(why)}); }
  void ignore(const char* code) { ignore(Why{code, {}, "", ""}); }
  void ignore_here() { ignore(Why{std::string("stage_") + to_string(s_.stage), {}, "", ""}); }

  void review(Why why) {
    s_.review = true;
    s_.review_why.push_back(std::move(why));
  }

  const CourseTerms& terms_;
  const CourseStudy& study_;
  std::vector<Interval> credit_;
  CourseState s_;
  std::optional<UtcTime> credit_reached_;
  UtcTime last_step_at_;       // when the last obligatory lesson or confirmation was done
  UtcTime next_try_ = kNever;  // while failed: when time alone allows the next attempt
  UtcTime deadline_ = kNever;
  bool credit_accepted_ = false;  // the credit a station saw stands, though less is left now
  std::set<std::string> seen_, attempt_ids_;
  const CourseEvent* event_ = nullptr;
};

}  // namespace

const char* to_string(CourseStage stage) {
  return kStages[static_cast<std::size_t>(stage)];
}

CourseTerms warning_terms(std::string course, std::string subject, std::optional<std::string> lesson) {
  CourseTerms t;
  t.course = std::move(course);
  t.subject = std::move(subject);
  t.kind = CourseKind::warning;
  t.confirm = true;
  t.required_ms = 0;
  t.items = t.pass = 0;
  t.attempts = t.attempts_at_once = 0;
  if (lesson) {
    t.lessons = {std::move(*lesson)};
    t.items = 5;
    t.pass = 4;
  }
  return t;
}

CourseTerms training_terms(std::string course, std::string subject) {
  CourseTerms t;
  t.course = std::move(course);
  t.subject = std::move(subject);
  return t;
}

CourseTerms throttle_terms(std::string course, std::string subject) {
  CourseTerms t = training_terms(std::move(course), std::move(subject));
  t.kind = CourseKind::throttle;
  return t;
}

CourseState course_state(const CourseTerms& terms, std::span<const CourseEvent> events, const CourseStudy& study,
                         UtcTime now) {
  Machine machine(terms, study);
  for (const CourseEvent& event : events) machine.on(event);
  return machine.finish(now);
}

AttemptVerdict may_open_attempt(const CourseTerms& terms, const CourseState& state, std::int64_t identity_age_ms,
                                UtcTime now) {
  AttemptVerdict v;
  v.no = state.attempts + 1;
  if (state.open_attempt) {
    v.why = {"attempt_open", {{"attempt", state.open_attempt->no}}, "", ""};
  } else if (state.stage == CourseStage::failed && state.human) {
    v.why = {"human_decides", {{"attempts", state.attempts}}, "", ""};
  } else if (state.stage == CourseStage::failed && state.retry_at) {
    v.why = {"waiting", {{"until_ms", base::to_ms(*state.retry_at)}}, "", ""};
  } else if (state.stage == CourseStage::in_progress && state.missing_ms > 0) {
    v.why = {"credit_missing", {{"missing_s", (state.missing_ms + 999) / 1000}}, "", ""};
  } else if (state.stage != CourseStage::exam_ready) {
    v.why = {std::string("stage_") + to_string(state.stage), {}, "", ""};
  } else if (identity_age_ms < 0 || identity_age_ms > terms.identity_fresh_ms) {
    v.why = {"identity_not_fresh",
             {{"age_s", identity_age_ms / 1000}, {"at_most_s", terms.identity_fresh_ms / 1000}},
             "",
             ""};
  } else {
    v.allowed = true;
    const std::optional<UtcTime> from = repeats_from(terms, state);
    v.other_items_only = from && now < *from;
    if (v.other_items_only) v.repeats_from = from;
  }
  return v;
}

}  // namespace station::rules
