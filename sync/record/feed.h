#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sync/record/note.h"

namespace station::record {

// One directive of the centre. On the wire one line: JSON TAB key name TAB base64url(signature over the JSON bytes).
struct FeedEntry {
  std::uint64_t pos = 0;  // strictly rising within the city, from 1; a scope sees only its own, so there are gaps
  std::string scope;      // "city" or "station:<id>"
  std::string type;       // one of types.h, kFeed…
  base::UtcTime at;
  std::string body;  // JSON object text
};

std::string sign_feed_line(const FeedEntry& entry, const std::string& centre_name, const SigningKey& centre);
base::Result<FeedEntry> open_feed_line(std::string_view line, const NoteKey& centre);

}  // namespace station::record
