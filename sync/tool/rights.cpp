#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// export-rider, erase-rider and the decisions of a second person.
namespace station::tool {

namespace {

// Prints the answer, or writes it to a file that only its owner reads.
int ask_and_keep(Io& io, CentreAccess& centre, const std::string& target, const nlohmann::json& asked,
                 const std::string& file) {
  if (const auto opened = centre.open(io); !opened) return explain(io, opened.error());
  const std::string text = asked.is_null() ? "" : asked.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto answer = centre.send(io, {"POST", target, {{"content-type", "application/json"}}, text, {}});
  if (!answer) return explain(io, answer.error());
  if (answer->status != 200 && answer->status != 202) return explain(io, *answer);
  if (file.empty()) {
    io.out << answer->body << "\n";
    return kOk;
  }
  const auto kept = base::write_file(file, answer->body + "\n", base::FileMode::secret);
  return kept ? static_cast<int>(kOk) : explain(io, kept.error());
}

class ExportRider final : public Command {
 public:
  const char* name() const override { return "export-rider"; }
  const char* help() const override { return "Everything that is kept of a rider, as JSON, for the rider"; }
  void declare(Cli& cli) override {
    cli.argument("RIDER", rider_, "The rider's id, as it was imported");
    cli.option("-o,--output", file_, "File to write, readable by its owner only [standard output]");
    centre_.declare(cli);
  }
  int run(Io& io) override { return ask_and_keep(io, centre_, "/v1/riders/export", {{"rider", rider_}}, file_); }

 private:
  CentreAccess centre_;
  std::string rider_, file_;
};

class EraseRider final : public Command {
 public:
  const char* name() const override { return "erase-rider"; }
  const char* help() const override { return "Propose to forget a rider; a second administrator approves it"; }
  void declare(Cli& cli) override {
    cli.argument("RIDER", rider_, "The rider's id, as it was imported");
    cli.option("--reason", reason_, "Why, for the record; no personal data", Cli::Need::required);
    centre_.declare(cli);
  }
  int run(Io& io) override {
    return ask_and_keep(io, centre_, "/v1/riders/erase", {{"rider", rider_}, {"reason", reason_}}, {});
  }

 private:
  CentreAccess centre_;
  std::string rider_, reason_;
};

class DecideProposal final : public Command {
 public:
  explicit DecideProposal(bool approve) : approve_(approve) {}
  const char* name() const override { return approve_ ? "approve" : "reject"; }
  const char* help() const override {
    return approve_ ? "Carry out what another administrator proposed (see proposals)"
                    : "Turn down what was proposed (see proposals)";
  }
  void declare(Cli& cli) override {
    cli.argument("ID", id_, "Of the proposal");
    centre_.declare(cli);
  }
  int run(Io& io) override {
    return ask_and_keep(io, centre_, "/v1/proposals/" + url_part(id_) + "/" + name(), nullptr, {});
  }

 private:
  const bool approve_;
  CentreAccess centre_;
  std::string id_;
};

}  // namespace

void add_rights_commands(CommandList& list) {
  list.push_back(std::make_unique<ExportRider>());
  list.push_back(std::make_unique<EraseRider>());
  list.push_back(std::make_unique<DecideProposal>(true));
  list.push_back(std::make_unique<DecideProposal>(false));
}

}  // namespace station::tool
