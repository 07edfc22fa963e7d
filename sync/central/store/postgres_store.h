#pragma once

#include <memory>
#include <string>

#include "sync/central/store/store.h"

namespace station::central {

// One database on a PostgreSQL server from 15 on, for this process alone (an advisory lock keeps others out). `url` is
// a connection string or URI of libpq; a password belongs in the file that PGPASSFILE names, not into it. Creates and
// migrates; a newer schema is refused. Statements go out in pipeline mode, records by COPY.
std::unique_ptr<Store> open_postgres(const std::string& url);

}  // namespace station::central
