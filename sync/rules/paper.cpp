#include "sync/rules/paper.h"

#include <algorithm>

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
  const std::uint64_t rest = (0 - n) % n;  // 2^64 mod n
  const std::uint64_t top = 0 - rest;      // 2^64 − rest; 0 stands for 2^64
  std::uint64_t v = word();
  while (top != 0 && v >= top) v = word();
  return v % n;
}

namespace {

std::string seed_text(const PaperRequest& r) {
  return "paper/1\n" + r.course_id + "\n" + r.course_version + "\n" + r.rider_id + "\n" + std::to_string(r.attempt_no) + "\n" + r.salt;
}

}  // namespace

Paper draw_paper(const PaperRequest& request) {
  Paper paper;
  paper.seed = base::sha256(base::as_bytes(seed_text(request)));
  PaperStream stream(paper.seed);
  std::vector<const PaperItem*> items;
  for (const PaperItem& i : request.items) items.push_back(&i);
  std::sort(items.begin(), items.end(), [](const PaperItem* a, const PaperItem* b) { return a->id < b->id; });
  auto is_used = [&](const PaperItem* i) {
    return std::find(request.used.begin(), request.used.end(), i->id) != request.used.end();
  };

  std::vector<const PaperItem*> chosen;
  auto taken = [&](const PaperItem* i) { return std::find(chosen.begin(), chosen.end(), i) != chosen.end(); };
  for (const BlueprintRow& row : request.blueprint) {
    std::vector<const PaperItem*> fresh, used;
    for (const PaperItem* i : items)
      if (i->topic == row.topic && !taken(i)) (is_used(i) ? used : fresh).push_back(i);
    stream.shuffle(fresh);
    stream.shuffle(used);
    fresh.insert(fresh.end(), used.begin(), used.end());
    int have = 0, critical = 0;
    for (const PaperItem* i : fresh)
      if (i->critical && critical < row.critical && have < row.count) {
        chosen.push_back(i);
        ++have;
        ++critical;
      }
    for (const PaperItem* i : fresh)
      if (!taken(i) && have < row.count) {
        chosen.push_back(i);
        ++have;
      }
    if (have < row.count || critical < row.critical)
      paper.problems.push_back("topic " + row.topic + " has too few items: " + std::to_string(have) + " of " + std::to_string(row.count));
  }
  for (const PaperItem* i : chosen)
    if (is_used(i)) paper.repeated.push_back(i->id);
  stream.shuffle(chosen);
  for (const PaperItem* i : chosen) {
    DrawnItem drawn{i->id, i->version, {}};
    for (int k = 0; k < i->options; ++k) drawn.order.push_back(k);
    if (i->shuffle) stream.shuffle(drawn.order);
    paper.items.push_back(std::move(drawn));
  }
  return paper;
}

}  // namespace station::rules
