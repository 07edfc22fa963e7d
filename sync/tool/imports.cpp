#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/client/backoff.h"
#include "sync/record/json_text.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"
#include "sync/tool/csv_parts.h"

// import-violations, import-riders: CSV files of the authorities and platforms. The centre reads every row; the tool
// says which rows of the file it refused.
namespace station::tool {

namespace {

struct Outcome {
  std::uint64_t imported = 0, unchanged = 0, rejected = 0, courses = 0;
};

class Import final : public Command {
 public:
  enum class Of { violations, riders };
  explicit Import(Of of) : of_(of) {}
  const char* name() const override { return of_ == Of::violations ? "import-violations" : "import-riders"; }
  const char* help() const override {
    return of_ == Of::violations ? "Import violations: CSV id,rider,code,at,place"
                                 : "Import riders: CSV rider,name,cards[,login,pin,last4,role]";
  }

  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "CSV, UTF-8, with a heading");
    cli.flag("--dry-run", dry_run_, "Only say what would happen");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    const auto text = base::read_file(file_, std::size_t{128} << 20);
    if (!text) return explain(io, text.error());
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    Outcome outcome;
    // Riders go up in parts, so that hashing many PINs does not keep the centre from its stations.
    const auto parts = of_ == Of::riders ? csv_parts(*text) : std::vector<CsvPart>{{0, *text}};
    for (const CsvPart& part : parts)
      if (const int status = send(io, part, outcome); status != kOk) {
        io.err << fmt::format("{}: {} imported and {} unchanged before that\n", file_, outcome.imported,
                              outcome.unchanged);
        return status;
      }
    io.out << fmt::format("{}{}: {} imported, {} unchanged, {} rejected", dry_run_ ? "dry run: " : "", file_,
                          outcome.imported, outcome.unchanged, outcome.rejected);
    if (of_ == Of::violations) io.out << fmt::format(", {} courses changed", outcome.courses);
    io.out << "\n";
    return outcome.rejected == 0 ? kOk : kFound;
  }

 private:
  int send(Io& io, const CsvPart& part, Outcome& outcome) {
    std::string target = of_ == Of::violations ? "/v1/violations" : "/v1/riders";
    target += fmt::format("?dry_run={}", dry_run_ ? 1 : 0);
    if (part.first_row > 0) target += fmt::format("&first_row={}", part.first_row);
    const auto answer = centre_.send(io, {"POST", target, {{"content-type", "text/csv"}}, part.text, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) {
      io.err << file_ << ": ";
      return explain(io, *answer);
    }
    return read_answer(io, answer->body, outcome);
  }

  int read_answer(Io& io, const std::string& body, Outcome& outcome) {
    const auto json = record::parse_json(body);
    std::uint64_t imported = 0, unchanged = 0;
    const auto number = [&](const char* key, std::uint64_t& out) {
      return json.is_object() && json.contains(key) && record::whole_number(json[key], out);
    };
    if (!number("imported", imported) || !number("unchanged", unchanged) || !json.contains("rejected") ||
        !json["rejected"].is_array())
      return explain(io, {base::Errc::corrupt, "the centre's answer cannot be read"});
    std::uint64_t rejected = json["rejected"].size(), told = rejected;
    number("rejected_rows", rejected);
    for (const auto& row : json["rejected"])
      if (row.is_object()) io.out << fmt::format("{}:{}: {}\n", file_, row.value("row", 0), row.value("reason", ""));
    if (rejected > told) io.out << fmt::format("{}: and {} more rows\n", file_, rejected - told);
    outcome.imported += imported;
    outcome.unchanged += unchanged;
    outcome.rejected += rejected;
    if (json.contains("courses") && json["courses"].is_array()) outcome.courses += json["courses"].size();
    return kOk;
  }

  const Of of_;
  CentreAccess centre_;
  std::string file_;
  bool dry_run_ = false;
};

}  // namespace

void add_import_commands(CommandList& list) {
  list.push_back(std::make_unique<Import>(Import::Of::violations));
  list.push_back(std::make_unique<Import>(Import::Of::riders));
}

}  // namespace station::tool
