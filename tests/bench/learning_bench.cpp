// How long imports, papers, schedules and item analysis take at city size: build/<preset>/bin/bench_learning
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "sync/base/random.h"
#include "sync/rules/fsrs.h"
#include "sync/rules/gift.h"
#include "sync/rules/item_stats.h"
#include "sync/rules/paper.h"

namespace {

using namespace station;

bool all_kept = true;

// Milliseconds of processor time, so that other programs on the machine do not count.
double since(std::clock_t start) {
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void say(const char* what, double ms, double limit_ms, const std::string& proof) {
  const bool kept = ms <= limit_ms;
  all_kept = all_kept && kept;
  fmt::print("{:<46} {:>9.1f} ms   limit {:>6.0f} ms   {}   {}\n", what, ms, limit_ms, kept ? "kept" : "TOO SLOW", proof);
}

// Ten thousand questions of every kind, as a bank of one megabyte and a half holds them.
std::string bank_of(int questions) {
  std::string out;
  for (int i = 0; i < questions; ++i) {
    const std::string n = std::to_string(i);
    out += "// question: q" + n + "\n// [id:q" + n + "] [tag:lesson:L" + std::to_string(i % 12 + 1) +
           "] [tag:region:CN] [tag:law:Road Traffic Safety Law] [tag:article:38]\n::q" + n + "::";
    switch (i % 5) {
      case 0:
        out += "At junction " + n + " the light is red\\: what now?{\n\t=wait behind the line#right\n\t~go#no\n\t~push\n\t~%-50%turn back\n\t####Article 38.\n}\n\n";
        break;
      case 1:
        out += "A rider may hold a telephone at " + n + " km/h.{FALSE#wrong#right####Both hands.}\n\n";
        break;
      case 2:
        out += "Highest speed on road " + n + "?{#\n\t=%100%15:0#right\n\t=%50%15:1#close\n}\n\n";
        break;
      case 3:
        out += "Which of these at " + n + "?{\n\t~%50%helmet\n\t~%50%light\n\t~%-100%telephone\n}\n\n";
        break;
      default:
        out += "Match " + n + "{\n\t=red -> stop\n\t=green -> go\n\t=yellow -> slow down\n}\n\n";
    }
  }
  return out;
}

void import_questions() {
  const std::string text = bank_of(10'000);
  const auto start = std::clock();
  const auto items = rules::read_gift(text);
  const auto lint = items ? rules::lint_gift(*items) : rules::GiftLint{};
  say("import and lint 10,000 questions", since(start), 1'000, fmt::format("{} questions", items ? items->size() : 0));
  if (lint.rejects()) fmt::print("the bank of the measurement is not good\n");
}

void draw_papers() {
  rules::PaperRequest request;
  request.course_id = "c1";
  request.course_version = "1";
  request.rider_id = "r1";
  for (int i = 0; i < 100'000; ++i)
    request.items.push_back({"item-" + std::to_string(i * 7919 % 100'000), 1, "L" + std::to_string(i % 12), 4, i % 9 == 0, true});
  for (int t = 0; t < 12; ++t) request.blueprint.push_back({"L" + std::to_string(t), t < 8 ? 2 : 1, t < 2 ? 1 : 0});
  for (int i = 0; i < 60; ++i) request.used.push_back("item-" + std::to_string(i * 331));
  const rules::PaperPool pool(request.items);
  std::vector<double> times;
  std::size_t drawn = 0;
  for (int n = 1; n <= 50; ++n) {
    request.attempt_no = n;
    const auto start = std::clock();
    drawn += rules::draw_paper(request, pool).items.size();
    times.push_back(since(start));
  }
  std::sort(times.begin(), times.end());
  say("draw a paper from 100,000 items (median of 50)", times[times.size() / 2], 5,
      fmt::format("best {:.1f}, worst {:.1f}, {} items drawn", times.front(), times.back(), drawn));
}

void schedule_reviews() {
  const rules::Fsrs fsrs;
  base::SeededRandom random(1);
  std::vector<std::pair<rules::Rating, std::int64_t>> reviews(1'000'000);
  for (auto& [rating, days] : reviews) {
    rating = static_cast<rules::Rating>(1 + random.next() % 4);
    days = static_cast<std::int64_t>(random.next() % 40);
  }
  double sum = 0;
  const auto start = std::clock();
  rules::Memory memory;
  for (std::size_t i = 0; i < reviews.size(); ++i) {
    memory = i % 10 == 0 ? fsrs.first(reviews[i].first) : fsrs.next(memory, reviews[i].first, reviews[i].second);
    sum += fsrs.interval_days(memory.stability, rules::kRetention);
  }
  say("schedule 1,000,000 reviews", since(start), 1'000, fmt::format("mean interval {:.1f} days", sum / 1e6));
}

void analyse_items() {
  base::SeededRandom random(2);
  rules::MarkTable table;
  for (int i = 0; i < 20; ++i) {
    table.items.push_back("s" + std::to_string(i));
    table.maxima.push_back(1);
  }
  for (int n = 0; n < 100'000; ++n) {
    std::vector<double> row;
    const auto skill = random.next() % 100;
    for (std::uint64_t i = 0; i < 20; ++i) row.push_back(random.next() % 100 < 20 + (skill + i * 3) / 2 ? 1 : 0);
    table.marks.push_back(std::move(row));
  }
  const auto start = std::clock();
  const auto stats = rules::item_statistics(table);
  const auto quiz = rules::quiz_statistics(table);
  say("item analysis of 100,000 attempts x 20 items", since(start), 5'000,
      fmt::format("mean {:.2f}, discrimination of the first {:.1f}", quiz.mean.value_or(0), stats[0].discriminationindex.value_or(0)));
}

}  // namespace

int main() {
  import_questions();
  draw_papers();
  schedule_reviews();
  analyse_items();
  return all_kept ? 0 : 1;
}
