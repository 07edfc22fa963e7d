#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// Decisions of people: withdraw a violation, review a recommendation.
namespace station::tool {

namespace {

using Json = nlohmann::ordered_json;

// Posts and prints the answer.
int decide(Io& io, CentreAccess& centre, const std::string& target, const Json& body) {
  if (const auto opened = centre.open(io); !opened) return explain(io, opened.error());
  const std::string text = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto answer = centre.send(io, {"POST", target, {{"content-type", "application/json"}}, text, {}});
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
    cli.word("--decision", decision_, {"throttle", "release", "dismiss"}, "What is decided", Cli::Need::required);
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

}  // namespace

void add_decide_commands(CommandList& list) {
  list.push_back(std::make_unique<Withdraw>());
  list.push_back(std::make_unique<Review>());
}

}  // namespace station::tool
