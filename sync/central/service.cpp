#include "sync/central/service.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <set>
#include <unordered_map>

#include "sync/base/log.h"
#include "sync/central/admin.h"
#include "sync/central/ingest.h"
#include "sync/central/people.h"
#include "sync/central/rider_import.h"

namespace station::central {

using base::HttpRequest;
using base::HttpResponse;
using base::Milliseconds;

namespace {

constexpr Milliseconds kTick{1'000};
constexpr Milliseconds kParkedLook{50};  // at most so often all waiting stations are compared with the feed
constexpr int kRetryAfter_s = 2;
constexpr std::size_t kImports = 4;  // roster files that may wait
constexpr std::size_t kSmallBody = std::size_t{64} << 10;

// What the head alone must prove before a body of this size is read.
struct Limit {
  std::string_view path;
  std::size_t bytes;
  enum { station, administrator } from;  // an administrator brings stations' logs on a stick, too
};
constexpr Limit kLimits[] = {
    {"/v1/log", std::size_t{512} << 10, Limit::station},
    {"/v1/riders", std::size_t{128} << 20, Limit::administrator},
    {"/v1/violations", std::size_t{32} << 20, Limit::administrator},
    {"/v1/packs", std::size_t{16} << 20, Limit::administrator},
};

std::string_view path_of(const HttpRequest& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

HttpResponse revoked_response(std::string_view path) {
  if (path == "/v1/log")
    return {403,
            {{"content-type", "application/json"}},
            "{\"status\":\"fenced\",\"error\":\"this certificate was revoked\",\"code\":\"revoked\"}\n"};
  return error_response(403, "this certificate was revoked; the station must be enrolled again", "revoked");
}

std::uint64_t after_of(const HttpRequest& request) {
  const std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  const auto query = read_query(mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1));
  std::uint64_t after = 0;
  if (const auto it = query.find("after"); it != query.end())
    std::from_chars(it->second.data(), it->second.data() + it->second.size(), after);
  return after;
}

// Whether the gate may look different after this request.
bool changes_gate(const HttpRequest& request) {
  const std::string_view path = path_of(request);
  return request.method != "GET" && (path.starts_with("/v1/tokens") || path.starts_with("/v1/enrol") ||
                                     path.starts_with("/v1/renew") || path.starts_with("/v1/stations"));
}

}  // namespace

// What the server's threads know of tokens and certificates without asking the store.
struct Service::Gate {
  struct Token {
    Role role;
    base::UtcTime expires;
  };
  std::unordered_map<std::string, Token> tokens;  // by hash
  std::set<std::string> revoked;                  // serial numbers
};

Service::Service(Centre& centre, const base::Clock& clock, ServiceOptions options)
    : centre_(centre), clock_(clock), options_(options), gate_(std::make_shared<Gate>()) {
  load_gate();
  thread_ = std::thread([this] { run(); });
  importer_ = std::thread([this] { run_imports(); });
}

Service::~Service() {
  stop();
}

void Service::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  more_.notify_all();
  more_imports_.notify_all();
  if (importer_.joinable()) importer_.join();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const Service::Gate> Service::gate() const {
  std::lock_guard lock(mutex_);
  return gate_;
}

void Service::load_gate() {
  auto fresh = std::make_shared<Gate>();
  const auto read = centre_.transact([&](Work& work) {
    for (auto& token : valid_tokens(work.store, work.now)) fresh->tokens[token.hash] = {token.role, token.expires};
    fresh->revoked = revoked_serials(work.store, work.now);
  });
  if (!read) return;  // the store is broken; every request is answered so
  std::lock_guard lock(mutex_);
  gate_ = std::move(fresh);
}

HeadVerdict Service::admit(const HttpRequest& head, const Peer& peer) const {
  const std::string_view path = path_of(head);
  const auto known = gate();
  if (!peer.name.empty()) {
    if (peer.not_after_s * 1000 < base::to_ms(clock_.utc()))
      return {0, error_response(403, "this certificate has expired; the station must be enrolled again", "expired")};
    if (known->revoked.contains(peer.serial)) return {0, revoked_response(path)};
  }
  const auto limit =
      std::find_if(std::begin(kLimits), std::end(kLimits), [&](const Limit& l) { return l.path == path; });
  if (limit == std::end(kLimits) || head.method != "POST") {
    if (path != "/metrics") return {kSmallBody, std::nullopt};
  } else if (limit->from == Limit::station && !peer.name.empty()) {
    return {limit->bytes, std::nullopt};
  }
  constexpr std::string_view kBearer = "Bearer ";
  const std::string authorization = base::header_of(head.headers, "authorization");
  const auto token = authorization.starts_with(kBearer)
                         ? known->tokens.find(hash_of_secret(authorization.substr(kBearer.size())))
                         : known->tokens.end();
  if (token == known->tokens.end() || token->second.expires <= clock_.utc())
    return {0, error_response(401, "a valid token must come with this request", "who")};
  if (path == "/metrics") return {kSmallBody, std::nullopt};
  if (token->second.role != Role::administrator)
    return {0, error_response(403, "this is not for the role of the caller", "role")};
  return {limit->bytes, std::nullopt};
}

// On the thread of the connection. Null when it is no batch, or when enough of them wait.
std::shared_ptr<const ReadBatch> Service::read_ahead(const HttpRequest& request) {
  if (request.method != "POST" || path_of(request) != "/v1/log" || stats_.read_bytes > options_.read_ahead)
    return nullptr;
  auto* read = new ReadBatch(read_batch(request.body));
  stats_.read_bytes += read->bytes;
  return {read, [this](const ReadBatch* gone) {
            stats_.read_bytes -= gone->bytes;
            delete gone;
          }};
}

void Service::submit(HttpRequest request, Server::Done done) {
  auto read = read_ahead(request);
  std::optional<HttpResponse> refusal;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = busy_response(503, "the centre is stopping", 5);
    } else if (queue_.size() >= options_.queue) {
      ++stats_.full;
      refusal = busy_response(503, "the centre has too much to do; try again", kRetryAfter_s);
    } else if (!request.peer.empty() && peers_[request.peer] >= options_.per_peer) {
      ++stats_.too_many;
      refusal = busy_response(429, "too many requests of this station at once", kRetryAfter_s);
    } else if (request.method == "POST" && path_of(request) == "/v1/riders") {
      if (imports_.size() < kImports) {
        imports_.push_back({std::move(request), std::move(done), nullptr});
        more_imports_.notify_one();
        return;
      }
      refusal = busy_response(503, "other roster files are being imported; try again", kRetryAfter_s);
    } else {
      if (!request.peer.empty()) ++peers_[request.peer];
      queue_.push_back({std::move(request), std::move(done), std::move(read)});
      stats_.queued = queue_.size();
    }
  }
  if (refusal) {
    done(std::move(*refusal));
  } else {
    more_.notify_one();
  }
}

