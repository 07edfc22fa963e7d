#pragma once

#include <string>
#include <string_view>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"

// Certificates and resume codes as text for a QR code (learning rules, sections 10 and 11).
namespace station::rules {

using base::UtcTime;

char luhn_digit(std::string_view digits);

// Division code (6) + local date YYMMDD + station number (5) + sequence of the day (4) + check digit.
std::string certificate_number(const std::string& station, UtcTime at, int sequence_of_day);
bool is_certificate_number(std::string_view number);

struct CertificateText {
  std::string number, rider, course, course_version;
  UtcTime passed;  // whole seconds
  int score_percent = 0;
  std::string seed16;  // first 16 hex digits of the paper seed
  std::string station, key_id;
};

struct ResumeText {
  std::string attempt, rider, lesson, pack_version;
  int step = 0;
  int credited_s = 0;
  UtcTime saved;
  std::string station, key_id;
};

// Payload + "|" + Ed25519 signature, base64url without padding.
std::string sign_certificate(const CertificateText& text, const base::SigningKey& key);
std::string sign_resume(const ResumeText& text, const base::SigningKey& key);

// Form and signature; `invalid` or `denied`. The caller finds the key by station and key id (parse first with any key).
base::Result<CertificateText> open_certificate(std::string_view qr_text, const base::PublicKey& key);
base::Result<CertificateText> parse_certificate(std::string_view qr_text);  // form only
base::Result<ResumeText> open_resume(std::string_view qr_text, const base::PublicKey& key);

}  // namespace station::rules
