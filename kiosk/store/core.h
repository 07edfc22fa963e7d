#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/sqlite.h"
#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/base/random.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"

namespace station::record {
struct Content;
}

// Inside of the store: what its parts share. Not for other folders.
namespace station::store {

using base::BootTime;
using base::UtcTime;

// Who this station is; from the identity files, never from the database.
struct Identity {
  std::string station;  // "440902-007"
  std::uint32_t inc = 1;
  std::string name;  // 文三路骑手驿站
  std::string city;  // division code
  base::SigningKey record_key;
  base::MacKey roster_key{};  // pseudonyms of cards and logins
  base::MacKey pin_pepper{};
  base::MacKey field_key{};  // seals personal fields at rest
  record::NoteKey centre;
};

struct BoxConfig {
  std::string name;
  flow::BoxSize size = flow::BoxSize::small;
};

struct LedgerOptions {
  std::string path;  // database file, or ":memory:"
  std::string program_version = "0.1.0";
  std::string salt;  // of the signed settings, for drawing papers
  std::vector<std::string> ports;
  std::vector<BoxConfig> boxes;
  int charge_limit_min = 120;
  int check_in_points = 5;
  int lesson_points = 10;
  int certificate_points = 20;
  base::Milliseconds visit_limit{4 * 3'600'000};
  base::Milliseconds hold_limit{60'000};
  // Called after COMMIT has returned, once for each record, in order.
  std::function<void(const std::string& type, std::uint32_t inc, std::uint64_t seq, const base::Digest& leaf)> on_committed;
};

// The append-only log inside the database. Records become part of the caller's transaction.
class Log {
 public:
  Log(Database& db, const Identity& identity, const base::Clock& clock) : db_(db), identity_(identity), clock_(clock) {}

  void load();  // reads the head; verifies it against the last record's position

  // `body` is a JSON object text. `at` is the moment of the event on the boot clock; now if absent.
  std::uint64_t append(std::string_view type, const std::string& subject, const std::string& course, const std::string& body,
                       std::optional<BootTime> at = {});
  std::uint64_t size() const { return edge_.size(); }
  const record::RightEdge& edge() const { return edge_; }

  void committed(const LedgerOptions& options);
  void rolled_back();

  // The centre told the time: wall clock minus centre's clock, and the round trip.
  void anchor(base::Milliseconds round_trip);

 private:
  struct Pending {
    std::string type;
    std::uint64_t seq;
    base::Digest leaf;
  };
  Database& db_;
  const Identity& identity_;
  const base::Clock& clock_;
  record::RightEdge edge_, committed_edge_;
  std::vector<Pending> pending_;
  std::string anchored_boot_;
  std::int64_t uncertainty_ms_ = 60'000;
};

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
  std::string run;  // id of this run of the program
  std::shared_ptr<const record::Content> content;

  std::int64_t utc_ms() const { return base::to_ms(clock.utc()); }
  std::int64_t mono_ms() const { return base::to_ms(clock.mono()); }
  std::string meta(const char* key, const std::string& fallback = "");
  void set_meta(const char* key, const std::string& value);
};

std::string json_text(const std::string& text);  // quoted and escaped

}  // namespace station::store
