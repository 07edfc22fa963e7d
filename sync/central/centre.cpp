#include "sync/central/centre.h"

#include <spdlog/spdlog.h>

#include <array>

#include "sync/central/admin.h"
#include "sync/central/city_log.h"
#include "sync/central/epoch.h"
#include "sync/central/people.h"
#include "sync/central/progress.h"
#include "sync/central/projector.h"
#include "sync/central/routes.h"
#include "sync/central/settings.h"
#include "sync/central/stations.h"
#include "sync/central/store/move.h"
#include "sync/central/store/postgres_store.h"
#include "sync/central/store/sqlite_store.h"

namespace station::central {

using base::Errc;
using base::fail;
using base::HttpRequest;
using base::HttpResponse;

namespace {

constexpr std::array<std::string_view, 4> kRoles{"administrator", "reviewer", "auditor", "platform"};
constexpr base::Milliseconds kTickEvery{1000};
constexpr std::uint64_t kCatchUp = 50'000;  // records in one transaction
constexpr base::Milliseconds kHighWaterEvery{60'000};

unsigned access_of(const Caller& caller) {
  unsigned access = caller.station.empty() ? 0u : unsigned{kStation};
  if (caller.role) access |= kAdministrator << static_cast<unsigned>(*caller.role);
  return access;
}

HttpResponse broken_answer() {
  HttpResponse answer = error_answer(503, "broken", "the centre's store has failed; nothing is accepted");
  answer.headers.emplace_back("retry-after", "30");
  return answer;
}

}  // namespace

const char* to_string(Role role) {
  return kRoles[static_cast<std::size_t>(role)].data();
}

std::optional<Role> role_of(std::string_view word) {
  for (std::size_t i = 0; i < kRoles.size(); ++i)
    if (kRoles[i] == word) return static_cast<Role>(i);
  return std::nullopt;
}

// Everything that an open centre consists of.
struct State {
  CentreOptions options;
  const base::Clock& clock;
  base::Random& random;
  CentreKeys keys;
  Settings settings;
  std::unique_ptr<Store> store;
  Feed feed;
  PartTallies tallies;
  CityLog city;
  std::vector<Route> routes;
  base::BootTime next_tick{}, next_high_water{};
  std::uint64_t high_water = 0;

  State(CentreOptions o, const base::Clock& c, base::Random& r, CentreKeys k, Settings s, std::unique_ptr<Store> db)
      : options(std::move(o)),
        clock(c),
        random(r),
        keys(std::move(k)),
        settings(std::move(s)),
        store(std::move(db)),
        feed(*store, keys.note.name, keys.signing),
        city(*store) {
    for (const auto& part : {station_routes(), pull_routes(), admin_routes()})
      routes.insert(routes.end(), part.begin(), part.end());
  }

