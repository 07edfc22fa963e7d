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

  // As the tags say; they are read before the answers.
  std::string kind{}, areas{}, tiles{};

  void complain(std::string reason) const {
    problems.push_back({file, item.idnumber, std::move(reason), item.line});
  }
};

// Parts between slashes; empty ones are dropped.
std::vector<std::string> parts_of(const std::string& value) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find('/', at), value.size());
    if (end > at) out.push_back(value.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

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
    } else if (key == "kind") {
      r.kind = value;
    } else if (key == "areas") {
      r.areas = value;
    } else if (key == "tiles") {
      r.tiles = value;
    } else if (key == "unit") {
      r.q.unit.zh = value;
    } else if (key == "critical") {
      r.q.critical = true;
    } else if (key == "version") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), r.q.version);
      if (error != std::errc() || end != value.data() + value.size() || r.q.version < 1 || r.q.version > 1'000'000)
        r.complain("tag \"version\" is not a number from 1");
    } else if (key == "codes") {
      r.q.codes = parts_of(value);
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
  r.q.kind = r.q.multiple ? rules::QuestionKind::multiple : rules::QuestionKind::single;
  r.q.shuffle = true;
  if (r.q.right.empty()) return r.complain("no option is right");
  if (r.item.single && (r.q.right.size() != 1 || !full))
    r.complain("a question with one choice must have exactly one right option");
  if (!r.item.single && std::abs(sum - 1) > 0.01) r.complain("the weights of the right options do not add up to 100 %");
}

// "610,280,120,160/…": x, y, width and height of one place for each option, in the coordinates of scenes.
void read_areas(Reading& r) {
  for (const std::string& part : parts_of(r.areas)) {
    std::vector<int> numbers;
    const char *at = part.data(), *const end = part.data() + part.size();
    while (at < end) {
      int n = 0;
      const auto [next, error] = std::from_chars(at, end, n);
      if (error != std::errc()) break;
      numbers.push_back(n);
      if (next == end) {
        at = end;
      } else if (*next == ',') {
        at = next + 1;
      } else {
        break;
      }
    }
    if (at != end || numbers.size() != 4) return r.complain("tag \"areas\" is not x,y,width,height of places");
    const PictureArea a{numbers[0], numbers[1], numbers[2], numbers[3]};
    if (a.x < 0 || a.y < 0 || a.w < 85 || a.h < 85 || a.x + a.w > 1000 || a.y + a.h > 560)
      return r.complain("a place of tag \"areas\" is smaller than 85 or outside 1000 x 560");
    for (const PictureArea& other : r.q.areas)
      if (a.x < other.x + other.w && other.x < a.x + a.w && a.y < other.y + other.h && other.y < a.y + a.h)
        return r.complain("two places of tag \"areas\" overlap");
    r.q.areas.push_back(a);
  }
  if (r.q.areas.size() != r.q.options.size()) r.complain("tag \"areas\" does not name one place for each option");
}

void read_hotspot(Reading& r) {
  read_choice(r);
  r.q.kind = rules::QuestionKind::hotspot;
  r.q.shuffle = false;  // the places stay where they are
  if (r.q.multiple) r.complain("one place is asked for: write its option with =");
  read_areas(r);
}

void read_pairs(Reading& r) {
  const auto& pairs = r.item.pairs;
  if (pairs.size() < 2 || pairs.size() > kMaxOptions)
    return r.complain(fmt::format("expected 2 to {} pairs", kMaxOptions));
  r.q.kind = rules::QuestionKind::match;
  std::set<std::string> rights;
  for (const auto& pair : pairs) {
    if (pair.right.empty() || pair.right.size() > kMaxOption || pair.left.text.size() > kMaxOption)
      r.complain(fmt::format("a side is empty or longer than {} bytes", kMaxOption));
    if (!rights.insert(pair.right).second) r.complain("two pairs have the same right side");
    if (!pair.left.text.empty() && r.q.lefts.size() != r.q.options.size())
      r.complain("right sides that belong to nothing come last");
    r.q.options.push_back({pair.right, ""});
    if (pair.left.text.empty()) continue;
    r.q.right.push_back(static_cast<int>(r.q.lefts.size()));
    r.q.lefts.push_back({pair.left.text, ""});
  }
  if (r.q.lefts.size() < 2) r.complain("expected at least 2 left sides");
}

