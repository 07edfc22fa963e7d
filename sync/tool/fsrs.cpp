#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <unordered_map>

#include "sync/base/clock.h"
#include "sync/rules/fsrs.h"
#include "sync/tool/batch_input.h"
#include "sync/tool/commands.h"

// fsrs: memory states from review histories, from a log, and schedules with learning steps (learning rules, 3.6).
namespace station::tool {

namespace {

using rules::Fsrs;
using rules::Review;

constexpr std::int64_t kDayMs = 86'400'000;

std::optional<rules::Rating> rating_of(std::string_view text) {
  if (text.size() != 1 || text[0] < '1' || text[0] > '4') return std::nullopt;
  return static_cast<rules::Rating>(text[0] - '0');
}

// "3@0 3@3 1@10"
std::optional<std::vector<Review>> read_reviews(std::string_view text, std::string& why) {
  std::vector<Review> out;
  for (const std::string_view part : split(text, ' ')) {
    if (part.empty()) continue;
    const std::size_t at = part.find('@');
    const auto rating = rating_of(part.substr(0, at));
    std::int64_t days = 0;
    if (at == std::string_view::npos || !rating || !read_whole(part.substr(at + 1), days) || days < 0) {
      why = fmt::format("\"{}\" is no review; expected RATING@DAYS with a rating from 1 to 4", part);
      return std::nullopt;
    }
    out.push_back({*rating, days});
  }
  if (out.empty()) why = "there is no review";
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<std::vector<double>> read_seconds(const std::string& text) {
  std::vector<double> out;
  if (text.empty()) return out;
  for (const std::string_view part : split(text, ',')) {
    double value = 0;
    if (!read_double(part, value) || value < 0) return std::nullopt;
    out.push_back(value);
  }
  return out;
}

class FsrsCommand final : public Command {
 public:
  const char* name() const override { return "fsrs"; }
  const char* help() const override { return "Spaced repetition: states of histories, of a review log, or a schedule"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "TSV of histories, or what --log or --schedule read [standard input]",
                 Cli::Need::optional);
    cli.option("--weights", weights_file_, "JSON object: name to 17, 19 or 21 numbers");
    cli.real("--retention", retention_, 0.0001, 1, "Wanted retention [0.9]");
    cli.flag("--log", log_, "CSV with card_id, review_rating, review_time; one line a card comes out");
    cli.flag("--schedule", schedule_, "TSV card, step, rating, review_at_s; due times come out");
    cli.option("--learning-steps", learning_, "With --schedule: seconds, separated by commas [60,600]");
    cli.option("--relearning-steps", relearning_, "With --schedule: seconds, separated by commas [600]");
  }

  int run(Io& io) override {
    if (log_ && schedule_) {
      io.err << "station-tool: --log or --schedule, not both\n";
      return kUsage;
    }
    if (const auto taken = take_weights_file(io); taken != kOk) return taken;
    const auto text = read_input(io, file_);
    if (!text) return explain(io, file_, text.error());
    if (log_) return run_log(io, *text);
    return schedule_ ? run_schedule(io, *text) : run_states(io, *text);
  }

 private:
  void bad(Io& io, std::size_t line, const std::string& why) {
    io.err << fmt::format("{}:{}: {}\n", input_name(file_), line, why);
    ++bad_;
  }
  // Data problems leave the rest of the output complete; input without a single good line is of another form.
  int status(std::size_t good) const { return bad_ == 0 ? kOk : good == 0 ? kUsage : kFound; }

  int take_weights_file(Io& io) {
    models_.emplace("fsrs6_default", Fsrs());
    models_.emplace("fsrs5_default", Fsrs(*rules::take_weights(rules::kFsrs5Weights)));
    if (weights_file_.empty()) return kOk;
    const auto json = read_json(io, weights_file_);
    if (!json) return explain(io, weights_file_, json.error());
    const auto refuse = [&](const std::string& why) {
      return explain(io, weights_file_, {base::Errc::invalid, why});
    };
    if (!json->is_object()) return refuse("expected an object of names and lists of numbers");
    for (const auto& [key, value] : json->items()) {
      std::vector<double> numbers;
      for (const auto& n : value)
        if (n.is_number()) numbers.push_back(n.get<double>());
      if (!value.is_array() || numbers.size() != value.size()) return refuse(key + ": is no list of numbers");
      const auto weights = rules::take_weights(numbers);
      if (!weights) return refuse(key + ": " + weights.error().message);
      models_.insert_or_assign(key, Fsrs(*weights));
    }
    return kOk;
  }

  int run_states(Io& io, std::string_view text) {
    io.out << fmt::format("weights\treviews\tstability\tdifficulty\tinterval_at_{:g}\tretrievability_after_7d\n",
                          retention_);
    std::size_t good = 0;
    bool first = true;
    for (const InputLine& line : lines_of(text)) {
      if (std::exchange(first, false) && line.text.starts_with("weights")) continue;
      const auto cells = split(line.text, '\t');
      const auto model = models_.find(cells[0]);
      std::string why;
      if (cells.size() < 2) {
        bad(io, line.number, "expected weights, a tab and reviews");
      } else if (model == models_.end()) {
        bad(io, line.number, fmt::format("there are no weights named \"{}\"", cells[0]));
      } else if (const auto reviews = read_reviews(cells[1], why); !reviews) {
        bad(io, line.number, why);
      } else {
        const Fsrs& fsrs = model->second;
        const auto memory = *rules::memory_after(fsrs, *reviews);
        io.out << fmt::format("{}\t{}\t{:.10g}\t{:.10g}\t{:.10g}\t{:.10g}\n", cells[0], cells[1], memory.stability,
                              memory.difficulty, fsrs.interval(memory.stability, retention_),
                              fsrs.retrievability(7, memory.stability));
        ++good;
      }
    }
    return status(good);
  }

  struct TimedReview {
    std::int64_t at_ms;
    rules::Rating rating;
  };

  int run_log(Io& io, std::string_view text) {
    const auto rows = read_csv(text);
    if (!rows) return explain(io, file_, rows.error());
    constexpr std::size_t kNone = SIZE_MAX;
    std::size_t columns[] = {kNone, kNone, kNone};
    const char* names[] = {"card_id", "review_rating", "review_time"};
    for (std::size_t c = 0; !rows->empty() && c < rows->front().cells.size(); ++c)
      for (std::size_t i = 0; i < 3; ++i)
        if (rows->front().cells[c] == names[i]) columns[i] = c;
    for (std::size_t i = 0; i < 3; ++i)
      if (columns[i] == kNone)
        return explain(io, file_, {base::Errc::invalid, fmt::format("the heading names no column {}", names[i])});

    std::vector<std::string> order;
    std::unordered_map<std::string, std::vector<TimedReview>> cards;
    for (std::size_t r = 1; r < rows->size(); ++r) {
      const CsvRow& row = (*rows)[r];
      const auto cell = [&](std::size_t i) { return columns[i] < row.cells.size() ? row.cells[columns[i]] : ""; };
      std::string time = cell(2);
      if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
      const auto rating = rating_of(cell(1));
      base::UtcTime at;
      if (row.cells.size() != rows->front().cells.size()) {
        bad(io, row.line, fmt::format("{} columns where the heading has {}", row.cells.size(),
                                      rows->front().cells.size()));
      } else if (!rating) {
        bad(io, row.line, "review_rating: is not 1 to 4");
      } else if (!base::parse_iso8601(time, at)) {
        bad(io, row.line, "review_time: is no ISO 8601 time with an offset");
      } else {
        auto& reviews = cards[cell(0)];
        if (reviews.empty()) order.push_back(cell(0));
        reviews.push_back({base::to_ms(at), *rating});
      }
    }
    io.out << "card_id\treviews\tstability\tdifficulty\n";
    for (const std::string& card : order) print_card(io, card, cards[card]);
    return status(order.size());
  }

  void print_card(Io& io, const std::string& card, std::vector<TimedReview>& timed) const {
    std::stable_sort(timed.begin(), timed.end(),
                     [](const TimedReview& a, const TimedReview& b) { return a.at_ms < b.at_ms; });
    std::vector<Review> reviews;
    for (std::size_t i = 0; i < timed.size(); ++i)
      reviews.push_back({timed[i].rating, i == 0 ? 0 : (timed[i].at_ms - timed[i - 1].at_ms) / kDayMs});
    const auto memory = *rules::memory_after(models_.at("fsrs6_default"), reviews);
    io.out << fmt::format("{}\t{}\t{:.10g}\t{:.10g}\n", card, reviews.size(), memory.stability, memory.difficulty);
  }

  int run_schedule(Io& io, std::string_view text) {
    const auto learning = read_seconds(learning_), relearning = read_seconds(relearning_);
    if (!learning || !relearning) {
      io.err << "station-tool: steps are seconds, separated by commas\n";
      return kUsage;
    }
    const rules::LearningSteps steps{*learning, *relearning};
    const Fsrs& fsrs = models_.at("fsrs6_default");
    io.out << "card\tstep\trating\treview_at_s\tstate_after\tdue_in_s\tstability\tdifficulty\n";
    std::unordered_map<std::string, rules::Card> cards;
    std::size_t good = 0;
    bool first = true;
    for (const InputLine& line : lines_of(text)) {
      const auto cells = split(line.text, '\t');
      if (std::exchange(first, false) && cells[0] == "card") continue;
      const auto rating = cells.size() < 4 ? std::nullopt : rating_of(cells[2]);
      double at = 0;
      if (cells.size() < 4) {
        bad(io, line.number, "expected card, step, rating and review_at_s, separated by tabs");
        continue;
      }
      if (!rating || !read_double(cells[3], at)) {
        bad(io, line.number, rating ? "review_at_s: is no number" : "rating: is not 1 to 4");
        continue;
      }
      auto& card = cards[std::string(cells[0])];
      if (card.memory && at < card.last_review_s) {
        bad(io, line.number, "review_at_s: lies before the card's review above");
        continue;
      }
      const auto next = rules::schedule(fsrs, steps, retention_, card, *rating, at);
      card = next.card;
      io.out << fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{:.10g}\t{:.10g}\n", cells[0], cells[1], cells[2], cells[3],
                            to_string(card.state), static_cast<std::int64_t>(next.due_in_s), card.memory->stability,
                            card.memory->difficulty);
      ++good;
    }
    return status(good);
  }

  std::string file_, weights_file_, learning_ = "60,600", relearning_ = "600";
  double retention_ = rules::kRetention;
  bool log_ = false, schedule_ = false;
  std::map<std::string, Fsrs, std::less<>> models_;
  std::size_t bad_ = 0;
};

}  // namespace

void add_fsrs_commands(CommandList& list) {
  list.push_back(std::make_unique<FsrsCommand>());
}

}  // namespace station::tool
