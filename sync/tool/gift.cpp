#include <fmt/format.h>

#include <ostream>

#include "sync/rules/gift.h"
#include "sync/tool/batch_input.h"
#include "sync/tool/commands.h"

// gift-import, gift-export (learning rules, 2).
namespace station::tool {

namespace {

class GiftImport final : public Command {
 public:
  const char* name() const override { return "gift-import"; }
  const char* help() const override { return "Read questions in GIFT: as JSON, or what is wrong with them"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "GIFT text [standard input]", Cli::Need::optional);
    cli.flag("--json", json_, "Print the questions as JSON");
    cli.flag("--lint", lint_, "Print a report as JSON; without either: what an import would do, block by block");
  }

  int run(Io& io) override {
    if (json_ && lint_) {
      io.err << "station-tool: --json or --lint, not both\n";
      return kUsage;
    }
    const auto text = read_input(io, file_);
    if (!text) return explain(io, file_, text.error());
    const auto items = rules::read_gift(*text);
    if (!items) return explain(io, file_, items.error());
    const auto lint = rules::lint_gift(*items);
    if (json_) {
      io.out << rules::gift_to_json(*items) << "\n";
    } else if (lint_) {
      io.out << rules::to_json(lint) << "\n";
    } else {
      report(io, *items);
    }
    return lint.rejects() ? kFound : kOk;
  }

 private:
  void report(Io& io, const std::vector<rules::GiftItem>& items) const {
    const auto effects = rules::import_effects(items);
    int accepted = 0, draft = 0, rejected = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto& item = items[i];
      if (item.type == rules::GiftType::category) continue;
      accepted += effects[i] == rules::ImportEffect::accepted;
      draft += effects[i] == rules::ImportEffect::draft;
      rejected += effects[i] == rules::ImportEffect::rejected;
      if (effects[i] == rules::ImportEffect::accepted) continue;
      const std::string who = !item.idnumber.empty() ? item.idnumber : item.name.value_or("");
      const bool error = item.type == rules::GiftType::error;
      io.out << fmt::format("{}:{}: {}{}{}\n", input_name(file_), item.line, who.empty() ? "" : who + ": ",
                            effects[i] == rules::ImportEffect::draft ? "draft, a reviewer must confirm it" : "rejected",
                            error ? fmt::format(" ({})", to_string(item.error)) : "");
    }
    io.out << fmt::format("{}: {} accepted, {} as draft, {} rejected\n", input_name(file_), accepted, draft, rejected);
  }

  std::string file_;
  bool json_ = false, lint_ = false;
};

class GiftExport final : public Command {
 public:
  const char* name() const override { return "gift-export"; }
  const char* help() const override { return "Write questions (JSON, as gift-import --json prints) as GIFT"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "JSON [standard input]", Cli::Need::optional);
  }

  int run(Io& io) override {
    const auto text = read_input(io, file_);
    if (!text) return explain(io, file_, text.error());
    const auto items = rules::gift_from_json(*text);
    if (!items) return explain(io, file_, items.error());
    const auto written = rules::write_gift(*items);
    io.out << written.text;
    for (const auto& problem : written.problems)
      io.err << fmt::format("{}: element {}: {}\n", input_name(file_), problem.element, problem.why);
    return written.problems.empty() ? kOk : kFound;
  }

 private:
  std::string file_;
};

}  // namespace

void add_gift_commands(CommandList& list) {
  list.push_back(std::make_unique<GiftImport>());
  list.push_back(std::make_unique<GiftExport>());
}

}  // namespace station::tool
