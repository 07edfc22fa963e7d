#pragma once

#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/result.h"

namespace station::app {

// One line of a script for --headless: a verb and its words. kiosk/app/README.md lists the verbs.
struct ScriptLine {
  int number = 0;  // in the file, from 1
  std::string verb;
  std::vector<std::string> words;
  std::string text() const;  // as written, with single blanks
};

// Reads a script; the error names file, line and what was expected. `#` begins a comment.
base::Result<std::vector<ScriptLine>> parse_script(const std::string& text, const std::string& file);

// "250ms", "5s", "30m", "4h".
bool parse_duration(const std::string& text, base::Milliseconds& out);

}  // namespace station::app
