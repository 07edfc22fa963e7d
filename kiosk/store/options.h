#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kiosk/flow/views.h"
#include "sync/base/crypto.h"
#include "sync/record/note.h"

namespace station::store {

using base::BootTime;
using base::UtcTime;

// Who this station is; from the identity files, never from the database.
struct Identity {
  std::string station;  // "440902-007"
  std::uint32_t inc = 1;
  std::string name;  // 文三路骑手驿站
  std::string city;  // division code
  base::SigningKey record_key;
  base::MacKey roster_key{};  // pseudonyms of cards and logins
  base::MacKey pin_pepper{};
  base::MacKey field_key{};  // seals personal fields at rest
  record::NoteKey centre;
};

struct BoxConfig {
  std::string name;
  flow::BoxSize size = flow::BoxSize::small;
};

// An e-bike outlet, and what of it the rules ask for.
struct OutletConfig {
  std::string name;
  std::string post;
  bool indoor = false;
  int most_w = 500;
};

// A fire approval for indoor outlets (CHARGERS 2). Days are local, "2026-11-25"; it holds to the end of `expires`.
struct FireApproval {
  std::vector<std::string> outlets;
  std::string authority;
  std::string document;
  std::string issued;
  std::string expires;
  std::string scan_sha256;
  std::string entered_by, confirmed_by;  // two persons
};

struct LedgerOptions {
  std::string path;  // database file, or ":memory:"
  // False where a database must be there already: an empty one in place of a lost one would start a second history.
  bool create = true;
  std::string program_version = "0.1.0";
  std::string salt;  // of the signed settings, for drawing papers
  std::vector<std::string> ports;
  std::vector<BoxConfig> boxes;
  std::vector<OutletConfig> outlets{};
  std::vector<FireApproval> approvals{};
  bool indoor_ebike_forbidden = false;  // by the rules of the region, whatever was approved
  int outlets_w = 0;                    // what all outlets may draw together; 0 = nothing may
  int outlet_longest_s = 28'800;
  int charge_limit_min = 120;
  int check_in_points = 5;
  int lesson_points = 10;
  int certificate_points = 20;
  base::Milliseconds visit_limit{4 * 3'600'000};
  base::Milliseconds hold_limit{60'000};
  base::PinCost pin_cost = base::PinCost::full;  // of the check for numbers that nobody has
  // Called after COMMIT has returned, once for each record, in order.
  std::function<void(const std::string& type, std::uint32_t inc, std::uint64_t seq, const base::Digest& leaf)>
      on_committed;
};

// The centre's signed time at one instant of this boot: at `mono` it was `utc`, give or take `unc`.
struct TimeAnchor {
  UtcTime utc;
  BootTime mono;
  base::Milliseconds unc{0};
  base::Milliseconds rtt{0};
  base::Milliseconds offset{0};  // this machine's wall clock minus the centre's
};

}  // namespace station::store
