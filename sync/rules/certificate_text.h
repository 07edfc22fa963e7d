#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/base/result.h"

// Texts of certificates and resume codes, as their QR codes carry them (learning rules, sections 10 and 11). Signing is
// base::sign over the payload with the station's record key.
namespace station::rules {

// Luhn check digit of a string of decimal digits ('0' … '9').
char luhn_digit(std::string_view digits);

// division(6) YYMMDD(6) station(5) sequence(4) check(1) = 22 digits. `day` is the station's local date; sequence 1 … 9999.
base::Result<std::string> certificate_number(std::string_view division, const base::LocalTime& day, int station_number,
                                             int sequence);
// 22 digits, an existing date and the right check digit.
bool is_certificate_number(std::string_view text);

struct Certificate {
  std::string number;
  std::string rider;  // pseudonym
  std::string course;
  std::string course_version;
  base::UtcTime passed_at;  // whole seconds
  int score_percent = 0;    // 0 … 100, floor
  std::string seed_prefix;  // first 16 hex digits of the paper's seed
  std::string station;
  std::string key;  // id of the signing key
  bool operator==(const Certificate&) const = default;
};

// The state of an interrupted lesson, for another station (11.3).
struct ResumeCode {
  std::string attempt;
  std::string rider;  // pseudonym
  std::string lesson;
  std::string pack_version;
  int step = 0;
  int credited_s = 0;  // shows progress only; the credit that counts is recomputed from the evidence
  base::UtcTime saved_at;  // whole seconds
  std::string station;
  std::string key;
  bool operator==(const ResumeCode&) const = default;
};

// What is signed: the fields joined with '|'. An error names the field that is empty or holds '|', CR or LF, or is out of
// range.
base::Result<std::string> payload(const Certificate& certificate);
base::Result<std::string> payload(const ResumeCode& code);

// payload | signature, at most 200 bytes when it goes into a QR code.
std::string with_signature(const std::string& payload, const base::Signature& signature);

// Reads and checks the form; the signature is still to be verified over `payload`.
struct SignedCertificate {
  Certificate certificate;
  std::string payload;
  base::Signature signature{};
};
struct SignedResumeCode {
  ResumeCode code;
  std::string payload;
  base::Signature signature{};
};
base::Result<SignedCertificate> parse_certificate(std::string_view text);
base::Result<SignedResumeCode> parse_resume_code(std::string_view text);

// May the rider who identified himself go on with this code (11.4)? The signature has been verified before.
enum class ResumeVerdict : std::uint8_t {
  accepted,
  other_rider,
  too_old,      // more than 72 h
  from_future,  // saved later than now, beyond the allowance for clocks
  backwards,    // this station knows the lesson further on
};
ResumeVerdict check_resume(const ResumeCode& code, std::string_view rider, int known_step, base::UtcTime now);

}  // namespace station::rules
