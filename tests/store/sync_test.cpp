#include "rig.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"

using namespace station;
using namespace station::test;

namespace {

record::Checkpoint open_head(Rig& rig, std::uint64_t size) {
  const auto note = rig.ledger->checkpoint(size);
  REQUIRE(note);
  const auto head = record::open_checkpoint(*note, {rig.identity.station, rig.identity.record_key.public_key});
  REQUIRE(head);
  return *head;
}

}  // namespace

TEST_CASE("the signed head of any number of records is the Merkle root of their lines", "[store]") {
  Rig rig;
  rig.grow(600);
  const auto lines = rig.ledger->lines(0, 1000, 1'000'000);
  REQUIRE(lines);
  REQUIRE(lines->size() == 600);
  record::RightEdge edge;
  for (std::uint64_t n = 0; n <= 600; ++n) {
    if (n < 3 || n % 64 < 2 || n > 510) {
      const auto head = open_head(rig, n);
      CHECK(head.origin == "rider-station/440902-007/1");
      CHECK(head.size == n);
      CHECK(head.root == edge.root());
    }
    if (n < 600) edge.append(record::leaf_hash((*lines)[n]));
  }
  CHECK_FALSE(rig.ledger->checkpoint(601));
  rig.crash();
  CHECK(open_head(rig, 600).root == edge.root());
  CHECK(open_head(rig, 512).size == 512);
  rig.consistent();
}

TEST_CASE("lines come from a position, limited in number and bytes, at least one", "[store]") {
  Rig rig;
  rig.grow(20);
  CHECK(rig.ledger->lines(0, 5, 1'000'000)->size() == 5);
  CHECK(rig.ledger->lines(17, 512, 1'000'000)->size() == 3);
  CHECK(rig.ledger->lines(20, 512, 1'000'000)->empty());
  const auto two = rig.ledger->lines(3, 2, 1'000'000);
  const std::size_t bytes = two->at(0).size() + two->at(1).size() + 2;
  CHECK(rig.ledger->lines(3, 512, bytes)->size() == 2);
  CHECK(rig.ledger->lines(3, 512, bytes - 1)->size() == 1);
  CHECK(rig.ledger->lines(3, 512, 1)->size() == 1);
  CHECK(rig.ledger->lines(3, 0, 1'000'000)->size() == 1);
  CHECK(record::parse_line(two->at(0))->seq == 3);
}

TEST_CASE("what the centre confirmed is remembered, may go back, and never passes the end of the log", "[store]") {
  Rig rig;
  rig.grow(10);
  CHECK(rig.ledger->confirmed() == 0);
  REQUIRE(rig.ledger->set_confirmed(8));
  rig.crash();
  CHECK(rig.ledger->confirmed() == 8);
  REQUIRE(rig.ledger->set_confirmed(3));
  CHECK(rig.ledger->confirmed() == 3);
  CHECK_FALSE(rig.ledger->set_confirmed(rig.ledger->log_size() + 1));
  CHECK(rig.ledger->confirmed() == 3);
}

TEST_CASE("each committed record is announced once, in order, with its hash, and only after it is on disk", "[store]") {
  std::vector<std::string> seen;
  Rig rig;
  rig.options.on_committed = [&](const std::string& type, std::uint32_t inc, std::uint64_t seq,
                                 const base::Digest& leaf) {
    const auto line = rig.ledger ? rig.ledger->lines(seq, 1, 1'000'000) : base::Result<std::vector<std::string>>();
    if (rig.ledger) CHECK(record::leaf_hash(line->at(0)) == leaf);
    seen.push_back(type + " " + std::to_string(inc) + " " + std::to_string(seq));
  };
  rig.crash();
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  CHECK(seen == std::vector<std::string>{"station.started 1 1", "visit.checked_in 1 2", "points.earned 1 3"});
}

