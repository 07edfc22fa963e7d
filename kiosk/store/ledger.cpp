#include "kiosk/store/ledger.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kiosk/store/parts.h"
#include "kiosk/store/schema.h"
#include "sync/base/file.h"
#include "sync/base/id.h"
#include "sync/base/log.h"
#include "sync/record/course_progress.h"
#include "sync/record/pack.h"
#include "sync/record/record.h"
#include "sync/record/types.h"

namespace station::store {

using base::Errc;
using base::fail;
using Json = nlohmann::json;

namespace {

Outcome decide(Core& core, const flow::Demand& demand) {
  struct Decide {
    Core& core;
    Outcome operator()(const flow::TapCard& d) const { return tap_card(core, d); }
    Outcome operator()(const flow::EnterPin& d) const { return enter_pin(core, d); }
    Outcome operator()(const flow::BadCard& d) const { return bad_card(core, d); }
    Outcome operator()(const flow::ConfirmByCard& d) const { return confirm_by_card(core, d); }
    Outcome operator()(const flow::ConfirmByPin& d) const { return confirm_by_pin(core, d); }
    Outcome operator()(const flow::LeaveStation& d) const { return leave_station(core, d); }
    Outcome operator()(const flow::IntendCharge& d) const { return intend_charge(core, d); }
    Outcome operator()(const flow::RecordSwitch& d) const { return record_switch(core, d); }
    Outcome operator()(const flow::HoldBox& d) const { return hold_box(core, d); }
    Outcome operator()(const flow::IntendOpen& d) const { return intend_open(core, d); }
    Outcome operator()(const flow::RecordOpening& d) const { return record_opening(core, d); }
    Outcome operator()(const flow::CloseBox& d) const { return close_box(core, d); }
    Outcome operator()(const flow::ReleaseHold& d) const { return release_hold(core, d); }
    Outcome operator()(const flow::Attend& d) const { return attend(core, d); }
    Outcome operator()(const flow::CompleteLesson& d) const { return complete_lesson(core, d); }
    Outcome operator()(const flow::AcceptWarning& d) const { return accept_warning(core, d); }
    Outcome operator()(const flow::OpenExam& d) const { return open_exam(core, d); }
    Outcome operator()(const flow::AnswerItem& d) const { return answer_item(core, d); }
    Outcome operator()(const flow::CloseExam& d) const { return close_exam(core, d); }
    Outcome operator()(const flow::LodgeComplaint& d) const { return lodge_complaint(core, d); }
    Outcome operator()(const flow::RaiseFault& d) const { return raise_fault(core, d); }
    Outcome operator()(const flow::ClearFault& d) const { return clear_fault(core, d); }
    Outcome operator()(const flow::Housekeep&) const {
      close_old_visits(core);
      drop_old_holds(core);
      return flow::Done{};
    }
    Outcome operator()(const flow::LoadRider& d) const { return flow::RiderChanged{rider_view(core, d.subject)}; }
  };
  return std::visit(Decide{core}, demand);
}

void apply_rider(Core& core, const Json& body) {
  const std::string subject = body.at("subject");
  const base::Bytes name = base::seal(core.identity.field_key, body.at("name").get<std::string>(), "rider.name|" + subject, core.random);
  const std::string login = body.at("login");
  if (!login.empty()) core.db.prepared("UPDATE rider SET login='' WHERE login=? AND subject<>?").bind(login).bind(subject).done();
  core.db.prepared("INSERT INTO rider VALUES(?,?,?,?,?,?) ON CONFLICT(subject) DO UPDATE SET name=excluded.name, "
                   "role=excluded.role, login=excluded.login, pin=excluded.pin, last4=excluded.last4")
      .bind(subject)
      .bind_blob(name)
      .bind(body.value("role", "rider"))
      .bind(login)
      .bind(body.at("pin").get<std::string>())
      .bind(body.at("last4").get<std::string>())
      .done();
  core.db.prepared("DELETE FROM card WHERE subject=?").bind(subject).done();
  for (const Json& card : body.at("cards"))
    core.db.prepared("INSERT INTO card VALUES(?,?) ON CONFLICT(hash) DO UPDATE SET subject=excluded.subject")
        .bind(card.get<std::string>())
        .bind(subject)
        .done();
}

void apply_progress(Core& core, const std::string& text) {
  const auto p = record::parse_course_progress(text);
  if (!p) throw std::invalid_argument(p.error().message);
  if (p->station == core.identity.station) return;  // this station knows its own better
  core.db.prepared("INSERT INTO progress VALUES(?,?,?,?) ON CONFLICT(course, station) DO UPDATE SET upto=excluded.upto, "
                   "body=excluded.body WHERE excluded.upto>=upto")
      .bind(p->course)
      .bind(p->station)
      .bind(p->upto)
      .bind(text)
      .done();
}

void apply_points(Core& core, const Json& body) {
  const std::int64_t upto = body.at("upto").value(core.identity.station, std::int64_t{0});
  core.db.prepared("INSERT INTO points_balance VALUES(?,?,?) ON CONFLICT(subject) DO UPDATE SET balance=excluded.balance, upto=excluded.upto")
      .bind(body.at("subject").get<std::string>())
      .bind(body.at("balance").get<std::int64_t>())
      .bind(upto)
      .done();
}

// Throws Json::exception or std::invalid_argument when the body is not of the stated form.
void apply_entry(Core& core, const record::FeedEntry& entry) {
  const Json body = Json::parse(entry.body);
  if (entry.type == record::kFeedRider) {
    apply_rider(core, body);
  } else if (entry.type == record::kFeedRiderRemoved) {
    const std::string subject = body.at("subject");
    core.db.prepared("DELETE FROM card WHERE subject=?").bind(subject).done();
    core.db.prepared("DELETE FROM rider WHERE subject=?").bind(subject).done();
  } else if (entry.type == record::kFeedCourse) {
    const auto order = record::parse_course_order(entry.body);
    if (!order) throw std::invalid_argument(order.error().message);
    core.db.prepared("INSERT INTO course VALUES(?,?,?,'','') ON CONFLICT(course) DO UPDATE SET body=excluded.body")
        .bind(order->course)
        .bind(order->subject)
        .bind(entry.body)
        .done();
  } else if (entry.type == record::kFeedCourseWithdrawn) {
    core.db.prepared("UPDATE course SET withdrawn=? WHERE course=?").bind(body.at("reason").get<std::string>() + " ").bind(body.at("course").get<std::string>()).done();
  } else if (entry.type == record::kFeedProgress) {
    apply_progress(core, entry.body);
  } else if (entry.type == record::kFeedReview) {
    const auto review = record::parse_course_review(entry.body);
    if (!review) throw std::invalid_argument(review.error().message);
    core.db.prepared("UPDATE course SET review=? WHERE course=?").bind(entry.body).bind(review->course).done();
  } else if (entry.type == record::kFeedPoints) {
    apply_points(core, body);
  } else if (entry.type == record::kFeedPack) {
    core.db.prepared("INSERT INTO pack_wanted VALUES(?,?,?) ON CONFLICT(sha256) DO NOTHING")
        .bind(body.at("sha256").get<std::string>())
        .bind(body.at("pack").get<std::string>())
        .bind(body.at("version").get<std::int64_t>())
        .done();
  } else if (entry.type == record::kFeedStationKey) {
    core.db.prepared("INSERT INTO station_key VALUES(?,?,?) ON CONFLICT(station, inc) DO UPDATE SET delegation=excluded.delegation")
        .bind(body.at("station").get<std::string>())
        .bind(body.at("inc").get<std::int64_t>())
        .bind(body.at("delegation").get<std::string>())
        .done();
  } else if (entry.type == record::kFeedUnlock) {
    core.db.prepared("DELETE FROM pin_failure WHERE subject=?").bind(body.at("subject").get<std::string>()).done();
  } else {
    throw std::invalid_argument("this program does not know this type of entry");
  }
}

}  // namespace

Ledger::Ledger(Identity identity, LedgerOptions options, const base::Clock& clock, base::Random& random)
    : identity_(std::move(identity)),
      options_(std::move(options)),
      db_(options_.path),
      core_(db_, identity_, options_, clock, random) {}

Ledger::~Ledger() = default;

base::Result<std::unique_ptr<Ledger>> Ledger::open(Identity identity, LedgerOptions options, const base::Clock& clock,
                                                   base::Random& random) {
  try {
    std::unique_ptr<Ledger> ledger(new Ledger(std::move(identity), std::move(options), clock, random));
    ledger->start();
    return ledger;
  } catch (const StorageError& e) {
    return fail(Errc::io, e.detail);
  }
}

void Ledger::start() {
  migrate(db_);
  const std::string owner = core_.meta("station");
  if (!owner.empty() && owner != identity_.station)
    throw StorageError{"the database belongs to station " + owner + ", not to " + identity_.station};
  core_.run = base::new_id(core_.random);
  core_.log.load();
  Transaction tx(db_);
  core_.set_meta("station", identity_.station);
  const bool unclean = core_.meta("running", "0") == "1";
  core_.set_meta("running", "1");
  configure_boxes(core_);
  core_.log.append(record::kStationStarted, "", "",
                   "{\"version\":" + json_text(options_.program_version) + ",\"schema\":" + std::to_string(schema_version()) +
                       ",\"pack\":" + core_.meta("pack_version", "0") + ",\"unclean\":" + (unclean ? "true" : "false") + "}");
  settle_charges_at_start(core_);
  settle_boxes_at_start(core_);
  settle_study_at_start(core_);
  tx.commit();
  core_.log.committed(options_);

  Statement& pack = db_.prepared("SELECT bytes FROM pack ORDER BY version DESC");
  while (pack.row()) {
    const base::Bytes bytes = pack.blob(0);
    auto content = record::open_pack({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!content) continue;  // a pack damaged on disk: the one before it serves
    core_.content = std::make_shared<const record::Content>(std::move(*content));
    pack.reset();
    break;
  }
}

// Runs the work as one transaction; after a storage error nothing is confirmed any more.
template <class Work>
base::Result<void> Ledger::guarded(Work work) {
  if (broken_) return fail(Errc::io, broken_why_);
  try {
    Transaction tx(db_);
    work();
    tx.commit();
    core_.log.committed(options_);
    return {};
  } catch (const StorageError& e) {
    core_.log.rolled_back();
    broken_ = true;
    broken_why_ = e.detail;
    spdlog::critical("storage failed: {}", e.detail);
    return fail(Errc::io, e.detail);
  }
}

flow::Reply Ledger::handle(const flow::Request& request) {
  flow::Outcome outcome;
  const auto done = guarded([&] { outcome = decide(core_, request.demand); });
  if (!done) outcome = flow::StorageFailed{done.error().message};
  return {request.id, std::move(outcome)};
}

flow::StationView Ledger::station() {
  flow::StationView view;
  try {
    if (!broken_) view = station_view(core_);
  } catch (const StorageError& e) {
    broken_ = true;
    broken_why_ = e.detail;
  }
  return view;
}

void Ledger::close() {
  guarded([&] { core_.set_meta("running", "0"); });
}

std::shared_ptr<const record::Content> Ledger::content() const { return core_.content; }

Ledger::Lines Ledger::lines_from(std::uint64_t from, std::size_t most_lines, std::size_t most_bytes) {
  Lines out;
  if (broken_ || from >= core_.log.size()) return out;
  try {
    std::size_t bytes = 0;
    Statement& s = db_.prepared("SELECT line FROM record WHERE seq>=? ORDER BY seq").bind(from);
    while (s.row()) {
      std::string line = s.text(0);
      if (out.lines.size() >= most_lines || (bytes + line.size() + 1 > most_bytes && !out.lines.empty())) {
        s.reset();
        break;
      }
      bytes += line.size() + 1;
      out.lines.push_back(std::move(line));
    }
    const std::uint64_t end = from + out.lines.size();
    record::Checkpoint head{record::log_origin(identity_.station, identity_.inc), end, {}};
    if (end == core_.log.size()) {
      head.root = core_.log.edge().root();
    } else {
      record::RightEdge edge;
      Statement& all = db_.prepared("SELECT line FROM record WHERE seq<? ORDER BY seq").bind(end);
      while (all.row()) edge.append(record::leaf_hash(all.text(0)));
      head.root = edge.root();
    }
    out.checkpoint = record::sign_checkpoint(head, identity_.station, identity_.record_key);
  } catch (const StorageError& e) {
    broken_ = true;
    broken_why_ = e.detail;
    return {};
  }
  return out;
}

std::uint64_t Ledger::log_size() const { return core_.log.size(); }

std::uint64_t Ledger::confirmed() const {
  try {
    return std::stoull(const_cast<Core&>(core_).meta("confirmed", "0"));
  } catch (const StorageError&) {
    return 0;
  }
}

void Ledger::set_confirmed(std::uint64_t next) {
  guarded([&] { core_.set_meta("confirmed", std::to_string(next)); });
}

std::uint64_t Ledger::feed_cursor() const {
  try {
    return std::stoull(const_cast<Core&>(core_).meta("feed_cursor", "0"));
  } catch (const StorageError&) {
    return 0;
  }
}

base::Result<void> Ledger::apply(const record::FeedEntry& entry) {
  if (entry.pos <= feed_cursor()) return {};  // applied before
  return guarded([&] {
    db_.run("SAVEPOINT entry");
    try {
      apply_entry(core_, entry);
    } catch (const std::exception& e) {
      db_.run("ROLLBACK TO entry");
      core_.log.append(record::kFeedRefused, "", "",
                       "{\"pos\":" + std::to_string(entry.pos) + ",\"type\":" + json_text(entry.type) +
                           ",\"reason\":" + json_text(e.what()) + "}");
    }
    db_.run("RELEASE entry");
    core_.set_meta("feed_cursor", std::to_string(entry.pos));
  });
}

std::optional<Ledger::WantedPack> Ledger::wanted_pack() {
  try {
    Statement& s = db_.prepared("SELECT name, version, sha256 FROM pack_wanted ORDER BY version DESC LIMIT 1");
    if (!s.row()) return std::nullopt;
    WantedPack w{s.text(0), s.integer(1), s.text(2)};
    s.reset();
    return w;
  } catch (const StorageError&) {
    return std::nullopt;
  }
}

base::Result<void> Ledger::offer_pack(const WantedPack& wanted, std::string_view bytes) {
  const std::string sha = base::to_hex(base::sha256(base::as_bytes(bytes)));
  auto content = record::open_pack(bytes);
  std::string refusal;
  if (sha != wanted.sha256) refusal = "the checksum differs from the announced one";
  if (refusal.empty() && !content) refusal = content.error().message;
  const std::string facts = "\"pack\":" + json_text(wanted.name) + ",\"version\":" + std::to_string(wanted.version) +
                            ",\"sha256\":" + json_text(wanted.sha256);
  const auto done = guarded([&] {
    db_.prepared("DELETE FROM pack_wanted WHERE version<=?").bind(wanted.version).done();
    if (!refusal.empty()) {
      core_.log.append(record::kContentRefused, "", "", "{" + facts + ",\"reason\":" + json_text(refusal) + "}");
      return;
    }
    db_.prepared("INSERT INTO pack VALUES(?,?,?) ON CONFLICT(version) DO UPDATE SET sha256=excluded.sha256, bytes=excluded.bytes")
        .bind(wanted.version)
        .bind(wanted.sha256)
        .bind_blob(base::as_bytes(bytes))
        .done();
    core_.set_meta("pack_version", std::to_string(wanted.version));
    core_.log.append(record::kContentApplied, "", "", "{" + facts + "}");
  });
  if (!done) return done;
  if (!refusal.empty()) return fail(Errc::corrupt, "content pack refused: " + refusal);
  core_.content = std::make_shared<const record::Content>(std::move(*content));
  return {};
}

void Ledger::anchored(base::Milliseconds offset, base::Milliseconds round_trip) {
  core_.log.anchor(round_trip);
  guarded([&] {
    core_.log.append(record::kClockAnchored, "", "",
                     "{\"offset_ms\":" + std::to_string(offset.count()) + ",\"rtt_ms\":" + std::to_string(round_trip.count()) + "}");
  });
}

std::string Ledger::compare_with_log() {
  try {
    record::RightEdge edge;
    std::map<std::string, std::int64_t> earned;
    Statement& all = db_.prepared("SELECT seq, line FROM record ORDER BY seq");
    while (all.row()) {
      const std::string line = all.text(1);
      const auto r = record::parse_line(line);
      if (!r || static_cast<std::int64_t>(r->seq) != all.integer(0)) {
        all.reset();
        return "record " + std::to_string(edge.size()) + " is damaged";
      }
      edge.append(record::leaf_hash(line));
      if (r->type == record::kPointsEarned) earned[r->subject] += Json::parse(r->body).at("points").get<std::int64_t>();
    }
    if (edge.root() != core_.log.edge().root()) return "the log's root differs from the stored right edge";
    Statement& sums = db_.prepared("SELECT subject, SUM(points) FROM points_transfer GROUP BY subject");
    std::size_t rows = 0;
    while (sums.row()) {
      ++rows;
      if (earned[sums.text(0)] != sums.integer(1)) {
        sums.reset();
        return "points of a rider differ from the log";
      }
    }
    return rows == earned.size() ? "" : "points of a rider are missing";
  } catch (const StorageError& e) {
    return e.detail;
  }
}

}  // namespace station::store
