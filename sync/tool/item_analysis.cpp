#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "sync/rules/item_stats.h"
#include "sync/tool/batch_input.h"
#include "sync/tool/commands.h"

// item-analysis: statistics of questions and of a whole test (learning rules, 4.3).
namespace station::tool {

namespace {

std::string csv_cell(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class ItemAnalysis final : public Command {
 public:
  const char* name() const override { return "item-analysis"; }
  const char* help() const override { return "Statistics of questions, or with --quiz of the whole test, from marks"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "CSV attempt,<item>,…[,total] [standard input]", Cli::Need::optional);
    cli.flag("--quiz", quiz_, "One JSON object about the whole test");
  }

  int run(Io& io) override {
    const auto text = read_input(io, file_);
    if (!text) return explain(io, file_, text.error());
    const auto rows = read_csv(*text);
    if (!rows) return explain(io, file_, rows.error());
    rules::MarkTable table;
    if (const auto read = read_table(io, *rows, table); !read) return explain(io, file_, read.error());
    if (quiz_) {
      print_quiz(io, rules::quiz_statistics(table));
    } else {
      print_items(io, rules::item_statistics(table));
    }
    return bad_ == 0 ? kOk : kFound;
  }

 private:
  base::Result<void> read_table(Io& io, const std::vector<CsvRow>& rows, rules::MarkTable& table) {
    const auto refuse = [](std::string why) { return base::fail(base::Errc::invalid, std::move(why)); };
    if (rows.empty() || rows[0].cells[0] != "attempt") return refuse("the heading must begin with \"attempt\"");
    const std::size_t columns = rows[0].cells.size();
    const std::size_t items = columns - 1 - (columns > 1 && rows[0].cells.back() == "total" ? 1 : 0);
    if (items == 0) return refuse("the heading names no item");
    table.items.assign(rows[0].cells.begin() + 1, rows[0].cells.begin() + 1 + static_cast<std::ptrdiff_t>(items));
    table.maxima.assign(items, 1.0);
    for (std::size_t r = 1; r < rows.size(); ++r) {
      const CsvRow& row = rows[r];
      const bool is_max = row.cells[0] == "maxmark";
      std::vector<double> marks(items);
      const std::string why = read_marks(row, items, columns, marks);
      if (is_max) {
        for (const double m : marks)
          if (m < 0) return refuse(fmt::format("line {}: a maximum is negative", row.line));
        if (!why.empty()) return refuse(fmt::format("line {}: {}", row.line, why));
        table.maxima = std::move(marks);
      } else if (!why.empty()) {
        io.err << fmt::format("{}:{}: {}\n", input_name(file_), row.line, why);
        ++bad_;
      } else {
        table.marks.push_back(std::move(marks));
      }
    }
    return {};
  }

  // What is wrong with the row, or nothing. The total is ignored, and may be missing.
  static std::string read_marks(const CsvRow& row, std::size_t items, std::size_t columns, std::vector<double>& marks) {
    if (row.cells.size() < items + 1 || row.cells.size() > columns)
      return fmt::format("{} columns where the heading has {}", row.cells.size(), columns);
    for (std::size_t i = 0; i < items; ++i) {
      std::string_view cell = row.cells[i + 1];
      while (cell.starts_with(' ')) cell.remove_prefix(1);
      while (cell.ends_with(' ')) cell.remove_suffix(1);
      if (!cell.empty() && !read_double(cell, marks[i])) return fmt::format("\"{}\" is no mark", cell);
    }
    return {};
  }

  static void print_items(Io& io, const std::vector<rules::ItemStats>& stats) {
    io.out << "slot,facility,sd,effectiveweight,covariance,markvariance,othermarkvariance,discriminationindex,"
              "covariancemax,discriminativeefficiency\n";
    for (const auto& s : stats) {
      io.out << csv_cell(s.item);
      for (const auto* value : {&s.facility, &s.sd, &s.effectiveweight, &s.covariance, &s.markvariance,
                                &s.othermarkvariance, &s.discriminationindex, &s.covariancemax,
                                &s.discriminativeefficiency}) {
        io.out << ',';
        if (*value) io.out << fmt::format("{:.10g}", **value);
      }
      io.out << '\n';
    }
  }

  static void print_quiz(Io& io, const rules::QuizStats& q) {
    const auto value = [](const std::optional<double>& v) { return v ? nlohmann::ordered_json(*v) : nlohmann::ordered_json(); };
    io.out << nlohmann::ordered_json{{"n", q.n},
                                     {"mean", value(q.mean)},
                                     {"median", value(q.median)},
                                     {"sd", value(q.sd)},
                                     {"skewness", value(q.skewness)},
                                     {"kurtosis", value(q.kurtosis)},
                                     {"cic", value(q.cic)},
                                     {"errorratio", value(q.errorratio)},
                                     {"standarderror", value(q.standarderror)}}
                  .dump()
           << "\n";
  }

  std::string file_;
  bool quiz_ = false;
  std::size_t bad_ = 0;
};

}  // namespace

void add_item_commands(CommandList& list) {
  list.push_back(std::make_unique<ItemAnalysis>());
}

}  // namespace station::tool
