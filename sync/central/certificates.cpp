#include "sync/central/certificates.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "sync/central/body.h"
#include "sync/central/courses.h"
#include "sync/central/people.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"

namespace station::central {

namespace {

using CertificateJson = nlohmann::ordered_json;

constexpr std::size_t kLongestVoidReason = 500;

struct StoredCertificate {
  std::string course, subject, text;
  std::string reviewer, reason;  // of the voiding; empty where it holds
  std::int64_t voided_at = 0;
};

std::optional<StoredCertificate> find_certificate(Store& store, const std::string& number) {
  auto& s = store.prepared(
      "SELECT c.course, c.subject, c.text, COALESCE(v.reviewer,''), COALESCE(v.reason,''), COALESCE(v.at,0) FROM "
      "certificate c LEFT JOIN certificate_void v ON v.number=c.number WHERE c.number=$1");
  s.bind(number);
  if (!s.row()) return std::nullopt;
  return StoredCertificate{s.text(0), s.text(1), s.text(2), s.text(3), s.text(4), s.integer(5)};
}

base::HttpResponse post_void(Context& c) {
  const Body body(c.request.body);
  const std::string reason = body.text("reason");
  if (reason.empty() || reason.size() > kLongestVoidReason || !base::is_utf8(reason))
    throw Refusal{400, "invalid", "\"reason\" must say in 1 to 500 bytes why"};
  const std::string number = c.captured.at(0);
  const std::string course = void_certificate(c, number, c.caller.name, reason, c.asked("again") == "1");
  audit(c, c.caller, "certificate.void", number, reason);
  return json_answer(200, CertificateJson{{"number", number}, {"state", "void"}, {"course", course}}.dump());
}

}  // namespace

std::string confirmed_text(Work& work, const std::string& text) {
  auto certificate = rules::parse_certificate(text);
  if (!certificate) throw StorageError{"a stored certificate: " + certificate.error().message};
  certificate->key_id = fmt::format("{:08x}", work.keys.note.id());
  return rules::sign_certificate(*certificate, work.keys.signing);
}

void publish_certificate(Work& work, const std::string& number) {
  const auto c = find_certificate(work.store, number);
  if (!c) return;
  const bool holds = c->voided_at == 0;
  const CertificateJson body{{"number", number},
                             {"course", c->course},
                             {"subject", c->subject},
                             {"state", holds ? "confirmed" : "void"},
                             {"text", holds ? confirmed_text(work, c->text) : c->text},
                             {"reviewer", c->reviewer},
                             {"reason", c->reason},
                             {"at", base::iso8601(holds ? work.now : base::utc_from_ms(c->voided_at))}};
  work.feed.publish("city", record::kFeedCertificate, work.now,
                    body.dump(-1, ' ', false, CertificateJson::error_handler_t::replace), "certificate|" + number);
}

std::string void_certificate(Work& work, const std::string& number, const std::string& reviewer,
                             const std::string& reason, bool again) {
  const auto c = find_certificate(work.store, number);
  if (!c) throw Refusal{404, "not_found", "there is no certificate of this number"};
  if (c->voided_at != 0) {
    if (c->reason == reason) return {};
    throw Refusal{409, "void", "this certificate was voided before by " + c->reviewer};
  }
  work.store.prepared("INSERT INTO certificate_void VALUES($1,$2,$3,$4)")
      .bind(number)
      .bind(reviewer)
      .bind(reason)
      .bind(base::to_ms(work.now))
      .done();
  publish_certificate(work, number);
  return again ? assign_again(work, c->course) : std::string();
}

std::vector<Route> certificate_routes() {
  return {{"POST", "/v1/certificates/*/void", kReviewer, post_void}};
}

}  // namespace station::central
