#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

// Is this a valid xAPI 1.0.3 statement (learning rules, 12.2)? Pure; any JSON is safe.
namespace station::rules {

// What is wrong with it first, "object.id: is no IRI", or nothing.
std::optional<std::string> statement_problem(const nlohmann::json& statement);

// The forms of single values. Private to this folder and its tests.
namespace xapi {
bool is_uuid(std::string_view text);
bool is_iri(std::string_view text);           // with a scheme
bool is_language_tag(std::string_view text);  // RFC 5646
bool is_timestamp(std::string_view text);     // ISO 8601 date and time, zone optional but not -00:00
bool is_duration(std::string_view text);      // ISO 8601
bool is_mailbox(std::string_view text);       // mailto: and an address
}  // namespace xapi

}  // namespace station::rules
