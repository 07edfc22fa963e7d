#pragma once

#include <map>
#include <string>
#include <vector>

#include "sync/record/pack.h"

namespace station::record {

// Reads the GIFT bank into questions and notes what is wrong. Private to this folder.
void read_questions(const std::string& gift, const std::string& file,
                    std::map<std::string, Question, std::less<>>& into, std::vector<PackProblem>& problems);

// Adds the English of bank.en.json. `required`: a question without English is a problem, at its line in the bank.
void read_english(const std::string& json, const std::string& file, const std::string& bank, bool required,
                  std::map<std::string, Question, std::less<>>& questions, std::vector<PackProblem>& problems);

}  // namespace station::record
