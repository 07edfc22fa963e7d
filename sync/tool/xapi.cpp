#include "sync/rules/xapi.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/rules/cmi5.h"
#include "sync/tool/batch_input.h"
#include "sync/tool/commands.h"

// xapi-validate, cmi5-check (learning rules, 12.4).
namespace station::tool {

namespace {

using Json = nlohmann::json;
using Result = nlohmann::ordered_json;

class XapiValidate final : public Command {
 public:
  const char* name() const override { return "xapi-validate"; }
  const char* help() const override { return "Say of each statement whether it is valid xAPI 1.0.3, and why not"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "JSON: a statement, or a list of them [standard input]", Cli::Need::optional);
  }

  int run(Io& io) override {
    bool all_valid = true;
    const int status = answer_cases(io, file_, [&](const Json& given) {
      const bool wrapped = given.is_object() && given.contains("statement");
      const auto problem = rules::statement_problem(wrapped ? given["statement"] : given);
      all_valid = all_valid && !problem;
      return Result{{"valid", !problem}, {"error", problem ? Result(*problem) : Result()}};
    });
    return status == kOk && !all_valid ? kFound : status;
  }

 private:
  std::string file_;
};

std::vector<std::string> read_verbs(const Json& verbs, const std::string& place) {
  if (!verbs.is_array()) throw BadCase{place, "is no list"};
  std::vector<std::string> out;
  for (const auto& verb : verbs) {
    if (!verb.is_string()) throw BadCase{place, "holds something else than texts"};
    out.push_back(verb.get<std::string>());
  }
  return out;
}

Result check_sessions(const Json& json) {
  Result out = Result::array();
  if (!json.contains("session_sequences")) return out;
  const Json& given = list_in(json, "session_sequences", "");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string place = fmt::format("session_sequences[{}]", i);
    out.push_back(rules::cmi5_session_in_order(read_verbs(list_in(given[i], "verbs", place), place + ".verbs")));
  }
  return out;
}

Result check_registrations(const Json& json) {
  Result out = Result::array();
  if (!json.contains("registration_sequences")) return out;
  const Json& given = list_in(json, "registration_sequences", "");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string place = fmt::format("registration_sequences[{}]", i);
    const Json& sessions = list_in(given[i], "sessions", place);
    std::vector<std::vector<std::string>> all;
    for (std::size_t s = 0; s < sessions.size(); ++s)
      all.push_back(read_verbs(sessions[s], fmt::format("{}.sessions[{}]", place, s)));
    out.push_back(rules::cmi5_registration_in_order(all));
  }
  return out;
}

class Cmi5Check final : public Command {
 public:
  const char* name() const override { return "cmi5-check"; }
  const char* help() const override { return "Check the order of cmi5 verbs in sessions and registrations"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "JSON with session_sequences and registration_sequences [standard input]",
                 Cli::Need::optional);
  }

  int run(Io& io) override {
    const auto json = read_json(io, file_);
    if (!json) return explain(io, file_, json.error());
    if (!json->is_object() || (!json->contains("session_sequences") && !json->contains("registration_sequences")))
      return explain(io, file_, {base::Errc::invalid, "expected session_sequences or registration_sequences"});
    Result sessions, registrations;
    try {
      sessions = check_sessions(*json);
      registrations = check_registrations(*json);
    } catch (const BadCase& bad) {
      io.err << fmt::format("{}: {}: {}\n", input_name(file_), bad.place, bad.why);
      return kUsage;
    }
    io.out << Result{{"session_sequences", sessions}, {"registration_sequences", registrations}}.dump() << "\n";
    for (const Result* list : {&sessions, &registrations})
      for (const auto& in_order : *list)
        if (!in_order.get<bool>()) return kFound;
    return kOk;
  }

 private:
  std::string file_;
};

}  // namespace

void add_xapi_commands(CommandList& list) {
  list.push_back(std::make_unique<XapiValidate>());
  list.push_back(std::make_unique<Cmi5Check>());
}

}  // namespace station::tool
