#include "tests/central/postgres.h"

#include <libpq-fe.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>

#include "sync/base/random.h"

namespace station::central::test {

namespace {

std::string server() {
  const char* url = std::getenv("STATION_POSTGRES");
  return url ? url : "";
}

}  // namespace

bool on_postgres() {
  return !server().empty();
}

std::string run_sql(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) FAIL(PQerrorMessage(connection.get()));
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

Database::Database() {
  if (!on_postgres()) return;
  base::SystemRandom random;
  name_ = "city_" + std::to_string(random.next());
  run_sql(server(), "CREATE DATABASE " + name_);
  url_ = server().substr(0, server().rfind(' ')) + " dbname=" + name_;
}

Database::~Database() {
  if (name_.empty()) return;
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(server().c_str()), &PQfinish);
  PQclear(PQexec(connection.get(), ("DROP DATABASE " + name_ + " WITH (FORCE)").c_str()));
}

}  // namespace station::central::test
