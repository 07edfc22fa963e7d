#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sync/central/routes.h"

namespace station::central {

// What a pull asks for; all empty: everything.
struct PullFilter {
  std::string type;  // a type, or "attendance." with the dot: all that begin so
  std::string station, subject;
  std::optional<base::UtcTime> from, to;  // of the record's own time: from <= at < to
  bool needs_time() const { return from || to; }
  bool fits_time(base::UtcTime at) const { return (!from || at >= *from) && (!to || at < *to); }
  std::string text() const;  // what was asked for, "" for everything
  bool fits(std::string_view type_, std::string_view station_, std::string_view subject_) const;
};

// Where a pull goes on: a position in this copy of the store under this filter. Opaque for who holds it.
std::string make_cursor(const std::string& epoch, const PullFilter& filter, std::uint64_t pos);

// The position of a cursor. Refusal 400 when it is none or belongs to another filter, 410 when it belongs to another
// copy of the store or lies beyond its `head`; the error names the cursor to begin again with.
std::uint64_t open_cursor(const std::string& cursor, const std::string& epoch, const PullFilter& filter,
                          std::uint64_t head);

}  // namespace station::central
