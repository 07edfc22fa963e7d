#include "sync/record/merkle.h"

#include <algorithm>
#include <bit>

#include "sync/base/check.h"

namespace station::record {

Digest leaf_hash(std::string_view line) {
  static constexpr std::uint8_t kLeaf = 0;
  return base::sha256({&kLeaf, 1}, base::as_bytes(line));
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::uint8_t buffer[65];
  buffer[0] = 1;
  std::copy(left.begin(), left.end(), buffer + 1);
  std::copy(right.begin(), right.end(), buffer + 33);
  return base::sha256(buffer);
}

Digest empty_root() {
  return base::sha256({});
}

base::Result<RightEdge> RightEdge::restore(std::uint64_t size, std::string_view hashes) {
  const auto count = static_cast<std::size_t>(std::popcount(size));
  if (hashes.size() != count * 32) return base::fail(base::Errc::corrupt, "the log's right edge does not fit its size");
  RightEdge edge;
  edge.size_ = size;
  edge.edge_.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    std::copy_n(hashes.begin() + static_cast<std::ptrdiff_t>(i * 32), 32, edge.edge_[i].begin());
  return edge;
}

void RightEdge::append(const Digest& leaf) {
  Digest hash = leaf;
  for (std::uint64_t s = size_; s & 1; s >>= 1) {
    hash = node_hash(edge_.back(), hash);
    edge_.pop_back();
  }
  edge_.push_back(hash);
  ++size_;
}

Digest RightEdge::root() const {
  if (edge_.empty()) return empty_root();
  Digest hash = edge_.back();
  for (std::size_t i = edge_.size() - 1; i-- > 0;) hash = node_hash(edge_[i], hash);
  return hash;
}

std::string RightEdge::serialise() const {
  std::string out;
  for (const Digest& d : edge_) out.append(reinterpret_cast<const char*>(d.data()), d.size());
  return out;
}

namespace {

// The largest power of two smaller than n, n >= 2.
std::uint64_t split(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

void include(std::uint64_t index, std::uint64_t begin, std::uint64_t end, const LeafReader& leaf,
             std::vector<Digest>& out) {
  if (end - begin == 1) return;
  const std::uint64_t middle = begin + split(end - begin);
  if (index < middle) {
    include(index, begin, middle, leaf, out);
    out.push_back(root_of(middle, end, leaf));
  } else {
    include(index, middle, end, leaf, out);
    out.push_back(root_of(begin, middle, leaf));
  }
}

void consist(std::uint64_t first, std::uint64_t begin, std::uint64_t end, bool whole, const LeafReader& leaf,
             std::vector<Digest>& out) {
  if (first == end - begin) {
    if (!whole) out.push_back(root_of(begin, end, leaf));
    return;
  }
  const std::uint64_t k = split(end - begin);
  if (first <= k) {
    consist(first, begin, begin + k, whole, leaf, out);
    out.push_back(root_of(begin + k, end, leaf));
  } else {
    consist(first - k, begin + k, end, false, leaf, out);
    out.push_back(root_of(begin, begin + k, leaf));
  }
}

}  // namespace

Digest root_of(std::uint64_t begin, std::uint64_t end, const LeafReader& leaf) {
  RightEdge edge;
  for (std::uint64_t i = begin; i < end; ++i) edge.append(leaf(i));
  return edge.root();
}

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const LeafReader& leaf) {
  STATION_CHECK(index < size, "a leaf outside the tree has no proof");
  std::vector<Digest> out;
  include(index, 0, size, leaf, out);
  return out;
}

std::vector<Digest> consistency_proof(std::uint64_t first, std::uint64_t second, const LeafReader& leaf) {
  STATION_CHECK(first > 0 && first <= second, "consistency needs 0 < first <= second");
  std::vector<Digest> out;
  consist(first, 0, second, true, leaf, out);
  return out;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf, const std::vector<Digest>& proof,
                      const Digest& root) {
  if (index >= size) return false;
  std::uint64_t fn = index, sn = size - 1;
  Digest hash = leaf;
  for (const Digest& p : proof) {
    if (sn == 0) return false;
    if ((fn & 1) || fn == sn) {
      hash = node_hash(p, hash);
      while (!(fn & 1) && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && hash == root;
}

bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root, const Digest& second_root,
                        const std::vector<Digest>& proof) {
  if (first == 0 || first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  std::vector<Digest> path = proof;
  if (std::has_single_bit(first)) path.insert(path.begin(), first_root);
  if (path.empty()) return false;
  std::uint64_t fn = first - 1, sn = second - 1;
  while (fn & 1) {
    fn >>= 1;
    sn >>= 1;
  }
  Digest fr = path[0], sr = path[0];
  for (std::size_t i = 1; i < path.size(); ++i) {
    const Digest& c = path[i];
    if (sn == 0) return false;
    if ((fn & 1) || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while (!(fn & 1) && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == first_root && sr == second_root;
}

}  // namespace station::record
