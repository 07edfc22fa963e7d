#include "sync/tool/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace station::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string at(const PlaceText& where, std::uint64_t place) {
  const std::string text = where(place);
  return text.empty() ? text : " (" + text + ")";
}

void add_log(std::string& out, const record::LogVerdict& log, const PlaceText& where) {
  const std::string fenced = log.fenced.empty() ? "" : fmt::format("; fenced: {}", log.fenced);
  const std::string name = fmt::format("{} incarnation {}", log.station, log.inc);
  if (log.fault_count == 0) {
    const std::uint64_t newer = log.lines - log.verified;
    out += fmt::format("{}: valid, {} records proven{}{}\n", name, log.verified,
                       newer ? fmt::format(", {} newer than its head", newer) : "", fenced);
    return;
  }
  out += fmt::format("{}: NOT VALID, {} faults, {} of {} records proven{}\n", name, log.fault_count, log.verified,
                     log.head, fenced);
  for (const auto& fault : log.faults)
    out += fmt::format("  {}: {}{}\n", to_string(fault.kind), fault.what, at(where, fault.place));
  if (log.fault_count > log.faults.size())
    out += fmt::format("  and {} more\n", log.fault_count - log.faults.size());
}

void add_city_log(std::string& out, const CityCheck& log) {
  if (!log.valid()) {
    out += "the city's log: NOT VALID\n";
    for (const std::string& fault : log.faults()) out += "  " + fault + "\n";
    return;
  }
  out += fmt::format("the city's log: valid, {} records in the centre's order, {} days closed", log.proven(), log.days());
  out += log.witnessed() > 0 ? fmt::format(", {} records witnessed\n", log.witnessed()) : "\n";
}

void add_certificate(std::string& out, const CertificateReport& certificate) {
  if (!certificate.verdict) {
    out += fmt::format("certificate: NOT VALID: {}\n", certificate.verdict.error().message);
    return;
  }
  const auto& text = certificate.verdict->text;
  const std::string who = certificate.verdict->inc == 0
                              ? "the centre for station " + text.station
                              : fmt::format("station {} incarnation {}", text.station, certificate.verdict->inc);
  out += fmt::format("certificate {}: {}; issued by {} at {}, {} %\n", text.number,
                     certificate.state == "void" ? "VOID" : "signature valid", who, base::iso8601(text.passed),
                     text.score_percent);
  if (certificate.state == "void") out += fmt::format("  voided: {}\n", certificate.reason);
  if (certificate.state == "confirmed") out += "  the centre has its evidence\n";
  out += certificate.where.empty() ? "  its record is not among these lines\n"
                                   : fmt::format("  its record stands at {}\n", certificate.where);
}

Json fault_json(const record::Fault& fault, const PlaceText& where) {
  return {{"kind", to_string(fault.kind)},
          {"seq", fault.seq},
          {"until", fault.until},
          {"place", where(fault.place)},
          {"what", fault.what}};
}

}  // namespace

std::string verdict_text(const record::CityVerdict& city, const std::optional<CertificateReport>& certificate,
                         const CityCheck* city_log, const PlaceText& where) {
  std::string out;
  for (const auto& log : city.logs) add_log(out, log, where);
  for (const auto& fault : city.elsewhere)
    out += fmt::format("{}: {}{}\n", to_string(fault.kind), fault.what, at(where, fault.place));
  if (city_log) add_city_log(out, *city_log);
  if (certificate) add_certificate(out, *certificate);
  if (city.valid() && city_log && !city_log->valid()) {
    out += "NOT VALID: the records are what the stations signed, but not what the centre signed\n";
  } else if (city.valid()) {
    out += fmt::format("valid: {} logs, {} records, all of them proven by the stations' signed heads\n",
                       city.logs.size(), city.verified);
  } else {
    const auto bad = std::count_if(city.logs.begin(), city.logs.end(), [](const auto& l) { return l.fault_count > 0; });
    out += fmt::format("NOT VALID: {} faults in {} of {} logs\n", city.fault_count, bad, city.logs.size());
  }
  return out;
}

std::string verdict_json(const record::CityVerdict& city, const std::optional<CertificateReport>& certificate,
                         const CityCheck* city_log, const PlaceText& where) {
  Json logs = Json::array();
  for (const auto& log : city.logs) {
    Json faults = Json::array();
    for (const auto& fault : log.faults) faults.push_back(fault_json(fault, where));
    logs.push_back({{"station", log.station},
                    {"inc", log.inc},
                    {"valid", log.fault_count == 0},
                    {"lines", log.lines},
                    {"head", log.head},
                    {"verified", log.verified},
                    {"fenced", log.fenced},
                    {"fault_count", log.fault_count},
                    {"faults", std::move(faults)}});
  }
  Json elsewhere = Json::array();
  for (const auto& fault : city.elsewhere) elsewhere.push_back(fault_json(fault, where));
  Json json{{"valid", city.valid() && (!city_log || city_log->valid())},         {"lines", city.lines},
            {"verified", city.verified},     {"fault_count", city.fault_count},
            {"logs", std::move(logs)},       {"elsewhere", std::move(elsewhere)}};
  if (city_log)
    json["city_log"] = {{"valid", city_log->valid()},
                        {"proven", city_log->proven()},
                        {"days", city_log->days()},
                        {"witnessed", city_log->witnessed()},
                        {"faults", city_log->faults()}};
  if (certificate) {
    const auto& verdict = certificate->verdict;
    json["certificate"] = {{"valid", certificate->valid()},
                           {"state", certificate->state},
                           {"reason", certificate->reason},
                           {"error", verdict ? Json() : Json(verdict.error().message)},
                           {"record", certificate->where}};
    if (verdict) json["certificate"]["number"] = verdict->text.number;
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

NewerThan::NewerThan(const std::vector<record::SignedHead>& heads) {
  for (const auto& head : heads) {
    // The size stands in the second line of the checkpoint; whether it is signed is for verify to say.
    const auto checkpoint = record::parse_checkpoint_text(head.checkpoint);
    auto& size = sizes_[{head.station, head.inc}];
    if (checkpoint) size = std::max(size, checkpoint->size);
  }
}

bool NewerThan::operator()(std::string_view line) const {
  record::LinePlace place;
  if (!record::read_line_place(line, place)) return false;
  const auto it = sizes_.find({std::string(place.station), place.inc});
  return it == sizes_.end() || place.seq >= it->second;
}

}  // namespace station::tool
