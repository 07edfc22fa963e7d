#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sync/base/result.h"
#include "sync/record/pack.h"
#include "sync/record/record.h"

// Examination papers as they were shown, from a station's records alone. No content pack is needed: each question that
// an attempt uses stands once in the log (`exam.item`), by the hash of its text.
namespace station::record {

// Everything about a question that its screen shows and its answer is judged with, picture included: one line of JSON,
// the same for the same question.
std::string question_text(const Content& content, const Question& question);
// First 16 hex digits of SHA-256: what `exam.opened` and `exam.item` know the text by.
std::string question_hash(std::string_view text);

// An attempt of one log (one station and incarnation), whose records are given in order; records of other types are
// passed over. One line of JSON:
//   {"attempt","course","subject","station","no","opened","pack","course_version","seed","pass","blueprint":[…],
//    "items":[{"id","version","order",…,"question":{…},"answer":{…}|null}],"closed":{…}|null,"certificate":""}
// The same records always give the same bytes. `not_found` when the attempt or one of its questions is not there,
// `corrupt` when a record is not of its form.
base::Result<std::string> paper_from_log(std::span<const Record> records, const std::string& attempt);

// The paper as a page of text, in "zh" or "en": options in the order in which the rider saw them, the answer, the key,
// the article of law. `corrupt` when it is not what paper_from_log gives.
base::Result<std::string> paper_page(const std::string& paper, std::string_view language);

}  // namespace station::record
