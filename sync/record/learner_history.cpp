#include "sync/record/learner_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/record/types.h"

namespace station::record {

namespace {

// The response string of an answer's members (12.2).
std::string response_string(const nlohmann::json& body, const std::string& kind) {
  if (body.contains("text")) return body.at("text").get<std::string>();
  const char* member = body.contains("taps") ? "taps" : "chosen";
  if (kind == "judgement" && body.contains("chosen") && body.at("chosen").size() == 1)
    return body.at("chosen")[0] == 0 ? "true" : "false";
  std::string out;
  std::size_t left = 0;
  for (const auto& value : body.at(member)) {
    if (!out.empty()) out += "[,]";
    if (kind == "match") out += fmt::format("{}[.]", left++);
    out += value.dump();
  }
  return out;
}

// One cell; nothing that a spreadsheet would calculate.
std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string csv_row(std::initializer_list<std::string> cells) {
  std::string out;
  for (const std::string& cell : cells) out += (out.empty() ? "" : ",") + csv_cell(cell);
  return out + "\r\n";
}

}  // namespace

void LearnerHistory::attend(const Record& r, const std::string& kind) {
  const nlohmann::json body = nlohmann::json::parse(r.body);
  const auto study = rules::study_kind(kind);
  if (!study) return;
  const std::string session = body.at("session"), lesson = body.at("lesson"), course = body.at("course");
  OpenVisit& open = visits_[{r.station, session}];
  if (open.events.empty()) open.visit = {r.subject, course, session, lesson, r.station, r.at, r.at, {}, 0, 0, {}};
  open.visit.from = std::min(open.visit.from, r.at);
  open.visit.to = std::max(open.visit.to, r.at);
  open.events.push_back({r.mono_ms, *study, body.value("media", false)});
  if (const std::string step = body.value("step", ""); !step.empty()) ++open.steps[step];
  if (kind == "pause" || kind == "end") open.visit.end = kind;
  if (kind == "start") open.visit.end.clear();
}

void LearnerHistory::exam(const Record& r) {
  const nlohmann::json body = nlohmann::json::parse(r.body);
  if (r.type == kExamItem) {
    kinds_[body.at("text").get<std::string>()] = body.at("question").at("key").at("kind").get<std::string>();
    return;
  }
  const std::string attempt = body.at("attempt");
  if (r.type == kExamOpened) {
    ExamVisit v;
    v.subject = r.subject;
    v.course = body.at("course").get<std::string>();
    v.attempt = attempt;
    v.station = r.station;
    v.no = body.at("no");
    v.opened = r.at;
    v.of = static_cast<int>(body.at("items").size());
    std::vector<std::string> kinds;
    for (const auto& item : body.at("items")) {
      const auto known = kinds_.find(item.value("text", ""));
      kinds.push_back(known == kinds_.end() ? "" : known->second);
    }
    if (exams_.try_emplace(attempt, std::move(v)).second) paper_kinds_[attempt] = std::move(kinds);
    return;
  }
  const auto it = exams_.find(attempt);
  if (it == exams_.end()) return;
  ExamVisit& v = it->second;
  if (r.type == kExamAnswered) {
    const auto index = body.at("index").get<std::size_t>();
    const auto& kinds = paper_kinds_[attempt];
    const std::string kind = index < kinds.size() ? kinds[index] : "";
    ExamAnswer a{r.at, body.at("item"), kind, body.at("version"), response_string(body, kind), body.at("right"), body.at("ms")};
    v.answers.push_back(std::move(a));
  } else if (!v.is_closed) {
    v.score = body.at("score");
    v.of = body.at("of");
    v.passed = body.at("passed");
    v.finished = body.at("finished");
    v.critical_wrong = body.at("critical_wrong");
    v.closed = r.at;
    v.is_closed = true;
  }
}

void LearnerHistory::add(const Record& r) {
  try {
    if (r.type.starts_with(kAttendance)) {
      attend(r, r.type.substr(kAttendance.size()));
    } else if (r.type == kExamItem || r.type == kExamOpened || r.type == kExamAnswered || r.type == kExamClosed) {
      exam(r);
    } else if (r.type == kLessonCompleted || r.type == kLessonAbandoned) {
      const nlohmann::json body = nlohmann::json::parse(r.body);
      const auto it = visits_.find({r.station, body.at("session").get<std::string>()});
      if (it == visits_.end()) return;
      if (r.type == kLessonAbandoned)
        it->second.visit.end = "abandoned";
      else
        it->second.visit.completed.emplace_back(r.at, body.at("lesson").get<std::string>());
    } else if (r.type == kCertificateIssued) {
      const nlohmann::json body = nlohmann::json::parse(r.body);
      for (auto& [attempt, v] : exams_)
        if (v.station == r.station && v.course == body.at("course") && v.passed && v.certificate.empty())
          v.certificate = body.at("number").get<std::string>();
    }
  } catch (const nlohmann::json::exception&) {
    // Evidence of a wrong form says nothing here.
  }
}

std::vector<LessonVisit> LearnerHistory::visits() const {
  std::vector<LessonVisit> out;
  for (const auto& [key, open] : visits_) {
    LessonVisit v = open.visit;
    for (const rules::Interval& i : rules::credited_intervals(open.events)) v.credited_ms += i.end - i.begin;
    v.steps = open.steps.size();
    out.push_back(std::move(v));
  }
  std::sort(out.begin(), out.end(), [](const LessonVisit& a, const LessonVisit& b) {
    return std::tie(a.from, a.station, a.session) < std::tie(b.from, b.station, b.session);
  });
  return out;
}

std::vector<ExamVisit> LearnerHistory::exams() const {
  std::vector<ExamVisit> out;
  for (const auto& [attempt, v] : exams_) out.push_back(v);
  std::sort(out.begin(), out.end(), [](const ExamVisit& a, const ExamVisit& b) {
    return std::tie(a.opened, a.attempt) < std::tie(b.opened, b.attempt);
  });
  return out;
}

std::string history_csv(const LearnerHistory& history) {
  std::string out = "\xEF\xBB\xBF";
  out += csv_row({"kind", "rider", "course", "id", "lesson", "station", "from", "to", "ended", "credited_s", "steps",
                  "attempt", "score", "of", "passed", "certificate"});
  for (const LessonVisit& v : history.visits()) {
    std::string ended = v.end.empty() ? "open" : v.end;
    if (!v.completed.empty()) ended = "completed";
    out += csv_row({"lesson", v.subject, v.course, v.session, v.lesson, v.station, base::iso8601(v.from),
                    base::iso8601(v.to), ended, std::to_string(v.credited_ms / 1000), std::to_string(v.steps), "", "",
                    "", "", ""});
  }
  for (const ExamVisit& v : history.exams())
    out += csv_row({"exam", v.subject, v.course, v.attempt, "", v.station, base::iso8601(v.opened),
                    v.is_closed ? base::iso8601(v.closed) : "",
                    !v.is_closed ? "open"
                    : v.finished ? "finished"
                                 : "broken_off",
                    "", "", std::to_string(v.no), v.is_closed ? std::to_string(v.score) : "", std::to_string(v.of),
                    !v.is_closed ? ""
                    : v.passed   ? "yes"
                                 : "no",
                    v.certificate});
  return out;
}

}  // namespace station::record
