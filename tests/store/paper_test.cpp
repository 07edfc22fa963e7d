// Past papers from the log alone.
#include "rig.h"
#include "sync/record/paper_text.h"

using namespace station;
using namespace station::test;

namespace {

flow::PaperView open_paper_of(Rig& rig) {
  rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"});
  return rig.ask<flow::PaperOpened>(flow::OpenExam{kWang, "C1"}).paper;
}

void ready(Rig& rig) {
  rig.add_wang();
  rig.add_content();
  auto order = rig.order("C1");
  order.required_s = 0;
  rig.assign(order);
}

void answer_all(Rig& rig, const flow::PaperView& paper, int from, int wrong) {
  for (int i = from; i < static_cast<int>(paper.questions.size()); ++i) {
    const auto& shown = paper.questions[static_cast<std::size_t>(i)];
    const record::Question& q = *paper.content->question(shown.item);
    const bool fail = wrong > 0 && !q.critical;
    wrong -= fail;
    const rules::Response r = fail ? rules::wrong_response(q.key(), static_cast<int>(q.options.size()))
                                   : rules::right_response(q.key());
    CHECK(rig.ask<flow::ItemStored>(flow::AnswerItem{paper.attempt, i, r.chosen, 3'000, r.text, r.taps}).right == !fail);
  }
}

std::string paper_again(Rig& rig, const std::string& attempt) {
  const auto paper = record::paper_from_log(rig.log(), attempt);
  if (!paper) FAIL(paper.error().message);
  return *paper;
}

}  // namespace

TEST_CASE("a past paper is shown again from the log alone, as the rider saw it", "[store]") {
  Rig rig;
  ready(rig);
  const auto paper = open_paper_of(rig);
  answer_all(rig, paper, 0, 1);
  const auto outcome = rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome;
  const json again = json::parse(paper_again(rig, paper.attempt));
  CHECK(again["subject"] == kWang);
  CHECK(again["station"] == "440902-007");
  CHECK(again["no"] == 1);
  CHECK(again["pass"] == 18);
  CHECK(again["seed"].get<std::string>().size() == 64);
  CHECK(again["course_version"] == paper.content->blueprint("training")->version);
  int planned = 0;
  for (const json& row : again["blueprint"]) planned += row["count"].get<int>();
  CHECK(planned == 20);
  REQUIRE(again["items"].size() == paper.questions.size());
  for (std::size_t i = 0; i < paper.questions.size(); ++i) {
    const json& item = again["items"][i];
    const record::Question& q = *paper.content->question(paper.questions[i].item);
    CHECK(item["id"] == q.id);
    CHECK(item["order"] == paper.questions[i].order);
    CHECK(item["question"] == json::parse(record::question_text(*paper.content, q)));
    CHECK(item["question"]["stem"]["zh"] == q.stem.zh);
    CHECK(item["answer"]["ms"] == 3'000);
  }
  CHECK(again["closed"]["score"] == 19);
  CHECK(again["certificate"] == outcome.certificate->number);

  const auto page = record::paper_page(again.dump(), "en");
  REQUIRE(page);
  CHECK(page->find("\n1. " + paper.questions[0].item + " version ") != std::string::npos);
  CHECK(page->find("[right]") != std::string::npos);
  CHECK(page->find("answered after 3.0 s: wrong") != std::string::npos);
  CHECK(page->find("19 of 20 right, passed\n") != std::string::npos);
  CHECK(page->find(paper.content->question(paper.questions[0].item)->stem.en) != std::string::npos);
  rig.consistent();
}

TEST_CASE("newer content changes nothing about a paper that is open or past", "[store]") {
  Rig rig;
  ready(rig);
  const auto paper = open_paper_of(rig);
  const json before = json::parse(paper_again(rig, paper.attempt));
  // The same questions with the right judgement turned round, as version 2.
  record::PackFiles files = record::unpack(rig.pack(2))->files;
  std::string& bank = files.at("quizzes/bank.gift");
  for (std::size_t at = 0; (at = bank.find("{TRUE", at)) != std::string::npos; at += 6) bank.replace(at, 5, "{FALSE");
  const auto changed = record::build_pack(files);
  REQUIRE(changed);
  const std::string bytes = record::sign_pack(*changed, "centre-440900", key_of(5)).value();
  REQUIRE(rig.ledger->offer_pack(rig.announced(bytes, 2), bytes));
  REQUIRE(rig.ledger->content()->version == 2);
  CHECK(json::parse(paper_again(rig, paper.attempt)) == before);

  rig.power_cut();
  const auto resumed = open_paper_of(rig);
  CHECK(resumed.attempt == paper.attempt);
  CHECK(resumed.content->version == 1);
  answer_all(rig, resumed, 0, 0);  // by the keys of version 1
  CHECK(rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true}).outcome.score == 20);
  json after = json::parse(paper_again(rig, paper.attempt));
  for (json& item : after["items"]) item["answer"] = nullptr;
  CHECK(after["items"] == before["items"]);
  rig.add_content(3);
  rig.add_content(4);
  json later = json::parse(paper_again(rig, paper.attempt));
  for (json& item : later["items"]) item["answer"] = nullptr;
  CHECK(later["items"] == before["items"]);
  rig.consistent();
}

TEST_CASE("a second paper repeats no question, and the text of a question stands in the log once", "[store]") {
  Rig rig;
  ready(rig);
  std::set<std::string> seen;
  for (int no = 1; no <= 2; ++no) {
    const auto paper = open_paper_of(rig);
    CHECK(paper.no == no);
    for (const auto& q : paper.questions) CHECK(seen.insert(q.item).second);
    answer_all(rig, paper, 0, 5);
    rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, true});
    if (no == 1) rig.power_cut();
  }
  std::set<std::string> texts;
  for (const json& item : rig.bodies(record::kExamItem)) {
    CHECK(texts.insert(item["text"]).second);
    CHECK(record::question_hash(record::question_text(*rig.ledger->content(),
                                                      *rig.ledger->content()->question(item["item"].get<std::string>()))) ==
          item["text"]);
  }
  CHECK(texts.size() == 40);
  rig.clock.advance(24h);
  const auto third = open_paper_of(rig);
  for (const auto& q : third.questions) seen.insert(q.item);
  CHECK(rig.bodies(record::kExamItem).size() == seen.size());
  rig.consistent();
}

TEST_CASE("a paper that is not whole in the records is named, not guessed", "[store]") {
  Rig rig;
  ready(rig);
  const auto paper = open_paper_of(rig);
  auto log = rig.log();
  const auto why = [&] { return record::paper_from_log(log, paper.attempt).error().message; };
  CHECK(record::paper_from_log(log, "other").error().code == base::Errc::not_found);
  const auto item = std::find_if(log.begin(), log.end(), [](const auto& r) { return r.type == record::kExamItem; });
  REQUIRE(item != log.end());
  log.erase(item);
  CHECK(why().find("is not in these records") != std::string::npos);
  log = rig.log();
  answer_all(rig, paper, 0, 0);
  log = rig.log();
  std::erase_if(log, [](const auto& r) { return r.type == record::kExamOpened; });
  CHECK(why() == "the attempt was opened before these records begin");
  CHECK_FALSE(record::paper_page("{}", "zh"));
}
