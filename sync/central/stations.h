#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/central/routes.h"
#include "sync/record/merkle.h"

// Stations, their incarnations and the keys that speak for them.
namespace station::central {

// A new incarnation: signs the delegation, fences the earlier ones and tells every station the key (`station.key`).
// Throws a Refusal when the id is not of the form.
Admission admit_station(Work& work, const NewStation& station);

// Takes back an incarnation that this centre enrolled and has forgotten since, because its store was restored from an
// older copy: the delegation, which the station and every auditor keep, proves it. Refusal 403 when it is not signed by
// this centre, 409 when the station is known in this incarnation or a later one.
void adopt_station(Work& work, const std::string& delegation);

// Nothing is accepted of an incarnation from here on; what it wrote before stays valid.
void fence(Work& work, const std::string& station, std::uint32_t inc, const std::string& reason);

bool station_known(Store& store, const std::string& station);

// crc32c(station) mod 256: where its rows lie when a city is spread over several servers.
int bucket_of(std::string_view station);

// The head of one incarnation's log as the centre holds it.
struct StationHead {
  std::string station;
  std::uint32_t inc = 1;
  base::PublicKey key{};
  std::uint64_t next = 0;
  record::RightEdge edge;
  std::string fenced;      // reason, or empty
  std::string checkpoint;  // signed note of the last batch, or empty
};
std::optional<StationHead> find_head(Store& store, const std::string& station, std::uint32_t inc);

}  // namespace station::central
