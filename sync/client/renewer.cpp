#include "sync/client/renewer.h"

#include <nlohmann/json.hpp>

#include "sync/base/file.h"
#include "sync/client/tls_identity.h"
#include "sync/record/json_text.h"

namespace station::client {

using base::BootTime;
using base::Errc;
using base::fail;

namespace {

constexpr std::size_t kLargestPem = 64 * 1024;

}  // namespace

Renewer::Renewer(std::string station, Files files, Transport& transport, const base::Clock& clock,
                 base::Random& random, RenewOptions options)
    : station_(std::move(station)),
      files_(std::move(files)),
      transport_(transport),
      clock_(clock),
      options_(options),
      backoff_(random, options.backoff) {}

BootTime Renewer::step() {
  if (clock_.mono() < due_) return due_;
  const auto certificate = base::read_file(files_.certificate, kLargestPem);
  const auto key = base::read_file(files_.key, kLargestPem);
  if (!certificate) return failed(SyncTrouble::disk, certificate.error().message);
  if (!key) return failed(SyncTrouble::disk, key.error().message);
  const auto end = end_of_certificate(*certificate);
  if (!end) return failed(SyncTrouble::disk, end.error().message);
  if (*end - clock_.utc() > options_.before) {
    state_.trouble = SyncTrouble::none;
    return due_ = clock_.mono() + options_.every;
  }
  const auto csr = make_certificate_request(station_, *key);
  if (!csr) return failed(SyncTrouble::disk, csr.error().message);
  const nlohmann::json body{{"csr", *csr}};
  const auto response = transport_.send(
      {"POST", "/v1/renew", {{"content-type", "application/json"}}, body.dump(), {}}, options_.limit);
  if (!response) {
    if (response.error().code == Errc::conflict) return due_ = clock_.mono();
    return failed(trouble_of(response.error().code), response.error().message);
  }
  if (response->status != 200)
    return failed(trouble_of_status(response->status), sentence_of(*response), retry_after(*response));
  const auto taken = take(response->body, *key, *end);
  if (!taken)
    return failed(taken.error().code == Errc::io ? SyncTrouble::disk : SyncTrouble::centre_lying, taken.error().message);
  transport_.reconnect();
  backoff_.reset();
  state_ = {};
  state_.last_success = clock_.utc();
  return due_ = clock_.mono() + options_.every;
}

base::Result<void> Renewer::take(const std::string& body, const std::string& key, base::UtcTime old_end) {
  const auto json = record::parse_json(body);
  const auto it = json.find("certificate");
  if (!json.is_object() || it == json.end() || !it->is_string())
    return fail(Errc::invalid, "the centre's answer holds no certificate");
  const auto fresh = it->get<std::string>();
  // The authority is the one that was pinned at enrolment, whatever the answer says.
  const auto authority = base::read_file(files_.ca, kLargestPem);
  if (!authority) return tl::unexpected(authority.error());
  if (const auto good = check_certificate(fresh, key, station_, *authority); !good) return good;
  const auto end = end_of_certificate(fresh);
  if (!end) return tl::unexpected(end.error());
  if (*end <= old_end) return fail(Errc::denied, "the new certificate ends no later than the old one");
  return base::write_file(files_.certificate, fresh, base::FileMode::secret);
}

BootTime Renewer::failed(SyncTrouble trouble, std::string detail, std::chrono::milliseconds at_least) {
  state_.trouble = trouble;
  state_.detail = std::move(detail);
  due_ = clock_.mono() + backoff_.next(at_least);
  state_.failures = backoff_.failures();
  state_.next_try = due_;
  return due_;
}

void Renewer::retry_now() {
  if (!state_.next_try) return;
  due_ = BootTime{};
  backoff_.reset();
}

}  // namespace station::client
