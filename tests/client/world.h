#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sync/base/crypto.h"
#include "sync/client/outbox.h"
#include "sync/client/transport.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"

// A station's store in memory and a network that plays a script. Shared by the tests of this folder.
namespace station::client::test {

inline base::UtcTime noon() {
  base::UtcTime t;
  base::parse_iso8601("2026-11-24T12:00:00.000Z", t);
  return t;
}

inline base::SigningKey key_number(std::uint64_t seed) {
  base::SeededRandom random(seed);
  return base::new_signing_key(random);
}

// The log of one station; a disk that can be told to fail.
class MemoryOutbox : public Outbox {
 public:
  explicit MemoryOutbox(std::size_t records = 0) {
    for (std::size_t i = 0; i < records; ++i) add();
  }

  void add(const std::string& padding = "") { all.push_back("line " + std::to_string(all.size()) + padding); }

  base::Result<LogState> state() override {
    if (disk_full) return base::fail(base::Errc::io, "disk is full");
    return LogState{"440902-007", inc, all.size(), confirmed};
  }
  base::Result<std::vector<std::string>> lines(std::uint64_t from, std::size_t max_lines,
                                               std::size_t max_bytes) override {
    if (disk_full) return base::fail(base::Errc::io, "disk is full");
    std::vector<std::string> out;
    std::size_t bytes = 0;
    for (std::uint64_t i = from; i < all.size() && out.size() < max_lines; ++i) {
      bytes += all[i].size() + 1;
      if (!out.empty() && bytes > max_bytes) break;
      out.push_back(all[i]);
    }
    return out;
  }
  base::Result<std::string> checkpoint(std::uint64_t size) override {
    const auto leaf = [this](std::uint64_t i) { return record::leaf_hash(all[i]); };
    return record::sign_checkpoint({record::log_origin("440902-007", inc), size, record::root_of(0, size, leaf)},
                                   "440902-007", key_number(1));
  }
  base::Result<void> set_confirmed(std::uint64_t next) override {
    if (disk_full || confirm_fails) return base::fail(base::Errc::io, "disk is full");
    confirmed = next;
    return {};
  }

  std::vector<std::string> all;
  std::uint32_t inc = 1;
  std::uint64_t confirmed = 0;
  bool disk_full = false;
  bool confirm_fails = false;
};

class MemoryFeed : public FeedSink {
 public:
  base::Result<std::uint64_t> cursor() override { return at; }
  base::Result<void> apply(std::span<const record::FeedEntry> entries) override {
    if (disk_full) return base::fail(base::Errc::io, "disk is full");
    for (const auto& e : entries) applied.push_back(e.pos);
    at = applied.back();
    ++transactions;
    return {};
  }
  base::Result<std::optional<WantedPack>> wanted_pack() override { return wanted; }
  base::Result<void> store_pack(const WantedPack& pack, const std::string& bytes) override {
    if (disk_full) return base::fail(base::Errc::io, "disk is full");
    stored[pack.version] = bytes;
    wanted.reset();
    return {};
  }

  std::uint64_t at = 0;
  std::vector<std::uint64_t> applied;
  int transactions = 0;
  std::optional<WantedPack> wanted;
  std::map<std::uint64_t, std::string> stored;
  bool disk_full = false;
};

class MemoryAnchors : public AnchorSink {
 public:
  base::Result<void> anchored(const TimeAnchor& anchor) override {
    if (disk_full) return base::fail(base::Errc::io, "disk is full");
    anchors.push_back(anchor);
    return {};
  }
  std::vector<TimeAnchor> anchors;
  bool disk_full = false;
};

using Answer = base::Result<base::HttpResponse>;
using Handler = std::function<Answer(const base::HttpRequest&)>;

inline Handler reply(int status, const std::string& body,
                     std::vector<std::pair<std::string, std::string>> headers = {}) {
  return [=](const base::HttpRequest&) { return Answer(base::HttpResponse{status, headers, body}); };
}
inline Handler broken(base::Errc code, const std::string& why = "no network") {
  return [=](const base::HttpRequest&) -> Answer { return base::fail(code, why); };
}
inline Handler ok_next(std::uint64_t n) {
  return reply(200, R"({"status":"ok","next":)" + std::to_string(n) + "}");
}

// Plays its handlers in order, then `otherwise`; keeps every request.
class ScriptedTransport : public Transport {
 public:
  base::Result<base::HttpResponse> send(const base::HttpRequest& request, std::chrono::milliseconds limit) override {
    requests.push_back(request);
    limits.push_back(limit);
    if (!script.empty()) {
      const Handler next = script.front();
      script.pop_front();
      return next(request);
    }
    if (!otherwise) FAIL("a request that the test does not expect: " << request.method << " " << request.target);
    return otherwise(request);
  }

  std::deque<Handler> script;
  Handler otherwise;
  std::vector<base::HttpRequest> requests;
  std::vector<std::chrono::milliseconds> limits;
};

}  // namespace station::client::test
