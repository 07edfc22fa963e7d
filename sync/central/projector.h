#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sync/central/line_view.h"
#include "sync/central/routes.h"

// What follows from the records: study, points, certificates, visits, faults, complaints. Depends on the records in the
// centre's order and on nothing else, so that it can be computed again.
namespace station::central {

enum class Publish : std::uint8_t { no, yes };

// The records of one batch, inside its transaction.
class Projector {
 public:
  Projector(Work& work, const std::string& station, std::uint32_t inc, const base::PublicKey& key, Publish publish);

  // An effect that is refused goes to the quarantine with its reason; the record stays.
  void apply(std::uint64_t pos, std::uint64_t seq, const LineView& line);
  void quarantine(std::uint64_t pos, std::uint64_t seq, std::string_view type, std::string_view reason);
  // After the last record of the batch: sums are written, and what other stations need at once is published.
  void finish();

 private:
  struct Place {
    std::uint64_t pos, seq;
    base::UtcTime at;
    const LineView& line;
  };
  // Each returns why the effect is refused, or nothing. Throws Json::exception when the body is not of its form.
  std::string apply_effect(const Place& p);
  std::string earn(const Place& p);
  std::string certify(const Place& p);
  std::string check_in(const Place& p);
  void study(const Place& p);
  void add_to_course(const Place& p, std::string_view course);
  void mark_courses();

  Work& work_;
  Store& store_;
  const std::string station_;
  const std::uint32_t inc_;
  const base::PublicKey key_;
  const Publish publish_;
  std::map<std::pair<std::string, std::string>, std::int64_t> usage_;  // (day, what) → how often
  std::set<std::string, std::less<>> touched_courses_;  // since mark_courses
  std::set<std::string> urgent_courses_;
  std::set<std::string> changed_balances_;
  std::set<std::string> new_certificates_;
};

// Empties what follows from the records and computes it again; nothing is published.
void rebuild_projections(Work& work);
// All of it as text, one row a line, in a fixed order.
std::string dump_projections(Work& work);

}  // namespace station::central
