#include "sync/client/anchorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/record/json_text.h"

namespace station::client {

using base::BootTime;
using base::Errc;
using base::fail;
using std::chrono::milliseconds;

Anchorer::Anchorer(AnchorSink& sink, Transport& transport, const base::Clock& clock, base::Random& random,
                   record::NoteKey centre, AnchorOptions options)
    : sink_(sink),
      transport_(transport),
      clock_(clock),
      random_(random),
      centre_(std::move(centre)),
      options_(options),
      backoff_(random, options.backoff) {}

BootTime Anchorer::step() {
  if (clock_.mono() < due_) return due_;
  std::array<std::uint8_t, 16> bytes{};
  random_.fill(bytes);
  const std::string nonce = base::to_hex(bytes);
  base::HttpRequest request;
  request.target = "/v1/anchor?nonce=" + nonce;
  const BootTime sent = clock_.mono();
  const auto response = transport_.send(request, options_.limit);
  const BootTime received = clock_.mono();
  if (!response) {
    if (response.error().code == Errc::conflict) return due_ = received;
    return failed(trouble_of(response.error().code), response.error().message);
  }
  if (response->status != 200)
    return failed(trouble_of_status(response->status), sentence_of(*response), retry_after(*response));
  const auto utc = open(response->body, nonce);
  if (!utc) return failed(SyncTrouble::centre_lying, utc.error().message);

  TimeAnchor anchor;
  anchor.rtt = received - sent;
  anchor.unc = (anchor.rtt + milliseconds(1)) / 2;
  anchor.mono = received;
  anchor.utc = *utc + anchor.rtt / 2;
  anchor.offset = clock_.utc() - anchor.utc;
  if (anchor.rtt > options_.largest_rtt)
    return failed(SyncTrouble::timed_out, fmt::format("the centre's time took {} ms to arrive", anchor.rtt.count()));
  if (const auto leap = leap_of(anchor); leap > milliseconds(0))
    return failed(SyncTrouble::centre_lying, fmt::format("the centre's time leapt by {} ms", leap.count()));
  if (const auto stored = sink_.anchored(anchor); !stored) return failed(SyncTrouble::disk, stored.error().message);
  last_ = anchor;
  backoff_.reset();
  state_ = {};
  state_.last_success = clock_.utc();
  return due_ = received + options_.every;
}

base::Result<base::UtcTime> Anchorer::open(const std::string& body, const std::string& nonce) const {
  std::string_view line(body);
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::size_t a = line.find('\t');
  const std::size_t b = a == std::string_view::npos ? a : line.find('\t', a + 1);
  if (b == std::string_view::npos) return fail(Errc::invalid, "the centre's time is not signed");
  const std::string_view text = line.substr(0, a);
  const auto blob = base::from_base64url(line.substr(b + 1));
  if (line.substr(a + 1, b - a - 1) != centre_.name || !blob || blob->size() != 64)
    return fail(Errc::denied, "the centre's time is not signed by its key");
  base::Signature signature;
  std::copy(blob->begin(), blob->end(), signature.begin());
  if (!base::verify(centre_.key, text, signature))
    return fail(Errc::denied, "the signature of the centre's time is wrong");
  const auto json = record::parse_json(text);
  const auto word = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  base::UtcTime utc;
  if (!json.is_object() || word("nonce") != nonce)
    return fail(Errc::denied, "the centre's time answers another question");
  if (!base::parse_iso8601(word("utc"), utc)) return fail(Errc::invalid, "the centre's time cannot be read");
  return utc;
}

milliseconds Anchorer::leap_of(const TimeAnchor& anchor) const {
  if (!last_) return milliseconds(0);
  constexpr int kDriftDivisor = 5'000;  // 200 ppm: worse than any clock that is not broken
  const auto elapsed = anchor.mono - last_->mono;
  const auto expected = last_->utc + elapsed;
  const auto difference = anchor.utc > expected ? anchor.utc - expected : expected - anchor.utc;
  const auto allowed = options_.tolerance + anchor.unc + last_->unc + elapsed / kDriftDivisor;
  return difference > allowed ? difference : milliseconds(0);
}

BootTime Anchorer::failed(SyncTrouble trouble, std::string detail, milliseconds at_least) {
  state_.trouble = trouble;
  state_.detail = std::move(detail);
  due_ = clock_.mono() + backoff_.next(at_least);
  state_.failures = backoff_.failures();
  state_.next_try = due_;
  return due_;
}

void Anchorer::retry_now() {
  if (!state_.next_try) return;
  due_ = BootTime{};
  backoff_.reset();
}

}  // namespace station::client
