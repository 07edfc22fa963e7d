#include <algorithm>

#include "rig.h"
#include "sync/rules/certificate_text.h"
#include "sync/rules/paper.h"

using namespace station;
using namespace station::test;
using flow::CourseStage;

namespace {

// A rider whose minutes are complete (two are enough here), with content.
void prepare(Rig& rig) {
  rig.add_wang();
  rig.add_content();
  auto order = rig.order("C1");
  order.required_s = 120;
  rig.assign(order);
  rig.study("C1", "S1", 120s);
  REQUIRE(rig.course("C1").stage == CourseStage::exam_ready);
}

flow::PaperView open_paper(Rig& rig) {
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  return rig.ask<flow::PaperOpened>(flow::OpenExam{kWang, "C1"}).paper;
}

// The answer to a question of the paper, right or wrong, whatever its kind.
flow::AnswerItem answer_to(const flow::PaperView& paper, int index, bool right, std::int64_t took_ms = 4'000) {
  const record::Question& q = *paper.content->question(paper.questions[static_cast<std::size_t>(index)].item);
  const rules::AnswerKey key = q.key();
  const auto given =
      right ? rules::right_response(key) : rules::wrong_response(key, static_cast<int>(q.options.size()));
  return {paper.attempt, index, given.chosen, took_ms, given.text, given.taps};
}

// Answers from `from` on; the indexes in `wrong` wrongly.
void answer(Rig& rig, const flow::PaperView& paper, int from, int to, const std::vector<int>& wrong = {}) {
  for (int i = from; i < to; ++i) {
    const bool right = std::find(wrong.begin(), wrong.end(), i) == wrong.end();
    const auto stored = rig.ask<flow::ItemStored>(answer_to(paper, i, right));
    CHECK(stored.right == right);
    rig.clock.advance(4s);
  }
}

// Indexes of items that are (not) critical.
std::vector<int> items_of(const flow::PaperView& paper, bool critical) {
  std::vector<int> out;
  for (int i = 0; i < static_cast<int>(paper.questions.size()); ++i)
    if (paper.content->question(paper.questions[static_cast<std::size_t>(i)].item)->critical == critical)
      out.push_back(i);
  return out;
}

std::vector<int> first(std::vector<int> all, std::size_t n) {
  REQUIRE(all.size() >= n);
  all.resize(n);
  return all;
}

flow::ExamOutcome take(Rig& rig, std::size_t wrong) {
  const auto paper = open_paper(rig);
  answer(rig, paper, 0, 20, first(items_of(paper, false), wrong));
  return rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome;
}

}  // namespace

TEST_CASE("an examination is passed with 18 of 20 and gives a certificate that anybody can verify", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  CHECK(paper.questions.size() == 20);
  CHECK(paper.answered == 0);
  CHECK(paper.no == 1);
  REQUIRE(paper.content);
  const auto wrong = first(items_of(paper, false), 2);
  answer(rig, paper, 0, 20, wrong);
  const auto closed = rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true});
  CHECK(closed.outcome.score == 18);
  CHECK(closed.outcome.of == 20);
  CHECK(closed.outcome.pass == 18);
  CHECK(closed.outcome.passed);
  CHECK(closed.outcome.wrong_items.size() == 2);
  REQUIRE(closed.outcome.certificate);
  CHECK(closed.rider.courses.at(0).stage == CourseStage::done);
  CHECK(closed.rider.courses.at(0).certificate == closed.outcome.certificate->number);
  CHECK(closed.rider.points == 20);

  const auto text = rules::open_certificate(closed.outcome.certificate->text, rig.identity.record_key.public_key);
  REQUIRE(text);
  CHECK(text->number.substr(0, 21) == "440902261122000070001");
  CHECK(rules::is_certificate_number(text->number));
  CHECK(text->rider == kWang);
  CHECK(text->course == "C1");
  CHECK(text->score_percent == 90);
  CHECK(text->station == "440902-007");
  CHECK(text->seed16 == rig.bodies(record::kExamOpened).at(0)["seed"].get<std::string>().substr(0, 16));
  CHECK(rig.bodies(record::kCertificateIssued).at(0)["text"] == closed.outcome.certificate->text);

  // Told twice: the same answer, nothing new.
  const std::size_t size = rig.ledger->log_size();
  CHECK(rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome.certificate->number == text->number);
  CHECK(rig.ledger->log_size() == size);
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.passed_before");
  rig.consistent();
}

