#include <nlohmann/json.hpp>
#include <stdexcept>

#include "kiosk/store/parts.h"
#include "sync/record/note.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"

namespace station::store {

using Json = nlohmann::json;

namespace {

template <class T>
T take(base::Result<T> result) {
  if (!result) throw std::invalid_argument(result.error().message);
  return *std::move(result);
}

void need(bool holds, const char* why) {
  if (!holds) throw std::invalid_argument(why);
}

void count_riders(Core& core, bool more) {
  const std::uint64_t riders = core.meta_number("riders");
  core.set_meta("riders", more ? riders + 1 : riders - 1);
}

bool rider_known(Core& core, const std::string& subject) {
  return core.db.query("SELECT 1 FROM rider WHERE subject=?").bind(subject).row();
}

void apply_rider(Core& core, const Json& body) {
  const std::string subject = body.at("subject"), name = body.at("name"), login = body.at("login"),
                    pin = body.at("pin"), last4 = body.at("last4"), role = body.value("role", "rider");
  const auto cards = body.at("cards").get<std::vector<std::string>>();
  need(!subject.empty() && rules::is_code_field(subject), "\"subject\" is no pseudonym");
  if (!rider_known(core, subject)) count_riders(core, true);
  // A number or card belongs to the rider named last.
  if (!login.empty())
    core.db.query("UPDATE rider SET login='' WHERE login=? AND login<>'' AND subject<>?")
        .bind(login)
        .bind(subject)
        .done();
  core.db
      .query(
          "INSERT INTO rider VALUES(?,?,?,?,?,?) ON CONFLICT(subject) DO UPDATE SET name=excluded.name, "
          "role=excluded.role, "
          "login=excluded.login, pin=excluded.pin, last4=excluded.last4")
      .bind(subject)
      .bind_blob(base::seal(core.identity.field_key, name, "rider.name|" + subject, core.random))
      .bind(role)
      .bind(login)
      .bind(pin)
      .bind(last4)
      .done();
  core.db.query("DELETE FROM card WHERE subject=?").bind(subject).done();
  for (const std::string& card : cards)
    core.db.query("INSERT INTO card VALUES(?,?) ON CONFLICT(hash) DO UPDATE SET subject=excluded.subject")
        .bind(card)
        .bind(subject)
        .done();
}

// What the rider did stays in the log, by pseudonym; what names the person goes.
void apply_removal(Core& core, const Json& body) {
  const std::string subject = body.at("subject");
  if (rider_known(core, subject)) count_riders(core, false);
  core.db.query("DELETE FROM card WHERE subject=?").bind(subject).done();
  core.db.query("DELETE FROM pin_failure WHERE subject=?").bind(subject).done();
  core.db.query("DELETE FROM rider WHERE subject=?").bind(subject).done();
}

void apply_course(Core& core, const std::string& text) {
  const record::CourseOrder order = take(record::parse_course_order(text));
  // Both stand on certificates and in paper seeds.
  need(rules::is_code_field(order.course) && order.course.size() <= 64, "\"course\" cannot stand on a certificate");
  need(rules::is_code_field(order.subject), "\"subject\" is no pseudonym");
  need(order.questions >= 0 && order.questions <= 200 && order.pass >= 0 && order.pass <= order.questions,
       "\"questions\" or \"pass\" out of range");
  need(order.required_s >= 0, "\"required_s\" is negative");
  core.db
      .query(
          "INSERT INTO course VALUES(?,?,?,0,'','') ON CONFLICT(course) DO UPDATE SET subject=excluded.subject, "
          "body=excluded.body")
      .bind(order.course)
      .bind(order.subject)
      .bind(text)
      .done();
}

void apply_withdrawal(Core& core, const Json& body) {
  const std::string course = body.at("course"), reason = body.at("reason");
  core.db.query("UPDATE course SET withdrawn=1, reason=? WHERE course=?").bind(reason).bind(course).done();
  need(core.db.changes() > 0, "there is no such course here");
}

void apply_progress(Core& core, const std::string& text) {
  const record::CourseProgress p = take(record::parse_course_progress(text));
  if (p.station == core.identity.station && p.inc == core.identity.inc) return;  // this station knows its own better
  core.db
      .query(
          "INSERT INTO progress VALUES(?,?,?,?,?) ON CONFLICT(course, station, inc) DO UPDATE SET upto=excluded.upto, "
          "body=excluded.body WHERE excluded.upto>=upto")
      .bind(p.course)
      .bind(p.station)
      .bind(std::int64_t{p.inc})
      .bind(p.upto)
      .bind(text)
      .done();
}

void apply_review(Core& core, const std::string& text) {
  const record::CourseReview review = take(record::parse_course_review(text));
  core.db.query("UPDATE course SET review=? WHERE course=?").bind(text).bind(review.course).done();
  need(core.db.changes() > 0, "there is no such course here");
}

void apply_points(Core& core, const Json& body) {
  const std::int64_t upto = body.at("upto").value(core.identity.station, std::int64_t{0});
  const std::string subject = body.at("subject");
  const std::int64_t balance = body.at("balance");
  core.db
      .query(
          "INSERT INTO points_balance VALUES(?,?,?) ON CONFLICT(subject) DO UPDATE SET balance=excluded.balance, "
          "upto=excluded.upto")
      .bind(subject)
      .bind(balance)
      .bind(upto)
      .done();
}

// Only what is newer than the pack in use; it is fetched in its own time.
void apply_pack(Core& core, const Json& body) {
  const std::string sha256 = body.at("sha256"), name = body.at("pack");
  const std::int64_t version = body.at("version"), bytes = body.value("bytes", std::int64_t{0});
  const auto hash = base::from_hex(sha256);
  need(hash && hash->size() == 32 && version > 0 && bytes >= 0, "\"sha256\", \"version\" or \"bytes\" out of range");
  if (version <= core.pack_version) return;
  core.db.query("INSERT INTO pack_wanted VALUES(?,?,?,?) ON CONFLICT(sha256) DO NOTHING")
      .bind(sha256)
      .bind(name)
      .bind(version)
      .bind(bytes)
      .done();
}

void apply_station_key(Core& core, const Json& body) {
  const std::string station = body.at("station"), note = body.at("delegation");
  const std::int64_t inc = body.at("inc");
  const record::Delegation d = take(record::open_delegation(note, core.identity.centre));
  need(d.station == station && d.inc == inc, "the delegation is for another station");
  core.db
      .query(
          "INSERT INTO station_key VALUES(?,?,?) ON CONFLICT(station, inc) DO UPDATE SET "
          "delegation=excluded.delegation")
      .bind(station)
      .bind(inc)
      .bind(note)
      .done();
}

void apply_unlock(Core& core, const Json& body) {
  if (body.at("station").get<std::string>() != core.identity.station) return;
  const std::string subject = body.at("subject");
  core.db.query("DELETE FROM pin_failure WHERE subject=?").bind(subject).done();
}

}  // namespace

void apply_entry(Core& core, const record::FeedEntry& entry) {
  const Json body = Json::parse(entry.body);
  if (entry.type == record::kFeedRider) {
    apply_rider(core, body);
  } else if (entry.type == record::kFeedRiderRemoved) {
    apply_removal(core, body);
  } else if (entry.type == record::kFeedCourse) {
    apply_course(core, entry.body);
  } else if (entry.type == record::kFeedCourseWithdrawn) {
    apply_withdrawal(core, body);
  } else if (entry.type == record::kFeedProgress) {
    apply_progress(core, entry.body);
  } else if (entry.type == record::kFeedReview) {
    apply_review(core, entry.body);
  } else if (entry.type == record::kFeedCertificate) {
    note_certificate(core, entry.body);
  } else if (entry.type == record::kFeedPoints) {
    apply_points(core, body);
  } else if (entry.type == record::kFeedPack) {
    apply_pack(core, body);
  } else if (entry.type == record::kFeedStationKey) {
    apply_station_key(core, body);
  } else if (entry.type == record::kFeedUnlock) {
    apply_unlock(core, body);
  } else {
    throw std::invalid_argument("this program does not know this type of entry");
  }
}

}  // namespace station::store
