#pragma once

#include "kiosk/store/sqlite.h"

namespace station::store {

// The number of the newest migration.
int schema_version();

// Brings the file to the newest schema, one transaction for each migration; a file of a newer program is refused.
void migrate(Database& db);

}  // namespace station::store
