#include <fmt/format.h>

#include <ostream>

#include "sync/tool/commands.h"
#include "sync/tool/pull_file.h"
#include "sync/tool/pull_page.h"

// pull: the city's records as the stations wrote them, resumable.
namespace station::tool {

namespace {

class Pull final : public Command {
 public:
  const char* name() const override { return "pull"; }
  const char* help() const override { return "Fetch the records of the city's stations, going on where the last pull ended"; }

  void declare(Cli& cli) override {
    centre_.declare(cli);
    cli.option("-o,--output", file_, "File to append to; its state is kept in FILE.state [standard output]");
    cli.option("--state", state_, "File that remembers where the pull stands");
    cli.word("--format", format_, {"ndjson", "csv"}, "ndjson: the stations' own lines; csv: for a spreadsheet [ndjson]");
    cli.option("--type", query_.type, "Only records of this type; with a dot at the end of all that begin so");
    cli.option("--station", query_.station, "Only records of this station");
    cli.option("--subject", query_.subject, "Only records of this rider (pseudonym, 32 hex digits)");
    cli.option("--from", query_.from, "Only records from this time on: 2026-11-24T06:00:00Z, or a day");
    cli.option("--to", query_.to, "Only records before this time");
    cli.number("--limit", query_.limit, 1, 10'000, "Records in one request [5000]");
    cli.flag("--follow", follow_, "Go on for ever");
    cli.number("--every", every_s_, 1, 3600, "With --follow: seconds between two requests [5]");
  }

  int run(Io& io) override {
    query_.csv = format_ == "csv";
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    auto file = PullFile::open(file_, state_, query_.text());
    if (!file) return explain(io, file.error());
    const std::uint64_t before = file->records();
    int status = pull(io, *file);
    while (follow_ && status == kOk && io.wait(std::chrono::seconds(every_s_))) status = pull(io, *file);
    if (!file_.empty())
      io.err << fmt::format("{}: {} new records, {} in all\n", file_, file->records() - before, file->records());
    return status;
  }

 private:
  int pull(Io& io, PullFile& file) {
    return pull_pages(io, centre_, query_, file.cursor(), [&](const PullPage& page) {
      const auto kept = file.append(page.rows, page.n, page.cursor, io.out);
      return kept ? static_cast<int>(kOk) : explain(io, kept.error());
    });
  }

  CentreAccess centre_;
  PullQuery query_;
  std::string file_, state_, format_ = "ndjson";
  bool follow_ = false;
  std::uint64_t every_s_ = 5;
};

}  // namespace

void add_pull_commands(CommandList& list) {
  list.push_back(std::make_unique<Pull>());
}

}  // namespace station::tool
