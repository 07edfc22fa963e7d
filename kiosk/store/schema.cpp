#include "kiosk/store/schema.h"

#include <iterator>

namespace station::store {

namespace {

// Forward only; a published migration is never edited. *_utc and *_mono are milliseconds.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The log. `line` is the record as hashed and sent; the other columns only find it again.
CREATE TABLE record(seq INTEGER PRIMARY KEY, course TEXT NOT NULL, line TEXT NOT NULL) STRICT;
CREATE INDEX record_course ON record(course, seq) WHERE course <> '';
CREATE TABLE log_head(id INTEGER PRIMARY KEY CHECK(id = 1), size INTEGER NOT NULL, edge BLOB NOT NULL) STRICT;
-- The right edge at every 256th size: from there the head at any size is a few hashes away.
CREATE TABLE log_edge(size INTEGER PRIMARY KEY, edge BLOB NOT NULL) STRICT;

-- Roster, from the centre's feed. Names are sealed; cards and logins are keyed pseudonyms, never numbers.
CREATE TABLE rider(subject TEXT PRIMARY KEY, name BLOB NOT NULL, role TEXT NOT NULL, login TEXT NOT NULL, pin TEXT NOT NULL,
                   last4 TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX rider_login ON rider(login) WHERE login <> '';
CREATE TABLE card(hash TEXT PRIMARY KEY, subject TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX card_subject ON card(subject);
-- Wrong PINs in a row. `subject` begins with '?' for numbers that nobody has.
CREATE TABLE pin_failure(subject TEXT PRIMARY KEY, failures INTEGER NOT NULL, until_centre INTEGER NOT NULL,
                         left_ms INTEGER NOT NULL, noted_mono INTEGER NOT NULL, boot TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX pin_locked ON pin_failure(subject) WHERE left_ms>0 AND until_centre=0;

CREATE TABLE visit(visit TEXT PRIMARY KEY, subject TEXT NOT NULL, since_utc INTEGER NOT NULL, since_mono INTEGER NOT NULL,
                   boot TEXT NOT NULL, open INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX visit_open ON visit(subject) WHERE open = 1;
CREATE INDEX visit_subject ON visit(subject);

-- Points: the centre's balance up to a position of this log, plus what this station added since.
CREATE TABLE points_balance(subject TEXT PRIMARY KEY, balance INTEGER NOT NULL, upto INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE points_transfer(transfer TEXT PRIMARY KEY, subject TEXT NOT NULL, points INTEGER NOT NULL, reason TEXT NOT NULL,
                             ref TEXT NOT NULL, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX points_subject ON points_transfer(subject, seq);
-- A reason is paid once for what it rests on.
CREATE UNIQUE INDEX points_once ON points_transfer(subject, reason, ref);

-- What was about to happen to a box or a port; unresolved ones of an earlier run are settled at start.
CREATE TABLE intent(op TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, ref TEXT NOT NULL, purpose TEXT NOT NULL,
                    run TEXT NOT NULL, resolved INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX intent_open ON intent(kind) WHERE resolved = 0;

CREATE TABLE charge(session TEXT PRIMARY KEY, port TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL,
                    since_utc INTEGER NOT NULL, since_mono INTEGER NOT NULL, boot TEXT NOT NULL, run TEXT NOT NULL,
                    limit_min INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX charge_port ON charge(port) WHERE state <> 'ended';
CREATE UNIQUE INDEX charge_subject ON charge(subject) WHERE state <> 'ended';

CREATE TABLE box(name TEXT PRIMARY KEY, size INTEGER NOT NULL, cycles INTEGER NOT NULL, present INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE lease(lease TEXT PRIMARY KEY, box TEXT NOT NULL REFERENCES box(name), subject TEXT NOT NULL, state TEXT NOT NULL,
                   since_utc INTEGER NOT NULL, held_mono INTEGER NOT NULL, run TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lease_box ON lease(box) WHERE state <> 'ended';
CREATE INDEX lease_subject ON lease(subject) WHERE state <> 'ended';

-- Courses as ordered by the centre, with what a reviewer decided.
CREATE TABLE course(course TEXT PRIMARY KEY, subject TEXT NOT NULL, body TEXT NOT NULL, withdrawn INTEGER NOT NULL,
                    reason TEXT NOT NULL, review TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX course_subject ON course(subject);
-- What the records of each station say about a course: others' from the feed, our own as a snapshot of the log.
CREATE TABLE progress(course TEXT NOT NULL, station TEXT NOT NULL, inc INTEGER NOT NULL, upto INTEGER NOT NULL,
                      body TEXT NOT NULL, PRIMARY KEY(course, station, inc)) STRICT, WITHOUT ROWID;
CREATE TABLE study(session TEXT PRIMARY KEY, subject TEXT NOT NULL, course TEXT NOT NULL, lesson TEXT NOT NULL,
                   step TEXT NOT NULL, open INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX study_open ON study(open) WHERE open = 1;
CREATE TABLE lesson_done(subject TEXT NOT NULL, lesson TEXT NOT NULL, course TEXT NOT NULL, seq INTEGER NOT NULL,
                         PRIMARY KEY(subject, lesson, course)) STRICT, WITHOUT ROWID;

-- An opened paper is frozen: items, versions, orders and keys as they were. Its pack stays until it is closed.
CREATE TABLE attempt(attempt TEXT PRIMARY KEY, course TEXT NOT NULL, subject TEXT NOT NULL, no INTEGER NOT NULL,
                     pack INTEGER NOT NULL, course_version TEXT NOT NULL, seed TEXT NOT NULL, pass INTEGER NOT NULL,
                     paper TEXT NOT NULL, open INTEGER NOT NULL, finished INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempt_open ON attempt(course) WHERE open = 1;
CREATE TABLE answer(attempt TEXT NOT NULL REFERENCES attempt(attempt), idx INTEGER NOT NULL, right INTEGER NOT NULL,
                    took_ms INTEGER NOT NULL, PRIMARY KEY(attempt, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE certificate(number TEXT PRIMARY KEY, course TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,
                         at_utc INTEGER NOT NULL, score INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_subject ON certificate(subject);
CREATE INDEX certificate_course ON certificate(course);
CREATE TABLE complaint(receipt TEXT PRIMARY KEY, subject TEXT NOT NULL, about TEXT NOT NULL, ref TEXT NOT NULL,
                       category TEXT NOT NULL, at_utc INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE fault(code TEXT NOT NULL, place TEXT NOT NULL, detail TEXT NOT NULL, since_utc INTEGER NOT NULL,
                   PRIMARY KEY(code, place)) STRICT, WITHOUT ROWID;
CREATE INDEX fault_place ON fault(place);
CREATE TABLE pack(version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE pack_wanted(sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, bytes INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE station_key(station TEXT NOT NULL, inc INTEGER NOT NULL, delegation TEXT NOT NULL,
                         PRIMARY KEY(station, inc)) STRICT, WITHOUT ROWID;
)sql",
                                       R"sql(
-- Questions answered in practice, for spaced repetition. `day` is the local one.
CREATE TABLE review(subject TEXT NOT NULL, item TEXT NOT NULL, seq INTEGER NOT NULL, at_utc INTEGER NOT NULL,
                    day TEXT NOT NULL, place TEXT NOT NULL, rating INTEGER NOT NULL,
                    PRIMARY KEY(subject, item, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX review_day ON review(subject, day, place);
)sql",
                                       R"sql(
-- E-bike sessions. `session` is also the order at the charging post. intended, running, stopping: the outlet is taken;
-- settling: off, or nobody knows, and a settlement is awaited; closed.
CREATE TABLE outlet_session(session TEXT PRIMARY KEY, outlet TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL,
                            since_utc INTEGER NOT NULL, since_mono INTEGER NOT NULL, boot TEXT NOT NULL, run TEXT NOT NULL,
                            most_w INTEGER NOT NULL, longest_s INTEGER NOT NULL, allowed_utc INTEGER NOT NULL,
                            ended_utc INTEGER NOT NULL, started INTEGER NOT NULL, seconds INTEGER NOT NULL,
                            wh INTEGER NOT NULL, watts INTEGER NOT NULL, settled INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX outlet_taken ON outlet_session(outlet) WHERE state IN ('intended','running','stopping');
CREATE UNIQUE INDEX outlet_rider ON outlet_session(subject) WHERE state IN ('intended','running','stopping');
CREATE INDEX outlet_open ON outlet_session(state) WHERE state <> 'closed';
-- Every settlement as the device sent it; the first of an order is the one that counts.
CREATE TABLE settlement(orders TEXT NOT NULL, device TEXT NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL,
                        PRIMARY KEY(orders, device, n)) STRICT, WITHOUT ROWID;
)sql",
                                       R"sql(
-- Texts of questions that stand in the log, by their hash.
CREATE TABLE exam_item(text TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- What the centre says about certificates of all stations.
CREATE TABLE certificate_state(number TEXT PRIMARY KEY, state TEXT NOT NULL, text TEXT NOT NULL, reviewer TEXT NOT NULL,
                               reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql"};

}  // namespace

int schema_version() {
  return static_cast<int>(std::size(kMigrations));
}

void migrate(Database& db) {
  const auto have = static_cast<int>(db.query("PRAGMA user_version").number());
  if (have > schema_version())
    throw StorageError{"the database was written by a newer program (schema " + std::to_string(have) +
                       ", this program knows " + std::to_string(schema_version()) + "): update the program"};
  for (int v = have; v < schema_version(); ++v) {
    Transaction tx(db);
    db.run(kMigrations[v]);
    db.run(("PRAGMA user_version=" + std::to_string(v + 1)).c_str());
    tx.commit();
  }
}

}  // namespace station::store
