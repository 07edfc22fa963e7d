#include "kiosk/store/ledger.h"

#include "kiosk/store/parts.h"
#include "kiosk/store/schema.h"
#include "sync/base/file.h"
#include "sync/base/id.h"
#include "sync/base/log.h"
#include "sync/record/pack_signature.h"
#include "sync/record/record.h"
#include "sync/record/types.h"

namespace station::store {

using base::Errc;
using base::fail;

struct Ledger::Parts {
  Parts(const Identity& identity, const LedgerOptions& options, const base::Clock& clock, base::Random& random)
      : db(options.path, options.create), core(db, identity, options, clock, random) {}
  Database db;
  Core core;
};

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
    Outcome operator()(const flow::RecordOutlet& d) const { return record_outlet(core, d); }
    Outcome operator()(const flow::NoteOutlet& d) const { return note_outlet(core, d); }
    Outcome operator()(const flow::StoreSettlement& d) const { return store_settlement(core, d); }
    Outcome operator()(const flow::HoldBox& d) const { return hold_box(core, d); }
    Outcome operator()(const flow::IntendOpen& d) const { return intend_open(core, d); }
    Outcome operator()(const flow::RecordOpening& d) const { return record_opening(core, d); }
    Outcome operator()(const flow::CloseBox& d) const { return close_box(core, d); }
    Outcome operator()(const flow::SettleBox& d) const { return settle_box(core, d); }
    Outcome operator()(const flow::ReleaseHold& d) const { return release_hold(core, d); }
    Outcome operator()(const flow::Attend& d) const { return attend(core, d); }
    Outcome operator()(const flow::CompleteLesson& d) const { return complete_lesson(core, d); }
    Outcome operator()(const flow::AcceptWarning& d) const { return accept_warning(core, d); }
    Outcome operator()(const flow::OpenExam& d) const { return open_exam(core, d); }
    Outcome operator()(const flow::AnswerItem& d) const { return answer_item(core, d); }
    Outcome operator()(const flow::CloseExam& d) const { return close_exam(core, d); }
    Outcome operator()(const flow::OpenDaily& d) const { return open_daily(core, d); }
    Outcome operator()(const flow::Practise& d) const { return practise(core, d); }
    Outcome operator()(const flow::ReadCode& d) const { return read_code(core, d); }
    Outcome operator()(const flow::LodgeComplaint& d) const { return lodge_complaint(core, d); }
    Outcome operator()(const flow::RaiseFault& d) const { return raise_fault(core, d); }
    Outcome operator()(const flow::ClearFault& d) const { return clear_fault(core, d); }
    Outcome operator()(const flow::Housekeep&) const {
      close_old_visits(core);
      drop_old_holds(core);
      estimate_outlets(core);
      note_pin_locks(core);
      return flow::Done{};
    }
    Outcome operator()(const flow::LoadRider& d) const { return flow::RiderChanged{rider_view(core, d.subject)}; }
  };
  return std::visit(Decide{core}, demand);
}

std::string start_body(Core& core, bool unclean) {
  return "{\"version\":" + json_text(core.options.program_version) + ",\"schema\":" + std::to_string(schema_version()) +
         ",\"pack\":" + std::to_string(core.pack_version) + ",\"unclean\":" + (unclean ? "true" : "false") + "}";
}

}  // namespace

Ledger::Ledger(Identity identity, LedgerOptions options, const base::Clock& clock, base::Random& random)
    : identity_(std::move(identity)),
      options_(std::move(options)),
      parts_(std::make_unique<Parts>(identity_, options_, clock, random)),
      core_(parts_->core) {}

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
  Core& core = core_;
  migrate(core.db);
  const std::string owner = core.meta("station");
  if (!owner.empty() && owner != identity_.station)
    throw StorageError{"the database belongs to station " + owner + ", not to " + identity_.station};
  core.run = base::new_id(core.random);
  core.log.load();
  confirmed_ = std::min(core.meta_number("confirmed"), core.log.size());
  feed_cursor_ = core.meta_number("feed_cursor");
  load_contents(core);
  const bool unclean = core.meta("running", "0") == "1";
  Transaction tx(core.db);
  core.set_meta("station", identity_.station);
  core.set_meta("running", "1");
  configure_boxes(core);
  core.log.append(record::kStationStarted, "", "", start_body(core, unclean));
  record_approvals(core);
  settle_charges_at_start(core);
  settle_boxes_at_start(core);
  settle_study_at_start(core);
  tx.commit();
  core.log.committed(options_);
}

