#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/record/verify.h"
#include "sync/tool/city_check.h"

namespace station::tool {

// "log.ndjson:35" of a line's number, "" for 0.
using PlaceText = std::function<std::string(std::uint64_t)>;

struct CertificateReport {
  base::Result<record::CertificateVerdict> verdict;
  std::string where;  // the record that issued it, if that is among the lines
  // What the centre's list says: "confirmed", "void" with the reviewer's reason, or empty where nobody asked.
  std::string state{}, reason{};
  bool valid() const { return verdict.has_value() && state != "void"; }
};

// A line for each log, its faults below it, then the city's own log where that was looked at (else null), and the
// verdict last.
std::string verdict_text(const record::CityVerdict& city, const std::optional<CertificateReport>& certificate,
                         const CityCheck* city_log, const PlaceText& where);
// {"valid":…,"logs":[…],"elsewhere":[…],"lines":…,"verified":…,"faults":…,"certificate":…}
std::string verdict_json(const record::CityVerdict& city, const std::optional<CertificateReport>& certificate,
                         const CityCheck* city_log, const PlaceText& where);

// True for lines that come after the heads.
class NewerThan {
 public:
  explicit NewerThan(const std::vector<record::SignedHead>& heads);
  bool operator()(std::string_view line) const;

 private:
  std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> sizes_;
};

}  // namespace station::tool