TEST_CASE("anybody can draw the recorded paper again from its seed fields", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  rules::PaperRequest request{"C1", paper.content->blueprint("training")->version, kWang, 1, "", {}, {}, {}};
  for (const auto& row : paper.content->blueprint("training")->rows)
    request.blueprint.push_back({row.topic, row.count, row.critical});
  for (const auto& [id, q] : paper.content->questions)
    if (q.validity.covers("440902-007", "2026-11-22"))
      request.items.push_back({id, q.version, q.lesson, static_cast<int>(q.options.size()), q.critical, q.shuffle});
  const auto drawn = rules::draw_paper(request);
  const json opened = rig.bodies(record::kExamOpened).at(0);
  CHECK(opened["seed"] == base::to_hex(drawn.seed));
  REQUIRE(opened["items"].size() == drawn.items.size());
  for (std::size_t i = 0; i < drawn.items.size(); ++i) {
    CHECK(opened["items"][i]["id"] == drawn.items[i].id);
    CHECK(opened["items"][i]["order"] == drawn.items[i].order);
    CHECK(paper.questions[i].order == drawn.items[i].order);
  }
}

TEST_CASE("a critical question wrong fails the paper whatever the score", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  answer(rig, paper, 0, 20, first(items_of(paper, true), 1));
  const auto out = rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome;
  CHECK(out.score == 19);
  CHECK(out.critical_wrong);
  CHECK_FALSE(out.passed);
  CHECK_FALSE(out.certificate);
  CHECK(rig.bodies(record::kCertificateIssued).empty());
}

TEST_CASE("a second attempt follows at once with other items, a third after 24 hours, then a person decides",
          "[store]") {
  Rig rig;
  prepare(rig);
  CHECK_FALSE(take(rig, 3).passed);
  CHECK(rig.course("C1").stage == CourseStage::exam_ready);
  const auto second = take(rig, 3);
  CHECK_FALSE(second.passed);
  REQUIRE(second.retry_at);
  CHECK(*second.retry_at == rig.clock.utc() + 24h);
  std::set<std::string> items;
  for (const json& opened : rig.bodies(record::kExamOpened))
    for (const json& item : opened["items"]) CHECK(items.insert(item["id"]).second);
  CHECK(items.size() == 40);

  CHECK(rig.course("C1").stage == CourseStage::retry_wait);
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  const auto no = rig.ask<flow::NotNow>(flow::OpenExam{kWang, "C1"});
  CHECK(no.message_key == "exam.retry_wait");
  CHECK(no.args.size() == 1);
  rig.clock.advance(24h);
  CHECK_FALSE(take(rig, 3).passed);
  CHECK(rig.course("C1").stage == CourseStage::human);
  CHECK(rig.course("C1").attempts == 3);
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.human");
  rig.consistent();
}

TEST_CASE("a further attempt that a person allowed is opened, and the rider sees who allowed it and why", "[store]") {
  Rig rig;
  prepare(rig);
  take(rig, 3);
  take(rig, 3);
  rig.clock.advance(24h);
  take(rig, 3);
  CHECK(rig.course("C1").stage == CourseStage::human);
  auto order = rig.order("C1");
  order.required_s = 120;
  order.attempts = 4;
  order.allowed_by = "desk 3";
  order.allowed_reason = "knows the rules";
  rig.assign(order);
  CHECK(rig.course("C1").stage == CourseStage::exam_ready);
  CHECK(rig.course("C1").allowed_by == "desk 3");
  CHECK(rig.course("C1").allowed_reason == "knows the rules");
  CHECK(take(rig, 0).passed);
  rig.consistent();
}

TEST_CASE("the third attempt may pass", "[store]") {
  Rig rig;
  prepare(rig);
  take(rig, 3);
  take(rig, 3);
  rig.clock.advance(24h);
  const auto out = take(rig, 2);
  CHECK(out.passed);
  CHECK(out.certificate);
  rig.consistent();
}

TEST_CASE("an attempt goes on after a power cut at its next question, with the paper as it was", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  answer(rig, paper, 0, 7);
  rig.power_cut();
  const auto again = open_paper(rig);
  CHECK(again.attempt == paper.attempt);
  CHECK(again.answered == 7);
  REQUIRE(again.questions.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(again.questions[i].item == paper.questions[i].item);
    CHECK(again.questions[i].order == paper.questions[i].order);
  }
  answer(rig, again, 7, 20);
  CHECK(rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome.score == 20);
  CHECK(rig.bodies(record::kExamOpened).size() == 1);
  CHECK(rig.bodies(record::kExamAnswered).size() == 20);
  rig.consistent();
}

TEST_CASE("an opened paper keeps its content while newer packs come", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  rig.add_content(2);
  rig.add_content(3);
  rig.add_content(4);
  CHECK(rig.ledger->content()->version == 4);
  rig.power_cut();
  const auto again = open_paper(rig);
  REQUIRE(again.content);
  CHECK(again.content->version == 1);
  answer(rig, again, 0, 20);
  CHECK(rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome.passed);
  CHECK(rig.bodies(record::kExamOpened).at(0)["pack"] == 1);
}

