#include "sync/central/store/schema.h"

namespace station::central {

// People and administration. Times are milliseconds, UTC.
const char* const kAdminTables1 = R"sql(
CREATE TABLE person_token(hash TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, expires INTEGER NOT NULL,
                          revoked INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

}  // namespace station::central
