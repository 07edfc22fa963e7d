#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sync/record/pack.h"
#include "sync/record/text_lines.h"

// Lessons as their authors write them: Markdown with `key: value` lines at the beginning and under each heading. The
// form: README.md in assets/lessons. Private to this folder.
namespace station::record {

// The lesson's members as {"id":…,"title":{"zh":…,"en":…},…,"steps":[…]}, for the checks that all content files go
// through, and where each of them stands. What is not of the form is noted; the rest is read all the same.
nlohmann::json read_lesson_text(std::string_view text, const std::string& file, LineIndex& lines,
                                std::vector<PackProblem>& problems);

}  // namespace station::record
