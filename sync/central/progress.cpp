#include "sync/central/progress.h"

#include <nlohmann/json.hpp>

#include "sync/central/line_view.h"
#include "sync/record/record.h"
#include "sync/record/types.h"

namespace station::central {

namespace {

constexpr std::size_t kTallies = 4096;  // about 10 KB each after half an hour of study

record::CourseProgress compute(Work& work, const PartKey& key) {
  record::CourseTally& tally = work.tallies.of(key);
  LineReader reader(key.station, key.inc);
  auto& s = work.store.prepared(
      "SELECT c.seq, r.line FROM course_record c JOIN record r ON r.pos=c.pos WHERE c.course=$1 AND c.station=$2 AND "
      "c.inc=$3 AND c.seq>=$4 ORDER BY c.seq");
  s.bind(key.course).bind(key.station).bind(key.inc).bind(tally.next());
  while (s.row()) {
    record::Record r;
    LineView view;
    std::string why;
    r.seq = s.position(0);
    if (!reader.read(s.view(1), r.seq, view, why) || !base::parse_iso8601(std::string(view.at), r.at))
      throw StorageError{"a record of course " + key.course + " cannot be read any more: " + why};
    r.inc = key.inc;
    r.type = std::string(view.type);
    r.boot = std::string(view.boot);
    r.mono_ms = view.mono_ms;
    r.body = std::string(view.body);
    tally.add(r);
  }
  auto part = tally.progress();
  part.inc = key.inc;
  return part;
}

}  // namespace

record::CourseTally& PartTallies::of(const PartKey& key) {
  touched_.insert(key);
  if (tallies_.size() >= kTallies && !tallies_.contains(key)) tallies_.clear();
  return tallies_.try_emplace(key, key.course, key.station).first->second;
}

void PartTallies::roll_back() {
  for (const PartKey& key : touched_) tallies_.erase(key);
  touched_.clear();
}

void add_course_record(Work& work, const PartKey& key, std::uint64_t seq, std::uint64_t pos) {
  work.store.prepared("INSERT INTO course_record VALUES($1,$2,$3,$4,$5)")
      .bind(key.course)
      .bind(key.station)
      .bind(key.inc)
      .bind(seq)
      .bind(pos)
      .done();
}

void mark_course_part(Work& work, const PartKey& key) {
  work.store
      .prepared("INSERT INTO course_part VALUES($1,$2,$3,1,'') ON CONFLICT(course, station, inc) DO UPDATE SET stale=1")
      .bind(key.course)
      .bind(key.station)
      .bind(key.inc)
      .done();
  work.store.prepared("INSERT INTO progress_due VALUES($1,$2,$3,$4) ON CONFLICT DO NOTHING")
      .bind(key.course)
      .bind(key.station)
      .bind(key.inc)
      .bind(base::to_ms(work.now))
      .done();
}

std::optional<record::CourseProgress> course_part(Work& work, const PartKey& key) {
  bool stale = false;
  std::string body;
  {
    auto& s = work.store.prepared("SELECT stale, body FROM course_part WHERE course=$1 AND station=$2 AND inc=$3");
    s.bind(key.course).bind(key.station).bind(key.inc);
    if (!s.row()) return std::nullopt;
    stale = s.integer(0) != 0;
    if (!stale) body = s.text(1);
  }
  if (stale) {
    auto part = compute(work, key);
    work.store.prepared("UPDATE course_part SET stale=0, body=$1 WHERE course=$2 AND station=$3 AND inc=$4")
        .bind(record::to_json(part))
        .bind(key.course)
        .bind(key.station)
        .bind(key.inc)
        .done();
    return part;
  }
  auto part = record::parse_course_progress(body);
  if (!part) throw StorageError{"course " + key.course + ": " + part.error().message};
  return std::move(*part);
}

std::vector<record::CourseProgress> course_parts(Work& work, const std::string& course) {
  std::vector<PartKey> keys;
  {
    auto& s = work.store.prepared("SELECT station, inc FROM course_part WHERE course=$1 ORDER BY station, inc");
    s.bind(course);
    while (s.row()) keys.push_back({course, s.text(0), static_cast<std::uint32_t>(s.integer(1))});
  }
  std::vector<record::CourseProgress> parts;
  for (const PartKey& key : keys)
    if (auto part = course_part(work, key)) parts.push_back(std::move(*part));
  return parts;
}

void publish_progress(Work& work, const PartKey& key) {
  if (const auto part = course_part(work, key))
    work.feed.publish("city", record::kFeedProgress, work.now, record::to_json(*part),
                      "progress|" + key.course + "|" + key.station + "|" + std::to_string(key.inc));
  work.store.prepared("DELETE FROM progress_due WHERE course=$1 AND station=$2 AND inc=$3")
      .bind(key.course)
      .bind(key.station)
      .bind(key.inc)
      .done();
}

void publish_due_progress(Work& work) {
  std::vector<PartKey> due;
  {
    auto& s =
        work.store.prepared("SELECT course, station, inc FROM progress_due WHERE since<=$1 ORDER BY since LIMIT 200");
    s.bind(base::to_ms(work.now - work.options.progress_every));
    while (s.row()) due.push_back({s.text(0), s.text(1), static_cast<std::uint32_t>(s.integer(2))});
  }
  for (const PartKey& key : due) publish_progress(work, key);
}

void publish_balance(Work& work, const std::string& subject) {
  nlohmann::json upto = nlohmann::json::object();
  {
    // Only of the log that a station writes now: what it wrote before is in the balance without any doubt.
    auto& s = work.store.prepared(
        "SELECT u.station, u.next FROM balance_upto u JOIN station s ON s.station=u.station AND s.inc=u.inc WHERE "
        "u.subject=$1 ORDER BY u.station");
    s.bind(subject);
    while (s.row()) upto[s.text(0)] = s.position(1);
  }
  std::int64_t balance = 0;
  {
    auto& s = work.store.prepared("SELECT points FROM balance WHERE subject=$1");
    s.bind(subject);
    if (s.row()) balance = s.integer(0);
  }
  const nlohmann::json body{{"subject", subject}, {"balance", balance}, {"upto", upto}};
  work.feed.publish("city", record::kFeedPoints, work.now,
                    body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "points|" + subject);
}

void republish_balances(Work& work, const std::string& station) {
  std::vector<std::string> subjects;
  {
    auto& s = work.store.prepared("SELECT subject FROM balance_upto WHERE station=$1");
    s.bind(station);
    while (s.row()) subjects.push_back(s.text(0));
  }
  for (const std::string& subject : subjects) publish_balance(work, subject);
}

}  // namespace station::central
