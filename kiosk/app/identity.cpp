#include <fmt/format.h>

#include <algorithm>

#include "kiosk/app/config.h"
#include "sync/base/file.h"
#include "sync/base/random.h"

namespace station::app {

namespace fs = std::filesystem;
using base::Errc;

namespace {

// Seals names at rest. Of this machine alone: the centre does not know it, a copied database is unreadable without it.
base::Result<base::MacKey> field_key(const fs::path& file) {
  std::error_code error;
  base::MacKey key{};
  if (!fs::exists(file, error)) {
    base::SystemRandom random;
    random.fill(key);
    if (auto ok = base::write_file(file, base::to_hex(key) + "\n", base::FileMode::secret); !ok)
      return tl::unexpected(ok.error());
    return key;
  }
  const auto text = base::read_file(file, 1024);
  if (!text) return tl::unexpected(text.error());
  const auto bytes = base::from_hex(text->substr(0, text->find('\n')));
  if (!bytes || bytes->size() != key.size())
    return base::fail(Errc::corrupt, fmt::format("{} is no key: 64 hex digits were expected", file.string()));
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

}  // namespace

base::Result<StationIdentity> load_identity(const fs::path& data) {
  auto enrolled = client::load_identity(data);
  if (!enrolled) return tl::unexpected(enrolled.error());
  const auto key = field_key(data / "field.key");
  if (!key) return tl::unexpected(key.error());
  store::Identity own;
  own.station = enrolled->station;
  own.inc = enrolled->inc;
  own.name = enrolled->name;
  own.city = enrolled->city;
  own.record_key = enrolled->record_key;
  own.roster_key = enrolled->roster_key;
  own.pin_pepper = enrolled->pin_pepper;
  own.field_key = *key;
  own.centre = enrolled->centre;
  return StationIdentity{std::move(own), std::move(*enrolled)};
}

}  // namespace station::app
