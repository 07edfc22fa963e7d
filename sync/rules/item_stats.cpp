#include "sync/rules/item_stats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "sync/base/check.h"

namespace station::rules {

namespace {

constexpr std::size_t kAttemptsForFlags = 100;
constexpr double kTooHard = 0.25, kTooEasy = 0.95, kLowestDiscrimination = 10;

using Column = std::vector<double>;

double mean(const Column& a) {
  double sum = 0;
  for (const double x : a) sum += x;
  return sum / static_cast<double>(a.size());
}

// Equal marks have no variance; their mean may still differ from them in the last bit.
bool constant(const Column& a) {
  const auto [low, high] = std::minmax_element(a.begin(), a.end());
  return *high - *low <= 1e-12 * std::max(std::abs(*high), std::abs(*low));
}

double covariance(const Column& a, const Column& b) {
  if (constant(a) || constant(b)) return 0;
  const double ma = mean(a), mb = mean(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - ma) * (b[i] - mb);
  return sum / static_cast<double>(a.size() - 1);
}

Column sorted(Column a) {
  std::sort(a.begin(), a.end());
  return a;
}

Column column(const MarkTable& table, std::size_t item) {
  Column out;
  for (const auto& row : table.marks) out.push_back(row[item]);
  return out;
}

Column totals(const MarkTable& table) {
  Column out;
  for (const auto& row : table.marks) {
    double sum = 0;
    for (const double x : row) sum += x;
    out.push_back(sum);
  }
  return out;
}

void check_shape(const MarkTable& table) {
  STATION_CHECK(table.maxima.size() == table.items.size(), "every item has a maximum");
  for (const auto& row : table.marks)
    STATION_CHECK(row.size() == table.items.size(), "every attempt has a mark for each item");
}

double central_moment(const Column& a, double centre, int power) {
  double sum = 0;
  for (const double x : a) sum += std::pow(x - centre, power);
  return sum / static_cast<double>(a.size());
}

}  // namespace

std::vector<ItemStats> item_statistics(const MarkTable& table) {
  check_shape(table);
  std::vector<ItemStats> out;
  const Column total = totals(table);
  const bool enough = table.marks.size() >= 2;
  double roots = 0;
  std::vector<double> with_total;
  for (std::size_t i = 0; i < table.items.size(); ++i) {
    out.push_back({table.items[i], {}, {}, {}, {}, {}, {}, {}, {}, {}});
    with_total.push_back(enough ? covariance(column(table, i), total) : 0);
    if (with_total.back() >= 0) roots += std::sqrt(with_total.back());
  }
  if (!enough) return out;

  for (std::size_t i = 0; i < table.items.size(); ++i) {
    ItemStats& s = out[i];
    if (table.maxima[i] == 0) {
      s.effectiveweight = 0;
      continue;
    }
    if (with_total[i] >= 0 && roots > 0) s.effectiveweight = 100 * std::sqrt(with_total[i]) / roots;
    const Column x = column(table, i);
    Column y;
    for (std::size_t k = 0; k < x.size(); ++k) y.push_back(total[k] - x[k]);
    s.facility = mean(x) / table.maxima[i];
    s.markvariance = covariance(x, x);
    s.sd = std::sqrt(*s.markvariance);
    s.othermarkvariance = covariance(y, y);
    s.covariance = covariance(x, y);
    s.covariancemax = covariance(sorted(x), sorted(y));
    const double product = *s.markvariance * *s.othermarkvariance;
    if (product != 0) s.discriminationindex = 100 * *s.covariance / std::sqrt(product);
    if (*s.covariancemax != 0) s.discriminativeefficiency = 100 * *s.covariance / *s.covariancemax;
  }
  return out;
}

QuizStats quiz_statistics(const MarkTable& table) {
  check_shape(table);
  QuizStats q;
  q.n = table.marks.size();
  if (q.n == 0) return q;
  const Column total = sorted(totals(table));
  const auto n = static_cast<double>(q.n);
  q.mean = mean(total);
  q.median = (total[(q.n - 1) / 2] + total[q.n / 2]) / 2;
  if (q.n < 2) return q;

  const double m2 = constant(total) ? 0 : central_moment(total, *q.mean, 2);
  const double k2 = n * m2 / (n - 1);
  q.sd = std::sqrt(k2);
  if (k2 > 0 && q.n >= 3) {
    const double k3 = n * n * central_moment(total, *q.mean, 3) / ((n - 1) * (n - 2));
    q.skewness = k3 / std::pow(k2, 1.5);
  }
  if (k2 > 0 && q.n >= 4) {
    const double k4 =
        n * n * ((n + 1) * central_moment(total, *q.mean, 4) - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3));
    q.kurtosis = k4 / (k2 * k2);
  }
  double p = 0, variances = 0;
  for (std::size_t i = 0; i < table.items.size(); ++i) {
    const Column x = column(table, i);
    variances += covariance(x, x);
    if (table.maxima[i] > 0) ++p;
  }
  if (p >= 2 && k2 > 0) q.cic = 100 * p / (p - 1) * (1 - variances / k2);
  if (q.cic && *q.cic <= 100) {
    q.errorratio = 100 * std::sqrt(1 - *q.cic / 100);
    q.standarderror = *q.errorratio * *q.sd / 100;
  }
  return q;
}

const char* to_string(ItemFlag flag) {
  constexpr std::array<const char*, 4> kWords{"too_hard", "too_easy", "does_not_discriminate", "distractor_beats_key"};
  return kWords[static_cast<std::size_t>(flag)];
}

bool distractor_beats_key(std::vector<ItemChoice> choices, int key) {
  std::sort(choices.begin(), choices.end(), [](const ItemChoice& a, const ItemChoice& b) {
    return a.total != b.total ? a.total > b.total : a.attempt < b.attempt;
  });
  choices.resize(choices.size() / 4);
  std::map<int, int> chosen;
  for (const ItemChoice& c : choices) ++chosen[c.option];
  const int right = chosen[key];
  return std::any_of(chosen.begin(), chosen.end(), [&](const auto& option) {
    return option.first >= 0 && option.first != key && option.second > right;
  });
}

std::vector<ItemFlag> item_flags(const ItemStats& stats, std::size_t n, bool distractor_beats_key) {
  std::vector<ItemFlag> flags;
  if (n < kAttemptsForFlags) return flags;
  if (stats.facility && *stats.facility < kTooHard) flags.push_back(ItemFlag::too_hard);
  if (stats.facility && *stats.facility > kTooEasy) flags.push_back(ItemFlag::too_easy);
  if (stats.discriminationindex && *stats.discriminationindex < kLowestDiscrimination)
    flags.push_back(ItemFlag::does_not_discriminate);
  if (distractor_beats_key) flags.push_back(ItemFlag::distractor_beats_key);
  return flags;
}

}  // namespace station::rules
