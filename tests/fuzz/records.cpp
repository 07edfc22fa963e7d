#include <nlohmann/json.hpp>

#include "sync/base/check.h"
#include "sync/central/line_view.h"
#include "sync/client/enrol.h"
#include "sync/record/batch.h"
#include "sync/record/course_progress.h"
#include "sync/record/feed.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"
#include "sync/record/record.h"
#include "sync/record/verify.h"
#include "sync/rules/certificate_text.h"
#include "tests/fuzz/targets.h"

namespace station::fuzz {

namespace {

base::SigningKey key_of(std::uint8_t n) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(n);
  return base::signing_key_from_seed(seed);
}

const record::NoteKey& centre() {
  static const record::NoteKey kCentre{"centre-440902", key_of(5).public_key};
  return kCentre;
}

}  // namespace

void record_line(Input input) {
  const std::string text(text_of(input));
  const auto read = record::parse_line(text);
  if (read) {
    const std::string line = record::to_line(*read);
    const auto again = record::parse_line(line);
    STATION_CHECK(again && record::to_line(*again) == line, "what is written is read back");
    record::LinePlace place;
    STATION_CHECK(record::read_line_place(line, place) && place.seq == read->seq && place.inc == read->inc,
                  "both readers see the same place");
    // The centre's reader looks at lines in place; it takes what the station writes.
    central::LineReader reader(read->station, read->inc);
    central::LineView view;
    std::string why;
    STATION_CHECK(reader.read(line, read->seq, view, why), "the centre reads what a station writes");
    STATION_CHECK(view.type == read->type && view.mono_ms == read->mono_ms && view.time == read->at,
                  "both readers see the same record");
  }
  central::LineReader reader("440902-007", 1);
  central::LineView view;
  std::string why;
  if (!reader.read(text, 7, view, why)) STATION_CHECK(!why.empty(), "a refusal says why");
  // The library refuses numbers that no double holds; the scanner looks at the grammar alone, and lines are checked to be
  // UTF-8 before.
  if (base::is_utf8(text) && text.find_first_of("eE") == std::string::npos && text.size() < 300 &&
      central::is_json_object(text)) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    STATION_CHECK(json.is_object(), "what passes as an object is one");
  }
  (void)record::leaf_hash(text);
}

void batch(Input input) {
  const auto read = record::decode_batch(text_of(input));
  // The same bytes not yet compressed: mutations get through to the form itself.
  const auto plain = record::decode_batch(base::zstd_compress(text_of(input)));
  for (const auto* b : {&read, &plain}) {
    if (!*b) {
      STATION_CHECK(!b->error().message.empty(), "a refusal says why");
      continue;
    }
    STATION_CHECK((*b)->lines.size() <= record::kMaxBatchLines, "a batch has an end");
    const auto again = record::decode_batch(record::encode_batch(**b));
    STATION_CHECK(again && again->lines == (*b)->lines && again->from == (*b)->from, "a batch is read back");
  }
}

void note(Input input) {
  const std::string_view text = text_of(input);
  if (const auto key = record::NoteKey::from_text(text))
    STATION_CHECK(record::NoteKey::from_text(key->to_text())->id() == key->id(), "a key is read back");
  (void)record::open_note(text, centre());
  (void)record::open_checkpoint(text, centre());
  (void)record::open_delegation(text, centre());
  if (const auto checkpoint = record::parse_checkpoint_text(text)) {
    const auto again = record::parse_checkpoint_text(record::checkpoint_text(*checkpoint));
    STATION_CHECK(again && again->origin == checkpoint->origin && again->size == checkpoint->size &&
                      again->root == checkpoint->root,
                  "a head is read back");
  }
  // Signed, whatever it says: what is behind the signature is read, too.
  if (text.ends_with('\n') && text.find("\n\n") == std::string_view::npos) {
    const std::string note = record::sign_note(std::string(text), centre().name, key_of(5));
    (void)record::open_checkpoint(note, centre());
    (void)record::open_delegation(note, centre());
  }
  record::LogVerifier verifier(centre());
  verifier.add_head({"440902-001", 1, std::string(text), std::string(text), {}});
  verifier.add_line(text, 1);
  const auto verdict = verifier.finish();
  STATION_CHECK(!verdict.valid(), "nothing of a stranger is proven");
}

void feed_line(Input input) {
  const std::string_view text = text_of(input);
  (void)record::open_feed_line(text, centre());
  // A line that the centre would have signed.
  const std::string line = std::string(text) + "\t" + centre().name + "\t" +
                           base::to_base64url(base::sign(key_of(5), text));
  if (const auto entry = record::open_feed_line(line, centre())) STATION_CHECK(entry->pos > 0, "positions begin with 1");
}

void course_texts(Input input) {
  const std::string text(text_of(input));
  if (const auto progress = record::parse_course_progress(text)) {
    const auto again = record::parse_course_progress(record::to_json(*progress));
    STATION_CHECK(again && *again == *progress, "progress is read back");
  }
  if (const auto order = record::parse_course_order(text)) {
    const record::CourseProgress parts[1]{};
    (void)record::standing_of(*order, parts, false, base::utc_from_ms(1'795'000'000'000));
    STATION_CHECK(record::parse_course_order(record::to_json(*order)).has_value(), "an order is read back");
  }
  if (const auto review = record::parse_course_review(text))
    STATION_CHECK(record::parse_course_review(record::to_json(*review)).has_value(), "a review is read back");
}

void qr_text(Input input) {
  const std::string_view text = text_of(input);
  const base::SigningKey key = key_of(1);
  const auto without_signature = [](std::string_view whole) { return whole.substr(0, whole.rfind('|')); };
  if (const auto certificate = rules::parse_certificate(text))
    STATION_CHECK(without_signature(rules::sign_certificate(*certificate, key)) == without_signature(text),
                  "there is one text for one certificate");
  if (const auto resume = rules::parse_resume(text))
    STATION_CHECK(without_signature(rules::sign_resume(*resume, key)) == without_signature(text),
                  "there is one text for one resume code");
  STATION_CHECK(!record::verify_certificate(text, {}, centre()), "no certificate is good without a delegation");
}

void enrol_code(Input input) {
  const auto order = client::parse_enrol_code(std::string(text_of(input)));
  if (order) STATION_CHECK(!order->url.empty() && !order->token.empty(), "a code that is taken is whole");
  (void)client::key_pin_of(std::string(text_of(input)));
}

}  // namespace station::fuzz
