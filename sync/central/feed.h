#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/central/store/store.h"

namespace station::central {

// The one feed of the city. Entries are signed when they are published and kept as lines.
class Feed {
 public:
  Feed(Store& store, std::string key_name, const base::SigningKey& key);

  // Inside a transaction. `scope` "city" or "station:<id>", `body` a JSON object on one line. Returns its position.
  // An entry with a `topic` replaces the earlier one of the same topic, so that a station which comes late reads only
  // the newest state: "rider|<subject>", "progress|<course>|<station>|<inc>".
  std::uint64_t publish(const std::string& scope, std::string_view type, base::UtcTime at, const std::string& body,
                        const std::string& topic = {});

  struct Page {
    std::vector<std::string> lines;
    std::uint64_t cursor = 0;  // position of the last line, or `after`
    bool more = false;
  };
  // What this station may see after a position: at most `limit` lines and about `bytes`, at least one if there is any.
  Page read(const std::string& station, std::uint64_t after, std::size_t limit, std::size_t bytes);

  std::uint64_t head();  // the last position given out
  // A station has seen a position that this store never gave out: the store was restored from an older copy. Later
  // entries lie after that position, and what was published since the start is published again.
  void leap_to(std::uint64_t position, base::UtcTime at);

  // Last position of every scope, for waiting stations.
  std::vector<std::pair<std::string, std::uint64_t>> last_positions();

  // (scope, position) published since the last call. What a savepoint rolls back is forgotten by forget_after.
  std::vector<std::pair<std::string, std::uint64_t>> take_published() { return std::exchange(published_, {}); }
  std::size_t published() const { return published_.size(); }
  void forget_after(std::size_t count) { published_.resize(count); }

 private:
  std::uint64_t insert(const std::string& scope, std::string_view type, base::UtcTime at, const std::string& body,
                       const std::string& topic);

  Store& store_;
  const std::string name_;
  const base::SigningKey key_;
  std::uint64_t start_ = 0;  // head when the store was opened
  std::vector<std::pair<std::string, std::uint64_t>> published_;
};

}  // namespace station::central
