#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/crypto.h"

// The log as an RFC 6962 Merkle tree: leaf = SHA-256(0x00 ‖ line), node = SHA-256(0x01 ‖ left ‖ right).
namespace station::record {

using base::Digest;

Digest leaf_hash(std::string_view line);
Digest node_hash(const Digest& left, const Digest& right);
Digest empty_root();  // SHA-256 of nothing, as RFC 6962 section 2.1 defines it

// The compact right edge: the roots of the perfect subtrees from left to right, one for each set bit of `size`.
// Appending costs O(log n) hashes; the station keeps it in the same transaction as the record.
class RightEdge {
 public:
  RightEdge() = default;
  // From stored form (serialise()); empty when the number of hashes does not fit the size.
  static base::Result<RightEdge> restore(std::uint64_t size, std::string_view hashes);

  void append(const Digest& leaf);
  std::uint64_t size() const { return size_; }
  Digest root() const;
  std::string serialise() const;  // the hashes, 32 bytes each

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> edge_;
};

// Hash of leaf i of the log.
using LeafReader = std::function<Digest(std::uint64_t)>;

Digest root_of(std::uint64_t begin, std::uint64_t end, const LeafReader& leaf);

// RFC 6962 section 2.1.1 and 2.1.2. 0 <= index < size; 0 < first <= second.
std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const LeafReader& leaf);
std::vector<Digest> consistency_proof(std::uint64_t first, std::uint64_t second, const LeafReader& leaf);

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf, const std::vector<Digest>& proof,
                      const Digest& root);
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root, const Digest& second_root,
                        const std::vector<Digest>& proof);

}  // namespace station::record
