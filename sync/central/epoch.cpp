#include "sync/central/epoch.h"

#include <spdlog/spdlog.h>

#include <charconv>

#include "sync/base/file.h"

namespace station::central {

namespace {

constexpr std::uint64_t kFeedLeap = 1'000'000;
constexpr std::int64_t kIncarnationLeap = 100;

std::string new_epoch(Work& work) {
  std::array<std::uint8_t, 8> bytes{};
  work.random.fill(bytes);
  const std::string epoch = base::to_hex(bytes);
  work.store.prepared("INSERT INTO meta VALUES('epoch',$1) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
      .bind(epoch)
      .done();
  return epoch;
}

// The lost copy may have given out incarnations that this one does not know: no number may stand for two logs.
void raise_incarnations(Store& store) {
  store
      .prepared(
          "INSERT INTO meta SELECT 'inc_floor', CAST(COALESCE(MAX(inc),0)+$1 AS TEXT) FROM station WHERE 1=1 ON "
          "CONFLICT(key) DO UPDATE SET value=excluded.value")
      .bind(kIncarnationLeap)
      .done();
}

}  // namespace

std::string epoch_of(Store& store) {
  auto& s = store.prepared("SELECT value FROM meta WHERE key='epoch'");
  return s.row() ? s.text(0) : std::string();
}

std::uint64_t record_head(Store& store) {
  auto& s = store.prepared("SELECT pos FROM head WHERE name='record'");
  return s.row() ? s.position(0) : 0;
}

void begin_epoch(Work& work) {
  std::string epoch = epoch_of(work.store);
  const std::uint64_t head = record_head(work.store);
  const auto file = work.options.data / "high-water";
  std::error_code error;
  if (epoch.empty()) {
    epoch = new_epoch(work);
  } else if (std::filesystem::exists(file, error)) {
    const auto text = base::read_file(file, 256);
    if (!text) throw StorageError{text.error().message};
    std::uint64_t was = 0;
    const std::size_t gap = text->find(' ');
    const bool readable = gap != std::string::npos &&
                          std::from_chars(text->data() + gap + 1, text->data() + text->size(), was).ec == std::errc();
    if (!readable || text->substr(0, gap) != epoch || head < was) {
      spdlog::warn("the store was restored from an older copy: it holds {} records where {} were", head, was);
      epoch = new_epoch(work);
      work.feed.leap_to(work.feed.head() + kFeedLeap, work.now);
      raise_incarnations(work.store);
    }
  }
  if (const auto noted = note_high_water(work.options.data, epoch, head); !noted)
    throw StorageError{noted.error().message};
}

base::Result<void> note_high_water(const std::filesystem::path& data, const std::string& epoch, std::uint64_t head) {
  return base::write_file(data / "high-water", epoch + " " + std::to_string(head) + "\n");
}

}  // namespace station::central
