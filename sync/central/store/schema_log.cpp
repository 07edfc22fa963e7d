#include "sync/central/store/schema.h"

namespace station::central {

// Records, stations and feed, and what follows from them. Times are milliseconds, UTC.
const char* const kLogTables1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Last positions given out: 'record' and 'feed'.
CREATE TABLE head(name TEXT PRIMARY KEY, pos INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE station(station TEXT PRIMARY KEY, name TEXT NOT NULL, inc INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- One log: station and incarnation. `edge` is the right edge of its Merkle tree at size `next`, `fenced` the reason or ''.
CREATE TABLE station_head(bucket INTEGER NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL, key BLOB NOT NULL,
                          delegation TEXT NOT NULL, next INTEGER NOT NULL, edge BLOB NOT NULL, checkpoint TEXT NOT NULL,
                          fenced TEXT NOT NULL, admitted INTEGER NOT NULL, seen INTEGER NOT NULL,
                          PRIMARY KEY(station, inc)) STRICT, WITHOUT ROWID;
-- `pos`: the centre's order, gapless from 1. `line` is what was hashed, signed and sent; the other columns find it.
CREATE TABLE record(pos INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL,
                    seq INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, line TEXT NOT NULL) STRICT;
-- Where a station's log lies in that order: seq … seq + n - 1 at pos … pos + n - 1. A row for each batch instead of an
-- index entry for each record.
CREATE TABLE log_run(station TEXT NOT NULL, inc INTEGER NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL,
                     pos INTEGER NOT NULL, PRIMARY KEY(station, inc, seq)) STRICT, WITHOUT ROWID;
-- The other history of a log that exists twice, as it was sent.
CREATE TABLE fork(station TEXT NOT NULL, inc INTEGER NOT NULL, seq INTEGER NOT NULL, sha256 TEXT NOT NULL,
                  received INTEGER NOT NULL, batch BLOB NOT NULL,
                  PRIMARY KEY(station, inc, seq, sha256)) STRICT, WITHOUT ROWID;

-- Entries that state the same thing anew have the same `topic` and replace each other.
CREATE TABLE feed_entry(pos INTEGER PRIMARY KEY, scope TEXT NOT NULL, topic TEXT NOT NULL, line TEXT NOT NULL) STRICT;
CREATE INDEX feed_scope ON feed_entry(scope, pos);
CREATE UNIQUE INDEX feed_topic ON feed_entry(topic) WHERE topic <> '';
CREATE TABLE pack(sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, published INTEGER NOT NULL,
                  bytes BLOB NOT NULL) STRICT;

-- What follows from the records alone; Centre::rebuild computes it again.
CREATE TABLE quarantine(pos INTEGER PRIMARY KEY, station TEXT NOT NULL, inc INTEGER NOT NULL, seq INTEGER NOT NULL,
                        type TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE course_record(course TEXT NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL, seq INTEGER NOT NULL,
                           pos INTEGER NOT NULL, PRIMARY KEY(course, station, inc, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE course_part(course TEXT NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL,
                         stale INTEGER NOT NULL, body TEXT NOT NULL,
                         PRIMARY KEY(course, station, inc)) STRICT, WITHOUT ROWID;
CREATE TABLE certificate(number TEXT PRIMARY KEY, course TEXT NOT NULL, subject TEXT NOT NULL, station TEXT NOT NULL,
                         inc INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL) STRICT,
                         WITHOUT ROWID;
CREATE INDEX certificate_subject ON certificate(subject);
CREATE TABLE transfer(transfer TEXT PRIMARY KEY, subject TEXT NOT NULL, points INTEGER NOT NULL, reason TEXT NOT NULL,
                      basis TEXT NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL, seq INTEGER NOT NULL,
                      at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX transfer_once ON transfer(subject, reason, basis);
CREATE TABLE balance(subject TEXT PRIMARY KEY, points INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- Positions of a station's log below `next` are included in the balance.
CREATE TABLE balance_upto(subject TEXT NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL, next INTEGER NOT NULL,
                          PRIMARY KEY(subject, station)) STRICT, WITHOUT ROWID;
CREATE TABLE visit(visit TEXT PRIMARY KEY, station TEXT NOT NULL, subject TEXT NOT NULL, method TEXT NOT NULL,
                   since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- `day` local, '2026-11-24'; `what` a record type
CREATE TABLE usage(station TEXT NOT NULL, day TEXT NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
                   PRIMARY KEY(station, day, what)) STRICT, WITHOUT ROWID;
CREATE TABLE fault(station TEXT NOT NULL, code TEXT NOT NULL, place TEXT NOT NULL, detail TEXT NOT NULL,
                   since INTEGER NOT NULL, PRIMARY KEY(station, code, place)) STRICT, WITHOUT ROWID;
CREATE TABLE complaint(complaint TEXT PRIMARY KEY, subject TEXT NOT NULL, about TEXT NOT NULL, ref TEXT NOT NULL,
                       category TEXT NOT NULL, station TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE station_state(station TEXT PRIMARY KEY, version TEXT NOT NULL, pack INTEGER NOT NULL,
                           started INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Parts of courses that changed since they were passed on to the other stations, and since when.
CREATE TABLE progress_due(course TEXT NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL, since INTEGER NOT NULL,
                          PRIMARY KEY(course, station, inc)) STRICT, WITHOUT ROWID;
CREATE INDEX progress_since ON progress_due(since);

-- Violations and courses: from administrators, not from records.
CREATE TABLE violation(id TEXT PRIMARY KEY, subject TEXT NOT NULL, code TEXT NOT NULL, place TEXT NOT NULL,
                       at INTEGER NOT NULL, imported INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
                       reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX violation_subject ON violation(subject, at);
CREATE TABLE course(course TEXT PRIMARY KEY, subject TEXT NOT NULL, level INTEGER NOT NULL, kind TEXT NOT NULL,
                    assigned INTEGER NOT NULL, basis TEXT NOT NULL, body TEXT NOT NULL, withdrawn TEXT NOT NULL,
                    withdrawn_at INTEGER NOT NULL, review TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX course_subject ON course(subject, assigned);
CREATE INDEX course_assigned ON course(assigned);
)sql";

// Earlier heads of a log, one about every 64 records: they narrow down where a line was altered.
const char* const kLogTables2 = R"sql(
CREATE TABLE log_head(station TEXT NOT NULL, inc INTEGER NOT NULL, size INTEGER NOT NULL, checkpoint TEXT NOT NULL,
                      PRIMARY KEY(station, inc, size)) STRICT, WITHOUT ROWID;
)sql";

// The city's own log: one row with its right edge, the root of every full block of 256 records, who has witnessed it
// how far, and the signed counts of every day.
const char* const kLogTables3 = R"sql(
CREATE TABLE city_log(one INTEGER PRIMARY KEY, size INTEGER NOT NULL, edge BLOB NOT NULL) STRICT;
CREATE TABLE city_block(block INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
CREATE TABLE city_witness(name TEXT PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL,
                          note TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE day_close(day TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL, counts TEXT NOT NULL) STRICT,
                       WITHOUT ROWID;
)sql";

// Certificates that a reviewer voided.
const char* const kLogTables4 = R"sql(
CREATE TABLE certificate_void(number TEXT PRIMARY KEY, reviewer TEXT NOT NULL, reason TEXT NOT NULL,
                              at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

std::span<const Migration> migrations() {
  static const Migration kAll[] = {{kLogTables1, kAdminTables1}, {kLogTables2, ""}, {kLogTables3, kAdminTables3}, {kLogTables4, ""}};
  return kAll;
}

}  // namespace station::central
