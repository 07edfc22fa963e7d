#include "sync/record/pack_questions.h"

#include <charconv>
#include <cmath>
#include <set>

#include "sync/record/content_node.h"

namespace station::record {

namespace {

constexpr std::size_t kMaxQuestions = 20'000;
constexpr std::size_t kMaxStem = 2'000;
constexpr std::size_t kMaxOption = 500;
constexpr std::size_t kMaxOptions = 8;

// One question and where to complain about it.
struct Reading {
  const rules::GiftItem& item;
  const std::string& file;
  std::vector<PackProblem>& problems;
  Question q{};

  void complain(std::string reason) const {
    const std::string name = item.idnumber.empty() ? "" : " (" + item.idnumber + ")";
    problems.push_back({file, fmt::format("line {}{}", item.line, name), std::move(reason)});
  }
};

void read_tags(Reading& r) {
  std::set<std::string> seen;
  for (const std::string& tag : r.item.tags) {
    const std::size_t colon = tag.find(':');
    const std::string key = tag.substr(0, colon), value = colon == std::string::npos ? "" : tag.substr(colon + 1);
    if (!seen.insert(key).second) r.complain("tag \"" + key + "\" stands there twice");
    if (key == "lesson") {
      r.q.lesson = value;
    } else if (key == "region") {
      r.q.validity.region = value;
    } else if (key == "from") {
      r.q.validity.from = value;
    } else if (key == "to") {
      r.q.validity.to = value;
    } else if (key == "law") {
      r.q.law.law = value;
    } else if (key == "article") {
      r.q.law.article = value;
    } else if (key == "check") {
      r.q.law.check = value;
    } else if (key == "critical") {
      r.q.critical = true;
    } else if (key == "version") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), r.q.version);
      if (error != std::errc() || end != value.data() + value.size() || r.q.version < 1 || r.q.version > 1'000'000)
        r.complain("tag \"version\" is not a number from 1");
    } else if (key == "codes") {
      for (std::size_t at = 0; at <= value.size();) {
        const std::size_t end = std::min(value.find('/', at), value.size());
        if (end > at) r.q.codes.push_back(value.substr(at, end - at));
        at = end + 1;
      }
    }
  }
  if (r.q.lesson.empty()) r.complain("tag \"lesson\" is missing");
  if (!is_region(r.q.validity.region)) r.complain("tag \"region\" is neither CN nor a division code");
  for (const auto& day : {r.q.validity.from, r.q.validity.to})
    if (!day.empty() && !is_day(day)) r.complain("\"" + day + "\" is not a day such as 2026-05-01");
  if (!is_check_status(r.q.law.check)) r.complain("tag \"check\" is none of law_text, secondary_source, common_sense");
  if (r.q.law.law.empty()) r.complain("tag \"law\" is missing");
}

void read_choice(Reading& r) {
  const auto& answers = r.item.answers;
  if (answers.size() < 2 || answers.size() > kMaxOptions)
    return r.complain(fmt::format("expected 2 to {} options", kMaxOptions));
  double sum = 0;
  bool full = false;
  std::set<std::string> texts;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    if (answer.text.text.empty() || answer.text.text.size() > kMaxOption)
      r.complain(fmt::format("option {} is empty or longer than {} bytes", i + 1, kMaxOption));
    if (!texts.insert(answer.text.text).second) r.complain(fmt::format("option {} stands there twice", i + 1));
    r.q.options.push_back({answer.text.text, ""});
    if (answer.fraction <= 0) continue;
    sum += answer.fraction;
    full = full || answer.fraction > 0.999;
    r.q.right.push_back(static_cast<int>(i));
  }
  r.q.multiple = !r.item.single;
  r.q.shuffle = true;
  if (r.q.right.empty()) return r.complain("no option is right");
  if (r.item.single && (r.q.right.size() != 1 || !full))
    r.complain("a question with one choice must have exactly one right option");
  if (!r.item.single && std::abs(sum - 1) > 0.01) r.complain("the weights of the right options do not add up to 100 %");
}

}  // namespace

void read_questions(const std::string& gift, const std::string& file,
                    std::map<std::string, Question, std::less<>>& into, std::vector<PackProblem>& problems) {
  const auto items = rules::read_gift(gift);
  if (!items) {
    problems.push_back({file, "", items.error().message});
    return;
  }
  if (items->size() > kMaxQuestions) {
    problems.push_back({file, "", fmt::format("more than {} questions", kMaxQuestions)});
    return;
  }
  for (const rules::GiftItem& item : *items) {
    if (item.type == rules::GiftType::category) continue;
    Reading r{item, file, problems};
    if (item.type == rules::GiftType::error) {
      r.complain(std::string("GIFT error ") + rules::to_string(item.error));
      continue;
    }
    if (item.type != rules::GiftType::multichoice && item.type != rules::GiftType::truefalse) {
      r.complain(std::string("papers hold multichoice and truefalse questions, not ") + rules::to_string(item.type));
      continue;
    }
    r.q.id = item.idnumber;
    r.q.item = item;
    r.q.stem.zh = item.stem.text;
    r.q.explanation.zh = item.generalfeedback.text;
    if (!is_content_id(r.q.id)) r.complain("the id is missing or holds other than letters, digits, dash and dot");
    if (r.q.stem.zh.empty() || r.q.stem.zh.size() > kMaxStem || r.q.explanation.zh.size() > kMaxStem)
      r.complain(fmt::format("the stem is empty, or stem or explanation longer than {} bytes", kMaxStem));
    read_tags(r);
    if (item.type == rules::GiftType::truefalse) {
      r.q.judgement = true;
      r.q.shuffle = false;
      r.q.options.resize(2);
      r.q.right = {item.correct ? 0 : 1};
    } else {
      read_choice(r);
    }
    if (into.contains(r.q.id)) r.complain("another question has this id");
    into.try_emplace(r.q.id, std::move(r.q));
  }
}

void read_english(const std::string& json, const std::string& file, bool required,
                  std::map<std::string, Question, std::less<>>& questions, std::vector<PackProblem>& problems) {
  nlohmann::json storage;
  const ContentNode root = ContentNode::parse(json, file, storage, problems);
  root.each_member([&](const std::string& id, const ContentNode& node) {
    const auto it = questions.find(id);
    if (it == questions.end()) return node.complain("no question has this id");
    if (!node.is_object()) return node.complain("expected an object");
    Question& q = it->second;
    q.stem.en = node.text("stem", kMaxStem);
    q.explanation.en = node.optional_text("explanation", kMaxStem);
    const auto options = node.texts("options", kMaxOptions);
    if (options.size() != q.options.size())
      return node.complain("options", fmt::format("expected {} options", q.options.size()));
    if (q.judgement) return;  // the screen has its own words for true and false
    for (std::size_t i = 0; i < options.size(); ++i) q.options[i].en = options[i];
  });
  if (!required || !root.is_object()) return;
  for (const auto& [id, q] : questions)
    if (q.stem.en.empty()) problems.push_back({file, id, "the English of this question is missing"});
}

}  // namespace station::record
