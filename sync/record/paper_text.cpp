#include "sync/record/paper_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/record/types.h"

namespace station::record {

using base::Errc;
using base::fail;

namespace {

using PaperJson = nlohmann::ordered_json;

PaperJson both(const LocalText& text) {
  return {{"zh", text.zh}, {"en", text.en}};
}

PaperJson both(const std::vector<LocalText>& texts) {
  PaperJson out = PaperJson::array();
  for (const LocalText& t : texts) out.push_back(both(t));
  return out;
}

std::string in_language(const PaperJson& text, std::string_view language) {
  const std::string en = text.at("en");
  return language == "en" && !en.empty() ? en : text.at("zh").get<std::string>();
}

// "A" for the first option shown.
std::string letter(std::size_t index) {
  return index < 26 ? std::string(1, static_cast<char>('A' + index)) : std::to_string(index + 1);
}

PaperJson opened_paper(const Record& r, const PaperJson& body, const std::map<std::string, PaperJson>& questions) {
  PaperJson paper{{"attempt", body.at("attempt")},
                  {"course", body.at("course")},
                  {"subject", r.subject},
                  {"station", r.station},
                  {"no", body.at("no")},
                  {"opened", base::iso8601(r.at)},
                  {"pack", body.at("pack")},
                  {"course_version", body.at("course_version")},
                  {"seed", body.at("seed")},
                  {"pass", body.at("pass")},
                  {"blueprint", body.at("blueprint")},
                  {"items", PaperJson::array()},
                  {"closed", nullptr},
                  {"certificate", ""}};
  for (const PaperJson& item : body.at("items")) {
    const std::string hash = item.at("text");
    const auto question = questions.find(hash);
    if (question == questions.end())
      throw std::out_of_range("the text of question " + item.at("id").get<std::string>() + " is not in these records");
    PaperJson out = item;
    out["question"] = question->second;
    out["answer"] = nullptr;
    paper["items"].push_back(std::move(out));
  }
  return paper;
}

void add_answer(PaperJson& paper, const Record& r, const PaperJson& body) {
  PaperJson& item = paper.at("items").at(body.at("index").get<std::size_t>());
  if (!item.at("answer").is_null()) return;  // the first answer counts
  PaperJson answer{{"at", base::iso8601(r.at)}, {"right", body.at("right")}, {"ms", body.at("ms")}};
  for (const char* member : {"chosen", "text", "taps"})
    if (body.contains(member)) answer[member] = body.at(member);
  item["answer"] = std::move(answer);
}

void add_closing(PaperJson& paper, const Record& r, const PaperJson& body) {
  if (!paper.at("closed").is_null()) return;
  paper["closed"] = PaperJson{{"at", base::iso8601(r.at)},
                              {"score", body.at("score")},
                              {"of", body.at("of")},
                              {"critical_wrong", body.at("critical_wrong")},
                              {"passed", body.at("passed")},
                              {"finished", body.at("finished")}};
}

bool holds(const PaperJson& list, int value) {
  return std::any_of(list.begin(), list.end(), [&](const PaperJson& v) { return v == value; });
}

// The options in the order shown, with what was right and what was chosen.
std::string option_lines(const PaperJson& item, std::string_view language) {
  const PaperJson& question = item.at("question");
  const PaperJson& options = question.at("options");
  const PaperJson& key = question.at("key");
  const PaperJson right = key.contains("right") ? key.at("right") : PaperJson::array();
  const PaperJson& answer = item.at("answer");
  const PaperJson chosen =
      answer.is_object() && answer.contains("chosen") ? answer.at("chosen") : PaperJson::array();
  const bool judgement = key.at("kind") == "judgement";
  std::string out;
  std::size_t shown = 0;
  for (const PaperJson& index : item.at("order")) {
    const int option = index.get<int>();
    const std::string text = judgement ? (option == 0 ? "true" : "false")
                                       : in_language(options.at(static_cast<std::size_t>(option)), language);
    out += fmt::format("   {}  {}{}{}\n", letter(shown++), text, holds(right, option) ? "  [right]" : "",
                       holds(chosen, option) ? "  [chosen]" : "");
  }
  return out;
}

std::string answer_line(const PaperJson& answer) {
  if (answer.is_null()) return "   not answered\n";
  std::string given;
  if (answer.contains("text")) given = fmt::format(" \"{}\"", answer.at("text").get<std::string>());
  if (answer.contains("taps")) given = " touched at " + answer.at("taps").dump() + " ms";
  return fmt::format("   answered{} after {:.1f} s: {}\n", given, answer.at("ms").get<double>() / 1000,
                     answer.at("right").get<bool>() ? "right" : "wrong");
}

std::string item_page(const PaperJson& item, std::size_t number, std::string_view language) {
  const PaperJson& question = item.at("question");
  const PaperJson& law = question.at("law");
  const std::string kind = question.at("key").at("kind");
  std::string out = fmt::format("\n{}. {} version {}, {}{}\n   {}\n", number, item.at("id").get<std::string>(),
                                item.at("version").get<int>(), kind,
                                question.at("critical").get<bool>() ? ", critical" : "",
                                in_language(question.at("stem"), language));
  for (const PaperJson& left : question.at("lefts")) out += "   - " + in_language(left, language) + "\n";
  out += option_lines(item, language);
  if (kind == "numeric" || kind == "text" || kind == "match" || kind == "order" || kind == "hazard")
    out += "   key " + question.at("key").dump() + "\n";
  out += answer_line(item.at("answer"));
  out += fmt::format("   {} {}\n", law.at("law").get<std::string>(), law.at("article").get<std::string>());
  return out;
}

}  // namespace

std::string question_text(const Content& content, const Question& q) {
  PaperJson json{{"id", q.id},
                 {"version", q.version},
                 {"stem", both(q.stem)},
                 {"options", both(q.options)},
                 {"lefts", both(q.lefts)},
                 {"tiles", both(q.tiles)},
                 {"unit", both(q.unit)},
                 {"areas", PaperJson::array()},
                 {"clip_ms", q.clip_ms},
                 {"key", PaperJson::parse(rules::to_json(q.key()))},
                 {"critical", q.critical},
                 {"lesson", q.lesson},
                 {"law", {{"law", q.law.law}, {"article", q.law.article}, {"check", q.law.check}}},
                 {"explanation", both(q.explanation)},
                 {"scene", nullptr}};
  for (const PictureArea& a : q.areas) json["areas"].push_back({a.x, a.y, a.w, a.h});
  if (const auto scene = content.scenes.find(q.scene); scene != content.scenes.end())
    json["scene"] = PaperJson::parse(scene->second, nullptr, false);
  return json.dump(-1, ' ', false, PaperJson::error_handler_t::replace);
}

std::string question_hash(std::string_view text) {
  return base::to_hex(base::sha256(base::as_bytes(text))).substr(0, 16);
}

base::Result<std::string> paper_from_log(std::span<const Record> records, const std::string& attempt) {
  std::map<std::string, PaperJson> questions;  // by hash
  PaperJson paper;
  for (const Record& r : records) {
    const bool exam = r.type == kExamItem || r.type == kExamOpened || r.type == kExamAnswered || r.type == kExamClosed;
    if (!exam && r.type != kCertificateIssued) continue;
    try {
      const PaperJson body = PaperJson::parse(r.body);
      if (r.type == kExamItem) {
        questions.try_emplace(body.at("text").get<std::string>(), body.at("question"));
      } else if (r.type == kCertificateIssued) {
        if (paper.is_object() && paper.at("closed").is_object() && paper.at("course") == body.at("course") &&
            paper.at("certificate") == "" && paper.at("closed").at("passed") == true)
          paper["certificate"] = body.at("number");
      } else if (body.at("attempt") != attempt) {
        continue;
      } else if (r.type == kExamOpened) {
        if (paper.is_null()) paper = opened_paper(r, body, questions);
      } else if (paper.is_null()) {
        return fail(Errc::not_found, "the attempt was opened before these records begin");
      } else if (r.type == kExamAnswered) {
        add_answer(paper, r, body);
      } else {
        add_closing(paper, r, body);
      }
    } catch (const std::out_of_range& e) {
      // Also of the library, where an answer names no question of the paper.
      if (r.type == kExamOpened) return fail(Errc::not_found, e.what());
      return fail(Errc::corrupt, fmt::format("record {} ({}): {}", r.seq, r.type, e.what()));
    } catch (const PaperJson::exception& e) {
      return fail(Errc::corrupt, fmt::format("record {} ({}): {}", r.seq, r.type, e.what()));
    }
  }
  if (paper.is_null()) return fail(Errc::not_found, "there is no attempt " + attempt + " in these records");
  return paper.dump(-1, ' ', false, PaperJson::error_handler_t::replace);
}

base::Result<std::string> paper_page(const std::string& text, std::string_view language) {
  try {
    const PaperJson paper = PaperJson::parse(text);
    std::string out = fmt::format(
        "attempt {}, no. {} of course {}\nrider {}, station {}, opened {}\ncontent pack {}, course version {}, seed {}\n"
        "passed with {} of {}; blueprint {}\n",
        paper.at("attempt").get<std::string>(), paper.at("no").get<int>(), paper.at("course").get<std::string>(),
        paper.at("subject").get<std::string>(), paper.at("station").get<std::string>(),
        paper.at("opened").get<std::string>(), paper.at("pack").get<std::int64_t>(),
        paper.at("course_version").get<std::string>(), paper.at("seed").get<std::string>(), paper.at("pass").get<int>(),
        paper.at("items").size(), paper.at("blueprint").dump());
    std::size_t number = 0;
    for (const PaperJson& item : paper.at("items")) out += item_page(item, ++number, language);
    const PaperJson& closed = paper.at("closed");
    if (closed.is_null()) return out + "\nnot closed\n";
    out += fmt::format("\nclosed {}: {} of {} right, {}{}{}\n", closed.at("at").get<std::string>(),
                       closed.at("score").get<int>(), closed.at("of").get<int>(),
                       closed.at("passed").get<bool>() ? "passed" : "not passed",
                       closed.at("critical_wrong").get<bool>() ? ", a critical question was wrong" : "",
                       closed.at("finished").get<bool>() ? "" : ", broken off");
    if (paper.at("certificate") != "") out += "certificate " + paper.at("certificate").get<std::string>() + "\n";
    return out;
  } catch (const PaperJson::exception& e) {
    return fail(Errc::corrupt, std::string("the paper: ") + e.what());
  }
}

}  // namespace station::record