// A request of our own between those of others.
HttpResponse Service::ask(HttpRequest request) {
  const auto promise = std::make_shared<std::promise<HttpResponse>>();
  auto answer = promise->get_future();
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return busy_response(503, "the centre is stopping", 5);
    queue_.push_back({std::move(request), [promise](HttpResponse r) { promise->set_value(std::move(r)); }, nullptr});
  }
  more_.notify_one();
  return answer.get();
}

void Service::run_imports() {
  while (true) {
    std::unique_lock lock(mutex_);
    more_imports_.wait(lock, [this] { return stopping_ || !imports_.empty(); });
    if (imports_.empty()) return;
    Waiting job = std::move(imports_.front());
    imports_.pop_front();
    lock.unlock();
    RiderImport import(std::move(job.request), centre_.keys(), centre_.options().pin_cost);
    while (auto part = import.next()) import.take(ask(std::move(*part)));
    job.done(import.answer());
  }
}

// Everything that waits, as far as one transaction may hold; empty when nothing came within `limit`.
std::vector<Service::Waiting> Service::take_group(Milliseconds limit) {
  std::vector<Waiting> group;
  std::unique_lock lock(mutex_);
  more_.wait_for(lock, limit, [this] { return stopping_ || !queue_.empty() || !back_ups_.empty(); });
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < options_.group) {
    bytes += queue_.front().read ? queue_.front().read->bytes : queue_.front().request.body.size();
    if (!group.empty() && bytes > options_.group_bytes) break;
    const std::string& peer = queue_.front().request.peer;
    if (!peer.empty()) {
      const auto it = peers_.find(peer);
      if (it != peers_.end() && --it->second == 0) peers_.erase(it);
    }
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  stats_.queued = queue_.size();
  return group;
}

void Service::back_up(std::filesystem::path file, Copied done) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      back_ups_.push_back({std::move(file), std::move(done), nullptr});
      done = nullptr;
    }
  }
  if (done) return done(base::fail(base::Errc::unavailable, "the centre is stopping"));
  more_.notify_one();
}

