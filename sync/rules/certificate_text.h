#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"

// Certificates and resume codes as text for a QR code (learning rules, sections 10 and 11).
namespace station::rules {

using base::UtcTime;

// Luhn check digit of decimal digits: from the right, every second one doubled, the last one first.
char luhn_digit(std::string_view digits);

// Six digits of the division, '-', one to five digits of the station: "330106-042".
bool is_station_id(std::string_view id);
// What may stand in a payload: not empty, no '|', CR or LF. Ids are checked where they come in.
bool is_code_field(std::string_view text);

// Division code (6) + local date YYMMDD + station number (5) + sequence of the day (4) + check digit. `station` is a
// station id; the sequence runs from 1 to 9999.
std::string certificate_number(const std::string& station, UtcTime at, int sequence_of_day);
// 22 digits, an existing date and the right check digit.
bool is_certificate_number(std::string_view number);

struct CertificateText {
  std::string number, rider, course, course_version;
  UtcTime passed;         // whole seconds
  int score_percent = 0;  // 0…100, floor
  std::string seed16;     // first 16 hex digits of the paper seed
  std::string station, key_id;
  bool operator==(const CertificateText&) const = default;
};

struct ResumeText {
  std::string attempt, rider, lesson, pack_version;
  int step = 0;
  int credited_s = 0;  // shows progress; the credit that counts is recomputed from the evidence
  UtcTime saved;       // whole seconds
  std::string station, key_id;
  bool operator==(const ResumeText&) const = default;
};

// Payload + "|" + Ed25519 signature, base64url without padding. Every field is a code field.
std::string sign_certificate(const CertificateText& text, const base::SigningKey& key);
std::string sign_resume(const ResumeText& text, const base::SigningKey& key);

// Form only. What parses is written exactly so by sign_…: there is one text for one content.
base::Result<CertificateText> parse_certificate(std::string_view qr_text);
base::Result<ResumeText> parse_resume(std::string_view qr_text);

// Form and signature; `invalid` or `denied`. The caller finds the key by station and key id (parse first).
base::Result<CertificateText> open_certificate(std::string_view qr_text, const base::PublicKey& key);
base::Result<ResumeText> open_resume(std::string_view qr_text, const base::PublicKey& key);

// May the identified rider go on with an opened resume code here (11.4)?
enum class ResumeVerdict : std::uint8_t {
  accepted,
  other_rider,
  too_old,    // more than 72 h
  not_yet,    // saved in the future by more than the clocks may differ
  backwards,  // this station already knows the lesson further on
};
// `known_step`: the furthest step of this lesson that this station knows, -1 if none.
ResumeVerdict check_resume(const ResumeText& code, std::string_view rider, int known_step, UtcTime now);

}  // namespace station::rules
