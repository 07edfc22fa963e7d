#include "sync/central/city_log.h"

#include <algorithm>
#include <bit>

#include "sync/base/check.h"

namespace station::central {

using base::Digest;
using record::RightEdge;

namespace {

constexpr std::uint64_t kBlock = 256;

std::string_view bytes_of(const Digest& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

RightEdge edge_of(std::uint64_t size, std::string_view hashes) {
  auto edge = RightEdge::restore(size, hashes);
  if (!edge) throw StorageError{"the city's log: " + edge.error().message};
  return std::move(*edge);
}

// The largest power of two smaller than n, n >= 2.
std::uint64_t split(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

}  // namespace

CityLog::CityLog(Store& store) : store_(store) {
  auto& s = store_.prepared("SELECT size, edge FROM city_log WHERE one=1");
  if (!s.row()) return;
  size_ = s.position(0);
  const std::string hashes = s.text(1);
  const auto full = static_cast<std::size_t>(std::popcount(size_ / kBlock)) * 32;
  if (hashes.size() < full) throw StorageError{"the city's log: its right edge is damaged"};
  blocks_ = edge_of(size_ / kBlock, std::string_view(hashes).substr(0, full));
  block_ = edge_of(size_ % kBlock, std::string_view(hashes).substr(full));
}

void CityLog::append(const Digest& leaf) {
  block_.append(leaf);
  ++size_;
  if (block_.size() < kBlock) return;
  const Digest root = block_.root();
  store_.prepared("INSERT INTO city_block VALUES($1,$2)").bind(blocks_.size()).bind_blob(bytes_of(root)).done();
  blocks_.append(root);
  block_ = {};
}

void CityLog::write() {
  if (pending_.empty()) return;
  for (const Digest& leaf : pending_) append(leaf);
  pending_.clear();
  store_
      .prepared(
          "INSERT INTO city_log VALUES(1,$1,$2) ON CONFLICT(one) DO UPDATE SET size=excluded.size, edge=excluded.edge")
      .bind(size_)
      .bind_blob(blocks_.serialise() + block_.serialise())
      .done();
}

bool CityLog::catch_up(std::uint64_t limit) {
  std::uint64_t n = 0;
  {
    auto& s = store_.prepared("SELECT pos, line FROM record WHERE pos>$1 ORDER BY pos LIMIT $2");
    s.bind(size_).bind(limit);
    for (; s.row(); ++n) {
      if (s.position(0) != size_ + n + 1) throw StorageError{"the city's log: a position has no record"};
      add(record::leaf_hash(s.view(1)));
    }
  }
  write();
  return n == limit;
}

Digest CityLog::root() const {
  return edge_of(size_, blocks_.serialise() + block_.serialise()).root();
}

// A subtree that begins at a multiple of its own size, as those of a proof do: full blocks, then leaves.
Digest CityLog::range(std::uint64_t begin, std::uint64_t end) {
  RightEdge blocks, leaves;
  const std::uint64_t full = end / kBlock;
  if (begin % kBlock == 0 && begin / kBlock < full) {
    auto& s = store_.prepared("SELECT hash FROM city_block WHERE block>=$1 AND block<$2 ORDER BY block");
    s.bind(begin / kBlock).bind(full);
    while (s.row()) {
      Digest d;
      const std::string_view hash = s.view(0);
      if (hash.size() != d.size()) throw StorageError{"the city's log: a block is damaged"};
      std::copy(hash.begin(), hash.end(), d.begin());
      blocks.append(d);
    }
    if (blocks.size() != full - begin / kBlock) throw StorageError{"the city's log: blocks are missing"};
    begin = full * kBlock;
  }
  auto& s = store_.prepared("SELECT line FROM record WHERE pos>$1 AND pos<=$2 ORDER BY pos");
  s.bind(begin).bind(end);
  while (s.row()) leaves.append(record::leaf_hash(s.view(0)));
  if (leaves.size() != end - begin) throw StorageError{"the city's log: records are missing"};
  return edge_of(blocks.size() * kBlock + leaves.size(), blocks.serialise() + leaves.serialise()).root();
}

// RFC 6962 sections 2.1.1 and 2.1.2, by subtrees instead of leaves.
void CityLog::include(std::uint64_t index, std::uint64_t begin, std::uint64_t end, std::vector<Digest>& out) {
  if (end - begin == 1) return;
  const std::uint64_t middle = begin + split(end - begin);
  if (index < middle) {
    include(index, begin, middle, out);
    out.push_back(range(middle, end));
  } else {
    include(index, middle, end, out);
    out.push_back(range(begin, middle));
  }
}

void CityLog::consist(std::uint64_t first, std::uint64_t begin, std::uint64_t end, bool whole,
                      std::vector<Digest>& out) {
  if (first == end - begin) {
    if (!whole) out.push_back(range(begin, end));
    return;
  }
  const std::uint64_t k = split(end - begin);
  if (first <= k) {
    consist(first, begin, begin + k, whole, out);
    out.push_back(range(begin + k, end));
  } else {
    consist(first - k, begin + k, end, false, out);
    out.push_back(range(begin, begin + k));
  }
}

std::vector<Digest> CityLog::inclusion(std::uint64_t index, std::uint64_t size) {
  STATION_CHECK(index < size && size <= size_, "a leaf outside the log has no proof");
  std::vector<Digest> out;
  include(index, 0, size, out);
  return out;
}

std::vector<Digest> CityLog::consistency(std::uint64_t first, std::uint64_t second) {
  STATION_CHECK(first > 0 && first <= second && second <= size_, "consistency needs 0 < first <= second <= size");
  std::vector<Digest> out;
  consist(first, 0, second, true, out);
  return out;
}

std::optional<std::uint64_t> city_index(Store& store, const std::string& station, std::uint32_t inc,
                                        std::uint64_t seq) {
  auto& s = store.prepared(
      "SELECT seq, n, pos FROM log_run WHERE station=$1 AND inc=$2 AND seq<=$3 ORDER BY seq DESC LIMIT 1");
  s.bind(station).bind(inc).bind(seq);
  if (!s.row() || seq >= s.position(0) + s.position(1)) return std::nullopt;
  return s.position(2) + (seq - s.position(0)) - 1;
}

}  // namespace station::central
