#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/record/verify.h"

namespace station::tool {

// The files that somebody hands in as evidence: pulled records (NDJSON or CSV), heads (NDJSON) and batches of a USB
// stick, in any mixture. Read twice: the heads first, then the lines; never as a whole into memory.
class Evidence {
 public:
  // Files, or folders of which those with the endings .ndjson .jsonl .csv .batch count, by name. `not_found` when one
  // cannot be read or a folder holds none.
  static base::Result<Evidence> open(const std::vector<std::string>& names);

  // Heads of all files; batches take the delegation from them.
  base::Result<std::vector<record::SignedHead>> heads() const;
  // All record lines. Returns the place of each by the number that was handed over.
  base::Result<void> lines(const std::function<void(std::string_view line, std::uint64_t place)>& use);
  // "log.ndjson:35", or "" for 0.
  std::string where(std::uint64_t place) const;

 private:
  struct Part {
    std::uint64_t first;  // place of its first line
    std::size_t file;
  };
  std::vector<std::string> files_;
  std::vector<Part> parts_;
};

// Earlier heads and batches come without the delegation of their log: takes it from the heads that have it.
void fill_delegations(std::vector<record::SignedHead>& heads);

// "{"station":…,"inc":…,"checkpoint":…,"delegation":…,"fenced":…}" as the centre writes heads; false for other lines.
bool read_head(std::string_view line, record::SignedHead& out);

}  // namespace station::tool
