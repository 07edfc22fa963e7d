#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/crypto.h"
#include "sync/base/result.h"

// Drawing and scoring an examination paper (learning rules, section 9): the same request always gives the same paper.
namespace station::rules {

struct PaperItem {
  std::string id;
  int version = 1;
  std::string topic;
  int options = 0;
  bool critical = false;
  bool shuffle = true;  // false: the options keep their order (true/false)
};

struct BlueprintRow {
  std::string topic;
  int count = 0;
  int critical = 0;  // at least so many critical ones
};

struct PaperRequest {
  std::string course_id;
  std::string course_version;
  std::string rider_id;  // pseudonym
  int attempt_no = 1;
  std::string salt;
  std::vector<BlueprintRow> blueprint;
  std::set<std::string> used;    // items of earlier attempts of this course
  std::vector<PaperItem> items;  // live ones, in any order
};

struct DrawnItem {
  std::string id;
  int version = 1;
  std::vector<int> order;  // authored option numbers, from 0, in the order shown
  bool operator==(const DrawnItem&) const = default;
};

struct Paper {
  std::string seed;  // 64 hex digits
  std::vector<DrawnItem> items;
  std::vector<std::string> repeated;  // used items that had to be taken, in paper order
  std::vector<std::string> problems;  // shortages: a paper with problems must not be opened
};

// SHA-256 of the six fields (9.1). An error when a field contains LF.
base::Result<base::Digest> paper_seed(const PaperRequest& request);

// An error for input that is not of the stated form: LF in a field of the seed, an id given twice, negative counts, more
// critical items than items in a row.
base::Result<Paper> draw_paper(const PaperRequest& request);

// The random stream of a paper (9.2): SHA-256 in counter mode, no modulo bias.
class PaperStream {
 public:
  explicit PaperStream(const base::Digest& seed) : seed_(seed) {}
  std::uint64_t word();
  std::uint64_t below(std::uint64_t n);  // n >= 1
  template <class T>
  void shuffle(std::vector<T>& a) {
    for (std::size_t i = a.size(); i-- > 1;) std::swap(a[i], a[static_cast<std::size_t>(below(i + 1))]);
  }
  // Words taken so far: with the seed, the place in the stream.
  std::uint64_t taken() const { return taken_; }

 private:
  base::Digest seed_;
  base::Digest block_{};
  std::uint64_t taken_ = 0;
};

// A multiple-choice answer: the chosen option's weight when exactly one may be chosen, else the sum of the chosen weights;
// clamped to 0 … 1. Numbers that name no option, or name one twice, count nothing.
double choice_mark(bool single, std::span<const double> weights, std::span<const int> chosen);
// Full mark: what counts as right in an examination.
bool is_right(double mark);

struct AnsweredItem {
  std::string id;
  bool right = false;
  bool critical = false;
};
struct PaperScore {
  int score = 0;
  int of = 0;
  int percent = 0;  // floor
  bool critical_wrong = false;
  bool passed = false;
  std::vector<std::string> wrong;  // in paper order
};
// `answers`: one element for every item of the paper, unanswered ones as wrong.
PaperScore score_paper(std::span<const AnsweredItem> answers, int pass);

// Signs of cheating for a human to look at, never automatic sanctions (9.5).
struct TimedAnswer {
  std::string item;
  bool right = false;
  std::int64_t took_ms = 0;
};
struct PaperFlags {
  std::vector<std::string> too_fast;  // right in under 1.5 s
  bool whole_paper_fast = false;      // under a third of the median time of this paper's kind
};
PaperFlags paper_flags(std::span<const TimedAnswer> answers, std::int64_t median_paper_ms);  // 0: median unknown

}  // namespace station::rules
