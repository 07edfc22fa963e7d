#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sync/tool/centre_access.h"

namespace station::tool {

// What is pulled: which lines, and in which form.
struct PullQuery {
  std::string type, station, subject, from, to;
  bool csv = false;
  std::uint64_t limit = 5000;  // of one page
  // What a cursor belongs to: the query without the cursor and the size of a page.
  std::string text() const;
};

// A whole page: `rows` without its trailer.
struct PullPage {
  std::string_view rows;
  std::string cursor;
  bool more = false;
  std::uint64_t n = 0;
  std::uint64_t lag = 0;  // positions that come after this page
};

// `corrupt` when the page was cut or does not hold what its trailer says.
base::Result<PullPage> read_page(std::string_view body, bool csv);

// Asks for pages from `cursor` on until there are no more or `take` gives something else than kOk. Returns the exit
// status; everything that went wrong was said.
int pull_pages(Io& io, CentreAccess& centre, const PullQuery& query, std::string cursor,
               const std::function<int(const PullPage&)>& take);

}  // namespace station::tool
