#include <nlohmann/json.hpp>

#include "sync/base/check.h"
#include "sync/base/crypto.h"
#include "sync/record/json_text.h"
#include "sync/record/pack.h"
#include "sync/rules/gift.h"
#include "sync/rules/xapi.h"
#include "tests/fuzz/targets.h"

namespace station::fuzz {

namespace {

// Limits so low that an input cannot keep the machine busy.
record::PackLimits low_limits() {
  record::PackLimits limits;
  limits.packed_bytes = 64 << 10;
  limits.plain_bytes = 256 << 10;
  limits.file_bytes = 64 << 10;
  limits.files = 50;
  return limits;
}

void check(const record::PackFiles& files) {
  for (const bool strict : {false, true}) {
    record::PackLimits limits = low_limits();
    limits.strict = strict;
    record::Content content;
    for (const auto& problem : record::check_content(files, limits, content))
      STATION_CHECK(!record::to_text(problem).empty(), "a refusal says why");
  }
}

const char* const kManifest =
    R"({"pack":"p","version":1,"review":"draft","language":["zh","en"],"lessons":["L01"],"bank":"b.gift","bank_en":"",
"blueprints":"bp.json","quiz_scenes":"","lesson_dir":"lessons","scene_dir":"scenes"})";
const char* const kBank =
    "// [id:Q01] [tag:lesson:L01] [tag:region:CN] [tag:law:Law] [tag:check:law_text]\n::Q01::Stop?{=yes ~no}\n";
const char* const kBlueprints =
    R"({"training":{"version":"1","count":1,"pass":1,"rows":[{"topic":"L01","count":1,"critical":0}]}})";

}  // namespace

void pack(Input input) {
  const std::string_view text = text_of(input);
  for (const auto& bytes : {std::string(text), base::zstd_compress(text)}) {
    const auto raw = record::unpack(bytes, low_limits());
    if (!raw) STATION_CHECK(!raw.error().message.empty(), "a refusal says why");
    (void)record::open_pack(bytes, low_limits());
  }
}

void pack_manifest(Input input) {
  check({{"content.json", std::string(text_of(input))}, {"b.gift", kBank}, {"bp.json", kBlueprints}});
}

// A lesson in either form, a scene, the blueprints or the bank, in content that is good otherwise.
void lesson(Input input) {
  static const char* const kNames[] = {"lessons/L01.json", "lessons/L01.md", "bp.json", "b.gift", "scenes/s.json"};
  const char* name = kNames[take(input) % std::size(kNames)];
  record::PackFiles files{{"content.json", kManifest}, {"b.gift", kBank}, {"bp.json", kBlueprints}};
  files[name] = std::string(text_of(input));
  check(files);
}

void gift(Input input) {
  const auto items = rules::read_gift(text_of(input));
  if (!items) {
    STATION_CHECK(!items.error().message.empty(), "a refusal says why");
    return;
  }
  (void)rules::to_json(rules::lint_gift(*items));
  STATION_CHECK(rules::import_effects(*items).size() == items->size(), "each item has an effect");
  const auto back = rules::gift_from_json(rules::gift_to_json(*items));
  STATION_CHECK(back.has_value() && back->size() == items->size(), "the JSON form is read back");
  const auto written = rules::write_gift(*items);
  const auto again = rules::read_gift(written.text);
  STATION_CHECK(again.has_value(), "what is written is GIFT");
  STATION_CHECK(again->size() + written.problems.size() == items->size(), "what cannot be written is named");
}

void gift_json(Input input) {
  const auto items = rules::gift_from_json(text_of(input));
  if (!items) return;
  (void)rules::lint_gift(*items);
  const auto written = rules::write_gift(*items);
  const auto again = rules::read_gift(written.text);
  STATION_CHECK(again.has_value(), "what is written is GIFT");
  STATION_CHECK(again->size() + written.problems.size() == items->size(), "what cannot be written is named");
}

void xapi(Input input) {
  const auto json = record::parse_json(text_of(input));
  if (json.is_discarded()) return;
  if (const auto problem = rules::statement_problem(json)) STATION_CHECK(!problem->empty(), "a refusal says why");
}

}  // namespace station::fuzz
