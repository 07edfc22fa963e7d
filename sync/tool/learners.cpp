#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "sync/base/file.h"
#include "sync/record/learner_history.h"
#include "sync/record/paper_text.h"
#include "sync/record/types.h"
#include "sync/rules/item_stats.h"
#include "sync/tool/batch_input.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"
#include "sync/tool/evidence.h"

// paper, history, xapi-export, item-report: what pulled records say about learners and questions, without a centre.
namespace station::tool {

namespace {

// Parses the lines of one kind of record out of all the files.
base::Result<void> each_record(const std::vector<std::string>& files,
                               const std::function<bool(std::string_view line)>& wanted,
                               const std::function<void(record::Record)>& use) {
  auto evidence = Evidence::open(files);
  if (!evidence) return tl::unexpected(evidence.error());
  return evidence->lines([&](std::string_view line, std::uint64_t) {
    if (!wanted(line)) return;
    if (auto r = record::parse_line(line)) use(*std::move(r));
  });
}

bool names(std::string_view line, std::string_view type) {
  return line.find(type) != std::string_view::npos;
}

bool of_exam(std::string_view line) {
  return names(line, "\"exam.") || names(line, "\"certificate.issued\"");
}

bool of_learning(std::string_view line) {
  return of_exam(line) || names(line, "\"attendance.") || names(line, "\"lesson.");
}

int put_out(Io& io, const std::string& file, const std::string& text) {
  if (file.empty()) {
    io.out << text;
    return kOk;
  }
  if (const auto kept = base::write_file(file, text); !kept) return explain(io, kept.error());
  return kOk;
}

class PaperAgain final : public Command {
 public:
  const char* name() const override { return "paper"; }
  const char* help() const override { return "Show a past examination paper from the log alone, or list all attempts"; }
  void declare(Cli& cli) override {
    cli.arguments("FILE", files_, "Pulled records: files, or folders that export wrote");
    cli.option("--attempt", attempt_, "The attempt to show [list of all]");
    cli.word("--language", language_, {"zh", "en"}, "Of the questions [zh]");
    cli.flag("--json", json_, "The whole paper as one line of JSON");
  }

  int run(Io& io) override {
    std::map<std::pair<std::string, std::uint32_t>, std::vector<record::Record>> logs;
    const auto read = each_record(files_, of_exam, [&](record::Record r) { logs[{r.station, r.inc}].push_back(std::move(r)); });
    if (!read) return explain(io, read.error());
    for (auto& [log, records] : logs) {
      std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; });
      records.erase(std::unique(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.seq == b.seq; }),
                    records.end());
    }
    if (attempt_.empty()) return list(io, logs);
    for (const auto& [log, records] : logs) {
      const auto paper = record::paper_from_log(records, attempt_);
      if (!paper && paper.error().code == base::Errc::not_found && !opened_in(records)) continue;
      if (!paper) {
        io.err << fmt::format("{} {}: {}\n", log.first, log.second, paper.error().message);
        return kFound;
      }
      if (json_) {
        io.out << *paper << "\n";
        return kOk;
      }
      const auto page = record::paper_page(*paper, language_.empty() ? "zh" : language_);
      if (!page) return explain(io, page.error());
      io.out << *page;
      return kOk;
    }
    io.err << "there is no attempt " << attempt_ << " in these records\n";
    return kFound;
  }

 private:
  bool opened_in(const std::vector<record::Record>& records) const {
    return std::any_of(records.begin(), records.end(), [&](const record::Record& r) {
      return r.type == record::kExamOpened && names(r.body, "\"" + attempt_ + "\"");
    });
  }

  template <class Logs>
  int list(Io& io, const Logs& logs) const {
    record::LearnerHistory history;
    for (const auto& [log, records] : logs)
      for (const record::Record& r : records) history.add(r);
    for (const record::ExamVisit& v : history.exams())
      io.out << fmt::format("{}  {}  no. {}  course {}  rider {}  {}\n", v.attempt, base::iso8601(v.opened), v.no, v.course,
                            v.subject,
                            !v.is_closed ? "open" : fmt::format("{} of {}{}", v.score, v.of, v.passed ? ", passed" : ""));
    return kOk;
  }

  std::vector<std::string> files_;
  std::string attempt_, language_;
  bool json_ = false;
};

// history and xapi-export differ only in what they write.
class LearnerExport final : public Command {
 public:
  explicit LearnerExport(bool xapi) : xapi_(xapi) {}
  const char* name() const override { return xapi_ ? "xapi-export" : "history"; }
  const char* help() const override {
    return xapi_ ? "Write what riders learned as xAPI statements in the order of cmi5, one a line"
                 : "Write what riders learned as CSV: lesson visits and examinations";
  }
  void declare(Cli& cli) override {
    cli.arguments("FILE", files_, "Pulled records: files, or folders that export wrote");
    cli.option("--subject", subject_, "Only of this rider (pseudonym)");
    cli.option("-o,--output", output_, "File to write [standard output]");
    if (xapi_) cli.option("--home", home_, "IRI of the account system [https://rider-station.example]");
  }

