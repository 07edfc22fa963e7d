// Points as double entry: design, section 6.
#include "sync/rules/points.h"

#include <catch2/catch.hpp>
#include <limits>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;
using Applied = PointsBook::Applied;

namespace {

base::UtcTime utc(const char* text) {
  base::UtcTime t;
  REQUIRE(base::parse_iso8601(text, t));
  return t;
}

Transfer transfer(std::string id, std::string from, std::string to, std::int64_t points, std::string basis = "") {
  return {std::move(id), std::move(from), std::move(to), points, "test", std::move(basis), {}};
}

}  // namespace

TEST_CASE("every transfer keeps the sum at zero", "[rules]") {
  PointsBook book;
  CHECK(book.apply(transfer("1", "fund:check_in", "rider:R1", 10)) == Applied::now);
  CHECK(book.apply(transfer("2", "rider:R1", "fund:shop", 4)) == Applied::now);
  CHECK(book.balance("rider:R1") == 6);
  CHECK(book.balance("fund:check_in") == -10);
  CHECK(book.balance("rider:R2") == 0);
  CHECK(book.sum() == 0);
}

TEST_CASE("a rider never spends more than there is", "[rules]") {
  PointsBook book;
  REQUIRE(book.apply(transfer("1", "fund:check_in", "rider:R1", 5)));
  const auto refused = book.apply(transfer("2", "rider:R1", "fund:shop", 6));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Errc::denied);
  CHECK(refused.error().message == "transfer 2: rider:R1 has 5 points, 6 are asked");
  CHECK(book.balance("rider:R1") == 5);
  CHECK(book.apply(transfer("3", "rider:R1", "fund:shop", 5)));
  CHECK(book.balance("rider:R1") == 0);
}

TEST_CASE("the same transfer twice is one, another one under its id is refused", "[rules]") {
  PointsBook book;
  const Transfer t = transfer("1", "fund:check_in", "rider:R1", 5);
  CHECK(book.apply(t) == Applied::now);
  CHECK(book.apply(t) == Applied::before);
  CHECK(book.balance("rider:R1") == 5);
  Transfer other = t;
  other.points = 6;
  CHECK(book.apply(other).error().code == base::Errc::conflict);
}

TEST_CASE("one basis earns once, whatever the id", "[rules]") {
  PointsBook book;
  CHECK(book.apply(transfer("1", "fund:check_in", "rider:R1", 5, "2026-11-24")));
  CHECK(book.apply(transfer("2", "fund:check_in", "rider:R1", 5, "2026-11-24")).error().code == base::Errc::conflict);
  CHECK(book.apply(transfer("3", "fund:check_in", "rider:R1", 5, "2026-11-25")));
  CHECK(book.apply(transfer("4", "fund:check_in", "rider:R2", 5, "2026-11-24")));
  CHECK(book.balance("rider:R1") == 10);
}

TEST_CASE("what is no transfer is refused and changes nothing", "[rules]") {
  PointsBook book;
  CHECK_FALSE(book.apply(transfer("1", "a", "a", 5)));
  CHECK_FALSE(book.apply(transfer("1", "a", "b", 0)));
  CHECK_FALSE(book.apply(transfer("1", "a", "b", -5)));
  CHECK_FALSE(book.apply(transfer("", "a", "b", 5)));
  CHECK_FALSE(book.apply(transfer("1", "", "b", 5)));
  CHECK(book.balances().empty());
  const auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(book.apply(transfer("1", "a", "b", most)));
  CHECK_FALSE(book.apply(transfer("2", "a", "b", 2)));
  CHECK(book.balance("b") == most);
}

TEST_CASE("balances come from the transfers, and the first bad one is named", "[rules]") {
  const std::vector<Transfer> good{transfer("1", "fund:x", "rider:R1", 5), transfer("2", "rider:R1", "rider:R2", 2)};
  const auto balances = balances_of(good);
  REQUIRE(balances);
  CHECK(*balances == std::map<std::string, std::int64_t>{{"fund:x", -5}, {"rider:R1", 3}, {"rider:R2", 2}});
  const std::vector<Transfer> bad{transfer("1", "fund:x", "rider:R1", 5), transfer("2", "rider:R2", "rider:R1", 1)};
  CHECK(balances_of(bad).error().message.find("transfer 2") == 0);
}

TEST_CASE("any transfers keep riders out of the red and the sum at zero", "[rules]") {
  base::SeededRandom random(9);
  PointsBook book;
  for (int i = 0; i < 3000; ++i) {
    const auto account = [&] { return (random.below(3) ? "rider:" : "fund:") + std::to_string(random.below(4)); };
    (void)book.apply(
        transfer(std::to_string(random.below(2500)), account(), account(), static_cast<std::int64_t>(random.below(9))));
    CHECK(book.sum() == 0);
  }
  for (const auto& [name, points] : book.balances()) CHECK((may_be_negative(name) || points >= 0));
}

TEST_CASE("the first check-in of the local day earns points", "[rules]") {
  const auto first = check_in_points("R1", utc("2026-11-24T15:59:59Z"), 2, "2026-11-23", "id1");
  REQUIRE(first);
  CHECK((first->points == 2 && first->to == "rider:R1" && first->from == "fund:check_in" &&
         first->basis == "2026-11-24"));
  CHECK_FALSE(check_in_points("R1", utc("2026-11-24T10:00:00Z"), 2, "2026-11-24", "id2"));
  CHECK(check_in_points("R1", utc("2026-11-24T16:00:00Z"), 2, "2026-11-24", "id3")->basis == "2026-11-25");
  CHECK_FALSE(check_in_points("R1", utc("2026-11-24T10:00:00Z"), 0, "", "id4"));
  CHECK(local_day(utc("2026-12-31T16:00:00Z")) == "2027-01-01");
}
