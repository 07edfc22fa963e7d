#include "sync/record/record.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sync/record/json_text.h"

namespace station::record {

using base::Errc;
using base::fail;

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The members of a line in the order in which to_line writes them. A line with others, with one of them twice or in
// another order could be read in two ways by two readers, and a line is evidence.
constexpr std::array<std::string_view, 12> kMembers{"v",      "station", "inc",  "seq",     "type",    "at",
                                                    "unc_ms", "clock",   "boot", "mono_ms", "subject", "body"};

// Parses and checks the outer members.
nlohmann::json parse_members(std::string_view line) {
  std::size_t next = 0;
  bool in_order = true;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (event == nlohmann::json::parse_event_t::key && depth == 1)
      in_order = in_order && next < kMembers.size() && value.get_ref<const std::string&>() == kMembers[next++];
    return true;
  };
  auto json = nlohmann::json::parse(line, watch, false);
  if (!in_order || next != kMembers.size()) return nlohmann::json(nlohmann::json::value_t::discarded);
  return json;
}

}  // namespace

bool is_station_id(std::string_view text) {
  return text.size() >= 8 && text.size() <= 12 && text[6] == '-' && is_digits(text.substr(0, 6)) &&
         is_digits(text.substr(7));
}

std::string to_line(const Record& r) {
  std::string line = "{\"v\":1,\"station\":" + quoted_json(r.station);
  line += ",\"inc\":" + std::to_string(r.inc) + ",\"seq\":" + std::to_string(r.seq);
  line += ",\"type\":" + quoted_json(r.type) + ",\"at\":\"" + base::iso8601(r.at) + "\"";
  line += ",\"unc_ms\":" + std::to_string(r.unc_ms) + ",\"clock\":" + std::to_string(static_cast<int>(r.clock));
  line += ",\"boot\":" + quoted_json(r.boot) + ",\"mono_ms\":" + std::to_string(r.mono_ms);
  line += ",\"subject\":" + quoted_json(r.subject) + ",\"body\":" + (r.body.empty() ? "{}" : r.body) + "}";
  return line;
}

base::Result<Record> parse_line(std::string_view line) {
  if (line.size() > kMaxLineBytes) return fail(Errc::invalid, "record line is longer than 64 KiB");
  if (line.find('\n') != std::string_view::npos) return fail(Errc::invalid, "record line holds a line feed");
  if (!is_shallow(line)) return fail(Errc::invalid, "record line is nested too deeply");
  const auto json = parse_members(line);
  if (!json.is_object())
    return fail(Errc::invalid, "record line is not a JSON object with the members v to body in their order");
  const char* missing = nullptr;
  auto text = [&](const char* key) -> std::string {
    const auto it = json.find(key);
    if (it == json.end() || !it->is_string()) {
      missing = key;
      return {};
    }
    return it->get<std::string>();
  };
  auto number = [&](const char* key) -> std::int64_t {
    const auto it = json.find(key);
    if (it == json.end() || !it->is_number_integer() || it->get<std::int64_t>() < 0) {
      missing = key;
      return 0;
    }
    return it->get<std::int64_t>();
  };
  Record r;
  if (number("v") != 1) return fail(Errc::invalid, "record version is not 1");
  r.station = text("station");
  const std::int64_t inc = number("inc");
  r.inc = static_cast<std::uint32_t>(inc);
  r.seq = static_cast<std::uint64_t>(number("seq"));
  r.type = text("type");
  const std::string at = text("at");
  r.unc_ms = number("unc_ms");
  const std::int64_t quality = number("clock");
  r.clock = static_cast<ClockQuality>(quality);
  r.boot = text("boot");
  r.mono_ms = number("mono_ms");
  r.subject = text("subject");
  const auto body = json.find("body");
  if (body == json.end() || !body->is_object()) missing = "body";
  if (missing)
    return fail(Errc::invalid, std::string("record line: \"") + missing + "\" is missing or of the wrong kind");
  if (!is_station_id(r.station)) return fail(Errc::invalid, "record line: \"station\" is not of the form 440902-007");
  if (inc < 1 || inc > 0xFFFFFFFF) return fail(Errc::invalid, "record line: \"inc\" is out of range");
  if (quality > 3) return fail(Errc::invalid, "record line: \"clock\" is not 0 to 3");
  if (!base::parse_iso8601(at, r.at) || base::iso8601(r.at) != at)
    return fail(Errc::invalid, "record line: \"at\" is not a time such as 2026-11-22T06:14:03.120Z");
  if (r.type.empty()) return fail(Errc::invalid, "record line: \"type\" is empty");
  r.body = body->dump();
  return r;
}

}  // namespace station::record
