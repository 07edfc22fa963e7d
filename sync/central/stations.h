#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/central/routes.h"

// Stations, their incarnations and the keys that speak for them.
namespace station::central {

// A new incarnation: signs the delegation, fences the earlier ones and tells every station the key (`station.key`).
// Throws a Refusal when the id is not of the form.
Admission admit_station(Work& work, const NewStation& station);

// Nothing is accepted of an incarnation from here on; what it wrote before stays valid.
void fence(Work& work, const std::string& station, std::uint32_t inc, const std::string& reason);

bool station_known(Store& store, const std::string& station);

}  // namespace station::central