TEST_CASE("times come from the centre's anchor, and say how sure they are", "[store]") {
  Rig rig;
  const auto last = [&] {
    rig.ask<flow::Refusal>(flow::BadCard{devices::CardProblem::unreadable});
    return rig.log().back();
  };
  CHECK(last().clock == record::ClockQuality::plausible);
  CHECK(last().unc_ms == 60'000);

  rig.clock.step_wall(1h);  // the wall clock is an hour ahead
  const base::UtcTime truth = rig.clock.utc() - 1h;
  REQUIRE(rig.ledger->anchored({truth, rig.clock.mono(), 20ms, 40ms, 1h}));
  CHECK(rig.bodies(record::kClockAnchored).at(0) == json{{"offset_ms", 3'600'000}, {"rtt_ms", 40}});
  rig.clock.advance(100s);
  rig.clock.step_wall(-5h);  // does not matter within this boot
  CHECK(last().clock == record::ClockQuality::anchored);
  CHECK(last().at == truth + 100s);
  CHECK(last().unc_ms == 30);  // 20 ms and the drift of 100 s

  rig.clock.step_wall(4h);
  rig.power_cut(1h);
  CHECK(last().clock == record::ClockQuality::week);
  CHECK(last().unc_ms >= 1'000);
  rig.clock.step_wall(8 * 24h);
  CHECK(last().clock == record::ClockQuality::plausible);
  rig.clock.step_wall(-30 * 24h);  // earlier than what the centre said
  CHECK(last().clock == record::ClockQuality::unknown);
  rig.consistent();
}

TEST_CASE("a clock that was never set is called unknown", "[store]") {
  Rig rig("440902-007", "1970-01-01T00:00:10Z");
  CHECK(rig.log().back().clock == record::ClockQuality::unknown);
}

TEST_CASE("feed entries are applied once, in order, with the cursor", "[store]") {
  Rig rig;
  const std::vector<record::FeedEntry> entries = {
      rig.entry(record::kFeedRider, rig.rider_body(kWang, "王师傅", "04A23B7C", "", "")),
      rig.entry(record::kFeedPoints, {{"subject", kWang}, {"balance", 7}, {"upto", json::object()}}),
      rig.entry(record::kFeedPoints, {{"subject", kWang}, {"balance", 9}, {"upto", json::object()}})};
  REQUIRE(rig.ledger->apply(entries));
  CHECK(rig.ledger->feed_cursor() == 3);
  CHECK(rig.wang().points == 9);
  REQUIRE(rig.ledger->apply(entries));  // delivered again
  CHECK(rig.wang().points == 9);
  CHECK(rig.ledger->station().riders == 1);
  rig.crash();
  CHECK(rig.ledger->feed_cursor() == 3);
  CHECK(rig.wang().points == 9);
  REQUIRE(rig.ledger->apply({}));
  CHECK(rig.bodies(record::kFeedRefused).empty());
}

TEST_CASE("a directive that cannot be applied is recorded and passed over, with nothing half done", "[store]") {
  Rig rig;
  json broken = rig.rider_body(kWang, "王师傅", "04A23B7C", "", "");
  broken["cards"] = 7;
  json odd_course = json::parse(record::to_json(rig.order("a|b")));
  std::vector<record::FeedEntry> entries = {
      rig.entry(record::kFeedRider, broken),
      rig.entry(record::kFeedRider, {}),
      rig.entry("rider.promote", {{"subject", kWang}}),
      rig.entry(record::kFeedCourse, odd_course),
      rig.entry(record::kFeedCourseWithdrawn, {{"course", "C9"}, {"reason", "none"}}),
      rig.entry(record::kFeedReview, {{"course", "C9"}}),
      rig.entry(record::kFeedStationKey, {{"station", "440902-008"}, {"inc", 1}, {"delegation", "forged"}}),
      rig.entry(record::kFeedPack, {{"pack", "rider-safety"}, {"version", 2}, {"sha256", "xyz"}, {"bytes", 1}}),
      rig.entry(record::kFeedProgress, {{"course", "C1"}}),
      rig.entry(record::kFeedPoints, {{"subject", kWang}, {"balance", 7}, {"upto", json::object()}})};
  entries[1].body = "{";
  REQUIRE(rig.ledger->apply(entries));
  CHECK(rig.ledger->feed_cursor() == 10);
  const auto refused = rig.bodies(record::kFeedRefused);
  for (const json& r : refused) UNSCOPED_INFO(r.dump());
  REQUIRE(refused.size() == 9);
  for (std::size_t i = 0; i < refused.size(); ++i) {
    CHECK(refused[i]["pos"] == i + 1);
    CHECK(refused[i]["type"] == entries[i].type);
    CHECK_FALSE(refused[i]["reason"].get<std::string>().empty());
  }
  CHECK(rig.wang().points == 7);
  CHECK(rig.ledger->station().riders == 0);
  rig.consistent();
}

TEST_CASE("another station's key comes with the centre's delegation", "[store]") {
  Rig rig;
  const record::Delegation d{"440902-008", 1, {"440902-008", key_of(9).public_key}, rig.clock.utc()};
  const std::string note = record::sign_delegation(d, "centre-440900", key_of(5));
  rig.feed(record::kFeedStationKey, {{"station", "440902-008"}, {"inc", 1}, {"delegation", note}});
  rig.feed(record::kFeedStationKey, {{"station", "440902-009"}, {"inc", 1}, {"delegation", note}});
  CHECK(rig.bodies(record::kFeedRefused).size() == 1);
}

TEST_CASE("an announced pack is wanted until it is here; older ones never are", "[store]") {
  Rig rig;
  CHECK_FALSE(rig.ledger->content());
  CHECK_FALSE(*rig.ledger->wanted_pack());
  const std::string two = rig.pack(2), three = rig.pack(3);
  const auto announce = [&](const std::string& bytes, int version) {
    const auto w = rig.announced(bytes, version);
    rig.feed(record::kFeedPack, {{"pack", w.pack}, {"version", w.version}, {"sha256", w.sha256}, {"bytes", w.bytes}});
    return w;
  };
  const auto old = announce(two, 2), newest = announce(three, 3);
  auto wanted = *rig.ledger->wanted_pack();
  REQUIRE(wanted);
  CHECK(wanted->version == 3);
  CHECK(wanted->sha256 == newest.sha256);
  CHECK(wanted->bytes == three.size());
  REQUIRE(rig.ledger->offer_pack(*wanted, three));
  CHECK(rig.ledger->content()->version == 3);
  CHECK(rig.ledger->station().pack_version == 3);
  CHECK_FALSE(*rig.ledger->wanted_pack());
  announce(two, 2);
  CHECK_FALSE(*rig.ledger->wanted_pack());
  CHECK_FALSE(rig.ledger->offer_pack(old, two));
  CHECK(rig.ledger->content()->version == 3);
  rig.crash();
  CHECK(rig.ledger->content()->version == 3);
  CHECK(rig.bodies(record::kContentApplied).at(0)["version"] == 3);
}

TEST_CASE("a pack that does not fit or does not open is refused and recorded, and the old one stays", "[store]") {
  Rig rig;
  rig.add_content(1);
  const std::string good = rig.pack(2), junk = "this is no pack";
  const auto w = rig.announced(good, 2);
  const auto checked = [&](const store::WantedPack& wanted, const std::string& bytes) {
    const auto done = rig.ledger->offer_pack(wanted, bytes);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == base::Errc::corrupt);
    CHECK(rig.ledger->content()->version == 1);
  };
  checked(w, good + "x");
  checked(rig.announced(junk, 2), junk);
  checked(rig.announced(good, 3), good);  // says that it is version 2
  CHECK(rig.bodies(record::kContentRefused).size() == 3);
  // Whole, but not from the centre.
  record::RawPack raw = record::unpack(good).value();
  raw.signature.clear();
  const std::string unsigned_pack = record::packed(raw, {}).value();
  checked(rig.announced(unsigned_pack, 2), unsigned_pack);
  const std::string foreign = record::sign_pack(unsigned_pack, "centre-440900", key_of(6)).value();
  checked(rig.announced(foreign, 2), foreign);
  const std::string author = record::sign_pack(unsigned_pack, "authors", key_of(5)).value();
  checked(rig.announced(author, 2), author);
  // Signed by the centre, and a file changed afterwards.
  raw = record::unpack(good).value();
  raw.files["quizzes/bank.gift"] += "\n";
  const std::string changed = record::packed(raw, {}).value();
  checked(rig.announced(changed, 2), changed);
  CHECK(rig.bodies(record::kContentRefused).back()["reason"] == "quizzes/bank.gift differs from the manifest");
  CHECK(rig.bodies(record::kContentRefused).size() == 7);
  rig.feed(record::kFeedPack, {{"pack", "rider-safety"}, {"version", 2}, {"sha256", w.sha256}, {"bytes", w.bytes}});
  REQUIRE(rig.ledger->offer_pack(**rig.ledger->wanted_pack(), good));
  CHECK(rig.ledger->content()->version == 2);
  CHECK_FALSE(rig.ledger->broken());
}