base::Result<void> Ledger::failed(const std::string& why) {
  if (!broken_) spdlog::critical("storage failed: {}", why);
  broken_ = true;
  broken_why_ = why;
  return fail(Errc::io, why);
}

// Runs the work as one transaction; after a storage error nothing is confirmed any more.
template <class Work>
base::Result<void> Ledger::guarded(Work work) {
  if (broken_) return fail(Errc::io, broken_why_);
  try {
    Transaction tx(core_.db);
    work();
    tx.commit();
    core_.log.committed(options_);
    return {};
  } catch (const StorageError& e) {
    core_.log.rolled_back();
    return failed(e.detail);
  }
}

template <class Value, class Work>
base::Result<Value> Ledger::reading(Work work) {
  if (broken_) return fail(Errc::io, broken_why_);
  try {
    return work();
  } catch (const StorageError& e) {
    return tl::unexpected(failed(e.detail).error());
  }
}

flow::Reply Ledger::handle(const flow::Request& request) {
  flow::Outcome outcome;
  const auto done = guarded([&] { outcome = decide(core_, request.demand); });
  if (!done) outcome = flow::StorageFailed{done.error().message};
  return {request.id, std::move(outcome)};
}

std::vector<flow::Reply> Ledger::handle(std::span<const flow::Request> requests) {
  std::vector<flow::Reply> replies;
  const auto done = guarded([&] {
    for (const flow::Request& request : requests) replies.push_back({request.id, decide(core_, request.demand)});
  });
  if (done) return replies;
  replies.clear();
  for (const flow::Request& request : requests) replies.push_back({request.id, flow::StorageFailed{done.error().message}});
  return replies;
}

flow::StationView Ledger::station() {
  return reading<flow::StationView>([&] { return station_view(core_); }).value_or(flow::StationView{});
}

void Ledger::close() {
  (void)guarded([&] { core_.set_meta("running", "0"); });
}

std::shared_ptr<const record::Content> Ledger::content() const {
  return core_.content(core_.pack_version);
}

std::uint64_t Ledger::log_size() const {
  return core_.log.size();
}

base::Result<std::vector<std::string>> Ledger::lines(std::uint64_t from, std::size_t most_lines,
                                                     std::size_t most_bytes) {
  return reading<std::vector<std::string>>([&] {
    std::vector<std::string> out;
    std::size_t bytes = 0;
    auto q = core_.db.query("SELECT line FROM record WHERE seq>=? ORDER BY seq LIMIT ?")
                 .bind(from)
                 .bind(std::uint64_t{std::max<std::size_t>(1, most_lines)});
    while (q.row()) {
      std::string line = q.text(0);
      bytes += line.size() + 1;
      if (bytes > most_bytes && !out.empty()) break;
      out.push_back(std::move(line));
    }
    return out;
  });
}

base::Result<std::string> Ledger::checkpoint(std::uint64_t size) {
  if (size > log_size()) return fail(Errc::invalid, "the log has fewer records than the checkpoint asked for");
  return reading<std::string>([&] {
    const record::Checkpoint head{record::log_origin(identity_.station, identity_.inc), size,
                                  core_.log.edge_at(size).root()};
    return record::sign_checkpoint(head, identity_.station, identity_.record_key);
  });
}

base::Result<void> Ledger::set_confirmed(std::uint64_t next) {
  if (next > log_size()) return fail(Errc::invalid, "the centre cannot hold more records than were written");
  if (auto done = guarded([&] { core_.set_meta("confirmed", next); }); !done) return done;
  confirmed_ = next;
  return {};
}

