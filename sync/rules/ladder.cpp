#include "sync/rules/ladder.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace station::rules {

using base::Errc;
using base::fail;
using Json = nlohmann::json;

namespace {

constexpr std::array<const char*, 3> kActions{"WARN", "TRAIN", "THROTTLE_RECOMMEND"};
constexpr std::array<const char*, 4> kCauses{"imported", "withdrawn", "took_effect", "left_window"};
constexpr std::int64_t kDayMs = 86'400'000;

// What the program carries out; any other member of a profile changes its meaning, so that it is not usable.
const std::set<std::string> kProfileFields{"id", "source", "window_days", "steps", "check", "window_basis", "note"};
const std::set<std::string> kStepFields{"count", "action", "study_min", "quiz", "pass", "needs_human"};

// Collects the first thing that is wrong and the first thing that cannot be carried out, with its place.
struct Reader {
  std::string profile;
  std::string wrong;
  std::string unusable;

  void complain(const std::string& field, const std::string& what) {
    if (wrong.empty()) wrong = "ladder profile \"" + profile + "\": " + field + ": " + what;
  }
  void cannot(const std::string& why) {
    if (unusable.empty()) unusable = why;
  }
  std::string text(const Json& in, const char* key, const std::string& field) {
    if (!in.contains(key)) return {};
    if (!in.at(key).is_string()) {
      complain(field, "expected a text");
      return {};
    }
    return in.at(key).get<std::string>();
  }
  int number(const Json& in, const char* key, const std::string& field, int low, int high, int fallback) {
    if (!in.contains(key)) return fallback;
    const Json& value = in.at(key);
    const std::string expected = "expected a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > 1'000'000)) {
      complain(field, expected);
      return fallback;
    }
    const auto n = value.get<std::int64_t>();
    if (n < low || n > high) {
      complain(field, expected);
      return fallback;
    }
    return static_cast<int>(n);
  }
};

std::optional<LadderAction> action_of(const std::string& word) {
  const auto it = std::find(kActions.begin(), kActions.end(), word);
  if (it == kActions.end()) return std::nullopt;
  return static_cast<LadderAction>(it - kActions.begin());
}

LadderStep read_step(Reader& r, const Json& in, std::size_t index, int count_before) {
  const std::string field = "steps[" + std::to_string(index) + "]";
  LadderStep step;
  if (!in.is_object()) {
    r.complain(field, "expected an object");
    return step;
  }
  for (const auto& [key, value] : in.items())
    if (!kStepFields.contains(key)) r.cannot(field + "." + key + " is not something the program carries out");
  if (!in.contains("count")) r.cannot(field + " has no numeric count");
  step.count = r.number(in, "count", field + ".count", 1, 100, count_before + 1);
  if (step.count <= count_before) r.complain(field + ".count", "must be greater than the step before");
  const std::string word = r.text(in, "action", field + ".action");
  const std::optional<LadderAction> action = action_of(word);
  if (!action)
    r.cannot(field + ".action is " + (word.empty() ? "missing" : "\"" + word + "\"") +
             ", not WARN, TRAIN or THROTTLE_RECOMMEND");
  step.action = action.value_or(LadderAction::warn);
  step.study_min = r.number(in, "study_min", field + ".study_min", 0, 24 * 60, 0);
  step.quiz = r.number(in, "quiz", field + ".quiz", 0, 100, 0);
  step.pass = r.number(in, "pass", field + ".pass", 0, 100, 0);
  if (step.pass > step.quiz) r.complain(field + ".pass", "must not exceed quiz");
  if (action == LadderAction::train && step.study_min == 0 && step.quiz == 0)
    r.complain(field, "a training needs study_min or quiz");
  if (in.contains("needs_human") && !in.at("needs_human").is_boolean())
    r.complain(field + ".needs_human", "expected true or false");
  step.needs_human = in.contains("needs_human") && in.at("needs_human") == Json(true);
  if (action == LadderAction::throttle_recommend && !step.needs_human)
    r.complain(field + ".needs_human", "must be true: a throttle is only ever confirmed by a named person");
  return step;
}

LadderProfile read_profile(Reader& r, const Json& in) {
  LadderProfile p;
  p.id = r.profile;
  p.json = in.dump(-1, ' ', false, Json::error_handler_t::replace);
  p.source = r.text(in, "source", "source");
  p.check = r.text(in, "check", "check");
  for (const auto& [key, value] : in.items())
    if (!kProfileFields.contains(key)) r.cannot("\"" + key + "\" is not something the program carries out");
  if (!in.contains("window_days")) r.cannot("it has no numeric window_days");
  p.window_days = r.number(in, "window_days", "window_days", 1, 3660, 0);
  if (!in.contains("steps") || (in.at("steps").is_array() && in.at("steps").empty())) {
    r.cannot("it has no steps");
  } else if (!in.at("steps").is_array()) {
    r.complain("steps", "expected an array");
  } else {
    int count = 0;
    for (std::size_t i = 0; i < in.at("steps").size(); ++i) {
      p.steps.push_back(read_step(r, in.at("steps").at(i), i, count));
      count = p.steps.back().count;
    }
  }
  p.usable = r.unusable.empty();
  p.why_not = r.unusable;
  if (!p.usable) p.steps.clear();
  return p;
}

bool active(const LadderViolation& v, base::UtcTime known_at) {
  return v.imported <= known_at && (!v.withdrawn || *v.withdrawn > known_at);
}

