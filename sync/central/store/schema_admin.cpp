#include "sync/central/store/schema.h"

namespace station::central {

// People and administration. Times are milliseconds, UTC.
const char* const kAdminTables1 = R"sql(
-- Bearer tokens by their SHA-256; revoked 0 or when.
CREATE TABLE person_token(hash TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, expires INTEGER NOT NULL,
                          revoked INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- What people did, in order. No personal data of riders.
CREATE TABLE audit(pos INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
                   action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL) STRICT;

-- One-time secrets by their SHA-256; used 0 or when.
CREATE TABLE enrol_token(hash TEXT PRIMARY KEY, station TEXT NOT NULL, name TEXT NOT NULL, expires INTEGER NOT NULL,
                         used INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- TLS client certificates that were signed; revoked 0 or when.
CREATE TABLE station_certificate(serial TEXT PRIMARY KEY, station TEXT NOT NULL, inc INTEGER NOT NULL,
                                 not_after INTEGER NOT NULL, revoked INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX station_certificate_station ON station_certificate(station);

-- The roster: pseudonyms only. `digest` is the SHA-256 of what rider.upsert said last, removed 0 or 1.
CREATE TABLE rider(subject TEXT PRIMARY KEY, digest TEXT NOT NULL, pin TEXT NOT NULL, removed INTEGER NOT NULL) STRICT,
                   WITHOUT ROWID;
-- Whose card or login it is.
CREATE TABLE rider_key(key TEXT PRIMARY KEY, subject TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX rider_key_subject ON rider_key(subject);
)sql";

// Who pulls what, and how far he has come: `filter` as it was asked for, `pos` the last position he was given.
const char* const kAdminTables3 = R"sql(
CREATE TABLE pull(name TEXT NOT NULL, filter TEXT NOT NULL, role TEXT NOT NULL, begun INTEGER NOT NULL,
                  last INTEGER NOT NULL, pos INTEGER NOT NULL, records INTEGER NOT NULL,
                  PRIMARY KEY(name, filter)) STRICT, WITHOUT ROWID;
-- Acts that need two persons: `outcome` '' while it is open, then 'approved' or 'rejected' by `decider`.
CREATE TABLE proposal(id TEXT PRIMARY KEY, action TEXT NOT NULL, object TEXT NOT NULL, reason TEXT NOT NULL,
                      proposer TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL, decider TEXT NOT NULL,
                      decided INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

}  // namespace station::central
