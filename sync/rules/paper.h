#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/base/crypto.h"

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
};

struct Paper {
  base::Digest seed{};
  std::vector<DrawnItem> items;
  std::vector<std::string> repeated;  // used items that had to be taken
  std::vector<std::string> problems;  // not empty: the paper must not be opened
};

Paper draw_paper(const PaperRequest& request);

// The random stream of section 9.2.
class PaperStream {
 public:
  explicit PaperStream(const base::Digest& seed) : seed_(seed) {}
  std::uint64_t word();
  std::uint64_t below(std::uint64_t n);
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i-- > 1;) std::swap(items[i], items[below(i + 1)]);
  }

 private:
  base::Digest seed_;
  base::Digest block_{};
  std::uint64_t next_block_ = 0;
  int word_ = 4;
};

}  // namespace station::rules
