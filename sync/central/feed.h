#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/central/store/store.h"
#include "sync/record/note.h"

namespace station::central {

// The one feed of the city. Entries are signed when they are published and kept as lines.
class Feed {
 public:
  Feed(Store& store, const record::NoteKey& name, const base::SigningKey& key);

  // Inside a transaction. `scope` "city" or "station:<id>", `body` a JSON object on one line. Returns its position.
  std::uint64_t publish(const std::string& scope, std::string_view type, base::UtcTime at, const std::string& body);

  struct Page {
    std::vector<std::string> lines;
    std::uint64_t cursor = 0;  // position of the last line, or `after`
    bool more = false;
  };
  // What this station may see after a position: at most `limit` lines and about `bytes`, at least one if there is any.
  Page read(const std::string& station, std::uint64_t after, std::size_t limit, std::size_t bytes);

  // Position of the last entry for a scope; 0 when there is none.
  std::uint64_t last(const std::string& scope);

  // (scope, position) of what was published since the last call; forgotten when the transaction is rolled back.
  std::vector<std::pair<std::string, std::uint64_t>> take_published();
  std::size_t published() const { return published_.size(); }
  void forget_after(std::size_t published) { published_.resize(published); }

 private:
  Store& store_;
  const std::string name_;
  const base::SigningKey key_;
  std::vector<std::pair<std::string, std::uint64_t>> published_;
};

}  // namespace station::central
