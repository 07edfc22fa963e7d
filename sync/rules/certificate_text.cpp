#include "sync/rules/certificate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "sync/base/check.h"

namespace station::rules {

using base::Errc;
using base::fail;

namespace {

constexpr std::int64_t kResumeMs = 72LL * 3'600'000;
constexpr std::int64_t kClocksDifferMs = 10LL * 60'000;  // between two stations that are both not anchored

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
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

std::string payload_of(const CertificateText& t) {
  return fmt::format("RC1|{}|{}|{}|{}|{}|{}|{}|{}|{}", t.number, t.rider, t.course, t.course_version,
                     base::compact_iso(t.passed), t.score_percent, t.seed16, t.station, t.key_id);
}

std::string payload_of(const ResumeText& t) {
  return fmt::format("RL1|{}|{}|{}|{}|{}|{}|{}|{}|{}", t.attempt, t.rider, t.lesson, t.pack_version, t.step,
                     t.credited_s, base::compact_iso(t.saved), t.station, t.key_id);
}

template <class Text>
std::string signed_text(const Text& text, const base::SigningKey& key) {
  const std::string payload = payload_of(text);
  const auto fields = fields_of(payload);
  STATION_CHECK(fields.size() == 10 && std::all_of(fields.begin(), fields.end(), is_code_field),
                "a field of a signed code is empty or holds '|', CR or LF");
  return payload + "|" + base::to_base64url(base::sign(key, payload));
}

// Ten fields of the payload and a signature of 64 bytes.
struct Cut {
  std::string payload;
  std::vector<std::string> fields;
  base::Signature signature{};
};
base::Result<Cut> cut(std::string_view text, const char* kind) {
  const auto refuse = [&] { return fail(Errc::invalid, fmt::format("not of the form {}", kind)); };
  Cut out;
  const std::size_t bar = text.rfind('|');
  if (bar == std::string_view::npos) return refuse();
  out.payload = text.substr(0, bar);
  out.fields = fields_of(out.payload);
  const auto blob = base::from_base64url(text.substr(bar + 1));
  if (out.fields.size() != 10 || out.fields[0] != kind || !blob || blob->size() != out.signature.size())
    return refuse();
  if (!std::all_of(out.fields.begin(), out.fields.end(), is_code_field)) return refuse();
  std::copy(blob->begin(), blob->end(), out.signature.begin());
  return out;
}

base::Result<CertificateText> certificate_of(const Cut& c) {
  const auto& f = c.fields;
  CertificateText t{f[1], f[2], f[3], f[4], {}, 0, f[7], f[8], f[9]};
  if (!is_certificate_number(t.number)) return fail(Errc::invalid, "certificate: the number is not a valid one");
  const bool seed = t.seed16.size() == 16 && t.seed16.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!compact_time(f[5], t.passed) || !whole_number(f[6], t.score_percent) || t.score_percent < 0 ||
      t.score_percent > 100 || !seed || payload_of(t) != c.payload)
    return fail(Errc::invalid, "certificate: time, score or seed is not of the stated form");
  return t;
}

base::Result<ResumeText> resume_of(const Cut& c) {
  const auto& f = c.fields;
  ResumeText t{f[1], f[2], f[3], f[4], 0, 0, {}, f[8], f[9]};
  if (!whole_number(f[5], t.step) || !whole_number(f[6], t.credited_s) || !compact_time(f[7], t.saved) || t.step < 0 ||
      t.credited_s < 0 || payload_of(t) != c.payload)
    return fail(Errc::invalid, "resume code: step, seconds or time is not of the stated form");
  return t;
}

template <class Text>
base::Result<Text> opened(base::Result<Text> text, const Cut& c, const base::PublicKey& key) {
  if (text && !base::verify(key, c.payload, c.signature)) return fail(Errc::denied, "the signature is wrong");
  return text;
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

bool is_station_id(std::string_view id) {
  return id.size() >= 8 && id.size() <= 12 && id[6] == '-' && all_digits(id.substr(0, 6)) && all_digits(id.substr(7));
}

bool is_code_field(std::string_view text) {
  return !text.empty() && text.find_first_of("|\r\n") == std::string_view::npos;
}

std::string certificate_number(const std::string& station, UtcTime at, int sequence_of_day) {
  STATION_CHECK(is_station_id(station), "a certificate number needs a station id such as 330106-042");
  STATION_CHECK(sequence_of_day >= 1 && sequence_of_day <= 9999, "a station numbers 9999 certificates a day");
  const base::LocalTime l = base::local_time(at);
  const std::string digits = fmt::format("{}{:02}{:02}{:02}{:0>5}{:04}", station.substr(0, 6), l.year % 100, l.month,
                                         l.day, station.substr(7), sequence_of_day);
  return digits + luhn_digit(digits);
}

bool is_certificate_number(std::string_view n) {
  if (n.size() != 22 || !all_digits(n) || luhn_digit(n.substr(0, 21)) != n[21]) return false;
  UtcTime day;
  return compact_time("20" + std::string(n.substr(6, 6)) + "T000000Z", day);
}

std::string sign_certificate(const CertificateText& text, const base::SigningKey& key) {
  return signed_text(text, key);
}
std::string sign_resume(const ResumeText& text, const base::SigningKey& key) {
  return signed_text(text, key);
}

base::Result<CertificateText> parse_certificate(std::string_view qr_text) {
  return cut(qr_text, "RC1").and_then(certificate_of);
}

base::Result<ResumeText> parse_resume(std::string_view qr_text) {
  return cut(qr_text, "RL1").and_then(resume_of);
}

base::Result<CertificateText> open_certificate(std::string_view qr_text, const base::PublicKey& key) {
  return cut(qr_text, "RC1").and_then([&](const Cut& c) { return opened(certificate_of(c), c, key); });
}

base::Result<ResumeText> open_resume(std::string_view qr_text, const base::PublicKey& key) {
  return cut(qr_text, "RL1").and_then([&](const Cut& c) { return opened(resume_of(c), c, key); });
}

ResumeVerdict check_resume(const ResumeText& code, std::string_view rider, int known_step, UtcTime now) {
  if (code.rider != rider) return ResumeVerdict::other_rider;
  if (now - code.saved > base::Milliseconds(kResumeMs)) return ResumeVerdict::too_old;
  if (code.saved - now > base::Milliseconds(kClocksDifferMs)) return ResumeVerdict::not_yet;
  if (code.step < known_step) return ResumeVerdict::backwards;
  return ResumeVerdict::accepted;
}

}  // namespace station::rules
