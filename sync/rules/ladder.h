#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/result.h"

// The ladder 首次警告, 二次培训, 三次限流 as a configuration profile (domain facts, sections 1.2 and 4). Pure.
namespace station::rules {

enum class LadderAction : std::uint8_t { warn, train, throttle_recommend };
const char* to_string(LadderAction action);  // "WARN", "TRAIN", "THROTTLE_RECOMMEND", as in the profile

struct LadderStep {
  int count = 1;  // active violations in the window from which on the step holds
  LadderAction action = LadderAction::warn;
  int study_min = 0;
  int quiz = 0;  // items; 0: none
  int pass = 0;
  bool needs_human = false;  // always true for a throttle
};

struct LadderProfile {
  std::string id;
  std::string source;
  std::string check;    // how far the source can be trusted: mission_document, secondary_source, law_text
  bool usable = false;  // the program can carry it out: numeric window, numeric counts, known actions, nothing else
  std::string why_not;  // one sentence, when it cannot
  int window_days = 0;
  std::vector<LadderStep> steps;  // counts ascending; empty when not usable
  std::string json;               // the profile as written, for administrators
};

// A JSON array of profiles. A programme in words is data that cannot be carried out (`usable` false), not an error. An
// error is what was meant for the program and is wrong: it names the profile and the field.
base::Result<std::vector<LadderProfile>> parse_ladder_profiles(std::string_view json);

// The profile of this id, which must be usable.
base::Result<LadderProfile> usable_profile(std::span<const LadderProfile> profiles, std::string_view id);

// A violation as it was imported, and cancelled since if `withdrawn` is set.
struct LadderViolation {
  std::string id;
  base::UtcTime at;        // when it happened
  base::UtcTime imported;  // when it became known
  std::optional<base::UtcTime> withdrawn;
  std::string withdrawn_reason;
};

struct LadderLevel {
  int level = 0;                        // number of the step reached, from 1; 0: none
  int count = 0;                        // active violations in the window, not capped
  std::vector<std::string> violations;  // those counted, oldest first
  bool operator==(const LadderLevel&) const = default;
};

// The level at T: active violations (not withdrawn) with T - window < time <= T, from all that is known.
LadderLevel level_at(const LadderProfile& profile, std::span<const LadderViolation> violations, base::UtcTime t);

enum class LadderCause : std::uint8_t {
  imported,     // a violation became known
  withdrawn,    // a violation was cancelled
  took_effect,  // a violation known before its time came to its time
  left_window,  // a violation became older than the window
};
const char* to_string(LadderCause cause);

// One step of the history of levels, with what it rests on.
struct LadderChange {
  base::UtcTime at;
  int from = 0;
  int to = 0;
  LadderCause cause = LadderCause::imported;
  std::string violation;  // the one that caused it
  std::string reason;     // given with the withdrawal
  LadderLevel level;      // afterwards
};

// Every change of level up to `now`, in order of time: at imports, withdrawals and the passing of the window, each
// judged by what was known then.
std::vector<LadderChange> ladder_history(const LadderProfile& profile, std::span<const LadderViolation> violations,
                                         base::UtcTime now);

// The course that follows from a level: nothing at level 0.
const LadderStep* step_of(const LadderProfile& profile, int level);

}  // namespace station::rules
