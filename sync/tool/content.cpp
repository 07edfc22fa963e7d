#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/record/json_text.h"
#include "sync/record/pack.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// content check, pack, publish: from a folder of lessons and questions to the stations.
namespace station::tool {

namespace {

namespace fs = std::filesystem;

record::PackLimits limits(bool strict) {
  record::PackLimits limits;
  limits.strict = strict;
  return limits;
}

// One line.
std::string summary(const record::Content& content, std::size_t bytes) {
  return fmt::format("{} version {}: {} lessons, {} questions, {} scenes, {} bytes{}\n", content.pack, content.version,
                     content.lessons.size(), content.questions.size(), content.scenes.size(), bytes,
                     content.draft ? "; a draft, not reviewed yet" : "");
}

class Check final : public Command {
 public:
  const char* name() const override { return "content check"; }
  const char* help() const override { return "Say what is wrong with lessons and questions: file:place: reason"; }
  void declare(Cli& cli) override {
    cli.argument("DIR|FILE", name_, "Folder with content.json, or a pack");
    cli.flag("--strict", strict_, "As for publishing: missing translations and unknown members are wrong, too");
  }

  int run(Io& io) override {
    std::error_code error;
    auto files = fs::is_directory(name_, error) ? record::read_content_folder(name_, limits(strict_)) : from_pack();
    if (!files) return explain(io, files.error());
    record::Content content;
    const auto problems = record::check_content(*files, limits(strict_), content);
    for (const auto& problem : problems) io.out << to_text(problem) << "\n";
    if (!problems.empty()) {
      io.err << fmt::format("{}: {} problems\n", name_, problems.size());
      return kFound;
    }
    std::size_t bytes = 0;
    for (const auto& [file, text] : *files) bytes += text.size();
    io.out << summary(content, bytes);
    return kOk;
  }

 private:
  base::Result<record::PackFiles> from_pack() const {
    const auto bytes = base::read_file(name_, limits(strict_).packed_bytes);
    if (!bytes) return tl::unexpected(bytes.error());
    auto pack = record::unpack(*bytes, limits(strict_));
    if (!pack) return base::fail(base::Errc::invalid, name_ + ": " + pack.error().message);
    return std::move(pack->files);
  }

  std::string name_;
  bool strict_ = false;
};

class Pack final : public Command {
 public:
  const char* name() const override { return "content pack"; }
  const char* help() const override { return "Make a pack of a folder; the same content gives the same bytes"; }
  void declare(Cli& cli) override {
    cli.argument("DIR", folder_, "Folder with content.json");
    cli.option("-o,--output", file_, "Pack to write", Cli::Need::required);
  }

  int run(Io& io) override {
    const auto bytes = record::build_pack(fs::path(folder_), limits(true));
    if (!bytes) {
      io.err << bytes.error().message << "\n";
      return bytes.error().code == base::Errc::not_found ? kUsage : kFound;
    }
    const auto content = record::open_pack(*bytes, limits(true));
    if (!content) return explain(io, content.error());
    if (const auto kept = base::write_file(file_, *bytes); !kept) return explain(io, kept.error());
    io.out << file_ << ": " << summary(*content, bytes->size());
    return kOk;
  }

 private:
  std::string folder_, file_;
};

class Publish final : public Command {
 public:
  const char* name() const override { return "content publish"; }
  const char* help() const override { return "Give a pack to the centre, which passes it on to all stations"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "Pack");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    const auto bytes = base::read_file(file_, limits(true).packed_bytes);
    if (!bytes) return explain(io, bytes.error());
    const auto content = record::open_pack(*bytes, limits(true));
    if (!content) {
      io.err << file_ << ": " << content.error().message << "\n";
      return kFound;
    }
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    const auto answer =
        centre_.send(io, {"POST", "/v1/packs", {{"content-type", "application/octet-stream"}}, *bytes, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto json = record::parse_json(answer->body);
    const bool there = json.is_object() && json.contains("unchanged") && json["unchanged"] == true;
    io.out << (there ? "published already: " : "published: ") << summary(*content, bytes->size());
    return kOk;
  }

 private:
  CentreAccess centre_;
  std::string file_;
};

}  // namespace

void add_content_commands(CommandList& list) {
  list.push_back(std::make_unique<Check>());
  list.push_back(std::make_unique<Pack>());
  list.push_back(std::make_unique<Publish>());
}

}  // namespace station::tool
