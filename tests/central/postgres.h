#pragma once

#include <string>

// Databases on the PostgreSQL server that STATION_POSTGRES names (tests/support/with_postgres starts it).
namespace station::central::test {

bool on_postgres();

// A database of its own that goes away with the test; without a server it is none, and url() is empty: SQLite.
class Database {
 public:
  Database();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  const std::string& url() const { return url_; }

 private:
  std::string name_, url_;
};

// Runs SQL beside the centre; the first value of the first row, or "".
std::string run_sql(const std::string& url, const std::string& sql);

}  // namespace station::central::test
