#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/client/backoff.h"
#include "sync/record/batch.h"
#include "sync/record/json_text.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// receive: hand in what a station wrote on a USB stick. The bytes are those that it would have sent itself; what the
// centre has already does no harm.
namespace station::tool {

namespace {

namespace fs = std::filesystem;

class Receive final : public Command {
 public:
  const char* name() const override { return "receive"; }
  const char* help() const override { return "Hand in the batch files of a USB stick"; }
  void declare(Cli& cli) override {
    cli.arguments("FILE", names_, "Batch files, or folders of them");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    std::vector<std::string> files;
    if (const int status = find_files(io, files); status != kOk) return status;
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    int status = kOk;
    for (const std::string& file : files) status = std::max(status, hand_in(io, file));
    return status;
  }

 private:
  // In the order of the names, which is that of the logs.
  int find_files(Io& io, std::vector<std::string>& files) const {
    for (const std::string& name : names_) {
      std::error_code error;
      if (!fs::is_directory(name, error)) {
        files.push_back(name);
        continue;
      }
      for (fs::directory_iterator it(name, error), end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".batch") files.push_back(it->path().string());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) return explain(io, {base::Errc::not_found, names_.front() + ": holds no .batch files"});
    return kOk;
  }

  int hand_in(Io& io, const std::string& file) {
    const auto bytes = base::read_file(file, std::size_t{1} << 20);
    if (!bytes) return explain(io, bytes.error());
    const auto batch = record::decode_batch(*bytes);
    if (!batch) {
      io.err << file << ": " << batch.error().message << "\n";
      return kFound;
    }
    const auto answer =
        centre_.send(io, {"POST", "/v1/log", {{"content-type", "application/x-station-batch"}}, *bytes, {}});
    if (!answer) return explain(io, answer.error());
    const auto json = record::parse_json(answer->body);
    const std::string status =
        json.is_object() && json.contains("status") && json["status"].is_string() ? json["status"].get<std::string>() : "";
    const std::string log = fmt::format("station {} incarnation {}, records {} to {}", batch->station, batch->inc,
                                        batch->from, batch->from + batch->lines.size() - 1);
    if (answer->status == 200) {
      io.out << fmt::format("{}: {}: received\n", file, log);
      return kOk;
    }
    if (status.empty()) {
      io.err << file << ": ";
      return explain(io, *answer);
    }
    io.out << fmt::format("{}: {}: {}\n", file, log, reason(status, *answer, json));
    return kFound;
  }

  static std::string reason(const std::string& status, const base::HttpResponse& answer, const nlohmann::json& json) {
    std::uint64_t next = 0;
    if (json.contains("next")) record::whole_number(json["next"], next);
    if (status == "gap")
      return fmt::format("records before it are missing: the centre holds those below {}; hand in the file with {} first",
                         next, next);
    if (status == "fork")
      return "the centre holds another history of this log; both are kept and the station is shut out";
    if (status == "fenced") return "this incarnation was shut out; the station must be enrolled anew";
    return client::sentence_of(answer);
  }

  CentreAccess centre_;
  std::vector<std::string> names_;
};

}  // namespace

void add_receive_commands(CommandList& list) {
  list.push_back(std::make_unique<Receive>());
}

}  // namespace station::tool
