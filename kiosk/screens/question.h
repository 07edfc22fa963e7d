#pragma once

#include <string>
#include <vector>

#include "kiosk/screens/page.h"

// A question as lessons, examinations and practice show it.
namespace station::screens {

struct QuestionLook {
  const record::Question* question = nullptr;
  const flow::AnswerView* answer = nullptr;
  bool answered = false;  // practice: show what was right; nothing acts any more
  bool right = false;
  bool busy = false;
  std::int64_t scene_ms = 0;
  std::string prefix;  // of the ids: "lesson", "exam", …

  bool acts() const { return !answered && !busy; }
};

// Stem, picture, what is answered with and, once answered, the explanation with its source; scrolls when it is longer
// than `rect`. Taps ask for the actions of flow::Answering.
void draw_question(Page& p, const Rect& rect, const QuestionLook& look);

// What a question of that kind asks for, in two or three characters: 单选, 排序, …
std::string kind_word(const Page& p, const record::Question& question);

// Where a statement comes from: law and article, with the wording when it is the law's own.
float draw_law(Page& p, const Rect& rect, const record::LawReference& law, bool with_quote);
float law_height(const Page& p, float width, const record::LawReference& law, bool with_quote);

// --- Parts, private to question*.cpp and clip.cpp --------------------------------------------------------------------

// "A" for 0
std::string letter_of(int n);
bool holds(const std::vector<int>& values, int value);
std::string option_text(const Page& p, const record::Question& q, int authored);

// What is answered with, below the stem.
float answer_height(Page& p, float width, const QuestionLook& look);
void draw_answer(Page& p, const Rect& rect, const QuestionLook& look);

// Pictures that are answered on: the places, the clip. Above the stem.
bool has_answer_picture(const record::Question& q);
float answer_picture_height(Page& p, float width, const QuestionLook& look);
void draw_answer_picture(Page& p, const Rect& rect, const QuestionLook& look);

// The points of a clip in plain words, and why it counted nothing.
std::string clip_words(const Page& p, const record::Question& q, const std::vector<std::int64_t>& taps);

}  // namespace station::screens
