#include "sync/central/settings.h"

#include <algorithm>
#include <array>

#include "sync/base/file.h"

namespace station::central {

using base::Errc;
using base::fail;

namespace {

// The fields of one line of a CSV file; quoted fields may hold commas and doubled quotes, but no line feed.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      out.back() += '"';
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      out.emplace_back();
    } else if (line[i] != '\r') {
      out.back() += line[i];
    }
  }
  return out;
}

base::Result<std::map<std::string, ViolationCode, std::less<>>> read_codes(std::string_view text,
                                                                           const std::string& file) {
  std::map<std::string, ViolationCode, std::less<>> codes;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (++number == 1 || line.empty()) continue;
    auto fields = fields_of(line);
    if (fields.size() != 5 || fields[0].empty())
      return fail(Errc::invalid, file + ":" + std::to_string(number) + ": expected code,name_zh,name_en,basis,lesson");
    if (!codes.emplace(fields[0], ViolationCode{fields[0], fields[1], fields[2], fields[3], fields[4]}).second)
      return fail(Errc::invalid, file + ":" + std::to_string(number) + ": code " + fields[0] + " stands there twice");
  }
  return codes;
}

base::Result<std::array<std::uint8_t, 32>> read_secret(const std::filesystem::path& file) {
  auto text = base::read_file(file, 256);
  if (!text) return tl::unexpected(text.error());
  while (text->ends_with('\n')) text->pop_back();
  const auto bytes = base::from_hex(*text);
  if (!bytes || bytes->size() != 32) return fail(Errc::corrupt, file.string() + ": expected 64 hex digits");
  std::array<std::uint8_t, 32> out;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

}  // namespace

base::Result<Settings> load_settings(const std::filesystem::path& config, const std::string& ladder) {
  const auto profiles_file = config / "ladder_profiles.json", codes_file = config / "violation_codes.csv";
  const auto profiles_text = base::read_file(profiles_file, std::size_t{4} << 20);
  if (!profiles_text) return tl::unexpected(profiles_text.error());
  const auto profiles = rules::parse_ladder_profiles(*profiles_text);
  if (!profiles) return fail(profiles.error().code, profiles_file.string() + ": " + profiles.error().message);
  auto profile = rules::usable_profile(*profiles, ladder);
  if (!profile) return fail(profile.error().code, profiles_file.string() + ": " + profile.error().message);
  const auto codes_text = base::read_file(codes_file, std::size_t{4} << 20);
  if (!codes_text) return tl::unexpected(codes_text.error());
  auto codes = read_codes(*codes_text, codes_file.string());
  if (!codes) return tl::unexpected(codes.error());
  return Settings{std::move(*profile), std::move(*codes)};
}

base::Result<CentreKeys> load_keys(const std::filesystem::path& folder, const std::string& name, base::Random& random) {
  // The centre's own key is written last: without it no station can have been enrolled, and all are made (again).
  static constexpr std::array<const char*, 3> kFiles{"pin.pepper", "roster.key", "centre.key"};
  std::error_code error;
  const bool have = std::filesystem::exists(folder / kFiles.back(), error);
  std::array<std::array<std::uint8_t, 32>, 3> secrets;
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    const auto file = folder / kFiles[i];
    if (have) {
      const auto secret = read_secret(file);
      if (!secret) return tl::unexpected(secret.error());
      secrets[i] = *secret;
    } else {
      random.fill(secrets[i]);
      const auto written = base::write_file(file, base::to_hex(secrets[i]) + "\n", base::FileMode::secret);
      if (!written) return tl::unexpected(written.error());
    }
  }
  CentreKeys keys;
  keys.signing = base::signing_key_from_seed(secrets[2]);
  keys.roster_key = secrets[1];
  keys.pin_pepper = secrets[0];
  keys.note = {name, keys.signing.public_key};
  return keys;
}

}  // namespace station::central
