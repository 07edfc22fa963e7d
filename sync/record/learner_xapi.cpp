#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/record/learner_history.h"

namespace station::record {

namespace {

using Statement = nlohmann::ordered_json;

constexpr double kMastery = 0.9;

struct VerbName {
  const char* word;
  const char* iri;
  const char* chinese;  // UTF-8
};
constexpr std::array<VerbName, 8> kVerbNames{{
    {"initialized", "http://adlnet.gov/expapi/verbs/initialized", "\u5F00\u59CB"},         // begun
    {"completed", "http://adlnet.gov/expapi/verbs/completed", "\u5B8C\u6210"},             // complete
    {"passed", "http://adlnet.gov/expapi/verbs/passed", "\u901A\u8FC7"},                   // passed
    {"failed", "http://adlnet.gov/expapi/verbs/failed", "\u672A\u901A\u8FC7"},             // not passed
    {"terminated", "http://adlnet.gov/expapi/verbs/terminated", "\u7ED3\u675F"},           // ended
    {"answered", "http://adlnet.gov/expapi/verbs/answered", "\u4F5C\u7B54"},               // answered
    {"abandoned", "https://w3id.org/xapi/adl/verbs/abandoned", "\u4E2D\u65AD"},            // broken off
    {"satisfied", "https://w3id.org/xapi/adl/verbs/satisfied", "\u8FBE\u5230\u8981\u6C42"},  // requirement met
}};

// The same text gives the same id, in the shape of a random one (version 4).
std::string shaped_uuid(const std::string& text) {
  base::Digest d = base::sha256(base::as_bytes(text));
  d[6] = static_cast<std::uint8_t>((d[6] & 0x0F) | 0x40);
  d[8] = static_cast<std::uint8_t>((d[8] & 0x3F) | 0x80);
  const std::string hex = base::to_hex(d);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20, 12));
}

std::string duration_of(std::int64_t ms) {
  ms = std::max<std::int64_t>(0, ms);
  return fmt::format("PT{}.{:03}S", ms / 1000, ms % 1000);
}