base::Result<void> Ledger::apply(std::span<const record::FeedEntry> entries) {
  std::uint64_t cursor = feed_cursor_;
  const auto done = guarded([&] {
    for (const record::FeedEntry& entry : entries) {
      if (entry.pos <= cursor) continue;
      core_.db.run("SAVEPOINT entry");
      try {
        apply_entry(core_, entry);
      } catch (const std::exception& e) {  // StorageError is none: it ends the whole transaction
        core_.db.run("ROLLBACK TO entry");
        core_.log.append(record::kFeedRefused, "", "",
                         "{\"pos\":" + std::to_string(entry.pos) + ",\"type\":" + json_text(entry.type) +
                             ",\"reason\":" + json_text(e.what()) + "}");
      }
      core_.db.run("RELEASE entry");
      cursor = entry.pos;
    }
    if (cursor != feed_cursor_) core_.set_meta("feed_cursor", cursor);
  });
  if (done) feed_cursor_ = cursor;
  return done;
}

base::Result<std::optional<WantedPack>> Ledger::wanted_pack() {
  return reading<std::optional<WantedPack>>([&]() -> std::optional<WantedPack> {
    auto q =
        core_.db
            .query("SELECT name, version, sha256, bytes FROM pack_wanted WHERE version>? ORDER BY version DESC LIMIT 1")
            .bind(core_.pack_version);
    if (!q.row()) return std::nullopt;
    return WantedPack{q.text(0), static_cast<std::uint64_t>(q.integer(1)), q.text(2),
                      static_cast<std::uint64_t>(q.integer(3))};
  });
}

base::Result<void> Ledger::offer_pack(const WantedPack& wanted, std::string_view bytes) {
  const std::string sha = base::to_hex(base::sha256(base::as_bytes(bytes)));
  auto content = record::open_signed_pack(bytes, identity_.centre);
  std::string refusal;
  if (sha != wanted.sha256) {
    refusal = "the checksum differs from the announced one";
  } else if (!content) {
    refusal = content.error().message;
  } else if (content->version != wanted.version || content->pack != wanted.pack) {
    refusal = "the pack says it is " + content->pack + " " + std::to_string(content->version);
  } else if (static_cast<std::int64_t>(wanted.version) <= core_.pack_version) {
    refusal = "version " + std::to_string(core_.pack_version) + " is in use";
  }
  const std::string facts = "\"pack\":" + json_text(wanted.pack) + ",\"version\":" + std::to_string(wanted.version) +
                            ",\"sha256\":" + json_text(wanted.sha256);
  const std::int64_t before = core_.pack_version;
  const auto done = guarded([&] {
    if (!refusal.empty()) {
      core_.db.query("DELETE FROM pack_wanted WHERE sha256=?").bind(wanted.sha256).done();
      core_.log.append(record::kContentRefused, "", "", "{" + facts + ",\"reason\":" + json_text(refusal) + "}");
      return;
    }
    core_.db.query("DELETE FROM pack_wanted WHERE version<=?").bind(wanted.version).done();
    core_.db
        .query(
            "INSERT INTO pack VALUES(?,?,?,?) ON CONFLICT(version) DO UPDATE SET sha256=excluded.sha256, "
            "bytes=excluded.bytes")
        .bind(wanted.version)
        .bind(wanted.pack)
        .bind(wanted.sha256)
        .bind_blob(base::as_bytes(bytes))
        .done();
    core_.log.append(record::kContentApplied, "", "", "{" + facts + "}");
    core_.pack_version = static_cast<std::int64_t>(wanted.version);
    core_.contents[core_.pack_version] = std::make_shared<const record::Content>(std::move(*content));
    drop_old_packs(core_);
  });
  if (!done) {
    core_.pack_version = before;
    return done;
  }
  if (!refusal.empty()) return fail(Errc::corrupt, "content pack refused: " + refusal);
  return {};
}

base::Result<void> Ledger::anchored(const TimeAnchor& anchor) {
  return guarded([&] { core_.log.anchor(anchor); });
}

std::string Ledger::compare_with_log() {
  const auto difference = reading<std::string>([&] { return compare_log(core_); });
  return difference ? *difference : difference.error().message;
}

}  // namespace station::store
