#include "kiosk/store/core.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace station::store {

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string local_day(UtcTime t) {
  const base::LocalTime l = base::local_time(t);
  return fmt::format("{:04}-{:02}-{:02}", l.year, l.month, l.day);
}

std::string Core::meta(const char* key, const std::string& fallback) {
  auto q = db.query("SELECT value FROM meta WHERE key=?").bind(key);
  return q.row() ? q.text(0) : fallback;
}

std::uint64_t Core::meta_number(const char* key) {
  const std::string text = meta(key, "0");
  std::uint64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
    throw StorageError{std::string("\"") + key + "\" of the database is damaged"};
  return value;
}

void Core::set_meta(const char* key, const std::string& value) {
  db.query("INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
      .bind(key)
      .bind(value)
      .done();
}

std::shared_ptr<const record::Content> Core::content(std::int64_t version) const {
  const auto it = contents.find(version);
  return it == contents.end() ? nullptr : it->second;
}

}  // namespace station::store
