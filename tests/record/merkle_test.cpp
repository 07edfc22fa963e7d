// Vectors: google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc (also transparency-dev/merkle,
// testonly/reference_test.go).
#include "sync/record/merkle.h"

#include <catch2/catch.hpp>

using namespace station;
using record::Digest;

namespace {

Digest digest(const std::string& hex) {
  const auto bytes = base::from_hex(hex);
  REQUIRE(bytes);
  REQUIRE(bytes->size() == 32);
  Digest d;
  std::copy(bytes->begin(), bytes->end(), d.begin());
  return d;
}

std::vector<Digest> digests(const std::vector<std::string>& hex) {
  std::vector<Digest> out;
  for (const auto& h : hex) out.push_back(digest(h));
  return out;
}

const std::vector<std::string> kEntries{
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Digest published_leaf(std::uint64_t i) {
  const auto bytes = base::from_hex(kEntries.at(i));
  REQUIRE(bytes);
  return record::leaf_hash({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
}

Digest numbered_leaf(std::uint64_t i) {
  return record::leaf_hash("line " + std::to_string(i));
}

}  // namespace

TEST_CASE("the empty log has the hash of nothing as its root", "[record]") {
  CHECK(record::empty_root() == digest("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  CHECK(record::RightEdge().root() == record::empty_root());
}

TEST_CASE("roots are those published for certificate transparency", "[record]") {
  record::RightEdge edge;
  for (std::uint64_t n = 1; n <= 8; ++n) {
    edge.append(published_leaf(n - 1));
    CHECK(edge.size() == n);
    CHECK(edge.root() == digest(kRoots[n - 1]));
    CHECK(record::root_of(0, n, published_leaf) == digest(kRoots[n - 1]));
  }
}

TEST_CASE("inclusion proofs are those published for certificate transparency", "[record]") {
  struct Vector {
    std::uint64_t index, size;
    std::vector<std::string> proof;
  };
  const std::vector<Vector> vectors{
      {0, 1, {}},
      {0,
       8,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {5,
       8,
       {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
      {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
  };
  for (const Vector& v : vectors) {
    INFO(v.index << " in " << v.size);
    CHECK(record::inclusion_proof(v.index, v.size, published_leaf) == digests(v.proof));
    CHECK(record::verify_inclusion(v.index, v.size, published_leaf(v.index), digests(v.proof),
                                   digest(kRoots[v.size - 1])));
  }
}

TEST_CASE("consistency proofs are those published for certificate transparency", "[record]") {
  struct Vector {
    std::uint64_t first, second;
    std::vector<std::string> proof;
  };
  const std::vector<Vector> vectors{
      {1, 1, {}},
      {1,
       8,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {2,
       5,
       {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
      {6,
       8,
       {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
  };
  for (const Vector& v : vectors) {
    INFO(v.first << " to " << v.second);
    CHECK(record::consistency_proof(v.first, v.second, published_leaf) == digests(v.proof));
    CHECK(record::verify_consistency(v.first, v.second, digest(kRoots[v.first - 1]), digest(kRoots[v.second - 1]),
                                     digests(v.proof)));
  }
}

TEST_CASE("every leaf of every log up to 40 records can be proved, and nothing else", "[record]") {
  for (std::uint64_t size = 1; size <= 40; ++size) {
    const Digest root = record::root_of(0, size, numbered_leaf);
    for (std::uint64_t i = 0; i < size; ++i) {
      auto proof = record::inclusion_proof(i, size, numbered_leaf);
      REQUIRE(record::verify_inclusion(i, size, numbered_leaf(i), proof, root));
      REQUIRE_FALSE(record::verify_inclusion(i, size, numbered_leaf(i + 1), proof, root));
      REQUIRE_FALSE(record::verify_inclusion(i + 1, size, numbered_leaf(i), proof, root));
      proof.push_back(root);
      REQUIRE_FALSE(record::verify_inclusion(i, size, numbered_leaf(i), proof, root));
      proof.pop_back();
      if (proof.empty()) continue;
      proof.front()[0] ^= 1;
      REQUIRE_FALSE(record::verify_inclusion(i, size, numbered_leaf(i), proof, root));
      proof.front()[0] ^= 1;
      proof.pop_back();
      REQUIRE_FALSE(record::verify_inclusion(i, size, numbered_leaf(i), proof, root));
    }
  }
}

TEST_CASE("every two heads of one log are consistent, and heads of two logs are not", "[record]") {
  const auto other = [](std::uint64_t i) { return record::leaf_hash("forged " + std::to_string(i)); };
  for (std::uint64_t second = 1; second <= 33; ++second) {
    const Digest root = record::root_of(0, second, numbered_leaf);
    for (std::uint64_t first = 1; first <= second; ++first) {
      const Digest early = record::root_of(0, first, numbered_leaf);
      auto proof = record::consistency_proof(first, second, numbered_leaf);
      REQUIRE(record::verify_consistency(first, second, early, root, proof));
      REQUIRE_FALSE(record::verify_consistency(first, second, record::root_of(0, first, other), root, proof));
      proof.push_back(root);
      REQUIRE_FALSE(record::verify_consistency(first, second, early, root, proof));
    }
  }
  CHECK_FALSE(record::verify_consistency(0, 4, record::empty_root(), record::root_of(0, 4, numbered_leaf), {}));
  CHECK_FALSE(
      record::verify_consistency(5, 4, record::root_of(0, 5, numbered_leaf), record::root_of(0, 4, numbered_leaf), {}));
}

TEST_CASE("the right edge goes on after it was stored and restored", "[record]") {
  record::RightEdge edge;
  for (std::uint64_t n = 0; n < 100; ++n) {
    auto restored = record::RightEdge::restore(edge.size(), edge.serialise());
    REQUIRE(restored);
    edge = *restored;
    edge.append(numbered_leaf(n));
    REQUIRE(edge.root() == record::root_of(0, n + 1, numbered_leaf));
  }
}

TEST_CASE("a stored right edge that does not fit its size is corrupt", "[record]") {
  CHECK_FALSE(record::RightEdge::restore(3, std::string(32, 'x')));
  CHECK_FALSE(record::RightEdge::restore(0, "x"));
  const auto bad = record::RightEdge::restore(4, std::string(64, 'x'));
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == base::Errc::corrupt);
}
