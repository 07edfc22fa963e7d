#include "sync/central/projector.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sync/central/certificates.h"
#include "sync/central/progress.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"
#include "sync/rules/points.h"

namespace station::central {

using Json = nlohmann::json;

namespace {

constexpr std::int64_t kMostPoints = 1'000'000;  // in one transfer

// What is counted for each station and day.
constexpr std::array<std::string_view, 12> kCounted{
    record::kCheckedIn,      record::kIdentityRefused, record::kChargeStarted,  record::kChargeFailed,
    record::kLeaseStarted,   record::kLessonCompleted, record::kExamClosed,     record::kCertificateIssued,
    record::kComplaintFiled, record::kFaultRaised,     record::kStationStarted, record::kWarningConfirmed};

// After these other stations must know at once how far the rider is: from here he may go elsewhere.
bool is_urgent(std::string_view type) {
  return !type.starts_with(record::kAttendance) || type == "attendance.pause" || type == "attendance.end";
}

bool is_study(std::string_view type) {
  return type.starts_with(record::kAttendance) || type == record::kWarningConfirmed ||
         type == record::kCourseIdentified || type == record::kLessonCompleted || type == record::kLessonAbandoned ||
         type == record::kExamOpened || type == record::kExamClosed;
}

std::string word(const Json& body, const char* key) {
  return body.at(key).get<std::string>();
}

// What rows are found by: an index holds no words of any length.
constexpr std::size_t kLongestKey = 200;

struct LongKey {
  const char* name;
};

std::string key_word(const Json& body, const char* key) {
  std::string out = word(body, key);
  if (out.size() > kLongestKey) throw LongKey{key};
  return out;
}

}  // namespace

Projector::Projector(Work& work, const std::string& station, std::uint32_t inc, const base::PublicKey& key,
                     Publish publish)
    : work_(work), store_(work.store), station_(station), inc_(inc), key_(key), publish_(publish) {}

void Projector::quarantine(std::uint64_t pos, std::uint64_t seq, std::string_view type, std::string_view reason) {
  store_.prepared("INSERT INTO quarantine VALUES($1,$2,$3,$4,$5,$6)")
      .bind(pos)
      .bind(station_)
      .bind(inc_)
      .bind(seq)
      .bind(type)
      .bind(reason)
      .done();
}

void Projector::apply(std::uint64_t pos, std::uint64_t seq, const LineView& line) {
  const Place place{pos, seq, line.time, line};
  std::string refused;
  try {
    if (std::find(kCounted.begin(), kCounted.end(), line.type) != kCounted.end())
      ++usage_[{rules::local_day(place.at), std::string(line.type)}];
    if (line.subject.size() > kLongestKey) throw LongKey{"subject"};
    refused = apply_effect(place);
  } catch (const LongKey& e) {
    refused = "\"" + std::string(e.name) + "\" is longer than " + std::to_string(kLongestKey) + " bytes";
  } catch (const Json::exception& e) {
    refused = std::string("the body is not of the form for this type: ") + e.what();
  }
  if (!refused.empty()) quarantine(pos, seq, line.type, refused);
}

std::string Projector::apply_effect(const Place& p) {
  const std::string_view type = p.line.type;
  if (is_study(type)) {
    study(p);
  } else if (type == record::kPointsEarned) {
    return earn(p);
  } else if (type == record::kCertificateIssued) {
    return certify(p);
  } else if (type == record::kCheckedIn) {
    return check_in(p);
  } else if (type == record::kCheckedOut) {
    const Json body = Json::parse(p.line.body);
    store_.prepared("UPDATE visit SET until=$1 WHERE visit=$2 AND station=$3 AND until=0")
        .bind(base::to_ms(p.at))
        .bind(key_word(body, "visit"))
        .bind(station_)
        .done();
    if (store_.changes() == 0) return "there is no open visit of this id at this station";
  } else if (type == record::kFaultRaised) {
    const Json body = Json::parse(p.line.body);
    store_
        .prepared(
            "INSERT INTO fault VALUES($1,$2,$3,$4,$5) ON CONFLICT(station, code, place) DO UPDATE SET "
            "detail=excluded.detail")
        .bind(station_)
        .bind(key_word(body, "code"))
        .bind(key_word(body, "place"))
        .bind(word(body, "detail"))
        .bind(base::to_ms(p.at))
        .done();
  } else if (type == record::kFaultCleared) {
    const Json body = Json::parse(p.line.body);
    store_.prepared("DELETE FROM fault WHERE station=$1 AND code=$2 AND place=$3")
        .bind(station_)
        .bind(key_word(body, "code"))
        .bind(key_word(body, "place"))
        .done();
  } else if (type == record::kComplaintFiled) {
    const Json body = Json::parse(p.line.body);
    store_.prepared("INSERT INTO complaint VALUES($1,$2,$3,$4,$5,$6,$7) ON CONFLICT(complaint) DO NOTHING")
        .bind(key_word(body, "complaint"))
        .bind(p.line.subject)
        .bind(word(body, "about"))
        .bind(key_word(body, "ref"))
        .bind(word(body, "category"))
        .bind(station_)
        .bind(base::to_ms(p.at))
        .done();
    if (store_.changes() == 0) return "the receipt number was given to another complaint";
  } else if (type == record::kStationStarted) {
    const Json body = Json::parse(p.line.body);
    store_
        .prepared(
            "INSERT INTO station_state VALUES($1,$2,$3,$4) ON CONFLICT(station) DO UPDATE SET "
            "version=excluded.version, pack=excluded.pack, started=excluded.started")
        .bind(station_)
        .bind(word(body, "version"))
        .bind(body.at("pack").get<std::int64_t>())
        .bind(base::to_ms(p.at))
        .done();
  } else if (type == record::kContentApplied) {
    const Json body = Json::parse(p.line.body);
    store_
        .prepared("INSERT INTO station_state VALUES($1,'',$2,0) ON CONFLICT(station) DO UPDATE SET pack=excluded.pack")
        .bind(station_)
        .bind(body.at("version").get<std::int64_t>())
        .done();
  }
  return {};
}

std::string Projector::check_in(const Place& p) {
  const Json body = Json::parse(p.line.body);
  store_.prepared("INSERT INTO visit VALUES($1,$2,$3,$4,$5,0) ON CONFLICT(visit) DO NOTHING")
      .bind(key_word(body, "visit"))
      .bind(station_)
      .bind(p.line.subject)
      .bind(word(body, "method"))
      .bind(base::to_ms(p.at))
      .done();
  return store_.changes() == 0 ? "the visit's id was used before" : std::string();
}

// The rules of rules::PointsBook on rows: a transfer counts once, and so does a reason for what it rests on.
std::string Projector::earn(const Place& p) {
  const Json body = Json::parse(p.line.body);
  const std::string transfer = key_word(body, "transfer"), reason = key_word(body, "reason"), basis = key_word(body, "ref"),
                    subject(p.line.subject);
  const auto points = body.at("points").get<std::int64_t>();
  if (subject.empty()) return "points without a rider";
  // Also what is refused is included in the balance from now on, so that the station forgets it.
  store_
      .prepared(
          "INSERT INTO balance_upto VALUES($1,$2,$3,$4) ON CONFLICT(subject, station) DO UPDATE SET "
          "inc=excluded.inc, next=excluded.next WHERE excluded.inc>=balance_upto.inc")
      .bind(subject)
      .bind(station_)
      .bind(inc_)
      .bind(p.seq + 1)
      .done();
  changed_balances_.insert(subject);
  if (points <= 0 || points > kMostPoints) return "a transfer is of 1 to 1,000,000 points";
  store_.prepared("INSERT INTO transfer VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING")
      .bind(transfer)
      .bind(subject)
      .bind(points)
      .bind(reason)
      .bind(basis)
      .bind(station_)
      .bind(inc_)
      .bind(p.seq)
      .bind(base::to_ms(p.at))
      .done();
  if (store_.changes() == 0) return "these points were given before (the same transfer, or the same reason and basis)";
  store_
      .prepared(
          "INSERT INTO balance VALUES($1,$2) ON CONFLICT(subject) DO UPDATE SET "
          "points=balance.points+excluded.points")
      .bind(subject)
      .bind(points)
      .done();
  return {};
}

void Projector::study(const Place& p) {
  // Most records are study: they are not parsed for the one word that is needed.
  const auto course = plain_member(p.line.body, "course");
  const std::string parsed = course ? std::string() : key_word(Json::parse(p.line.body), "course");
  const std::string_view name = course ? *course : std::string_view(parsed);
  if (name.empty()) return;  // a voluntary lesson
  if (name.size() > kLongestKey) throw LongKey{"course"};
  add_to_course(p, name);
  if (is_urgent(p.line.type)) urgent_courses_.emplace(name);
}

void Projector::add_to_course(const Place& p, std::string_view course) {
  add_course_record(work_, {std::string(course), station_, inc_}, p.seq, p.pos);
  if (!touched_courses_.contains(course)) touched_courses_.emplace(course);
}

void Projector::mark_courses() {
  for (const std::string& course : touched_courses_) mark_course_part(work_, {course, station_, inc_});
  touched_courses_.clear();
}

std::string Projector::certify(const Place& p) {
  const Json body = Json::parse(p.line.body);
  const std::string course = key_word(body, "course"), number = key_word(body, "number"), text = word(body, "text");
  const auto opened = rules::open_certificate(text, key_);
  if (!opened) return "the certificate: " + opened.error().message;
  if (opened->number != number || opened->course != course || opened->rider != p.line.subject ||
      opened->station != station_)
    return "the certificate's text says otherwise than its record";
  mark_courses();
  const auto part = course_part(work_, {course, station_, inc_});
  const bool passed = part && std::any_of(part->attempts.begin(), part->attempts.end(),
                                          [](const record::AttemptProgress& a) { return a.closed && a.passed; });
  if (!passed) return "this station's log holds no passed examination of the course";
  store_.prepared("INSERT INTO certificate VALUES($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT(number) DO NOTHING")
      .bind(number)
      .bind(course)
      .bind(p.line.subject)
      .bind(station_)
      .bind(inc_)
      .bind(p.seq)
      .bind(base::to_ms(p.at))
      .bind(text)
      .done();
  if (store_.changes() == 0) return "the certificate's number was given before";
  add_to_course(p, course);
  urgent_courses_.insert(course);
  new_certificates_.insert(number);
  return {};
}

void Projector::finish() {
  mark_courses();
  for (const auto& [key, n] : usage_)
    store_
        .prepared(
            "INSERT INTO usage VALUES($1,$2,$3,$4) ON CONFLICT(station, day, what) DO UPDATE SET "
            "n=usage.n+excluded.n")
        .bind(station_)
        .bind(key.first)
        .bind(key.second)
        .bind(n)
        .done();
  if (publish_ == Publish::yes) {
    for (const std::string& course : urgent_courses_) publish_progress(work_, {course, station_, inc_});
    for (const std::string& subject : changed_balances_) publish_balance(work_, subject);
    for (const std::string& number : new_certificates_) publish_certificate(work_, number);
  }
  usage_.clear();
  urgent_courses_.clear();
  changed_balances_.clear();
  new_certificates_.clear();
}

}  // namespace station::central
