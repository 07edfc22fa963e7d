#include "sync/rules/certificate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace station::rules {

using base::Errc;
using base::fail;

namespace {

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> out(1);
  for (char c : text) {
    if (c == '|') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

bool whole_number(const std::string& text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool compact_time(const std::string& t, UtcTime& out) {
  if (t.size() != 16 || t[8] != 'T' || t[15] != 'Z') return false;
  return base::parse_iso8601(t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2) + "T" + t.substr(9, 2) + ":" +
                                 t.substr(11, 2) + ":" + t.substr(13, 2) + "Z",
                             out);
}

std::string signed_text(const std::string& payload, const base::SigningKey& key) {
  return payload + "|" + base::to_base64url(base::sign(key, payload));
}

bool signature_holds(std::string_view text, const base::PublicKey& key) {
  const std::size_t bar = text.rfind('|');
  if (bar == std::string_view::npos) return false;
  const auto blob = base::from_base64url(text.substr(bar + 1));
  if (!blob || blob->size() != 64) return false;
  base::Signature s;
  std::copy(blob->begin(), blob->end(), s.begin());
  return base::verify(key, text.substr(0, bar), s);
}

}  // namespace

char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = true;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    int d = *it - '0';
    if (twice && (d *= 2) > 9) d -= 9;
    sum += d;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string certificate_number(const std::string& station, UtcTime at, int sequence_of_day) {
  const base::LocalTime l = base::local_time(at);
  const std::string digits = fmt::format("{}{:02}{:02}{:02}{:0>5}{:04}", station.substr(0, 6), l.year % 100, l.month, l.day,
                                         station.substr(7), sequence_of_day);
  return digits + luhn_digit(digits);
}

bool is_certificate_number(std::string_view n) {
  return n.size() == 22 && std::all_of(n.begin(), n.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         luhn_digit(n.substr(0, 21)) == n[21];
}

std::string sign_certificate(const CertificateText& t, const base::SigningKey& key) {
  return signed_text(fmt::format("RC1|{}|{}|{}|{}|{}|{}|{}|{}|{}", t.number, t.rider, t.course, t.course_version,
                                 base::compact_iso(t.passed), t.score_percent, t.seed16, t.station, t.key_id),
                     key);
}

std::string sign_resume(const ResumeText& t, const base::SigningKey& key) {
  return signed_text(fmt::format("RL1|{}|{}|{}|{}|{}|{}|{}|{}|{}", t.attempt, t.rider, t.lesson, t.pack_version, t.step,
                                 t.credited_s, base::compact_iso(t.saved), t.station, t.key_id),
                     key);
}

base::Result<CertificateText> parse_certificate(std::string_view qr_text) {
  const auto f = fields_of(qr_text);
  CertificateText t;
  if (f.size() != 11 || f[0] != "RC1" || !compact_time(f[5], t.passed) || !whole_number(f[6], t.score_percent))
    return fail(Errc::invalid, "certificate: not of the form RC1");
  if (!is_certificate_number(f[1])) return fail(Errc::invalid, "certificate: the number's check digit is wrong");
  t.number = f[1];
  t.rider = f[2];
  t.course = f[3];
  t.course_version = f[4];
  t.seed16 = f[7];
  t.station = f[8];
  t.key_id = f[9];
  return t;
}

base::Result<CertificateText> open_certificate(std::string_view qr_text, const base::PublicKey& key) {
  auto t = parse_certificate(qr_text);
  if (t && !signature_holds(qr_text, key)) return fail(Errc::denied, "certificate: the signature is wrong");
  return t;
}

base::Result<ResumeText> open_resume(std::string_view qr_text, const base::PublicKey& key) {
  const auto f = fields_of(qr_text);
  ResumeText t;
  if (f.size() != 11 || f[0] != "RL1" || !whole_number(f[5], t.step) || !whole_number(f[6], t.credited_s) || !compact_time(f[7], t.saved))
    return fail(Errc::invalid, "resume code: not of the form RL1");
  if (!signature_holds(qr_text, key)) return fail(Errc::denied, "resume code: the signature is wrong");
  t.attempt = f[1];
  t.rider = f[2];
  t.lesson = f[3];
  t.pack_version = f[4];
  t.station = f[8];
  t.key_id = f[9];
  return t;
}

}  // namespace station::rules
