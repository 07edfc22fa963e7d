#include "sync/rules/paper.h"

#include <algorithm>
#include <map>
#include <set>

namespace station::rules {

std::uint64_t PaperStream::word() {
  if (word_ == 4) {
    std::uint8_t counter[8];
    for (int i = 0; i < 8; ++i) counter[i] = static_cast<std::uint8_t>(next_block_ >> (56 - 8 * i));
    block_ = base::sha256(seed_, counter);
    ++next_block_;
    word_ = 0;
  }
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < 8; ++i) v = v << 8 | block_[static_cast<std::size_t>(word_) * 8 + i];
  ++word_;
  return v;
}

std::uint64_t PaperStream::below(std::uint64_t n) {
  std::uint64_t v = word();
  if (v > 0 - n) {  // perhaps beyond the last whole multiple of n below 2^64
    const std::uint64_t rest = (0 - n) % n;  // 2^64 mod n
    const std::uint64_t top = 0 - rest;      // 2^64 − rest; 0 stands for 2^64
    while (top != 0 && v >= top) v = word();
  }
  return v % n;
}

namespace {

constexpr int kMost = 1000;  // items of a row and options of an item
constexpr std::int64_t kTooFastMs = 1'500;

std::string seed_text(const PaperRequest& r) {
  return "paper/1\n" + r.course_id + "\n" + r.course_version + "\n" + r.rider_id + "\n" + std::to_string(r.attempt_no) +
         "\n" + r.salt;
}

using Indexes = std::vector<std::uint32_t>;  // of items of the pool

// The items of one blueprint row, critical ones first (9.3, step 2).
Indexes take_row(const BlueprintRow& row, const PaperPool& pool, const Indexes& order,
                 std::vector<std::string>& problems) {
  Indexes row_items;
  int critical = 0;
  const auto wanted = static_cast<std::size_t>(row.count);
  for (const std::uint32_t i : order) {
    if (critical == row.critical || row_items.size() == wanted) break;
    if (!pool.items()[i].critical) continue;
    row_items.push_back(i);
    ++critical;
  }
  const Indexes first = row_items;
  for (const std::uint32_t i : order) {
    if (row_items.size() == wanted) break;
    if (std::find(first.begin(), first.end(), i) == first.end()) row_items.push_back(i);
  }
  if (row_items.size() < wanted || critical < row.critical)
    problems.push_back("topic " + row.topic + " has too few items: " + std::to_string(row_items.size()) + " of " +
                       std::to_string(row.count) + ", critical " + std::to_string(critical) + " of " +
                       std::to_string(row.critical));
  return row_items;
}

base::Result<void> refuse_paper(const std::string& why) {
  return base::fail(base::Errc::invalid, "paper: " + why);
}

base::Result<void> check_with(const PaperRequest& request, const PaperPool& pool) {
  for (const std::string* field : {&request.course_id, &request.course_version, &request.rider_id, &request.salt})
    if (field->find('\n') != std::string::npos)
      return refuse_paper("course id, version, rider and salt must not contain LF");
  if (!pool.problem().empty()) return refuse_paper(pool.problem());
  for (const BlueprintRow& row : request.blueprint)
    if (row.count < 0 || row.count > kMost || row.critical < 0 || row.critical > row.count)
      return refuse_paper("topic " + row.topic + ": count or critical out of range");
  return {};
}

}  // namespace

PaperPool::PaperPool(std::vector<PaperItem> items) : items_(std::move(items)) {
  std::sort(items_.begin(), items_.end(), [](const PaperItem& a, const PaperItem& b) { return a.id < b.id; });
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    const PaperItem& item = items_[i];
    topics_[item.topic].push_back(i);
    if (!problem_.empty()) continue;
    if (i > 0 && items_[i - 1].id == item.id) problem_ = "item " + item.id + " is given twice";
    if (item.options < 0 || item.options > kMost) problem_ = "item " + item.id + ": number of options out of range";
  }
}

