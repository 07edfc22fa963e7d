#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/central/store/store.h"
#include "sync/record/merkle.h"

namespace station::central {

// The merged log of the city: every record in the centre's order as one RFC 6962 Merkle tree, leaf i = the record at
// pos i + 1, hashed as in its station's own log. Append-only, so that whoever saw an earlier head can have it proven
// that nothing before it was changed. Kept: the root of each full block of 256 leaves, and the right edge within the
// last one; leaves inside a block are hashed again from their lines when a proof needs them.
class CityLog {
 public:
  explicit CityLog(Store& store);

  // Inside a transaction: the next records' leaves, in the order of pos. What a savepoint rolls back is cut off again.
  void add(const base::Digest& leaf) { pending_.push_back(leaf); }
  std::size_t pending() const { return pending_.size(); }
  void cut(std::size_t pending) { pending_.resize(pending); }
  // Before the commit: writes what was added.
  void write();
  // Takes in records that stand in the store and not yet here: of a store that an earlier version wrote. At most
  // `limit` at once; true when there are more.
  bool catch_up(std::uint64_t limit);

  std::uint64_t size() const { return size_; }  // as written last
  base::Digest root() const;
  // The root that the log had at an earlier size; 0 < size <= size().
  base::Digest root_at(std::uint64_t size) { return range(0, size); }
  std::vector<base::Digest> inclusion(std::uint64_t index, std::uint64_t size);
  std::vector<base::Digest> consistency(std::uint64_t first, std::uint64_t second);

 private:
  void append(const base::Digest& leaf);
  base::Digest range(std::uint64_t begin, std::uint64_t end);
  void include(std::uint64_t index, std::uint64_t begin, std::uint64_t end, std::vector<base::Digest>& out);
  void consist(std::uint64_t first, std::uint64_t begin, std::uint64_t end, bool whole,
               std::vector<base::Digest>& out);

  Store& store_;
  std::vector<base::Digest> pending_;
  std::uint64_t size_ = 0;
  record::RightEdge blocks_;  // over the roots of full blocks
  record::RightEdge block_;   // over the leaves after them
};

// Where a record of a station stands in the city's log, from 0; nothing when it is not there.
std::optional<std::uint64_t> city_index(Store& store, const std::string& station, std::uint32_t inc,
                                        std::uint64_t seq);

}  // namespace station::central
