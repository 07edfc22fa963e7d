#include "tests/fuzz/targets.h"

#include <algorithm>

namespace station::fuzz {

std::span<const Target> targets() {
  static const Target kTargets[] = {
      {"ccid", ccid},
      {"lock_8a", lock_8a},
      {"lock_wkly", lock_wkly},
      {"lock_kr_cu16", lock_kr_cu16},
      {"modbus", modbus},
      {"dny", dny},
      {"explain", explain},
      {"scanner", scanner},
      {"wedge", wedge},
      {"lock_profile", lock_profile},
      {"record_line", record_line},
      {"batch", batch},
      {"note", note},
      {"feed_line", feed_line},
      {"course_texts", course_texts},
      {"pack", pack},
      {"pack_manifest", pack_manifest},
      {"lesson", lesson},
      {"gift", gift},
      {"gift_json", gift_json},
      {"qr_text", qr_text},
      {"xapi", xapi},
      {"config_toml", config_toml},
      {"csv", csv},
      {"http_request", http_request},
      {"enrol_code", enrol_code},
      {"script", script},
  };
  return kTargets;
}

const Target* find_target(std::string_view name) {
  const auto all = targets();
  const auto it = std::find_if(all.begin(), all.end(), [&](const Target& t) { return t.name == name; });
  return it == all.end() ? nullptr : &*it;
}

}  // namespace station::fuzz
