#include "sync/client/pusher.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "sync/record/json_text.h"

namespace station::client {

using base::BootTime;
using std::chrono::milliseconds;

namespace {

struct Answer {
  std::string status;
  std::optional<std::uint64_t> next;
};

Answer read_answer(const std::string& body) {
  Answer answer;
  if (body.size() > 64 * 1024) return answer;
  const auto json = record::parse_json(body);
  if (!json.is_object()) return answer;
  if (const auto it = json.find("status"); it != json.end() && it->is_string()) answer.status = it->get<std::string>();
  std::uint64_t next = 0;
  if (const auto it = json.find("next"); it != json.end() && record::whole_number(*it, next)) answer.next = next;
  return answer;
}

}  // namespace

Pusher::Pusher(Outbox& outbox, Transport& transport, const base::Clock& clock, base::Random& random,
               PushOptions options)
    : outbox_(outbox),
      transport_(transport),
      clock_(clock),
      options_(options),
      backoff_(random, options.backoff),
      lines_now_(options.max_lines) {}

BootTime Pusher::step() {
  const BootTime now = clock_.mono();
  if (now < due_) return due_;
  const auto log = outbox_.state();
  if (!log) return failed(SyncTrouble::disk, log.error().message);
  if (log->confirmed > log->size)
    return failed(SyncTrouble::disk,
                  fmt::format("the log holds {} records, but {} were confirmed", log->size, log->confirmed));
  waiting_ = log->size - log->confirmed;
  confirmed_ = log->confirmed;
  if (state_.stopped) {
    if (log->inc == stopped_inc_) return due_ = now + options_.look_again;
    state_ = {};
    backoff_.reset();
  }
  if (waiting_ == 0) {
    if (state_.trouble == SyncTrouble::disk) state_.trouble = SyncTrouble::none;
    return due_ = now + options_.look_again;
  }
  return send_batch(*log);
}

BootTime Pusher::send_batch(const LogState& log) {
  const auto lines = outbox_.lines(log.confirmed, lines_now_, options_.max_bytes);
  if (!lines) return failed(SyncTrouble::disk, lines.error().message);
  if (lines->empty() || lines->size() > log.size - log.confirmed)
    return failed(SyncTrouble::disk,
                  fmt::format("the log's records from position {} on cannot be read", log.confirmed));
  const auto checkpoint = outbox_.checkpoint(log.confirmed + lines->size());
  if (!checkpoint) return failed(SyncTrouble::disk, checkpoint.error().message);

  base::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/log";
  request.headers = {{"content-type", "application/x-station-batch"}};
  request.body = record::encode_batch({log.station, log.inc, log.confirmed, *checkpoint, *lines});
  const auto response = transport_.send(request, options_.limit);
  if (response) return answered(log, lines->size(), *response);
  if (response.error().code == base::Errc::conflict) return due_ = clock_.mono();  // interrupted, nothing failed
  return failed(trouble_of(response.error().code), response.error().message);
}

BootTime Pusher::answered(const LogState& log, std::size_t lines, const base::HttpResponse& response) {
  const Answer answer = read_answer(response.body);
  if (response.status == 200) {
    if (answer.status != "ok" || !answer.next)
      return failed(SyncTrouble::centre_lying, "the centre's acknowledgement cannot be read");
    return accepted(log, *answer.next);
  }
  if (response.status == 409 && answer.status == "fork")
    return stopped(SyncTrouble::forked, "the centre holds another history of this station's log");
  if (response.status == 403 && answer.status == "fenced")
    return stopped(SyncTrouble::fenced, "the centre has shut out this incarnation; the station must be enrolled anew");
  if (response.status == 409 && answer.status == "gap" && answer.next) return rewound(log, *answer.next);
  const SyncTrouble trouble = trouble_of_status(response.status);
  if (trouble == SyncTrouble::refused) return refused(lines, sentence_of(response));
  return failed(trouble, sentence_of(response), retry_after(response));
}

BootTime Pusher::accepted(const LogState& log, std::uint64_t next) {
  if (next > log.size)
    return failed(SyncTrouble::centre_lying,
                  fmt::format("the centre says it holds {} records, but only {} were written", next, log.size));
  if (next <= log.confirmed)
    return failed(SyncTrouble::centre_lying,
                  fmt::format("the centre accepted records from position {} but stands at {}", log.confirmed, next));
  if (const auto stored = outbox_.set_confirmed(next); !stored)
    return failed(SyncTrouble::disk, stored.error().message);
  confirmed_ = next;
  waiting_ = log.size - next;
  rewinds_ = 0;
  lines_now_ = std::min(lines_now_ * 2, options_.max_lines);
  backoff_.reset();
  state_ = {};
  state_.last_success = clock_.utc();
  return due_ = clock_.mono() + (waiting_ > 0 ? milliseconds(0) : options_.look_again);
}

// The centre holds less than it once confirmed, for example after its disk was restored: it is filled up again.
BootTime Pusher::rewound(const LogState& log, std::uint64_t next) {
  if (next >= log.confirmed)
    return failed(SyncTrouble::centre_lying,
                  fmt::format("the centre misses records before position {} but stands at {}", log.confirmed, next));
  if (const auto stored = outbox_.set_confirmed(next); !stored)
    return failed(SyncTrouble::disk, stored.error().message);
  confirmed_ = next;
  waiting_ = log.size - next;
  if (++rewinds_ > 1) return failed(SyncTrouble::centre_lying, "the centre keeps going back in this station's log");
  return due_ = clock_.mono();
}

BootTime Pusher::refused(std::size_t lines, std::string detail) {
  lines_now_ = std::max<std::size_t>(1, lines / 2);
  return failed(SyncTrouble::refused, std::move(detail));
}

BootTime Pusher::failed(SyncTrouble trouble, std::string detail, milliseconds at_least) {
  state_.trouble = trouble;
  state_.detail = std::move(detail);
  due_ = clock_.mono() + backoff_.next(at_least);
  state_.failures = backoff_.failures();
  state_.next_try = due_;
  return due_;
}

BootTime Pusher::stopped(SyncTrouble trouble, std::string detail) {
  if (const auto log = outbox_.state()) stopped_inc_ = log->inc;
  state_.trouble = trouble;
  state_.detail = std::move(detail);
  state_.stopped = true;
  state_.next_try.reset();
  return due_ = clock_.mono() + options_.look_again;
}

void Pusher::look_now() {
  if (!state_.next_try) due_ = BootTime{};
}

void Pusher::retry_now() {
  due_ = BootTime{};
  backoff_.reset();
}

}  // namespace station::client
