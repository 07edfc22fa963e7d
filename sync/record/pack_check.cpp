#include <algorithm>
#include <map>
#include <set>

#include "sync/record/content_node.h"
#include "sync/record/json_text.h"
#include "sync/record/lesson_text.h"
#include "sync/record/pack.h"
#include "sync/record/pack_manifest.h"
#include "sync/record/pack_questions.h"
#include "sync/record/text_lines.h"

namespace station::record {

using Json = nlohmann::json;

namespace {

constexpr std::size_t kMaxLessons = 500;
constexpr std::size_t kMaxSteps = 100;
constexpr std::size_t kMaxTitle = 300;
constexpr std::size_t kMaxBody = 4'000;

// "lessons/L01.md", not "/etc/passwd" nor "../x".
bool is_inner_path(std::string_view path) {
  if (path.empty() || path.size() > 200) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (!is_content_id(path.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

class Checker {
 public:
  Checker(const PackFiles& files, const PackLimits& limits, Content& content)
      : files_(files), limits_(limits), content_(content) {}

  std::vector<PackProblem> run() {
    read_all();
    for (PackProblem& p : problems_)
      if (p.line == 0) p.line = find_line(p);
    return std::move(problems_);
  }

 private:
  void read_all() {
    const std::string file(kManifestFile);
    const std::string* text = find(file, "");
    if (!text) return;
    auto manifest = read_manifest(*text, problems_);
    if (!manifest) return;
    manifest_ = *std::move(manifest);
    read_heading(*text);
    read_scenes();
    if (const std::string* bank = find(manifest_.bank, "bank"))
      read_questions(*bank, manifest_.bank, content_.questions, problems_);
    if (!manifest_.bank_en.empty())
      if (const std::string* english = find(manifest_.bank_en, "bank_en"))
        read_english(*english, manifest_.bank_en, manifest_.bank, english_, content_.questions, problems_);
    for (const std::string& id : manifest_.lessons)
      if (const std::string* lesson = find(manifest_.lesson_file(id), "lessons")) read_lesson(id, *lesson);
    for (const auto& [id, q] : content_.questions) {
      if (!content_.lesson(q.lesson))
        problems_.push_back({manifest_.bank, id, "lesson \"" + q.lesson + "\" does not exist", q.item.line});
      if (!is_source(q.law.law)) problems_.push_back({manifest_.bank, id, no_source(q.law.law), q.item.line});
    }
    read_quiz_scenes();
    check_pictures();
    if (const std::string* blueprints = find(manifest_.blueprints, "blueprints")) read_blueprints(*blueprints);
  }

  // Where in its file the place of a problem stands; 0 when the file is not there.
  std::size_t find_line(const PackProblem& p) {
    auto it = lines_.find(p.file);
    if (it == lines_.end()) {
      const auto file = files_.find(p.file);
      if (file == files_.end() || !p.file.ends_with(".json")) return 0;
      it = lines_.try_emplace(p.file, json_lines(file->second)).first;
    }
    return line_of(it->second, p.place);
  }

  bool is_source(const std::string& law) const { return sources_.empty() || law.empty() || sources_.contains(law); }
  static std::string no_source(const std::string& law) {
    return "\"" + law + "\" is not among the sources of " + std::string(kManifestFile);
  }

  const std::string* find(const std::string& name, const char* needed_by) {
    const auto it = files_.find(name);
    if (it == files_.end()) {
      problems_.push_back(
          {needed_by[0] ? std::string(kManifestFile) : name, needed_by, "file " + name + " is missing"});
      return nullptr;
    }
    if (it->second.size() > limits_.file_bytes) {
      problems_.push_back({name, "", fmt::format("is larger than {} bytes", limits_.file_bytes)});
      return nullptr;
    }
    return &it->second;
  }

  void read_heading(const std::string& text) {
    Json storage;
    const ContentNode root = ContentNode::parse(text, std::string(kManifestFile), storage, problems_);
    content_.pack = root.text("pack", 64);
    if (!content_.pack.empty() && !is_content_id(content_.pack))
      root.complain("pack", "holds other than letters and digits");
    content_.version = static_cast<std::uint64_t>(root.integer("version", 1, 1'000'000'000));
    const auto languages = root.texts("language", 20);
    english_ = limits_.strict && std::find(languages.begin(), languages.end(), "en") != languages.end();
    if (root.has("title")) content_.title = root.local("title", english_, kMaxTitle);
    content_.draft = root.optional_text("review") == "draft";
    if (!limits_.strict) return;
    if (root.has("sources"))
      root.each("sources", 500, [&](const ContentNode& source) { sources_.insert(source.text("id", 300)); });
    root.only({"pack", "version", "review", "review_note", "title", "language", "minutes", "lessons", "bank", "bank_en",
               "blueprints", "quiz_scenes", "lesson_dir", "scene_dir", "codes", "sources", "law_text_source"});
  }

  // Only that it is an object of this name: how it is drawn is the screens' business.
  void read_scenes() {
    const std::string folder = manifest_.scene_dir + "/", ending = ".json";
    for (const auto& [name, text] : files_) {
      if (!name.starts_with(folder) || !name.ends_with(ending)) continue;
      const std::string id = name.substr(folder.size(), name.size() - folder.size() - ending.size());
      if (!find(name, "")) continue;
      Json storage;
      const ContentNode root = ContentNode::parse(text, name, storage, problems_);
      if (!root.is_object()) continue;
      if (!is_content_id(id) || root.text("id", 64) != id) root.complain("id", "differs from the name of the file");
      content_.scenes[id] = text;
    }
  }

  void need_scene(const ContentNode& node, const char* key, const std::string& id) const {
    if (!id.empty() && !content_.scenes.contains(id)) node.complain(key, "scene \"" + id + "\" does not exist");
  }

  Validity read_validity(const ContentNode& node) const {
    Validity v;
    if (node.has("region")) v.region = node.text("region", 6);
    if (!v.region.empty() && !is_region(v.region)) node.complain("region", "is neither CN nor a division code");
    v.from = node.optional_text("from", 10);
    v.to = node.optional_text("to", 10);
    if (!v.from.empty() && !is_day(v.from)) node.complain("from", "is not a day such as 2026-05-01");
    if (!v.to.empty() && !is_day(v.to)) node.complain("to", "is not a day such as 2026-05-01");
    return v;
  }

  Step read_step(const ContentNode& node) {
    Step step;
    step.id = node.text("id", 64);
    if (!step.id.empty() && !is_content_id(step.id)) node.complain("id", "holds other than letters, digits and dash");
    if (!step_ids_.insert(step.id).second) node.complain("id", "another step has this id");
    const std::string kind = node.text("kind", 20);
    if (kind == "check") {
      step.kind = StepKind::check;
    } else if (!kind.empty() && kind != "text") {
      node.complain("kind", "is neither text nor check");
    }
    step.seconds = node.integer("seconds", limits_.step_low_s, limits_.step_high_s);
    step.title = node.local("title", english_, kMaxTitle);
    step.validity = read_validity(node);
    step.scene = node.optional_text("scene", 64);
    need_scene(node, "scene", step.scene);
    if (step.kind == StepKind::check) {
      step.question = node.text("question", 64);
      if (!step.question.empty() && !content_.questions.contains(step.question))
        node.complain("question", "question \"" + step.question + "\" does not exist");
    } else {
      step.body = node.local("body", english_, kMaxBody);
      if (node.has("question")) node.complain("question", "only a check step asks a question");
    }
    if (node.has("law")) {
      node.each("law", 20, [&](const ContentNode& law) {
        LawReference ref{law.text("law", 300), law.optional_text("article", 300), law.optional_text("quote", 2'000),
                         law.text("check", 40)};
        if (!ref.check.empty() && !is_check_status(ref.check))
          law.complain("check", "is none of law_text, secondary_source, common_sense");
        if (limits_.strict) law.only({"law", "article", "quote", "check"});
        if (!is_source(ref.law)) law.complain("law", no_source(ref.law));
        step.law.push_back(std::move(ref));
      });
    }
    if (limits_.strict && step.kind == StepKind::text && step.law.empty())
      node.complain("law", "the source of this text is missing");
    if (limits_.strict)
      node.only({"id", "kind", "seconds", "title", "body", "scene", "question", "law", "region", "from", "to"});
    return step;
  }

  void read_lesson(const std::string& id, const std::string& text) {
    const std::string file = manifest_.lesson_file(id);
    const Json members = read_lesson_text(text, file, lines_[file], problems_);
    const ContentNode root(members, file, "", problems_);
    if (!root.is_object()) return;
    Lesson lesson;
    lesson.id = root.text("id", 64);
    if (lesson.id != id) root.complain("id", "differs from the name in the list");
    if (content_.lesson(id)) root.complain("id", "another lesson has this id");
    lesson.version = root.integer("version", 1, 1'000'000);
    lesson.title = root.local("title", english_, kMaxTitle);
    lesson.summary = root.local("summary", english_, kMaxBody);
    lesson.region = root.text("region", 6);
    if (!lesson.region.empty() && !is_region(lesson.region))
      root.complain("region", "is neither CN nor a division code");
    lesson.minutes = root.integer("minutes", 1, std::max(1, limits_.lesson_high_s / 60));
    lesson.codes = root.texts("codes");
    lesson.icon = root.optional_text("icon", 64);
    root.each("steps", kMaxSteps, [&](const ContentNode& step) { lesson.steps.push_back(read_step(step)); });
    if (limits_.strict) root.only({"id", "version", "title", "summary", "minutes", "region", "codes", "icon", "steps"});
    check_length(root, lesson);
    content_.lessons.push_back(std::move(lesson));
  }

  // Everywhere: the national steps, and those of the region with the most on top.
  void check_length(const ContentNode& root, const Lesson& lesson) const {
    int national_s = 0;
    std::map<std::string, int> regional_s;  // by province
    for (const Step& s : lesson.steps) {
      if (s.validity.region == "CN")
        national_s += s.seconds;
      else
        regional_s[s.validity.region.substr(0, 2)] += s.seconds;
    }
    int longest_s = 0;
    for (const auto& [province, seconds] : regional_s) longest_s = std::max(longest_s, seconds);
    if (national_s == 0) root.complain("steps", "there is no step for every region");
    if (national_s + longest_s > limits_.lesson_high_s)
      root.complain("steps", fmt::format("the lesson takes {} seconds, at most {} are allowed", national_s + longest_s,
                                         limits_.lesson_high_s));
    if (limits_.strict && national_s != lesson.minutes * 60)
      root.complain("minutes", fmt::format("the national steps take {} seconds", national_s));
  }

  void read_quiz_scenes() {
    if (manifest_.quiz_scenes.empty()) return;
    const std::string* text = find(manifest_.quiz_scenes, "quiz_scenes");
    if (!text) return;
    Json storage;
    const ContentNode root = ContentNode::parse(*text, manifest_.quiz_scenes, storage, problems_);
    root.each_member([&](const std::string& id, const ContentNode& node) {
      const auto it = content_.questions.find(id);
      if (it == content_.questions.end()) return node.complain("no question has this id");
      it->second.scene = root.text(id.c_str(), 64);
      need_scene(root, id.c_str(), it->second.scene);
    });
  }

  // Places and clips need their picture.
  void check_pictures() {
    for (auto& [id, q] : content_.questions) {
      const bool clip = q.kind == rules::QuestionKind::hazard;
      if (!clip && q.kind != rules::QuestionKind::hotspot) continue;
      const auto scene = content_.scenes.find(q.scene);
      if (scene == content_.scenes.end()) {
        problems_.push_back({manifest_.quiz_scenes, id, "this question needs a scene"});
      } else if (clip) {
        read_clip(q, scene->second);
      }
    }
  }

  void read_clip(Question& q, const std::string& text) {
    Json storage;
    std::vector<PackProblem> told_before;
    const std::string file = manifest_.scene_dir + "/" + q.scene + ".json";
    const ContentNode root = ContentNode::parse(text, file, storage, told_before);
    if (!root.is_object()) return;
    q.clip_ms = root.integer("loop_ms", 1'000, 120'000);
    const Json& windows = root.value().contains("hazards") ? root.value()["hazards"] : Json();
    for (const Json& w : windows.is_array() ? windows : Json::array()) {
      std::uint64_t open = 0, close = 0;
      if (!w.is_array() || w.size() != 2 || !whole_number(w[0], open) || !whole_number(w[1], close) || open >= close ||
          close > static_cast<std::uint64_t>(q.clip_ms))
        return problems_.push_back({file, "hazards", "is not a list of [open, close] within the clip"});
      q.hazards.push_back({static_cast<std::int64_t>(open), static_cast<std::int64_t>(close)});
    }
    if (q.hazards.empty() || q.hazards.size() > 10) problems_.push_back({file, "hazards", "expected 1 to 10 windows"});
    for (const PackProblem& problem : told_before) problems_.push_back(problem);
  }

  void read_blueprints(const std::string& text) {
    for (const auto& [id, q] : content_.questions) {
      if (q.validity.region != "CN" || !q.validity.from.empty() || !q.validity.to.empty()) continue;
      ++topics_[q.lesson].first;
      topics_[q.lesson].second += q.critical;
    }
    Json storage;
    const ContentNode root = ContentNode::parse(text, manifest_.blueprints, storage, problems_);
    root.each_member([&](const std::string& id, const ContentNode& node) {
      if (!node.is_object()) return node.complain("expected an object");
      Blueprint b;
      b.id = id;
      b.version = node.text("version", 20);
      b.count = node.integer("count", 1, 200);
      b.pass = node.integer("pass", 1, std::max(1, b.count));
      int sum = 0;
      node.each("rows", 100, [&](const ContentNode& row) {
        b.rows.push_back(read_row(row));
        sum += b.rows.back().count;
      });
      if (sum != b.count) node.complain("rows", fmt::format("add up to {} questions instead of {}", sum, b.count));
      if (limits_.strict) node.only({"version", "count", "pass", "rows"});
      content_.blueprints[id] = std::move(b);
    });
  }

  // A paper must be possible in every region, so from national questions alone.
  Blueprint::Row read_row(const ContentNode& node) const {
    Blueprint::Row row;
    row.topic = node.text("topic", 64);
    row.count = node.integer("count", 1, 200);
    if (node.has("critical")) row.critical = node.integer("critical", 0, row.count);
    if (!content_.lesson(row.topic)) node.complain("topic", "lesson \"" + row.topic + "\" does not exist");
    const auto it = topics_.find(row.topic);
    const auto [there, critical] = it == topics_.end() ? std::pair(0, 0) : it->second;
    if (there < row.count)
      node.complain("count", fmt::format("there are only {} national questions of this topic", there));
    if (critical < row.critical) node.complain("critical", fmt::format("there are only {} critical ones", critical));
    if (limits_.strict) node.only({"topic", "count", "critical"});
    return row;
  }

  const PackFiles& files_;
  const PackLimits& limits_;
  Content& content_;
  Manifest manifest_;
  bool english_ = false;
  std::set<std::string> step_ids_;
  std::set<std::string> sources_;           // laws that may be cited; empty: any
  std::map<std::string, LineIndex> lines_;  // by file
  std::map<std::string, std::pair<int, int>>
      topics_;  // questions that every region may use, and the critical among them
  std::vector<PackProblem> problems_;
};

}  // namespace

std::vector<std::string> Manifest::files() const {
  std::vector<std::string> out;
  for (const auto& name : {bank, bank_en, blueprints, quiz_scenes})
    if (!name.empty()) out.push_back(name);
  for (const auto& id : lessons) out.push_back(lesson_file(id));
  return out;
}

std::optional<Manifest> read_manifest(std::string_view text, std::vector<PackProblem>& problems) {
  const std::size_t before = problems.size();
  Json storage;
  const ContentNode root = ContentNode::parse(std::string(text), std::string(kManifestFile), storage, problems);
  Manifest m;
  if (root.is_object()) {
    m.lessons = root.texts("lessons", kMaxLessons);
    m.bank = root.text("bank");
    m.bank_en = root.optional_text("bank_en");
    m.blueprints = root.text("blueprints");
    m.quiz_scenes = root.optional_text("quiz_scenes");
    m.lesson_dir = root.text("lesson_dir");
    m.scene_dir = root.text("scene_dir");
    if (m.lessons.empty()) root.complain("lessons", "there is none");
    for (const std::string& path : {m.bank, m.blueprints, m.lesson_dir, m.scene_dir})
      if (!path.empty() && !is_inner_path(path)) root.complain("\"" + path + "\" is not a path inside the pack");
    for (const std::string& path : {m.bank_en, m.quiz_scenes})
      if (!path.empty() && !is_inner_path(path)) root.complain("\"" + path + "\" is not a path inside the pack");
    for (const std::string& id : m.lessons)
      if (!is_content_id(id)) root.complain("lessons", "\"" + id + "\" is not an id");
  }
  if (problems.size() > before) return std::nullopt;
  return m;
}

std::vector<PackProblem> check_content(const PackFiles& files, const PackLimits& limits, Content& content) {
  content = {};
  return Checker(files, limits, content).run();
}

}  // namespace station::record
