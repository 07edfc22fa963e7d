#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/base/http.h"
#include "sync/base/random.h"
#include "sync/base/result.h"
#include "sync/record/note.h"

// The centre of one city without its network: requests in, answers out. The server puts TLS around it; the simulated
// world calls it directly.
namespace station::central {

struct Work;
struct State;
struct ReadBatch;
class StoreCopy;
class Authority;

// What people (and machines of people) may do hangs on the role of their token.
enum class Role : std::uint8_t { administrator, reviewer, auditor, platform };
const char* to_string(Role role);
std::optional<Role> role_of(std::string_view word);

struct CentreOptions {
  std::filesystem::path data;           // folder of the database and, in keys/, the secrets; made when missing
  std::string postgres;                 // connection string of libpq; empty: SQLite in data/centre.db
  std::string city = "440902";          // division code; the centre's key is named "centre-<city>"
  std::filesystem::path config;         // folder with ladder_profiles.json and violation_codes.csv
  std::string ladder = "seed_default";  // profile of the ladder, which must be usable
  base::PinCost pin_cost = base::PinCost::full;
  base::Milliseconds progress_every{60'000};  // study time alone is passed on to other stations at most so often
  std::size_t largest_group = 1024;           // requests in one transaction; more are taken in several
  const Authority* authority = nullptr;       // signs the certificates of stations; without it nobody enrols over HTTP
};

// The files of DATA/keys, readable by their owner only.
struct CentreKeys {
  record::NoteKey note;       // name and public key, which stations and auditors know
  base::SigningKey signing;   // centre.key
  base::MacKey roster_key{};  // roster.key: pseudonyms of riders, cards and logins
  base::MacKey pin_pepper{};  // pin.pepper
};

struct NewStation {
  std::string station;  // "440902-007"
  std::string name;
  base::PublicKey record_key{};
};

// What a station is told when it is enrolled. Earlier incarnations of it are fenced from then on.
struct Admission {
  std::uint32_t inc = 1;
  std::string delegation;  // signed note
};

// One thread calls everything but broken() and feed_position(); those two may be called from any thread.
class Centre {
 public:
  // Opens or creates the store (DATA/centre.db, or a database of PostgreSQL) and DATA/keys. `clock` and `random` must outlive the centre.
  static base::Result<std::unique_ptr<Centre>> open(CentreOptions options, const base::Clock& clock,
                                                    base::Random& random);
  ~Centre();
  Centre(const Centre&) = delete;
  Centre& operator=(const Centre&) = delete;

  // Answers requests after everything that they changed is committed: all of a group in one transaction, each in a
  // savepoint of its own, so that one that fails leaves the others alone. A storage error is final: the whole group and
  // everything after it is answered 503, and broken() is true.
  //
  // A feed request with wait > 0 that has nothing new is answered at once with the header "x-park: <seconds>". The
  // server keeps it back (without that header) and asks again when feed_position(station) has passed its `after`, or
  // sends the answer as it is when the time is over.
  base::HttpResponse handle(const base::HttpRequest& request);
  std::vector<base::HttpResponse> handle(std::span<const base::HttpRequest> requests) { return handle(requests, {}); }
  // `read` is empty, or holds for each request what read_batch made of its body, or nothing.
  std::vector<base::HttpResponse> handle(std::span<const base::HttpRequest> requests,
                                         std::span<const ReadBatch* const> read);

  // What time brings by itself; to be called every second or so. Also part of every handle().
  void tick();

  // Position of the last committed feed entry that this station can see.
  std::uint64_t feed_position(const std::string& station) const;

  bool broken() const { return broken_.load(std::memory_order_acquire); }
  const std::string& broken_why() const { return broken_why_; }

  // Runs domain functions in a transaction of their own: enrolment, start-up commands, tests. A Refusal that `what`
  // throws rolls back and becomes the error.
  base::Result<void> transact(const std::function<void(Work&)>& what);

  // Begins a copy of the store into a new file, which must not be there; null where PostgreSQL's own tools make it.
  base::Result<std::unique_ptr<StoreCopy>> start_copy(const std::filesystem::path& file);

  base::Result<Admission> admit(const NewStation& station);
  // A bearer token for people; shown once, only its hash is kept.
  base::Result<std::string> new_token(Role role, const std::string& name, base::Milliseconds valid);

  // Empties everything that follows from the records and computes it again from the log.
  base::Result<void> rebuild();
  // Everything that follows from the records as text, to compare before and after rebuild().
  base::Result<std::string> projection_dump();

  const CentreKeys& keys() const;
  const CentreOptions& options() const;

 private:
  explicit Centre(std::unique_ptr<State> state);
  void answer_group(std::span<const base::HttpRequest> requests, std::span<const ReadBatch* const> read,
                    std::vector<base::HttpResponse>& answers);
  void run_due_work();
  void committed();
  void note_position(const std::string& scope, std::uint64_t pos);
  void break_down(const std::string& why);

  std::unique_ptr<State> state_;
  std::atomic<bool> broken_{false};
  std::string broken_why_;  // written before broken_ is set
  mutable std::mutex feed_mutex_;
  std::uint64_t city_feed_ = 0;                        // guarded by feed_mutex_
  std::map<std::string, std::uint64_t> station_feed_;  // guarded by feed_mutex_
};

}  // namespace station::central
