#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/record/json_text.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// What administrators and reviewers decide: violations, recommendations, tokens of people, stations and riders.
namespace station::tool {

namespace {

using Json = nlohmann::ordered_json;

// Sends and prints the answer.
int decide(Io& io, CentreAccess& centre, const std::string& target, const Json& body, const char* method = "POST") {
  if (const auto opened = centre.open(io); !opened) return explain(io, opened.error());
  const std::string text = body.is_null() ? "" : body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto answer = centre.send(io, {method, target, {{"content-type", "application/json"}}, text, {}});
  if (!answer) return explain(io, answer.error());
  if (answer->status != 200) return explain(io, *answer);
  io.out << answer->body << (answer->body.ends_with('\n') ? "" : "\n");
  return kOk;
}

class Withdraw final : public Command {
 public:
  const char* name() const override { return "withdraw"; }
  const char* help() const override { return "Withdraw a violation; the courses that rested on it are computed anew"; }
  void declare(Cli& cli) override {
    cli.argument("ID", id_, "Of the violation");
    cli.option("--reason", reason_, "Why, for the record", Cli::Need::required);
    centre_.declare(cli);
  }
  int run(Io& io) override {
    return decide(io, centre_, "/v1/violations/" + url_part(id_) + "/withdraw", {{"reason", reason_}});
  }

 private:
  CentreAccess centre_;
  std::string id_, reason_;
};

class Review final : public Command {
 public:
  const char* name() const override { return "review"; }
  const char* help() const override { return "Decide about a recommended throttle, as a reviewer"; }
  void declare(Cli& cli) override {
    cli.argument("COURSE", course_, "Id of the course");
    cli.word("--decision", decision_, {"throttle", "release", "dismiss", "retry"}, "What is decided", Cli::Need::required);
    cli.option("--reason", reason_, "Why; the rider sees it", Cli::Need::required);
    centre_.declare(cli);
  }
  int run(Io& io) override {
    return decide(io, centre_, "/v1/courses/" + url_part(course_) + "/review",
                  {{"decision", decision_}, {"reason", reason_}});
  }

 private:
  CentreAccess centre_;
  std::string course_, decision_, reason_;
};

class VoidCertificate final : public Command {
 public:
  const char* name() const override { return "void-certificate"; }
  const char* help() const override { return "Void a certificate; every station learns it and why"; }
  void declare(Cli& cli) override {
    cli.argument("NUMBER", number_, "22 digits");
    cli.option("--reason", reason_, "Why, for the record and the rider", Cli::Need::required);
    cli.flag("--again", again_, "Assign the course anew, with a new deadline");
    centre_.declare(cli);
  }
  int run(Io& io) override {
    return decide(io, centre_, "/v1/certificates/" + url_part(number_) + "/void" + (again_ ? "?again=1" : ""),
                  Json{{"reason", reason_}});
  }

 private:
  CentreAccess centre_;
  std::string number_, reason_;
  bool again_ = false;
};

class AddToken final : public Command {
 public:
  const char* name() const override { return "add-token"; }
  const char* help() const override { return "Make a token for a person or a machine; it is shown once"; }
  void declare(Cli& cli) override {
    cli.word("--role", role_, {"administrator", "reviewer", "auditor", "platform"}, "What its owner may do",
             Cli::Need::required);
    cli.option("--name", label_, "Whose it is, as the audit log will say", Cli::Need::required);
    cli.number("--valid-h", valid_h_, 1, 24 * 366, "Hours until it expires [2160]");
    cli.option("--token-output", file_, "File to write it to, readable by its owner only [standard output]");
    centre_.declare(cli);
  }
  int run(Io& io) override {
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    const std::string body = Json{{"role", role_}, {"name", label_}, {"valid_h", valid_h_}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
    const auto answer = centre_.send(io, {"POST", "/v1/tokens", {{"content-type", "application/json"}}, body, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto json = record::parse_json(answer->body);
    const auto word = [&](const char* key) {
      return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
    };
    if (word("token").empty()) return explain(io, {base::Errc::corrupt, "the centre's answer holds no token"});
    io.err << fmt::format("{} {} ({}), until {}\n", role_, label_, word("id"), word("expires"));
    if (file_.empty()) {
      io.out << word("token") << "\n";
      return kOk;
    }
    const auto kept = base::write_file(file_, word("token") + "\n", base::FileMode::secret);
    return kept ? static_cast<int>(kOk) : explain(io, kept.error());
  }

 private:
  CentreAccess centre_;
  std::string role_, label_, file_;
  std::uint64_t valid_h_ = 24 * 90;
};

class RevokeToken final : public Command {
 public:
  const char* name() const override { return "revoke-token"; }
  const char* help() const override { return "Revoke a token by its id (see tokens)"; }
  void declare(Cli& cli) override {
    cli.argument("ID", id_, "16 hex digits");
    centre_.declare(cli);
  }
  int run(Io& io) override { return decide(io, centre_, "/v1/tokens/" + url_part(id_), {}, "DELETE"); }

 private:
  CentreAccess centre_;
  std::string id_;
};

class RevokeStation final : public Command {
 public:
  const char* name() const override { return "revoke-station"; }
  const char* help() const override { return "Shut a station out; what it recorded before stays valid"; }
  void declare(Cli& cli) override {
    cli.argument("STATION", station_, "Id, such as 440902-007");
    cli.option("--reason", reason_, "Why, for the record", Cli::Need::required);
    centre_.declare(cli);
  }
  int run(Io& io) override {
    return decide(io, centre_, "/v1/stations/" + url_part(station_) + "/revoke", {{"reason", reason_}});
  }

 private:
  CentreAccess centre_;
  std::string station_, reason_;
};

class Rider final : public Command {
 public:
  enum class Act { remove, unlock, subject };
  explicit Rider(Act act) : act_(act) {}
  const char* name() const override {
    return act_ == Act::remove ? "remove-rider" : act_ == Act::unlock ? "unlock-rider" : "rider-subject";
  }
  const char* help() const override {
    return act_ == Act::remove   ? "Take a rider out of the roster; the records stay valid"
           : act_ == Act::unlock ? "Open the lock that wrong PINs closed for a rider at a station"
                                 : "The pseudonym under which records speak of a rider";
  }
  void declare(Cli& cli) override {
    cli.argument("RIDER", rider_, "The rider's id, as it was imported");
    if (act_ == Act::unlock) cli.option("--station", station_, "Id, such as 440902-007", Cli::Need::required);
    centre_.declare(cli);
  }
  int run(Io& io) override {
    Json body{{"rider", rider_}};
    if (act_ == Act::unlock) body["station"] = station_;
    const char* target = act_ == Act::remove   ? "/v1/riders/remove"
                         : act_ == Act::unlock ? "/v1/riders/unlock"
                                               : "/v1/riders/subject";
    return decide(io, centre_, target, body);
  }

 private:
  const Act act_;
  CentreAccess centre_;
  std::string rider_, station_;
};

}  // namespace

void add_decide_commands(CommandList& list) {
  list.push_back(std::make_unique<Withdraw>());
  list.push_back(std::make_unique<Review>());
  list.push_back(std::make_unique<VoidCertificate>());
  list.push_back(std::make_unique<AddToken>());
  list.push_back(std::make_unique<RevokeToken>());
  list.push_back(std::make_unique<RevokeStation>());
  for (const auto act : {Rider::Act::remove, Rider::Act::unlock, Rider::Act::subject})
    list.push_back(std::make_unique<Rider>(act));
}

}  // namespace station::tool
