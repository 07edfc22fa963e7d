#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "sync/base/result.h"

namespace station::tool {

// Where pulled pages go: a file that only ever grows by whole pages, or standard output; and beside it the state that
// remembers the cursor. The page is on the disk before the state names it, and what the state does not name is cut off
// at the next start: after kill -9 at any instant nothing stands twice and nothing is missing.
class PullFile {
 public:
  // Both names may be empty. `invalid` with a sentence for the user when they do not belong to this query or to each
  // other, `io` when the disk fails, `conflict` while another pull writes the same file.
  static base::Result<PullFile> open(const std::string& file, const std::string& state, const std::string& query);
  PullFile(PullFile&& other) noexcept;
  PullFile& operator=(PullFile&&) = delete;
  ~PullFile();

  const std::string& cursor() const { return cursor_; }
  std::uint64_t records() const { return records_; }  // in the file so far, without the header
  base::Result<void> append(std::string_view rows, std::uint64_t n, const std::string& cursor, std::ostream& out);

 private:
  PullFile() = default;
  base::Result<void> read_state();
  base::Result<void> fit_to_state(bool state_there);
  base::Result<void> write_state() const;

  std::string file_, state_, query_;
  int fd_ = -1;
  std::string cursor_;
  std::uint64_t bytes_ = 0, records_ = 0;
};

}  // namespace station::tool
