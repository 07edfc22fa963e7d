#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/log.h"
#include "kiosk/store/options.h"
#include "kiosk/store/sqlite.h"
#include "sync/base/random.h"
#include "sync/record/course_tally.h"

namespace station::record {
struct Content;
}

// Inside of the store: what its parts share. Not for other folders.
namespace station::store {

// Everything a part of the ledger works with, for the length of one request.
struct Core {
  Core(Database& database, const Identity& id, const LedgerOptions& opts, const base::Clock& c, base::Random& r)
      : db(database), identity(id), options(opts), clock(c), random(r), log(database, id, c) {}

  Database& db;
  const Identity& identity;
  const LedgerOptions& options;
  const base::Clock& clock;
  base::Random& random;
  Log log;
  std::string run;                                                          // id of this run of the program
  std::int64_t pack_version = 0;                                            // of the newest applied pack; 0: none
  std::map<std::int64_t, std::shared_ptr<const record::Content>> contents;  // packs in use, by version
  std::string stranger_pin;  // a verifier that fits no PIN; made when first needed

  // When a rider last proved who they are for a course. Of this run only: after a restart they prove it again.
  struct Identified {
    std::string subject;
    BootTime at;
  };
  std::map<std::string, Identified> identified;  // by course
  // Running counts of the courses that this run wrote to; brought up to date from the log when asked.
  std::map<std::string, record::CourseTally> tallies;

  // The best knowledge of the time: by the centre's anchor where there is one, else the wall clock.
  UtcTime utc() const { return log.stamp(clock.mono()).at; }
  std::int64_t utc_ms() const { return base::to_ms(utc()); }
  std::int64_t mono_ms() const { return base::to_ms(clock.mono()); }
  std::string meta(const char* key, const std::string& fallback = "");
  std::uint64_t meta_number(const char* key);  // 0 where there is none
  void set_meta(const char* key, const std::string& value);
  void set_meta(const char* key, std::uint64_t value) { set_meta(key, std::to_string(value)); }
  std::shared_ptr<const record::Content> content(std::int64_t version) const;
};

std::string json_text(const std::string& text);  // quoted and escaped
std::string local_day(UtcTime t);                // "2026-11-24"

}  // namespace station::store
