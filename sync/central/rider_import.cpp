#include "sync/central/rider_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sync/central/riders.h"
#include "sync/record/json_text.h"

namespace station::central {

namespace {

constexpr std::size_t kPartBytes = std::size_t{2} << 20;
constexpr std::size_t kPartPins = 10;  // about a second

std::string lower_trimmed(const std::string& field) {
  std::string text = trimmed(field);
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

}  // namespace

RiderImport::RiderImport(base::HttpRequest whole, const CentreKeys& keys, base::PinCost cost, std::size_t part_rows)
    : whole_(std::move(whole)), keys_(keys), cost_(cost), part_rows_(part_rows), reader_(whole_.body) {
  const std::size_t mark = std::min(whole_.target.find('?'), whole_.target.size());
  const auto query = read_query(std::string_view(whole_.target).substr(std::min(mark + 1, whole_.target.size())));
  if (const auto it = query.find("dry_run"); it != query.end())
    dry_run_ = it->second == "0" || it->second == "1" ? it->second : "invalid";
  if (const auto it = query.find("first_row"); it != query.end())
    std::from_chars(it->second.data(), it->second.data() + it->second.size(), first_row_);
  if (reader_.next()) {
    header_ = whole_.body.substr(0, reader_.end());
    header_row_ = part_row_ = reader_.row();
    for (const auto& field : reader_.fields()) columns_.push_back(lower_trimmed(field));
  }
  if (!header_.ends_with('\n')) header_ += '\n';
}

int RiderImport::column(std::string_view name) const {
  const auto it = std::find(columns_.begin(), columns_.end(), name);
  return it == columns_.end() ? -1 : static_cast<int>(it - columns_.begin());
}

std::string RiderImport::cell(int column) const {
  const auto i = static_cast<std::size_t>(column);
  return column >= 0 && i < reader_.fields().size() ? trimmed(reader_.fields()[i]) : std::string();
}

// The row as it goes into the part. An empty line keeps the count where a row is refused here.
std::string RiderImport::row_text(std::size_t& clear_pins) {
  const auto refuse = [&](std::string why) {
    report_.reject(first_row_ + reader_.row(), std::move(why));
    return std::string("\n");
  };
  if (!reader_.problem().empty()) return refuse(reader_.problem());
  const std::string rider = cell(column("rider"));
  if (const auto [before, fresh] = riders_.emplace(rider, reader_.row()); !fresh && !rider.empty())
    return refuse(fmt::format("rider: stands in row {} already", first_row_ + before->second));
  const int pin = column("pin");
  if (!is_clear_pin(cell(pin)) || !pin_problem(cell(pin), cell(column("login"))).empty()) {
    std::string text = whole_.body.substr(reader_.begin(), reader_.end() - reader_.begin());
    if (!text.ends_with('\n')) text += '\n';
    return text;
  }
  ++clear_pins;
  std::string text;
  for (std::size_t i = 0; i < reader_.fields().size(); ++i) {
    const std::string& field = reader_.fields()[i];
    text += (i ? "," : "") +
            csv_field(static_cast<int>(i) == pin ? rider_verifier(keys_, cost_, rider, trimmed(field)) : field);
  }
  return text + "\n";
}

std::optional<base::HttpRequest> RiderImport::next() {
  if (ended_ || refused_) return std::nullopt;
  std::string body = header_;
  const std::size_t row_before = part_row_;
  std::size_t clear_pins = 0;
  ended_ = true;
  while (reader_.next()) {
    // Rows that are empty were passed over; they count all the same.
    body.append(reader_.row() - part_row_ - 1, '\n');
    part_row_ = reader_.row();
    body += row_text(clear_pins);
    if (part_row_ - row_before >= part_rows_ || body.size() >= kPartBytes || clear_pins >= kPartPins) {
      ended_ = false;
      break;
    }
  }
  base::HttpRequest part{whole_.method, whole_.target, whole_.headers, std::move(body), whole_.peer};
  part.target = fmt::format("/v1/riders?dry_run={}&first_row={}", dry_run_, first_row_ + row_before - header_row_);
  return part;
}

void RiderImport::take(const base::HttpResponse& answer) {
  if (answer.status != 200) {
    refused_ = answer;
    return;
  }
  const auto json = record::parse_json(answer.body);
  report_.imported += json.at("imported").get<std::uint64_t>();
  report_.unchanged += json.at("unchanged").get<std::uint64_t>();
  for (const auto& row : json.at("rejected"))
    report_.reject(row.at("row").get<std::size_t>(), row.at("reason").get<std::string>());
}

base::HttpResponse RiderImport::answer() const {
  if (refused_) return *refused_;
  ImportReport sorted = report_;
  std::stable_sort(sorted.rejected.begin(), sorted.rejected.end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  return json_answer(200, sorted.to_json(dry_run_ == "1"));
}

}  // namespace station::central