// A part of the copy between two groups of requests.
void Service::step_back_up() {
  namespace fs = std::filesystem;
  if (!back_up_) {
    std::lock_guard lock(mutex_);
    if (back_ups_.empty()) return;
    back_up_ = std::move(back_ups_.front());
    back_ups_.pop_front();
  }
  const fs::path part = back_up_->file.string() + ".part";
  std::error_code error;
  if (!back_up_->copy) {
    fs::remove(part, error);
    if (fs::exists(back_up_->file, error))
      return end_back_up(base::fail(base::Errc::conflict, back_up_->file.string() + ": is there already"));
    auto copy = centre_.start_copy(part);
    if (!copy) return end_back_up(tl::unexpected(copy.error()));
    if (!*copy)
      return end_back_up(base::fail(base::Errc::invalid, "this city is kept by PostgreSQL: back it up with pg_dump"));
    back_up_->copy = std::move(*copy);
  }
  try {
    if (back_up_->copy->step()) return;
  } catch (const std::exception& e) {
    back_up_->copy.reset();
    fs::remove(part, error);
    return end_back_up(base::fail(base::Errc::io, e.what()));
  }
  back_up_->copy.reset();
  fs::rename(part, back_up_->file, error);
  if (error) return end_back_up(base::fail(base::Errc::io, back_up_->file.string() + ": " + error.message()));
  const std::string name = back_up_->file.string();
  const auto noted = centre_.transact([&](Work& work) { audit(work, {}, "store.back_up", name); });
  const std::uint64_t bytes = fs::file_size(back_up_->file, error);
  end_back_up(noted ? base::Result<std::uint64_t>(bytes) : tl::unexpected(noted.error()));
}

void Service::end_back_up(base::Result<std::uint64_t> result) {
  const Copied done = std::move(back_up_->done);
  back_up_.reset();
  done(std::move(result));
}

void Service::run() {
  while (true) {
    auto group = take_group(back_up_ ? Milliseconds(0) : next_look());
    if (group.empty()) {
      std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    if (!group.empty()) answer(std::move(group));
    centre_.tick();
    step_back_up();
    if (clock_.mono() - looked_ >= kParkedLook) look_at_parked(false);
  }
  look_at_parked(true);
  const auto stopping = base::fail(base::Errc::unavailable, "the centre is stopping");
  if (back_up_) {
    std::error_code error;
    back_up_->copy.reset();
    std::filesystem::remove(back_up_->file.string() + ".part", error);
    end_back_up(stopping);
  }
  std::unique_lock lock(mutex_);
  auto waiting = std::exchange(back_ups_, {});
  lock.unlock();
  for (BackUp& b : waiting) b.done(stopping);
}

Milliseconds Service::next_look() const {
  if (parked_.empty() || !changed_) return kTick;
  return std::clamp(std::chrono::duration_cast<Milliseconds>(kParkedLook - (clock_.mono() - looked_)), Milliseconds(0),
                    kParkedLook);
}

void Service::answer(std::vector<Waiting> group) {
  const auto begun = clock_.mono();
  std::vector<HttpRequest> requests;
  requests.reserve(group.size());
  std::vector<const ReadBatch*> read;
  for (Waiting& w : group) {
    requests.push_back(std::move(w.request));
    read.push_back(w.read.get());
  }
  std::vector<HttpResponse> answers = centre_.handle(requests, read);
  for (Waiting& w : group) w.read.reset();
  if (std::any_of(requests.begin(), requests.end(), changes_gate)) load_gate();
  ++stats_.groups;  // before anybody who was answered can ask
  stats_.grouped += group.size();
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i].request = std::move(requests[i]);
    if (!park(group[i], answers[i])) group[i].done(std::move(answers[i]));
  }
  changed_ = true;
  stats_.busy_us += static_cast<std::uint64_t>((clock_.mono() - begun).count()) * 1000;
}

// Keeps a feed request that has nothing new until something comes.
bool Service::park(Waiting& waiting, HttpResponse& answer) {
  const auto mark =
      std::find_if(answer.headers.begin(), answer.headers.end(), [](const auto& h) { return h.first == "x-park"; });
  if (mark == answer.headers.end()) return false;
  int seconds = 0;
  std::from_chars(mark->second.data(), mark->second.data() + mark->second.size(), seconds);
  answer.headers.erase(mark);
  const std::uint64_t after = after_of(waiting.request);
  parked_.push_back({std::move(waiting), std::move(answer), after, clock_.mono() + std::chrono::seconds(seconds)});
  stats_.parked = parked_.size();
  return true;
}

void Service::look_at_parked(bool all) {
  changed_ = false;
  looked_ = clock_.mono();
  std::vector<Waiting> again;
  for (auto it = parked_.begin(); it != parked_.end();) {
    if (!all && centre_.feed_position(it->waiting.request.peer) > it->after) {
      again.push_back(std::move(it->waiting));
    } else if (all || it->until <= looked_) {
      it->waiting.done(std::move(it->answer));
    } else {
      ++it;
      continue;
    }
    it = parked_.erase(it);
  }
  stats_.parked = parked_.size();
  for (std::size_t i = 0; i < again.size(); i += options_.group)
    answer({std::make_move_iterator(again.begin() + static_cast<std::ptrdiff_t>(i)),
            std::make_move_iterator(again.begin() +
                                    static_cast<std::ptrdiff_t>(std::min(again.size(), i + options_.group)))});
}

}  // namespace station::central
