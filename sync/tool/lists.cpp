#include <fmt/format.h>

#include <ostream>

#include "sync/base/file.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// Lists that the centre gives as NDJSON, printed as they come.
namespace station::tool {

namespace {

struct ListKind {
  const char* name;
  const char* help;
  const char* target;
  const char* filter;  // name of the query's member and of the option, or nullptr
  const char* filter_help;
};

constexpr ListKind kLists[] = {
    {"heads", "Signed heads and delegations of all logs, as verify needs them", "/v1/heads?all=1", nullptr, nullptr},
    {"stations", "Stations, when they were heard last, and what runs on them", "/v1/stations", nullptr, nullptr},
    {"faults", "Device faults that are not cleared", "/v1/faults", nullptr, nullptr},
    {"quarantine", "Records whose effect the centre refused, and why", "/v1/quarantine", "after",
     "Only those after this position"},
    {"courses", "Courses and where they stand", "/v1/courses", "state",
     "assigned, studying, exam_ready, exam_open, retry_wait, human, done, expired or withdrawn"},
    {"reviews", "Recommendations that wait for a reviewer", "/v1/reviews", nullptr, nullptr},
    {"complaints", "Complaints of riders", "/v1/complaints", nullptr, nullptr},
    {"forks", "Other histories of logs that exist twice, as they were sent", "/v1/forks", nullptr, nullptr},
    {"usage", "How often each station was used, by day", "/v1/usage", "from", "From this day on, such as 2026-11-24"},
    {"tokens", "Tokens of people, without their secrets", "/v1/tokens", nullptr, nullptr},
    {"audit", "What administrators did", "/v1/audit", "after", "Only what came after this position"},
    {"pulls", "Who pulls which records, and how far behind", "/v1/pulls", nullptr, nullptr},
    {"days", "What each day ended with, signed by the centre", "/v1/city/days", "from", "From this day on"},
    {"witnesses", "Second parties that signed the city's log", "/v1/city/witnesses", nullptr, nullptr},
    {"proposals", "Acts that wait for a second administrator, and those decided", "/v1/proposals", nullptr, nullptr},
    {"packs", "Content packs that were published", "/v1/packs", nullptr, nullptr},
    {"certificates", "Certificates", "/v1/certificates", "subject", "Only of this rider (pseudonym)"},
};

class List final : public Command {
 public:
  explicit List(const ListKind& kind) : kind_(kind), option_(fmt::format("--{}", kind.filter ? kind.filter : "")) {}
  const char* name() const override { return kind_.name; }
  const char* help() const override { return kind_.help; }

  void declare(Cli& cli) override {
    centre_.declare(cli);
    cli.option("-o,--output", file_, "File to write [standard output]");
    if (kind_.filter) cli.option(option_.c_str(), value_, kind_.filter_help);
  }

  int run(Io& io) override {
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    std::string target = kind_.target;
    if (!value_.empty()) target += fmt::format("?{}={}", kind_.filter, url_part(value_));
    const auto answer = centre_.send(io, {"GET", target, {}, {}, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    if (file_.empty()) {
      io.out << answer->body;
      return kOk;
    }
    const auto kept = base::write_file(file_, answer->body);
    return kept ? static_cast<int>(kOk) : explain(io, kept.error());
  }

 private:
  const ListKind& kind_;
  const std::string option_;
  CentreAccess centre_;
  std::string file_, value_;
};

}  // namespace

void add_list_commands(CommandList& list) {
  for (const ListKind& kind : kLists) list.push_back(std::make_unique<List>(kind));
}

}  // namespace station::tool
