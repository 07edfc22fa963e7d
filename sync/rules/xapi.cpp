#include "sync/rules/xapi.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

namespace station::rules {

namespace {

using Json = nlohmann::json;
using Names = std::initializer_list<std::string_view>;

constexpr std::string_view kVoided = "http://adlnet.gov/expapi/verbs/voided";

// The first thing that is wrong ends the check.
struct Wrong {
  std::string what;
};
[[noreturn]] void wrong(const std::string& place, const std::string& what) {
  throw Wrong{place + ": " + what};
}

std::string in(const std::string& place, std::string_view member) {
  return place.empty() ? std::string(member) : place + "." + std::string(member);
}

// An object with no other members than these, none of them null.
void only(const Json& json, const std::string& place, Names names) {
  if (!json.is_object()) wrong(place.empty() ? "statement" : place, "is no object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(names.begin(), names.end(), key) == names.end()) wrong(in(place, key), "has no place here");
    if (value.is_null()) wrong(in(place, key), "must not be null");
  }
}

// The member, or nullptr.
const Json* member(const Json& json, std::string_view name) {
  const auto it = json.find(name);
  return it == json.end() ? nullptr : &*it;
}
const Json& needed(const Json& json, const std::string& place, std::string_view name) {
  const Json* found = member(json, name);
  if (!found) wrong(in(place, name), "is missing");
  return *found;
}

const std::string& text(const Json& json, const std::string& place) {
  if (!json.is_string()) wrong(place, "is no text");
  return json.get_ref<const std::string&>();
}
void check_text(const Json& json, const std::string& place, bool (*is)(std::string_view), const char* what) {
  if (!is(text(json, place))) wrong(place, what);
}
void check_iri(const Json& json, const std::string& place) {
  check_text(json, place, xapi::is_iri, "is no IRI");
}
void check_uuid(const Json& json, const std::string& place) {
  check_text(json, place, xapi::is_uuid, "is no UUID");
}
// Checks the member where it is there.
template <class Check>
void optional(const Json& json, const std::string& place, std::string_view name, Check check) {
  if (const Json* found = member(json, name)) check(*found, in(place, name));
}
void check_string(const Json& json, const std::string& place) {
  text(json, place);
}
void check_bool(const Json& json, const std::string& place) {
  if (!json.is_boolean()) wrong(place, "is neither true nor false");
}

void check_language_map(const Json& json, const std::string& place) {
  if (!json.is_object()) wrong(place, "is no language map");
  for (const auto& [key, value] : json.items()) {
    if (!xapi::is_language_tag(key)) wrong(in(place, key), "is no language tag");
    text(value, in(place, key));
  }
}

void check_extensions(const Json& json, const std::string& place) {
  if (!json.is_object()) wrong(place, "is no object");
  for (const auto& [key, value] : json.items())
    if (!xapi::is_iri(key)) wrong(in(place, key), "the name of an extension is no IRI");
}

std::string object_type(const Json& json, const std::string& place, const char* usual) {
  if (!json.is_object()) wrong(place, "is no object");
  const Json* type = member(json, "objectType");
  return type ? text(*type, in(place, "objectType")) : usual;
}

int check_identifiers(const Json& json, const std::string& place) {
  int n = 0;
  optional(json, place, "mbox", [&](const Json& v, const std::string& p) {
    check_text(v, p, xapi::is_mailbox, "is not mailto: and an address");
    ++n;
  });
  optional(json, place, "mbox_sha1sum", [&](const Json& v, const std::string& p) {
    const std::string& hash = text(v, p);
    if (hash.size() != 40 || hash.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      wrong(p, "is not 40 hex digits");
    ++n;
  });
  optional(json, place, "openid", [&](const Json& v, const std::string& p) {
    check_iri(v, p);
    ++n;
  });
  optional(json, place, "account", [&](const Json& v, const std::string& p) {
    only(v, p, {"homePage", "name"});
    check_iri(needed(v, p, "homePage"), in(p, "homePage"));
    if (text(needed(v, p, "name"), in(p, "name")).empty()) wrong(in(p, "name"), "is empty");
    ++n;
  });
  return n;
}

void check_agent(const Json& json, const std::string& place) {
  if (object_type(json, place, "Agent") != "Agent") wrong(in(place, "objectType"), "is not Agent");
  only(json, place, {"objectType", "name", "mbox", "mbox_sha1sum", "openid", "account"});
  optional(json, place, "name", check_string);
  if (check_identifiers(json, place) != 1) wrong(place, "an agent has exactly one of mbox, mbox_sha1sum, openid, account");
}

void check_group(const Json& json, const std::string& place) {
  only(json, place, {"objectType", "name", "mbox", "mbox_sha1sum", "openid", "account", "member"});
  optional(json, place, "name", check_string);
  const int n = check_identifiers(json, place);
  if (n > 1) wrong(place, "a group has at most one of mbox, mbox_sha1sum, openid, account");
  if (n == 0) needed(json, place, "member");
  optional(json, place, "member", [](const Json& v, const std::string& p) {
    if (!v.is_array()) wrong(p, "is no list");
    for (std::size_t i = 0; i < v.size(); ++i) check_agent(v[i], p + "[" + std::to_string(i) + "]");
  });
}

void check_actor(const Json& json, const std::string& place) {
  const std::string type = object_type(json, place, "Agent");
  if (type == "Group") return check_group(json, place);
  if (type != "Agent") wrong(in(place, "objectType"), "is neither Agent nor Group");
  check_agent(json, place);
}

void check_team(const Json& json, const std::string& place) {
  if (object_type(json, place, "Agent") != "Group") wrong(place, "is no group");
  check_group(json, place);
}

void check_components(const Json& json, const std::string& place) {
  if (!json.is_array()) wrong(place, "is no list");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string p = place + "[" + std::to_string(i) + "]";
    only(json[i], p, {"id", "description"});
    if (!ids.insert(text(needed(json[i], p, "id"), in(p, "id"))).second) wrong(in(p, "id"), "stands twice in the list");
    optional(json[i], p, "description", check_language_map);
  }
}

// Where each list of components belongs.
bool takes_components(std::string_view list, std::string_view interaction) {
  if (list == "choices") return interaction == "choice" || interaction == "sequencing";
  if (list == "scale") return interaction == "likert";
  if (list == "steps") return interaction == "performance";
  return interaction == "matching";  // source, target
}

void check_interaction(const Json& json, const std::string& place) {
  constexpr std::string_view kKinds[] = {"true-false",  "choice",     "fill-in", "long-fill-in", "matching",
                                         "performance", "sequencing", "likert",  "numeric",      "other"};
  std::string kind;
  optional(json, place, "interactionType", [&](const Json& v, const std::string& p) {
    kind = text(v, p);
    if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) wrong(p, "is no kind of interaction");
  });
  optional(json, place, "correctResponsesPattern", [&](const Json& v, const std::string& p) {
    if (kind.empty()) wrong(p, "needs an interactionType");
    if (!v.is_array()) wrong(p, "is no list");
    for (std::size_t i = 0; i < v.size(); ++i) text(v[i], p + "[" + std::to_string(i) + "]");
  });
  for (const std::string_view list : {"choices", "scale", "source", "target", "steps"})
    optional(json, place, list, [&](const Json& v, const std::string& p) {
      if (!takes_components(list, kind)) wrong(p, "does not belong to this interactionType");
      check_components(v, p);
    });
}

void check_activity(const Json& json, const std::string& place) {
  if (object_type(json, place, "Activity") != "Activity") wrong(in(place, "objectType"), "is not Activity");
  only(json, place, {"objectType", "id", "definition"});
  check_iri(needed(json, place, "id"), in(place, "id"));
  optional(json, place, "definition", [](const Json& v, const std::string& p) {
    only(v, p,
         {"name", "description", "type", "moreInfo", "extensions", "interactionType", "correctResponsesPattern",
          "choices", "scale", "source", "target", "steps"});
    optional(v, p, "name", check_language_map);
    optional(v, p, "description", check_language_map);
    optional(v, p, "type", check_iri);
    optional(v, p, "moreInfo", check_iri);
    optional(v, p, "extensions", check_extensions);
    check_interaction(v, p);
  });
}

void check_reference(const Json& json, const std::string& place) {
  if (object_type(json, place, "") != "StatementRef") wrong(place, "is no StatementRef");
  only(json, place, {"objectType", "id"});
  check_uuid(needed(json, place, "id"), in(place, "id"));
}

double number(const Json& json, const std::string& place) {
  if (!json.is_number()) wrong(place, "is no number");
  return json.get<double>();
}

void check_score(const Json& json, const std::string& place) {
  only(json, place, {"scaled", "raw", "min", "max"});
  std::optional<double> raw, min, max;
  const auto read = [&](const char* name, std::optional<double>& into) {
    optional(json, place, name, [&](const Json& v, const std::string& p) { into = number(v, p); });
  };
  optional(json, place, "scaled", [](const Json& v, const std::string& p) {
    const double scaled = number(v, p);
    if (scaled < -1 || scaled > 1) wrong(p, "is not from -1 to 1");
  });
  read("raw", raw);
  read("min", min);
  read("max", max);
  if (min && max && !(*min < *max)) wrong(place, "min is not below max");
  if (raw && ((min && *raw < *min) || (max && *raw > *max))) wrong(in(place, "raw"), "is not between min and max");
}

void check_duration(const Json& json, const std::string& place) {
  check_text(json, place, xapi::is_duration, "is no ISO 8601 duration");
}
void check_timestamp(const Json& json, const std::string& place) {
  check_text(json, place, xapi::is_timestamp, "is no ISO 8601 time");
}
void check_language(const Json& json, const std::string& place) {
  check_text(json, place, xapi::is_language_tag, "is no language tag");
}

void check_result(const Json& json, const std::string& place) {
  only(json, place, {"score", "success", "completion", "response", "duration", "extensions"});
  optional(json, place, "score", check_score);
  optional(json, place, "success", check_bool);
  optional(json, place, "completion", check_bool);
  optional(json, place, "response", check_string);
  optional(json, place, "duration", check_duration);
  optional(json, place, "extensions", check_extensions);
}

void check_context_activities(const Json& json, const std::string& place) {
  only(json, place, {"parent", "grouping", "category", "other"});
  for (const auto& [key, value] : json.items()) {
    const std::string p = in(place, key);
    if (!value.is_array()) {
      check_activity(value, p);
      continue;
    }
    for (std::size_t i = 0; i < value.size(); ++i) check_activity(value[i], p + "[" + std::to_string(i) + "]");
  }
}

void check_context(const Json& json, const std::string& place, bool about_activity) {
  only(json, place,
       {"registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
        "extensions"});
  optional(json, place, "registration", check_uuid);
  optional(json, place, "instructor", check_actor);
  optional(json, place, "team", check_team);
  optional(json, place, "contextActivities", check_context_activities);
  for (const char* name : {"revision", "platform"})
    optional(json, place, name, [&](const Json& v, const std::string& p) {
      text(v, p);
      if (!about_activity) wrong(p, "is only for an object that is an activity");
    });
  optional(json, place, "language", check_language);
  optional(json, place, "statement", check_reference);
  optional(json, place, "extensions", check_extensions);
}

void check_attachments(const Json& json, const std::string& place) {
  if (!json.is_array()) wrong(place, "is no list");
  for (std::size_t i = 0; i < json.size(); ++i) {
    const Json& a = json[i];
    const std::string p = place + "[" + std::to_string(i) + "]";
    only(a, p, {"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"});
    check_iri(needed(a, p, "usageType"), in(p, "usageType"));
    check_language_map(needed(a, p, "display"), in(p, "display"));
    optional(a, p, "description", check_language_map);
    text(needed(a, p, "contentType"), in(p, "contentType"));
    if (!needed(a, p, "length").is_number_integer()) wrong(in(p, "length"), "is no whole number");
    text(needed(a, p, "sha2"), in(p, "sha2"));
    optional(a, p, "fileUrl", check_iri);
  }
}

enum class Level { statement, sub };
void check_body(const Json& json, const std::string& place, Level level);

// The type of the object.
std::string check_object(const Json& json, const std::string& place, Level level) {
  const std::string type = object_type(json, place, "Activity");
  if (type == "Activity") {
    check_activity(json, place);
  } else if (type == "Agent" || type == "Group") {
    check_actor(json, place);
  } else if (type == "StatementRef") {
    check_reference(json, place);
  } else if (type == "SubStatement" && level == Level::statement) {
    only(json, place, {"objectType", "actor", "verb", "object", "result", "context", "timestamp", "attachments"});
    check_body(json, place, Level::sub);
  } else {
    wrong(in(place, "objectType"), "has no place here");
  }
  return type;
}

// What statements and those inside them have in common.
void check_body(const Json& json, const std::string& place, Level level) {
  check_actor(needed(json, place, "actor"), in(place, "actor"));
  const std::string verb_place = in(place, "verb");
  const Json& verb = needed(json, place, "verb");
  only(verb, verb_place, {"id", "display"});
  check_iri(needed(verb, verb_place, "id"), in(verb_place, "id"));
  optional(verb, verb_place, "display", check_language_map);
  const std::string type = check_object(needed(json, place, "object"), in(place, "object"), level);
  if (verb["id"] == kVoided && type != "StatementRef") wrong(in(place, "object"), "only a StatementRef can be voided");
  optional(json, place, "result", check_result);
  optional(json, place, "context", [&](const Json& v, const std::string& p) { check_context(v, p, type == "Activity"); });
  optional(json, place, "timestamp", check_timestamp);
  optional(json, place, "attachments", check_attachments);
}

}  // namespace

std::optional<std::string> statement_problem(const Json& statement) {
  try {
    only(statement, "",
         {"id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version",
          "attachments"});
    check_body(statement, "", Level::statement);
    optional(statement, "", "id", check_uuid);
    optional(statement, "", "stored", check_timestamp);
    optional(statement, "", "authority", check_actor);
    optional(statement, "", "version", [](const Json& v, const std::string& p) {
      if (!text(v, p).starts_with("1.0.")) wrong(p, "does not start with 1.0.");
    });
  } catch (const Wrong& w) {
    return w.what;
  }
  return std::nullopt;
}

}  // namespace station::rules