TEST_CASE("no paper without the minutes, a fresh identity, the own course and content", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_li();
  rig.assign(rig.order("C1"));
  rig.assign(rig.order("W1", "warning"));
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.not_ready");
  CHECK(rig.refused(flow::OpenExam{kWang, "W1"}) == "exam.none");
  CHECK(rig.refused(flow::OpenExam{kWang, "C9"}) == "course.not_found");
  CHECK(rig.refused(flow::OpenExam{kLi, "C1"}) == "course.not_found");
  rig.study("C1", "S1", 1800s);
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.identify_first");
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.no_paper");
  rig.add_content();
  rig.clock.advance(61s);
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.identify_first");
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  rig.crash();
  CHECK(rig.refused(flow::OpenExam{kWang, "C1"}) == "exam.identify_first");
  open_paper(rig);
}

TEST_CASE("an order that asks for fewer questions gets them, with its own pass mark", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_content();
  auto o = rig.order("C1");
  o.required_s = 0;
  o.questions = 10;
  o.pass = 9;
  rig.assign(o);
  const auto paper = open_paper(rig);
  CHECK(paper.questions.size() == 10);
  answer(rig, paper, 0, 10, first(items_of(paper, false), 1));
  const auto out = rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome;
  CHECK(out.pass == 9);
  CHECK(out.passed);
}

TEST_CASE("the first answer to a question counts, and none can be skipped", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  CHECK(rig.refused(flow::AnswerItem{paper.attempt, 1, {0}, 1'000}) == "exam.not_possible");
  CHECK(rig.refused(flow::AnswerItem{paper.attempt, -1, {0}, 1'000}) == "exam.not_possible");
  CHECK(rig.refused(flow::AnswerItem{paper.attempt, 20, {0}, 1'000}) == "exam.not_possible");
  CHECK(rig.refused(flow::AnswerItem{"no-such-attempt", 0, {0}, 1'000}) == "exam.not_possible");
  CHECK(rig.refused(flow::CloseExam{"no-such-attempt", true}) == "exam.not_possible");
  rig.ask<flow::ItemStored>(answer_to(paper, 0, false));
  CHECK_FALSE(rig.ask<flow::ItemStored>(answer_to(paper, 0, true)).right);
  CHECK(rig.bodies(record::kExamAnswered).size() == 1);
  const auto out = rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome;
  CHECK(out.score == 0);  // what was not answered is wrong
  CHECK(rig.bodies(record::kExamClosed).at(0)["finished"] == false);
  CHECK(rig.refused(flow::AnswerItem{paper.attempt, 1, {0}, 1'000}) == "exam.not_possible");
  rig.consistent();
}

TEST_CASE("an attempt that is open at another station holds the rider up for a day at most", "[store]") {
  Rig a("440902-007"), b("440902-008");
  prepare(a);
  const auto paper = open_paper(a);
  b.add_wang();
  b.add_content();
  b.clock.advance(2h);
  b.assign(a.order("C1"));
  b.feed(record::kFeedProgress, json::parse(record::to_json(record::course_progress("C1", "440902-007", a.log()))));
  b.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  CHECK(b.refused(flow::OpenExam{kWang, "C1"}) == "exam.open_elsewhere");
  b.clock.advance(24h);
  const auto other = open_paper(b);
  CHECK(other.no == 2);
  for (const auto& mine : other.questions)
    for (const auto& theirs : paper.questions) CHECK(mine.item != theirs.item);
}

TEST_CASE("a certificate of another station is shown and not issued again", "[store]") {
  Rig a("440902-007"), b("440902-008");
  prepare(a);
  const auto out = take(a, 0);
  b.add_wang();
  b.assign(a.order("C1"));
  b.feed(record::kFeedProgress, json::parse(record::to_json(record::course_progress("C1", "440902-007", a.log()))));
  const auto rider = b.wang();
  CHECK(rider.courses.at(0).stage == CourseStage::done);
  REQUIRE(rider.certificates.size() == 1);
  CHECK(rider.certificates[0].number == out.certificate->number);
  CHECK(rider.certificates[0].score_percent == 100);
}

TEST_CASE("a course that is withdrawn during the paper certifies nothing", "[store]") {
  Rig rig;
  prepare(rig);
  const auto paper = open_paper(rig);
  rig.feed(record::kFeedCourseWithdrawn, {{"course", "C1"}, {"reason", "violation cancelled"}});
  answer(rig, paper, 0, 20);
  const auto closed = rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true});
  CHECK(closed.outcome.passed);
  CHECK_FALSE(closed.outcome.certificate);
  CHECK(closed.rider.courses.at(0).stage == CourseStage::withdrawn);
  rig.consistent();
}
