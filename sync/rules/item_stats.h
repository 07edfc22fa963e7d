#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

// Statistics of questions and of a whole test, as in Moodle's quiz report (learning rules, section 4). Pure; IEEE
// doubles.
namespace station::rules {

// marks[attempt][item]; every row has one mark for each item.
struct MarkTable {
  std::vector<std::string> items;
  std::vector<double> maxima;
  std::vector<std::vector<double>> marks;
};

// Empty where the value is not defined.
struct ItemStats {
  std::string item;
  std::optional<double> facility, sd, effectiveweight, covariance, markvariance, othermarkvariance, discriminationindex,
      covariancemax, discriminativeefficiency;
};
std::vector<ItemStats> item_statistics(const MarkTable& table);

struct QuizStats {
  std::size_t n = 0;
  std::optional<double> mean, median, sd, skewness, kurtosis;
  std::optional<double> cic;  // coefficient of internal consistency, percent
  std::optional<double> errorratio, standarderror;
};
QuizStats quiz_statistics(const MarkTable& table);

// When an item goes to an author for review (4.2): enough first attempts and one of these.
enum class ItemFlag : std::uint8_t { too_hard, too_easy, does_not_discriminate, distractor_beats_key };
const char* to_string(ItemFlag flag);

// One first attempt's choice in one item.
struct ItemChoice {
  std::string attempt;
  double total = 0;  // of the whole attempt
  int option = -1;   // as authored; -1: none
};
// A wrong option is chosen more often than the key by the best quarter: the floor(n/4) attempts with the highest
// totals, ties by attempt id.
bool distractor_beats_key(std::vector<ItemChoice> choices, int key);

std::vector<ItemFlag> item_flags(const ItemStats& stats, std::size_t n, bool distractor_beats_key);

}  // namespace station::rules