std::string path_part(const std::string& text) {
  static constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

const char* interaction_of(const std::string& kind) {
  if (kind == "judgement") return "true-false";
  if (kind == "single" || kind == "multiple" || kind == "hotspot") return "choice";
  if (kind == "numeric") return "numeric";
  if (kind == "text") return "fill-in";
  if (kind == "match") return "matching";
  if (kind == "order") return "sequencing";
  return "other";
}

// One visit in the sense of cmi5: statements from initialized to its end.
struct Sitting {
  base::UtcTime from, last;
  std::vector<Statement> statements;
  bool open = false;
  std::string key;  // for the ids
  const LessonVisit* lesson = nullptr;
  const ExamVisit* exam = nullptr;
};

class Writer {
 public:
  Writer(const LearnerHistory& history, std::string home)
      : visits_(history.visits()), exams_(history.exams()), home_(std::move(home)) {
    while (home_.ends_with('/')) home_.pop_back();
  }

  std::vector<std::string> write() {
    std::map<std::string, std::vector<Sitting>> registrations;
    for (const LessonVisit& v : visits_)
      registrations[v.course.empty() ? v.subject + "|" + v.lesson : v.course].push_back(
          {v.from, v.to, {}, v.end.empty(), v.station + "|" + v.session, &v, nullptr});
    for (const ExamVisit& v : exams_)
      registrations[v.course].push_back(
          {v.opened, v.is_closed ? v.closed : v.opened, {}, !v.is_closed, v.station + "|" + v.attempt, nullptr, &v});
    std::vector<std::string> out;
    for (auto& [name, sittings] : registrations) {
      std::stable_sort(sittings.begin(), sittings.end(),
                       [](const Sitting& a, const Sitting& b) { return a.from < b.from; });
      registration_ = shaped_uuid("registration|" + name);
      passed_ = completed_ = false;
      credited_ms_ = 0;
      for (std::size_t i = 0; i < sittings.size(); ++i) {
        Sitting& s = sittings[i];
        if (s.lesson)
          lesson(s);
        else
          exam(s);
        // The managing side ends a visit that has no end when the next one opens.
        if (s.open && i + 1 < sittings.size()) end(s, "abandoned", sittings[i + 1].from);
        for (const Statement& statement : s.statements)
          out.push_back(statement.dump(-1, ' ', false, Statement::error_handler_t::replace));
      }
    }
    return out;
  }

 private:
  Statement statement(const Sitting& s, const char* verb, base::UtcTime at, const std::string& more = {}) const {
    const auto name = std::find_if(kVerbNames.begin(), kVerbNames.end(),
                                   [&](const VerbName& v) { return std::string_view(v.word) == verb; });
    const std::string& subject = s.lesson ? s.lesson->subject : s.exam->subject;
    const std::string object = s.lesson ? "lesson/" + path_part(s.lesson->lesson) : "exam/" + path_part(s.exam->course);
    return {{"id", shaped_uuid("statement|" + s.key + "|" + verb + "|" + more)},
            {"actor", {{"objectType", "Agent"}, {"account", {{"homePage", home_}, {"name", subject}}}}},
            {"verb", {{"id", name->iri}, {"display", {{"zh-CN", name->chinese}, {"en", name->word}}}}},
            {"object",
             {{"objectType", "Activity"},
              {"id", home_ + "/" + object},
              {"definition",
               {{"type", s.lesson ? "http://adlnet.gov/expapi/activities/lesson"
                                  : "http://adlnet.gov/expapi/activities/assessment"}}}}},
            {"context", {{"registration", registration_}, {"platform", s.lesson ? s.lesson->station : s.exam->station}}},
            {"timestamp", base::iso8601(at)},
            {"version", "1.0.0"}};
  }

  void end(Sitting& s, const char* verb, base::UtcTime at) const {
    Statement e = statement(s, verb, at);
    e["result"] = {{"duration", duration_of(s.lesson ? s.lesson->credited_ms : (s.last - s.from).count())}};
    s.statements.push_back(std::move(e));
    s.open = false;
  }

  void complete(Sitting& s, base::UtcTime at) {
    if (std::exchange(completed_, true)) return;
    Statement c = statement(s, "completed", at);
    c["result"] = {{"completion", true}, {"duration", duration_of(credited_ms_)}};
    s.statements.push_back(std::move(c));
  }

  void lesson(Sitting& s) {
    const LessonVisit& v = *s.lesson;
    credited_ms_ += v.credited_ms;
    s.statements.push_back(statement(s, "initialized", v.from));
    for (const auto& [at, finished] : v.completed) {
      if (v.course.empty())
        complete(s, at);
      else
        s.statements.push_back(statement(s, "satisfied", at, finished));
    }
    if (!s.open) end(s, v.end == "abandoned" ? "abandoned" : "terminated", v.to);
  }

  void exam(Sitting& s) {
    const ExamVisit& v = *s.exam;
    s.statements.push_back(statement(s, "initialized", v.opened));
    complete(s, v.opened);  // whoever may open a paper has studied what the course asks for
    for (std::size_t i = 0; i < v.answers.size(); ++i) answer(s, v.answers[i], i);
    if (!v.is_closed) return;
    if (!passed_) {  // nothing undoes a pass
      Statement result = statement(s, v.passed ? "passed" : "failed", v.closed);
      const double scaled = v.of > 0 ? static_cast<double>(v.score) / v.of : 0;
      Statement score = Statement::object();
      // A paper that failed by a critical question, or a course with another pass mark: the bare points tell it.
      if (v.passed == (scaled >= kMastery)) score["scaled"] = scaled;
      score["raw"] = v.score;
      if (v.of > 0) {
        score["min"] = 0;
        score["max"] = v.of;
      }
      result["result"] = {{"score", score}, {"success", v.passed}, {"duration", duration_of((v.closed - v.opened).count())}};
      s.statements.push_back(std::move(result));
      passed_ = v.passed;
    }
    end(s, "terminated", v.closed);
  }

  void answer(Sitting& s, const ExamAnswer& a, std::size_t index) const {
    Statement e = statement(s, "answered", a.at, std::to_string(index));
    e["object"] = {{"objectType", "Activity"},
                   {"id", fmt::format("{}/question/{}/{}", home_, path_part(a.item), a.version)},
                   {"definition",
                    {{"type", "http://adlnet.gov/expapi/activities/cmi.interaction"},
                     {"interactionType", interaction_of(a.kind)}}}};
    e["result"] = {{"score", {{"scaled", a.right ? 1 : 0}, {"raw", a.right ? 1 : 0}, {"min", 0}, {"max", 1}}},
                   {"success", a.right},
                   {"response", a.response},
                   {"duration", duration_of(a.took_ms)}};
    s.statements.push_back(std::move(e));
  }

  std::vector<LessonVisit> visits_;
  std::vector<ExamVisit> exams_;
  std::string home_, registration_;
  bool passed_ = false, completed_ = false;
  std::int64_t credited_ms_ = 0;
};

}  // namespace

std::vector<std::string> xapi_statements(const LearnerHistory& history, const std::string& home) {
  return Writer(history, home).write();
}

}  // namespace station::record
