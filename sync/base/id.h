#pragma once

#include <string>

#include "sync/base/random.h"

namespace station::base {

// UUID version 4, lower case with dashes. Made once per thing, before the first attempt to store it: a retry re-uses it.
std::string new_id(Random& random);

}  // namespace station::base
