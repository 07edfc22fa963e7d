#pragma once

#include <span>

namespace station::central {

// Numbered migrations for SQLite, forward only; a published one is never edited. Each is made of the tables of the log
// (schema_log.cpp) and of administration (schema_admin.cpp).
struct Migration {
  const char* log;
  const char* admin;
};
std::span<const Migration> migrations();

extern const char* const kLogTables1;
extern const char* const kAdminTables1;
extern const char* const kAdminTables3;

}  // namespace station::central
