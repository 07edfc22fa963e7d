#pragma once

#include <string>

#include "sync/central/routes.h"

// What the centre says about certificates that stations issued: its own signature once their evidence is here, or that
// they are void.
namespace station::central {

// The same certificate signed by the centre: `text` as the station signed it, already checked.
std::string confirmed_text(Work& work, const std::string& text);

// Tells the stations what holds now: confirmed, or void with the reviewer's reason. Nothing for an unknown number.
void publish_certificate(Work& work, const std::string& number);

// Voids a certificate; `again` assigns its course anew, with a new id and a new deadline. Refusal 404 when there is none of
// this number, 409 when it was voided before for another reason. Returns the id of the new course, or nothing.
std::string void_certificate(Work& work, const std::string& number, const std::string& reviewer, const std::string& reason,
                             bool again);

}  // namespace station::central
