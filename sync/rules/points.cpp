#include "sync/rules/points.h"

#include <fmt/format.h>

#include <limits>

namespace station::rules {

using base::Errc;
using base::fail;

std::string rider_account(std::string_view subject) {
  return std::string(kRiderAccount) + std::string(subject);
}

bool may_be_negative(std::string_view account) {
  return !account.starts_with(kRiderAccount);
}

base::Result<PointsBook::Applied> PointsBook::apply(const Transfer& t) {
  const auto refuse = [&](Errc code, const std::string& why) { return fail(code, "transfer " + t.id + ": " + why); };
  if (const auto known = by_id_.find(t.id); known != by_id_.end()) {
    if (known->second == t) return Applied::before;
    return refuse(Errc::conflict, "its id belongs to another transfer");
  }
  if (t.id.empty() || t.from.empty() || t.to.empty()) return refuse(Errc::invalid, "id and both accounts are needed");
  if (t.from == t.to) return refuse(Errc::invalid, "takes from the account that it gives to");
  if (t.points <= 0) return refuse(Errc::invalid, "points must be positive");

  // What a transfer rests on counts once for each account: one check-in a day, one course, one hazard report.
  const bool rests = !t.basis.empty();
  const std::string& whose = may_be_negative(t.to) ? t.from : t.to;
  const std::string basis = whose + '\n' + t.reason + '\n' + t.basis;
  if (rests && bases_.contains(basis))
    return refuse(Errc::conflict, "\"" + t.reason + "\" for " + t.basis + " was booked before");

  const std::int64_t from = balance(t.from), to = balance(t.to);
  if (!may_be_negative(t.from) && from < t.points)
    return refuse(Errc::denied, fmt::format("{} has {} points, {} are asked", t.from, from, t.points));
  if (from < std::numeric_limits<std::int64_t>::min() + t.points ||
      to > std::numeric_limits<std::int64_t>::max() - t.points)
    return refuse(Errc::invalid, "more points than can be counted");

  balances_[t.from] = from - t.points;
  balances_[t.to] = to + t.points;
  by_id_.emplace(t.id, t);
  if (rests) bases_.insert(basis);
  return Applied::now;
}

std::int64_t PointsBook::balance(const std::string& account) const {
  const auto it = balances_.find(account);
  return it == balances_.end() ? 0 : it->second;
}

std::int64_t PointsBook::sum() const {
  std::int64_t sum = 0;
  for (const auto& [account, points] : balances_) sum += points;
  return sum;
}

base::Result<std::map<std::string, std::int64_t>> balances_of(std::span<const Transfer> transfers) {
  PointsBook book;
  for (const Transfer& t : transfers)
    if (const auto applied = book.apply(t); !applied) return tl::unexpected(applied.error());
  return book.balances();
}

std::string local_day(base::UtcTime at, std::chrono::minutes offset) {
  const base::LocalTime t = base::local_time(at, offset);
  return fmt::format("{:04}-{:02}-{:02}", t.year, t.month, t.day);
}

std::optional<Transfer> check_in_points(std::string_view subject, base::UtcTime at, std::int64_t points,
                                        std::string_view last_earned_day, std::string id, std::chrono::minutes offset) {
  std::string day = local_day(at, offset);
  if (points <= 0 || day == last_earned_day) return std::nullopt;
  return Transfer{std::move(id), "fund:check_in", rider_account(subject), points, "check_in", std::move(day), at};
}

}  // namespace station::rules