// The level at T from what was known at another instant: the history needs both.
LadderLevel level_known(const LadderProfile& profile, std::span<const LadderViolation> violations, base::UtcTime t,
                        base::UtcTime known_at) {
  const base::Milliseconds window(profile.window_days * kDayMs);
  std::vector<const LadderViolation*> counted;
  for (const LadderViolation& v : violations)
    if (active(v, known_at) && v.at <= t && v.at > t - window) counted.push_back(&v);
  std::stable_sort(counted.begin(), counted.end(), [](const LadderViolation* a, const LadderViolation* b) {
    return a->at != b->at ? a->at < b->at : a->id < b->id;
  });
  LadderLevel out;
  out.count = static_cast<int>(counted.size());
  for (const LadderViolation* v : counted) out.violations.push_back(v->id);
  for (const LadderStep& step : profile.steps)
    if (out.count >= step.count) ++out.level;
  return out;
}

}  // namespace

const char* to_string(LadderAction action) {
  return kActions[static_cast<std::size_t>(action)];
}
const char* to_string(LadderCause cause) {
  return kCauses[static_cast<std::size_t>(cause)];
}

base::Result<std::vector<LadderProfile>> parse_ladder_profiles(std::string_view json) {
  Json all;
  try {
    all = Json::parse(json);
  } catch (const Json::exception& e) {
    return fail(Errc::invalid, std::string("ladder profiles: not JSON: ") + e.what());
  }
  if (!all.is_array()) return fail(Errc::invalid, "ladder profiles: expected an array of profiles");
  std::vector<LadderProfile> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Json& in = all.at(i);
    Reader r;
    r.profile = "#" + std::to_string(i + 1);
    if (!in.is_object()) {
      r.complain("profile", "expected an object");
    } else if (!in.contains("id") || !in.at("id").is_string() || in.at("id").get<std::string>().empty()) {
      r.complain("id", "expected a text that is not empty");
    } else {
      r.profile = in.at("id").get<std::string>();
      if (std::any_of(out.begin(), out.end(), [&](const LadderProfile& p) { return p.id == r.profile; }))
        r.complain("id", "is used twice");
      out.push_back(read_profile(r, in));
    }
    if (!r.wrong.empty()) return fail(Errc::invalid, r.wrong);
  }
  return out;
}

base::Result<LadderProfile> usable_profile(std::span<const LadderProfile> profiles, std::string_view id) {
  for (const LadderProfile& p : profiles) {
    if (p.id != id) continue;
    if (!p.usable) return fail(Errc::invalid, "ladder profile \"" + p.id + "\" cannot be carried out: " + p.why_not);
    return p;
  }
  return fail(Errc::not_found, "there is no ladder profile \"" + std::string(id) + "\"");
}

LadderLevel level_at(const LadderProfile& profile, std::span<const LadderViolation> violations, base::UtcTime t) {
  return level_known(profile, violations, t, base::UtcTime::max());
}

const LadderStep* step_of(const LadderProfile& profile, int level) {
  if (level < 1 || profile.steps.empty()) return nullptr;
  return &profile.steps[std::min(static_cast<std::size_t>(level), profile.steps.size()) - 1];
}

std::vector<LadderChange> ladder_history(const LadderProfile& profile, std::span<const LadderViolation> violations,
                                         base::UtcTime now) {
  struct Occasion {
    base::UtcTime at;
    LadderCause cause;
    const LadderViolation* violation;
  };
  const base::Milliseconds window(profile.window_days * kDayMs);
  std::vector<Occasion> occasions;
  for (const LadderViolation& v : violations) {
    occasions.push_back({v.imported, LadderCause::imported, &v});
    if (v.withdrawn) occasions.push_back({*v.withdrawn, LadderCause::withdrawn, &v});
    if (v.at > v.imported) occasions.push_back({v.at, LadderCause::took_effect, &v});
    occasions.push_back({v.at + window, LadderCause::left_window, &v});
  }
  std::erase_if(occasions, [&](const Occasion& o) { return o.at > now; });
  std::stable_sort(occasions.begin(), occasions.end(),
                   [](const Occasion& a, const Occasion& b) { return a.at < b.at; });

  std::vector<LadderChange> changes;
  int level = 0;
  for (std::size_t i = 0; i < occasions.size(); ++i) {
    // What happens at one instant is judged together, so that rows of one file do not climb and fall within it; the
    // first occasion of the direction taken is named as the cause.
    const std::size_t first = i;
    while (i + 1 < occasions.size() && occasions[i + 1].at == occasions[first].at) ++i;
    const base::UtcTime at = occasions[first].at;
    LadderLevel after = level_known(profile, violations, at, at);
    if (after.level == level) continue;
    const bool up = after.level > level;
    const auto fits = [up](const Occasion& o) {
      return up == (o.cause == LadderCause::imported || o.cause == LadderCause::took_effect);
    };
    const auto begin = occasions.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = occasions.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto named = std::find_if(begin, end, fits);
    const Occasion& cause = named == end ? *begin : *named;
    changes.push_back({at, level, after.level, cause.cause, cause.violation->id,
                       cause.cause == LadderCause::withdrawn ? cause.violation->withdrawn_reason : std::string(),
                       after});
    level = after.level;
  }
  return changes;
}

}  // namespace station::rules
