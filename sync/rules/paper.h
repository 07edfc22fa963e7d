#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/crypto.h"
#include "sync/base/result.h"

// Drawing an examination paper that anybody can draw again (learning rules, section 9).
namespace station::rules {

struct PaperItem {
  std::string id;
  int version = 1;
  std::string topic;
  int options = 4;
  bool critical = false;
  bool shuffle = true;  // false: the options keep their order (true/false)
};

struct BlueprintRow {
  std::string topic;
  int count = 0;
  int critical = 0;  // at least that many critical items among them
};

struct PaperRequest {
  std::string course_id, course_version, rider_id;
  int attempt_no = 1;
  std::string salt;
  std::vector<BlueprintRow> blueprint;
  std::vector<std::string> used;  // items of earlier attempts
  std::vector<PaperItem> items;   // the live ones
};

struct DrawnItem {
  std::string id;
  int version = 1;
  std::vector<int> order;  // authored option indexes in the order shown
  bool operator==(const DrawnItem&) const = default;
};

struct Paper {
  base::Digest seed{};
  std::vector<DrawnItem> items;
  std::vector<std::string> repeated;  // used items that had to be taken, in paper order
  std::vector<std::string> problems;  // not empty: the paper must not be opened
};

// The live items, checked and sorted once: drawing again costs only the shuffling.
class PaperPool {
 public:
  explicit PaperPool(std::vector<PaperItem> items);
  const std::vector<PaperItem>& items() const { return items_; }  // by id
  // Indexes of the items of a topic, ascending; empty for one that is not there.
  std::span<const std::uint32_t> topic(std::string_view name) const;
  // Index of an item, or items().size().
  std::size_t find(std::string_view id) const;
  const std::string& problem() const { return problem_; }  // empty when the items are of the stated form

 private:
  std::vector<PaperItem> items_;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> topics_;
  std::string problem_;
};

// The same request always gives the same paper. A request that check_request refuses gives no items and one problem.
Paper draw_paper(const PaperRequest& request);
// The same from a prepared pool instead of request.items.
Paper draw_paper(const PaperRequest& request, const PaperPool& pool);

// Is the request of the stated form? No LF in a field of the seed, no id twice, counts and options from 0 to 1000.
base::Result<void> check_request(const PaperRequest& request);

// The random stream of section 9.2.
class PaperStream {
 public:
  explicit PaperStream(const base::Digest& seed) : seed_(seed) {}
  std::uint64_t word();
  std::uint64_t below(std::uint64_t n);
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i-- > 1;) std::swap(items[i], items[static_cast<std::size_t>(below(i + 1))]);
  }

 private:
  base::Digest seed_;
  base::Digest block_{};
  std::uint64_t next_block_ = 0;
  int word_ = 4;
};

// The result of a paper: one element for every item in paper order, unanswered ones as not right.
struct AnsweredItem {
  std::string id;
  bool right = false;
  bool critical = false;
  std::int64_t took_ms = 0;
};
struct PaperScore {
  int score = 0;
  int of = 0;
  int percent = 0;  // floor, as on the certificate
  bool critical_wrong = false;
  bool passed = false;  // pass mark reached and no critical item wrong (8.3)
  std::vector<std::string> wrong;
};
PaperScore score_paper(std::span<const AnsweredItem> answers, int pass);

// Signs of cheating for a human to look at, never automatic sanctions (9.5).
struct PaperFlags {
  std::vector<std::string> too_fast;  // answered right in under 1.5 s
  bool whole_paper_too_fast = false;  // in under a third of the median time of such papers
};
PaperFlags paper_flags(std::span<const AnsweredItem> answers, std::int64_t median_paper_ms);  // 0: no median known

// Two riders at one station with equal answer strings, equal wrong options included: each string holds the chosen
// options of every item in the order of item ids. Empty papers and papers without a mistake say nothing.
struct ChosenOptions {
  std::string item;
  std::vector<int> options;  // as authored
  bool right = false;
};
bool same_answer_string(std::span<const ChosenOptions> a, std::span<const ChosenOptions> b);

}  // namespace station::rules
