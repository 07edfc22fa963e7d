#include <nlohmann/json.hpp>

#include "kiosk/app/script.h"
#include "sync/base/check.h"
#include "sync/base/config.h"
#include "sync/base/http.h"
#include "sync/central/body.h"
#include "sync/central/csv.h"
#include "sync/central/cursor.h"
#include "sync/central/routes.h"
#include "tests/fuzz/targets.h"

namespace station::fuzz {

void config_toml(Input input) {
  auto config = base::Config::parse(std::string(text_of(input)), "station.toml");
  if (!config) {
    STATION_CHECK(!config.error().message.empty(), "a refusal says why");
    return;
  }
  (void)config->text("data", "");
  (void)config->integer("batch_lines", 1, 512, 512);
  (void)config->number("panel.mm_per_px", 0.01, 10, 0.2);
  (void)config->flag("reader.0.allow_tpdu", false);
  (void)config->integers("hub.0.never_off", 1, 32);
  const std::size_t readers = config->count("reader");
  for (std::size_t i = 0; i < std::min<std::size_t>(readers, 20); ++i)
    (void)config->text("reader." + std::to_string(i) + ".name");
  if (config->has("locker")) config->complain("locker", "nothing of the sort");
  (void)config->finish();
}

void csv(Input input) {
  const std::string_view text = text_of(input);
  central::CsvReader reader(text);
  for (std::size_t at = 0; reader.next(); at = reader.end()) {
    STATION_CHECK(reader.begin() >= at && reader.end() > reader.begin() && reader.end() <= text.size(),
                  "rows follow each other within the file");
    STATION_CHECK(reader.problem().empty() || reader.fields().empty(), "a wrong row has no fields");
    if (!reader.problem().empty()) continue;
    std::string written;
    for (const std::string& field : reader.fields())
      written += (written.empty() && &field == &reader.fields().front() ? "" : ",") + central::csv_field(field);
    central::CsvReader again(written);
    if (again.next() && again.problem().empty() && reader.fields() != std::vector<std::string>{""})
      STATION_CHECK(again.fields().size() == reader.fields().size(), "a row is read back");
  }
  for (const auto& columns : {std::vector<std::string>{"rider", "name", "cards"},
                              std::vector<std::string>{"id", "rider", "code", "at", "place"}}) {
    auto table = central::CsvTable::open(text, columns, {"login", "pin", "last4", "role"});
    if (!table) continue;
    while (table->next())
      if (table->problem().empty())
        for (const std::string& column : columns)
          for (const char c : (*table)[column])
            STATION_CHECK(static_cast<unsigned char>(c) >= 0x20, "no control character comes through");
  }
}

// A request as the centre takes it apart: query, body, cursor.
void http_request(Input input) {
  const std::string_view text = text_of(input);
  const auto query = central::read_query(text);
  for (const auto& [name, value] : query) STATION_CHECK(name.size() + value.size() <= text.size(), "decoding only shrinks");
  STATION_CHECK(central::decode_url(text, central::PlusSign::plus).size() <= text.size(), "decoding only shrinks");
  try {
    const central::Body body(text);
    (void)body.text("reason", "");
    (void)body.number("valid_h", 24, 1, 24);
    (void)body.text("station");
  } catch (const central::Refusal& refusal) {
    STATION_CHECK(refusal.status >= 400 && refusal.status < 500 && !refusal.error.empty(), "a refusal says why");
    STATION_CHECK(nlohmann::json::accept(central::error_answer(refusal.status, refusal.code, refusal.error).body),
                  "an answer is JSON");
  }
  try {
    const std::uint64_t pos = central::open_cursor(std::string(text), "0011223344556677", {}, 100);
    STATION_CHECK(pos <= 100, "a cursor lies within the log");
  } catch (const central::Refusal& refusal) {
    STATION_CHECK(refusal.status == 400 || refusal.status == 410, "a wrong cursor is told");
  }
}

void script(Input input) {
  const auto lines = app::parse_script(std::string(text_of(input)), "day.script");
  if (!lines) STATION_CHECK(lines.error().message.starts_with("day.script:"), "a refusal says where");
}

}  // namespace station::fuzz