std::span<const std::uint32_t> PaperPool::topic(std::string_view name) const {
  const auto it = topics_.find(name);
  if (it == topics_.end()) return {};
  return it->second;
}

std::size_t PaperPool::find(std::string_view id) const {
  const auto it = std::lower_bound(items_.begin(), items_.end(), id,
                                   [](const PaperItem& item, std::string_view wanted) { return item.id < wanted; });
  return it != items_.end() && it->id == id ? static_cast<std::size_t>(it - items_.begin()) : items_.size();
}

base::Result<void> check_request(const PaperRequest& request) {
  return check_with(request, PaperPool(request.items));
}

Paper draw_paper(const PaperRequest& request) {
  return draw_paper(request, PaperPool(request.items));
}

Paper draw_paper(const PaperRequest& request, const PaperPool& pool) {
  Paper paper;
  paper.seed = base::sha256(base::as_bytes(seed_text(request)));
  if (const auto checked = check_with(request, pool); !checked) {
    paper.problems.push_back(checked.error().message);
    return paper;
  }
  PaperStream stream(paper.seed);
  std::vector<char> was_used(pool.items().size(), 0), taken(pool.items().size(), 0);
  for (const std::string& id : request.used)
    if (const std::size_t i = pool.find(id); i < was_used.size()) was_used[i] = 1;

  Indexes chosen;
  for (const BlueprintRow& row : request.blueprint) {
    Indexes order, used;
    for (const std::uint32_t i : pool.topic(row.topic))
      if (!taken[i]) (was_used[i] ? used : order).push_back(i);
    stream.shuffle(order);
    stream.shuffle(used);
    order.insert(order.end(), used.begin(), used.end());
    for (const std::uint32_t i : take_row(row, pool, order, paper.problems)) {
      chosen.push_back(i);
      taken[i] = 1;
    }
  }
  stream.shuffle(chosen);
  for (const std::uint32_t i : chosen) {
    const PaperItem& item = pool.items()[i];
    DrawnItem drawn{item.id, item.version, {}};
    for (int k = 0; k < item.options; ++k) drawn.order.push_back(k);
    if (item.shuffle) stream.shuffle(drawn.order);
    paper.items.push_back(std::move(drawn));
    if (was_used[i]) paper.repeated.push_back(item.id);
  }
  return paper;
}

PaperScore score_paper(std::span<const AnsweredItem> answers, int pass) {
  PaperScore s;
  s.of = static_cast<int>(answers.size());
  for (const AnsweredItem& a : answers) {
    if (a.right) {
      ++s.score;
      continue;
    }
    s.wrong.push_back(a.id);
    s.critical_wrong = s.critical_wrong || a.critical;
  }
  if (s.of > 0) s.percent = s.score * 100 / s.of;
  s.passed = s.of > 0 && s.score >= pass && !s.critical_wrong;
  return s;
}

PaperFlags paper_flags(std::span<const AnsweredItem> answers, std::int64_t median_paper_ms) {
  PaperFlags flags;
  std::int64_t whole = 0;
  for (const AnsweredItem& a : answers) {
    whole += a.took_ms;
    if (a.right && a.took_ms < kTooFastMs) flags.too_fast.push_back(a.id);
  }
  flags.whole_paper_too_fast = !answers.empty() && median_paper_ms > 0 && whole * 3 < median_paper_ms;
  return flags;
}

bool same_answer_string(std::span<const ChosenOptions> a, std::span<const ChosenOptions> b) {
  const auto by_item = [](std::span<const ChosenOptions> answers) {
    std::map<std::string, std::set<int>> out;
    for (const ChosenOptions& c : answers) out[c.item] = {c.options.begin(), c.options.end()};
    return out;
  };
  const bool mistakes = std::any_of(a.begin(), a.end(), [](const ChosenOptions& c) { return !c.right; });
  return mistakes && by_item(a) == by_item(b);
}

}  // namespace station::rules
