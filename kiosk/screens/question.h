#pragma once

#include <string>
#include <vector>

#include "kiosk/screens/page.h"

// A question as lessons and examinations show it.
namespace station::screens {

struct QuestionLook {
  const record::Question* question = nullptr;
  std::vector<int> order;   // authored option numbers as shown
  std::vector<int> chosen;  // indexes as shown
  bool answered = false;    // show what was right; options no longer act
  bool busy = false;
  std::int64_t scene_ms = 0;
  std::string prefix;  // of the option ids: "lesson", "exam"
};

// Stem, picture, options and, once answered, the explanation with its source; scrolls when it is longer than `rect`.
// A tap on an option asks for flow::ChooseOption.
void draw_question(Page& p, const Rect& rect, const QuestionLook& look);

// Where a statement comes from: law and article, with the wording when it is the law's own.
float draw_law(Page& p, const Rect& rect, const record::LawReference& law, bool with_quote);
float law_height(const Page& p, float width, const record::LawReference& law, bool with_quote);

}  // namespace station::screens