  Work work() { return {*store, feed, options, keys, settings, random, clock.utc(), tallies, city}; }
};

namespace {

// Whether the path fits the pattern; what stood for each * goes to `captured`.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& captured) {
  captured.clear();
  while (true) {
    const std::size_t p = pattern.find('/'), q = path.find('/');
    if ((p == std::string_view::npos) != (q == std::string_view::npos)) return false;
    const std::string_view want = pattern.substr(0, p), got = path.substr(0, q);
    if (want == "*" && !got.empty()) {
      captured.push_back(decode_url(got, PlusSign::plus));
    } else if (want != got) {
      return false;
    }
    if (p == std::string_view::npos) return true;
    pattern.remove_prefix(p + 1);
    path.remove_prefix(q + 1);
  }
}

Caller caller_of(State& s, const HttpRequest& request) {
  Caller caller;
  if (!request.peer.empty()) {
    if (!station_known(*s.store, request.peer))
      throw Refusal{403, "unknown_station", "this centre does not know station " + request.peer};
    caller.station = request.peer;
  }
  const std::string header = base::header_of(request.headers, "authorization");
  if (!header.empty()) {
    static constexpr std::string_view kBearer = "Bearer ";
    const auto person = header.starts_with(kBearer)
                            ? person_by_token(*s.store, std::string_view(header).substr(kBearer.size()), s.clock.utc())
                            : std::nullopt;
    if (!person) throw Refusal{401, "unknown_token", "the token is unknown, expired or revoked"};
    caller.role = person->role;
    caller.name = person->name;
  }
  return caller;
}

HttpResponse dispatch(State& s, const HttpRequest& request, const ReadBatch* read) {
  const std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  std::vector<std::string> captured;
  bool other_method = false;
  for (const Route& route : s.routes) {
    if (!matches(route.pattern, path, captured)) continue;
    if (route.method != request.method) {
      other_method = true;
      continue;
    }
    Caller caller;
    if (route.access != kAnybody) {
      caller = caller_of(s, request);
      const unsigned access = access_of(caller);
      if (access == 0) throw Refusal{401, "who", "neither a station's certificate nor a token came with the request"};
      if ((access & route.access) == 0) throw Refusal{403, "role", "this is not for the role of the caller"};
    }
    Context context{s.work(), request, caller,
                    mark == std::string_view::npos ? decltype(Context::query){} : read_query(target.substr(mark + 1)),
                    std::move(captured), read};
    return route.handler(context);
  }
  if (other_method) throw Refusal{405, "method", "this path is not for the method " + request.method};
  throw Refusal{404, "not_found", "there is nothing at this path"};
}

// One request in its savepoint. Only a storage error leaves this function as an exception.
HttpResponse answer_one(State& s, const HttpRequest& request, const ReadBatch* read) {
  const std::size_t published = s.feed.published(), leaves = s.city.pending();
  HttpResponse refused;
  s.store->savepoint();
  s.tallies.begin();
  try {
    HttpResponse answer = dispatch(s, request, read);
    s.store->release();
    return answer;
  } catch (const Refusal& r) {
    refused = error_answer(r.status, r.code, r.error);
  } catch (RolledBack& r) {
    refused = std::move(r.answer);
  } catch (const std::exception& e) {
    spdlog::error("request {} {}: {}", request.method, request.target.substr(0, request.target.find('?')), e.what());
    refused = error_answer(500, "internal", "the centre could not carry this out");
  }
  s.store->rollback_to();
  s.store->release();
  s.feed.forget_after(published);
  s.city.cut(leaves);
  s.tallies.roll_back();
  return refused;
}

}  // namespace

Centre::Centre(std::unique_ptr<State> state) : state_(std::move(state)) {}
Centre::~Centre() = default;

base::Result<std::unique_ptr<Centre>> Centre::open(CentreOptions options, const base::Clock& clock,
                                                   base::Random& random) {
  auto settings = load_settings(options.config, options.ladder);
  if (!settings) return tl::unexpected(settings.error());
  std::error_code error;
  std::filesystem::create_directories(options.data / "keys", error);
  if (error) return fail(Errc::io, options.data.string() + ": " + error.message());
  auto keys = load_keys(options.data / "keys", "centre-" + options.city, random);
  if (!keys) return tl::unexpected(keys.error());
  try {
    auto store = options.postgres.empty() ? open_sqlite(options.data / "centre.db") : open_postgres(options.postgres);
    if (const std::string moved = moved_to(*store); !moved.empty())
      return fail(Errc::conflict, "this city has moved to " + moved + "; its old store is kept as it was then");
    auto state = std::make_unique<State>(std::move(options), clock, random, std::move(*keys), std::move(*settings),
                                         std::move(store));
    std::unique_ptr<Centre> centre(new Centre(std::move(state)));
    for (const auto& [scope, pos] : centre->state_->feed.last_positions()) centre->note_position(scope, pos);
    if (const auto begun = centre->transact([](Work& work) { begin_epoch(work); }); !begun)
      return tl::unexpected(begun.error());
    // A store that an earlier version wrote has no city log yet.
    for (bool more = true; more;)
      if (const auto taken = centre->transact([&](Work& work) { more = work.city.catch_up(kCatchUp); }); !taken)
        return tl::unexpected(taken.error());
    return centre;
  } catch (const StorageError& e) {
    return fail(Errc::io, e.detail);
  }
}

HttpResponse Centre::handle(const HttpRequest& request) {
  return std::move(handle(std::span(&request, 1)).front());
}

std::vector<HttpResponse> Centre::handle(std::span<const HttpRequest> requests,
                                         std::span<const ReadBatch* const> read) {
  std::vector<HttpResponse> answers;
  answers.reserve(requests.size());
  while (answers.size() < requests.size() && !broken()) {
    const std::size_t begin = answers.size(), n = std::min(state_->options.largest_group, requests.size() - begin);
    answer_group(requests.subspan(begin, n), read.empty() ? read : read.subspan(begin, n), answers);
  }
  answers.resize(requests.size(), broken_answer());
  return answers;
}

void Centre::answer_group(std::span<const HttpRequest> requests, std::span<const ReadBatch* const> read,
                          std::vector<HttpResponse>& answers) {
  const std::size_t before = answers.size();
  try {
    state_->store->begin();
    for (std::size_t i = 0; i < requests.size(); ++i)
      answers.push_back(answer_one(*state_, requests[i], read.empty() ? nullptr : read[i]));
    state_->city.write();
    run_due_work();
    state_->store->commit();
    committed();
  } catch (const StorageError& e) {
    answers.resize(before);
    break_down(e.detail);
  } catch (const DataError& e) {  // not of a request: those have a savepoint each
    answers.resize(before);
    break_down(e.what());
  }
}

void Centre::run_due_work() {
  const base::BootTime now = state_->clock.mono();
  if (now < state_->next_tick) return;
  state_->next_tick = now + kTickEvery;
  Work work = state_->work();
  publish_due_progress(work);
  close_day(work);
}

void Centre::tick() {
  if (broken() || state_->clock.mono() < state_->next_tick) return;
  std::vector<HttpResponse> none;
  answer_group({}, {}, none);
}

base::Result<void> Centre::transact(const std::function<void(Work&)>& what) {
  if (broken()) return fail(Errc::io, broken_why_);
  try {
    state_->store->begin();
    state_->tallies.begin();
    try {
      Work work = state_->work();
      what(work);
    } catch (const Refusal& r) {
      state_->store->rollback();
      state_->feed.forget_after(0);
      state_->city.cut(0);
      state_->tallies.roll_back();
      return fail(r.status == 404   ? Errc::not_found
                  : r.status == 409 ? Errc::conflict
                  : r.status == 403 ? Errc::denied
                                    : Errc::invalid,
                  r.error);
    } catch (const std::exception& e) {
      state_->store->rollback();
      state_->feed.forget_after(0);
      state_->city.cut(0);
      state_->tallies.roll_back();
      return fail(Errc::invalid, e.what());
    }
    state_->city.write();
    state_->store->commit();
    committed();
    return {};
  } catch (const StorageError& e) {
    break_down(e.detail);
    return fail(Errc::io, e.detail);
  }
}

// Tells waiting stations what is now to be had.
void Centre::committed() {
  for (const auto& [scope, pos] : state_->feed.take_published()) note_position(scope, pos);
  const base::BootTime now = state_->clock.mono();
  if (now < state_->next_high_water) return;
  state_->next_high_water = now + kHighWaterEvery;
  const std::uint64_t head = record_head(*state_->store);
  if (head == std::exchange(state_->high_water, head)) return;
  if (const auto noted = note_high_water(state_->options.data, epoch_of(*state_->store), head); !noted)
    throw StorageError{noted.error().message};
}

void Centre::note_position(const std::string& scope, std::uint64_t pos) {
  static constexpr std::string_view kStationScope = "station:";
  std::lock_guard lock(feed_mutex_);
  if (scope.starts_with(kStationScope)) {
    station_feed_[scope.substr(kStationScope.size())] = pos;
  } else {
    city_feed_ = pos;
  }
}

std::uint64_t Centre::feed_position(const std::string& station) const {
  std::lock_guard lock(feed_mutex_);
  const auto it = station_feed_.find(station);
  return it == station_feed_.end() ? city_feed_ : std::max(city_feed_, it->second);
}

void Centre::break_down(const std::string& why) {
  spdlog::critical("the store has failed, nothing is accepted any more: {}", why);
  try {
    state_->store->rollback();
  } catch (const StorageError&) {
    // It is broken already; the next start looks at what is on the disk.
  }
  broken_why_ = why;
  broken_.store(true, std::memory_order_release);
}

base::Result<std::unique_ptr<StoreCopy>> Centre::start_copy(const std::filesystem::path& file) {
  if (broken()) return fail(Errc::io, broken_why_);
  std::error_code error;
  if (std::filesystem::exists(file, error)) return fail(Errc::conflict, file.string() + ": is there already");
  try {
    return state_->store->copy_to(file.string());
  } catch (const std::exception& e) {
    return fail(Errc::io, e.what());
  }
}

base::Result<Admission> Centre::admit(const NewStation& station) {
  Admission admission;
  const auto done = transact([&](Work& work) { admission = admit_station(work, station); });
  if (!done) return tl::unexpected(done.error());
  return admission;
}

base::Result<std::string> Centre::new_token(Role role, const std::string& name, base::Milliseconds valid) {
  std::string token;
  const auto done = transact([&](Work& work) { token = make_token(work, role, name, valid); });
  if (!done) return tl::unexpected(done.error());
  return token;
}

base::Result<void> Centre::rebuild() {
  return transact([](Work& work) { rebuild_projections(work); });
}

base::Result<std::string> Centre::projection_dump() {
  std::string dump;
  const auto done = transact([&](Work& work) { dump = dump_projections(work); });
  if (!done) return tl::unexpected(done.error());
  return dump;
}

const CentreKeys& Centre::keys() const {
  return state_->keys;
}
const CentreOptions& Centre::options() const {
  return state_->options;
}

}  // namespace station::central
