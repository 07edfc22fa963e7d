#include "kiosk/store/parts.h"
#include "sync/base/log.h"
#include "sync/record/pack.h"

namespace station::store {

// The newest pack that opens, and those with which open attempts were frozen.
void load_contents(Core& core) {
  std::vector<std::int64_t> frozen;
  {
    auto q = core.db.query("SELECT DISTINCT pack FROM attempt WHERE open=1");
    while (q.row()) frozen.push_back(q.integer(0));
  }
  core.pack_version = 0;
  auto q = core.db.query("SELECT version, bytes FROM pack ORDER BY version DESC");
  while (q.row()) {
    const std::int64_t version = q.integer(0);
    const bool needed = core.pack_version == 0 || std::find(frozen.begin(), frozen.end(), version) != frozen.end();
    if (!needed || core.contents.contains(version)) continue;
    const base::Bytes bytes = q.blob(1);
    auto content = record::open_pack({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!content) {  // damaged on disk: the one before it serves
      spdlog::error("content pack {} cannot be opened any more: {}", version, content.error().message);
      continue;
    }
    core.contents[version] = std::make_shared<const record::Content>(std::move(*content));
    if (core.pack_version == 0) core.pack_version = version;
  }
}

void drop_old_packs(Core& core) {
  core.db.run(
      "DELETE FROM pack WHERE version NOT IN (SELECT version FROM pack ORDER BY version DESC LIMIT 2) AND version NOT "
      "IN "
      "(SELECT pack FROM attempt WHERE open=1)");
  std::erase_if(core.contents, [&](const auto& c) {
    return c.first != core.pack_version &&
           !core.db.query("SELECT 1 FROM attempt WHERE open=1 AND pack=?").bind(c.first).row();
  });
}

}  // namespace station::store
