#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/rules/hazard.h"
#include "sync/rules/paper.h"
#include "sync/rules/study_time.h"
#include "sync/tool/batch_input.h"
#include "sync/tool/commands.h"

// hazard-score, time-on-task, paper-draw (learning rules, 5.4, 6.5 and 9.4).
namespace station::tool {

namespace {

using Json = nlohmann::json;
using Result = nlohmann::ordered_json;

std::string at(const char* list, std::size_t i) {
  return fmt::format("{}[{}]", list, i);
}

Result score_clip(const Json& clip) {
  std::vector<rules::HazardWindow> hazards;
  std::vector<std::int64_t> taps;
  const Json& windows = list_in(clip, "hazards", "");
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (!windows[i].is_array() || windows[i].size() != 2) throw BadCase{at("hazards", i), "is not [open, close]"};
    hazards.push_back({whole_in(windows[i][0], at("hazards", i)), whole_in(windows[i][1], at("hazards", i))});
  }
  const Json& times = list_in(clip, "taps_ms", "");
  for (std::size_t i = 0; i < times.size(); ++i) taps.push_back(whole_in(times[i], at("taps_ms", i)));
  const auto score = rules::score_hazards(hazards, taps);
  const bool is_void = score.why_void != rules::HazardVoid::none;
  return {{"void", is_void ? Result(to_string(score.why_void)) : Result()},
          {"scores", score.scores},
          {"total", score.total}};
}

rules::StudyEvent read_event(const Json& event, const std::string& place) {
  if (!event.is_object()) throw BadCase{place, "is no object"};
  const auto k = event.find("k"), t = event.find("t"), media = event.find("media");
  if (t == event.end()) throw BadCase{place + ".t", "is missing"};
  const auto kind = k != event.end() && k->is_string() ? rules::study_kind(k->get<std::string>()) : std::nullopt;
  if (!kind) throw BadCase{place + ".k", "is no kind of event"};
  if (media != event.end() && !media->is_boolean()) throw BadCase{place + ".media", "is neither true nor false"};
  return {whole_in(*t, place + ".t"), *kind, media != event.end() && media->get<bool>()};
}

Result time_on_task(const Json& task) {
  std::vector<rules::StudyStream> streams;
  const Json& given = list_in(task, "streams", "");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string place = at("streams", i);
    const Json& events = list_in(given[i], "events", place);
    if (!given[i].contains("boot_utc_ms")) throw BadCase{place + ".boot_utc_ms", "is missing"};
    rules::StudyStream stream{whole_in(given[i]["boot_utc_ms"], place + ".boot_utc_ms"), {}};
    for (std::size_t e = 0; e < events.size(); ++e)
      stream.events.push_back(read_event(events[e], place + "." + at("events", e)));
    streams.push_back(std::move(stream));
  }
  const auto total = rules::time_on_task(streams);
  return {{"seconds", total.seconds}, {"overlap_flag", total.overlap}};
}

// Reads the members of a request and of its parts.
class Members {
 public:
  Members(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) throw BadCase{place_.empty() ? "request" : place_, "is no object"};
  }
  std::string text(const char* name) const {
    const auto it = object_.find(name);
    if (it == object_.end() || !it->is_string()) throw BadCase{in(name), "is no text"};
    return it->get<std::string>();
  }
  std::string text(const char* name, const char* usual) const { return object_.contains(name) ? text(name) : usual; }
  int number(const char* name) const {
    const auto it = object_.find(name);
    if (it == object_.end()) throw BadCase{in(name), "is missing"};
    const auto value = whole_in(*it, in(name));
    if (value < INT32_MIN || value > INT32_MAX) throw BadCase{in(name), "is out of range"};
    return static_cast<int>(value);
  }
  int number(const char* name, int usual) const { return object_.contains(name) ? number(name) : usual; }
  bool flag(const char* name, bool usual) const {
    const auto it = object_.find(name);
    if (it == object_.end()) return usual;
    if (!it->is_boolean()) throw BadCase{in(name), "is neither true nor false"};
    return it->get<bool>();
  }

 private:
  std::string in(const char* name) const { return place_.empty() ? name : place_ + "." + name; }
  const Json& object_;
  const std::string place_;
};

rules::PaperRequest read_request(const Json& json) {
  const Members members(json, "");
  rules::PaperRequest request;
  request.course_id = members.text("course_id");
  request.course_version = members.text("course_version");
  request.rider_id = members.text("rider_id");
  request.attempt_no = members.number("attempt_no");
  request.salt = members.text("salt", "");
  const Json& rows = list_in(json, "blueprint", "");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Members row(rows[i], at("blueprint", i));
    request.blueprint.push_back({row.text("topic"), row.number("count"), row.number("critical", 0)});
  }
  if (json.contains("used")) {
    const Json& used = list_in(json, "used", "");
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i].is_string()) throw BadCase{at("used", i), "is no text"};
      request.used.push_back(used[i].get<std::string>());
    }
  }
  const Json& items = list_in(json, "items", "");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Members item(items[i], at("items", i));
    request.items.push_back({item.text("id"), item.number("version", 1), item.text("topic"), item.number("options"),
                             item.flag("critical", false), item.flag("shuffle", true)});
  }
  if (const auto checked = rules::check_request(request); !checked) throw BadCase{"request", checked.error().message};
  return request;
}

// A command whose input is a list of cases.
class CaseCommand final : public Command {
 public:
  using Answer = Result (*)(const Json&);
  CaseCommand(const char* name, const char* help, Answer answer) : name_(name), help_(help), answer_(answer) {}
  const char* name() const override { return name_; }
  const char* help() const override { return help_; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "JSON: a case, or a list of cases [standard input]", Cli::Need::optional);
  }
  int run(Io& io) override { return answer_cases(io, file_, answer_); }

 private:
  const char* name_;
  const char* help_;
  const Answer answer_;
  std::string file_;
};

class PaperDraw final : public Command {
 public:
  const char* name() const override { return "paper-draw"; }
  const char* help() const override { return "Draw the examination paper that every station draws for this request"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "JSON request [standard input]", Cli::Need::optional);
  }

  int run(Io& io) override {
    const auto json = read_json(io, file_);
    if (!json) return explain(io, file_, json.error());
    rules::PaperRequest request;
    try {
      request = read_request(*json);
    } catch (const BadCase& bad) {
      io.err << fmt::format("{}: {}: {}\n", input_name(file_), bad.place, bad.why);
      return kUsage;
    }
    const auto paper = rules::draw_paper(request);
    Result items = Result::array();
    for (const auto& item : paper.items)
      items.push_back({{"id", item.id}, {"version", item.version}, {"order", item.order}});
    io.out << Result{{"seed", base::to_hex(paper.seed)},
                     {"items", std::move(items)},
                     {"repeated", paper.repeated},
                     {"problems", paper.problems}}
                  .dump(-1, ' ', false, Json::error_handler_t::replace)
           << "\n";
    return paper.problems.empty() ? kOk : kFound;
  }

 private:
  std::string file_;
};

}  // namespace

void add_study_commands(CommandList& list) {
  list.push_back(std::make_unique<CaseCommand>("hazard-score", "Score hazard clips from windows and taps", score_clip));
  list.push_back(
      std::make_unique<CaseCommand>("time-on-task", "Credited study time from the evidence of all stations", time_on_task));
  list.push_back(std::make_unique<PaperDraw>());
}

}  // namespace station::tool
