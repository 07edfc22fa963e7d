#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "sync/base/http.h"
#include "sync/central/admin.h"
#include "sync/central/csv.h"

namespace station::central {

// A roster file as a row of small requests, so that stations do not wait while hundreds of thousands of rows come in:
// every part is a transaction of its own, and between them others are served. PINs in clear become verifiers here, away
// from the store's thread. A file that breaks off in the middle is simply imported again.
class RiderImport {
 public:
  // `part_rows`: about a second of the store's time, during which stations wait. Smaller parts write the same pages of
  // the database more often.
  RiderImport(base::HttpRequest whole, const CentreKeys& keys, base::PinCost cost, std::size_t part_rows = 10'000);

  // The next part, or nothing when all were sent or one was refused.
  std::optional<base::HttpRequest> next();
  void take(const base::HttpResponse& answer);
  base::HttpResponse answer() const;

 private:
  std::string row_text(std::size_t& clear_pins);
  int column(std::string_view name) const;
  std::string cell(int column) const;

  const base::HttpRequest whole_;
  const CentreKeys& keys_;
  const base::PinCost cost_;
  const std::size_t part_rows_;
  CsvReader reader_;
  std::string header_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::size_t> riders_;  // → row
  std::size_t header_row_ = 1;
  std::size_t part_row_ = 1;  // the last row that was read
  std::string dry_run_ = "0";
  std::size_t first_row_ = 0;  // of a file that was sent in parts already: what to add to row numbers
  bool ended_ = false;
  ImportReport report_;
  std::optional<base::HttpResponse> refused_;
};

}  // namespace station::central
