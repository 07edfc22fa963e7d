#include "tests/crash/malloc_limit.h"

#include <sqlite3.h>

namespace station::crash {

namespace {

// SQLite's allocator has no context argument.
struct Limit {
  sqlite3_mem_methods below{};
  long left = -1, requests = 0;
  bool lasting = false, refused = false;

  bool refuse() {
    ++requests;
    if (left < 0) return false;
    if (left > 0) {
      --left;
      return false;
    }
    if (!lasting) left = -1;
    refused = true;
    return true;
  }
} limit;

}  // namespace

MallocLimit::MallocLimit() {
  limit = {};
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &limit.below);
  sqlite3_mem_methods ours = limit.below;
  ours.xMalloc = [](int n) { return limit.refuse() ? nullptr : limit.below.xMalloc(n); };
  ours.xRealloc = [](void* old, int n) { return limit.refuse() ? nullptr : limit.below.xRealloc(old, n); };
  sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);  // every request comes here
  sqlite3_initialize();
}

MallocLimit::~MallocLimit() {
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_MALLOC, &limit.below);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 40);
  sqlite3_initialize();
}

void MallocLimit::fail_after(long requests, bool lasting) {
  limit.left = requests;
  limit.lasting = lasting;
  limit.refused = false;
}

void MallocLimit::heal() {
  limit.left = -1;
}
long MallocLimit::requests() const {
  return limit.requests;
}
bool MallocLimit::refused() const {
  return limit.refused;
}

}  // namespace station::crash
