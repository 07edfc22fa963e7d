#include "sync/central/feed.h"

#include "sync/record/feed.h"

namespace station::central {

Feed::Feed(Store& store, std::string key_name, const base::SigningKey& key)
    : store_(store), name_(std::move(key_name)), key_(key), start_(head()) {}

std::uint64_t Feed::head() {
  auto& s = store_.prepared("SELECT pos FROM head WHERE name='feed'");
  return s.row() ? s.position(0) : 0;
}

std::uint64_t Feed::publish(const std::string& scope, std::string_view type, base::UtcTime at, const std::string& body,
                            const std::string& topic) {
  if (!topic.empty()) store_.prepared("DELETE FROM feed_entry WHERE topic=$1 AND topic<>''").bind(topic).done();
  return insert(scope, type, at, body, topic);
}

std::uint64_t Feed::insert(const std::string& scope, std::string_view type, base::UtcTime at, const std::string& body,
                           const std::string& topic) {
  const std::uint64_t pos = head() + 1;
  store_.prepared("INSERT INTO head VALUES('feed',$1) ON CONFLICT(name) DO UPDATE SET pos=excluded.pos")
      .bind(pos)
      .done();
  const std::string line = record::sign_feed_line({pos, scope, std::string(type), at, body}, name_, key_);
  store_.prepared("INSERT INTO feed_entry VALUES($1,$2,$3,$4)").bind(pos).bind(scope).bind(topic).bind(line).done();
  published_.emplace_back(scope, pos);
  return pos;
}

Feed::Page Feed::read(const std::string& station, std::uint64_t after, std::size_t limit, std::size_t bytes) {
  Page page;
  page.cursor = after;
  std::size_t size = 0;
  auto& s =
      store_.prepared("SELECT pos, line FROM feed_entry WHERE pos>$1 AND scope IN ('city',$2) ORDER BY pos LIMIT $3");
  s.bind(after).bind("station:" + station).bind(limit + 1);
  while (s.row()) {
    const std::string_view line = s.view(1);
    if (page.lines.size() == limit || (!page.lines.empty() && size + line.size() > bytes)) {
      page.more = true;
      break;
    }
    size += line.size() + 1;
    page.lines.emplace_back(line);
    page.cursor = s.position(0);
  }
  return page;
}

void Feed::leap_to(std::uint64_t position, base::UtcTime at) {
  struct Entry {
    std::uint64_t pos;
    std::string scope, topic, line;
  };
  std::vector<Entry> entries;
  auto& s = store_.prepared("SELECT pos, scope, topic, line FROM feed_entry WHERE pos>$1 ORDER BY pos");
  s.bind(start_);
  while (s.row()) entries.push_back({s.position(0), s.text(1), s.text(2), s.text(3)});
  store_.prepared("INSERT INTO head VALUES('feed',$1) ON CONFLICT(name) DO UPDATE SET pos=excluded.pos")
      .bind(position)
      .done();
  const record::NoteKey key{name_, key_.public_key};
  for (const Entry& e : entries) {
    const auto opened = record::open_feed_line(e.line, key);
    if (!opened) throw StorageError{"feed entry " + std::to_string(e.pos) + ": " + opened.error().message};
    store_.prepared("DELETE FROM feed_entry WHERE pos=$1").bind(e.pos).done();
    insert(e.scope, opened->type, at, opened->body, e.topic);
  }
  start_ = position;
}

std::vector<std::pair<std::string, std::uint64_t>> Feed::last_positions() {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  auto& s = store_.prepared("SELECT scope, MAX(pos) FROM feed_entry GROUP BY scope");
  while (s.row()) out.emplace_back(s.text(0), s.position(1));
  return out;
}

}  // namespace station::central