// A match whose right sides are the numbers 1, 2, 3 …: steps to be put in order.
void read_steps(Reading& r) {
  const auto& pairs = r.item.pairs;
  if (pairs.size() < 3 || pairs.size() > kMaxOptions)
    return r.complain(fmt::format("expected 3 to {} steps", kMaxOptions));
  r.q.kind = rules::QuestionKind::order;
  r.q.right.assign(pairs.size(), -1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].left.text.empty() || pairs[i].left.text.size() > kMaxOption)
      r.complain(fmt::format("step {} is empty or longer than {} bytes", i + 1, kMaxOption));
    r.q.options.push_back({pairs[i].left.text, ""});
    std::size_t place = 0;
    const std::string& text = pairs[i].right;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
    if (error != std::errc() || end != text.data() + text.size() || place < 1 || place > pairs.size() ||
        r.q.right[place - 1] >= 0)
      return r.complain(fmt::format("the places of the steps are not 1 to {}", pairs.size()));
    r.q.right[place - 1] = static_cast<int>(i);
  }
}

// A number or a short text that is typed. Nobody can see that a wrong one was meant well, so at least one answer counts
// fully.
void read_typed(Reading& r) {
  const bool number = r.item.type == rules::GiftType::numerical;
  r.q.kind = number ? rules::QuestionKind::numeric : rules::QuestionKind::text;
  r.q.shuffle = false;
  bool full = false, any = false;
  for (const auto& answer : r.item.answers) {
    full = full || answer.fraction > 0.999;
    any = any || (number && !answer.number && answer.fraction > 0);
  }
  if (!full) r.complain("no answer is right");
  if (any) r.complain("every number would be right");
  if (number && !r.tiles.empty()) r.complain("tag \"tiles\" belongs to short answers");
  for (const std::string& tile : parts_of(r.tiles)) r.q.tiles.push_back({tile, ""});
  if (r.q.tiles.size() == 1 || r.q.tiles.size() > 12) r.complain("tag \"tiles\" names 2 to 12 words");
}

void read_answers(Reading& r) {
  using rules::GiftType;
  if (!r.kind.empty() && r.kind != "order" && r.kind != "hotspot" && r.kind != "hazard")
    r.complain("tag \"kind\" is none of order, hotspot, hazard");
  switch (r.item.type) {
    case GiftType::multichoice:
      return r.kind == "hotspot" ? read_hotspot(r) : read_choice(r);
    case GiftType::truefalse:
      r.q.kind = rules::QuestionKind::judgement;
      r.q.judgement = true;
      r.q.shuffle = false;
      r.q.options.resize(2);
      r.q.right = {r.item.correct ? 0 : 1};
      return;
    case GiftType::numerical:
    case GiftType::shortanswer:
      return read_typed(r);
    case GiftType::match:
      return r.kind == "order" ? read_steps(r) : read_pairs(r);
    case GiftType::essay:
      // The clip and its windows come with the picture of the question.
      if (r.kind == "hazard") {
        r.q.kind = rules::QuestionKind::hazard;
        r.q.shuffle = false;
        return;
      }
      [[fallthrough]];
    default:
      r.complain(std::string("papers cannot hold questions of the type ") + rules::to_string(r.item.type));
  }
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
    r.q.id = item.idnumber;
    r.q.item = item;
    r.q.stem.zh = item.stem.text;
    r.q.explanation.zh = item.generalfeedback.text;
    if (!is_content_id(r.q.id)) r.complain("the id is missing or holds other than letters, digits, dash and dot");
    if (r.q.stem.zh.empty() || r.q.stem.zh.size() > kMaxStem || r.q.explanation.zh.size() > kMaxStem)
      r.complain(fmt::format("the stem is empty, or stem or explanation longer than {} bytes", kMaxStem));
    read_tags(r);
    read_answers(r);
    if (into.contains(r.q.id)) r.complain("another question has this id");
    into.try_emplace(r.q.id, std::move(r.q));
  }
}

namespace {

// As many English texts as there are Chinese ones.
void read_list(const ContentNode& node, const char* key, std::vector<LocalText>& into) {
  const auto texts = node.texts(key, 20);
  if (texts.size() != into.size()) return node.complain(key, fmt::format("expected {} texts", into.size()));
  for (std::size_t i = 0; i < texts.size(); ++i) into[i].en = texts[i];
}

}  // namespace

void read_english(const std::string& json, const std::string& file, const std::string& bank, bool required,
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
    // The screen has its own words for true and false; their English is read and not kept.
    std::vector<LocalText> judgement(2);
    read_list(node, "options", q.judgement ? judgement : q.options);
    read_list(node, "lefts", q.lefts);
    read_list(node, "tiles", q.tiles);
    if (!q.unit.zh.empty()) q.unit.en = node.optional_text("unit", kMaxOption);
  });
  if (!required || !root.is_object()) return;
  for (const auto& [id, q] : questions)
    if (q.stem.en.empty())
      problems.push_back({bank, id, "the English of this question is missing in " + file, q.item.line});
}

}  // namespace station::record