  int run(Io& io) override {
    record::LearnerHistory history;
    std::set<std::tuple<std::string, std::uint32_t, std::uint64_t>> seen;
    const auto wanted = [&](std::string_view line) {
      return of_learning(line) && (subject_.empty() || names(line, subject_) || names(line, "\"exam.item\""));
    };
    const auto read = each_record(files_, wanted, [&](record::Record r) {
      if (seen.emplace(r.station, r.inc, r.seq).second) history.add(r);
    });
    if (!read) return explain(io, read.error());
    if (!xapi_) return put_out(io, output_, record::history_csv(history));
    std::string out;
    for (const std::string& statement : record::xapi_statements(history, home_)) out += statement + "\n";
    return put_out(io, output_, out);
  }

 private:
  const bool xapi_;
  std::vector<std::string> files_;
  std::string subject_, output_, home_ = "https://rider-station.example";
};

// What a night's work at the centre says about the questions: statistics of first attempts, flags, median times.
class ItemReport final : public Command {
 public:
  const char* name() const override { return "item-report"; }
  const char* help() const override {
    return "Statistics of each question over first attempts, with flags for those that a reviewer must look at";
  }
  void declare(Cli& cli) override {
    cli.arguments("FILE", files_, "Pulled records: files, or folders that export wrote");
    cli.option("-o,--output", output_, "CSV file to write [standard output]");
    cli.flag("--flagged", flagged_only_, "Only questions that a reviewer must look at");
  }

  int run(Io& io) override {
    record::LearnerHistory history;
    const auto read = each_record(files_, of_exam, [&](record::Record r) {
      if (r.type == record::kExamItem) note_key(r);
      history.add(r);
    });
    if (!read) return explain(io, read.error());
    std::map<std::string, Item> items;
    for (const record::ExamVisit& v : history.exams())
      if (v.no == 1 && v.is_closed) add(v, items);
    std::string out = "item,version,n,facility,discrimination_index,median_ms,timed,flags\r\n";
    for (auto& [id, item] : items) out += row(id, item);
    return put_out(io, output_, out);
  }

 private:
  // One question of one version, in all first attempts that asked it. Papers differ, so the statistics of an item rest on
  // the marks of the other items of the same paper as a share.
  struct Item {
    int version = 1;
    std::vector<double> mark, rest;
    std::vector<rules::ItemChoice> choices;
    std::vector<std::int64_t> right_ms;
  };

  void note_key(const record::Record& r) {
    const auto body = nlohmann::json::parse(r.body, nullptr, false);
    if (!body.is_object() || !body.contains("question")) return;
    const auto& key = body["question"]["key"];
    if (key.is_object() && key.value("kind", "") == "single" && key.contains("right") && key["right"].size() == 1)
      keys_[fmt::format("{} {}", body.value("item", ""), body.value("version", 1))] = key["right"][0].get<int>();
  }

  static void add(const record::ExamVisit& v, std::map<std::string, Item>& items) {
    for (const record::ExamAnswer& a : v.answers) {
      Item& item = items[fmt::format("{} {}", a.item, a.version)];
      item.version = a.version;
      item.mark.push_back(a.right ? 1 : 0);
      item.rest.push_back(v.of > 1 ? static_cast<double>(v.score - a.right) / (v.of - 1) : 0);
      std::int64_t option = -1;
      read_whole(a.response, option);
      item.choices.push_back({v.attempt, static_cast<double>(v.score), static_cast<int>(option)});
      if (a.right && a.took_ms > 0) item.right_ms.push_back(a.took_ms);
    }
  }

  std::string row(const std::string& id, Item& item) const {
    const std::size_t n = item.mark.size();
    rules::MarkTable table{{"item", "rest"}, {1, 1}, {}};
    for (std::size_t i = 0; i < n; ++i) table.marks.push_back({item.mark[i], item.rest[i]});
    const rules::ItemStats stats = rules::item_statistics(table).front();
    const auto key = keys_.find(id);
    const auto flags = rules::item_flags(stats, n, key != keys_.end() && rules::distractor_beats_key(item.choices, key->second));
    if (flagged_only_ && flags.empty()) return {};
    std::string words;
    for (const rules::ItemFlag flag : flags) words += (words.empty() ? "" : " ") + std::string(to_string(flag));
    std::sort(item.right_ms.begin(), item.right_ms.end());
    const std::size_t timed = item.right_ms.size();
    const std::int64_t median = timed == 0 ? 0 : (item.right_ms[(timed - 1) / 2] + item.right_ms[timed / 2]) / 2;
    const auto shown = [](const std::optional<double>& v) { return v ? fmt::format("{:.10g}", *v) : std::string(); };
    return fmt::format("{},{},{},{},{},{},{},{}\r\n", id.substr(0, id.find(' ')), item.version, n, shown(stats.facility),
                       shown(stats.discriminationindex), median, timed, words);
  }

  std::vector<std::string> files_;
  std::string output_;
  bool flagged_only_ = false;
  std::map<std::string, int> keys_;
};

}  // namespace

void add_learner_commands(CommandList& list) {
  list.push_back(std::make_unique<PaperAgain>());
  list.push_back(std::make_unique<LearnerExport>(false));
  list.push_back(std::make_unique<LearnerExport>(true));
  list.push_back(std::make_unique<ItemReport>());
}

}  // namespace station::tool
