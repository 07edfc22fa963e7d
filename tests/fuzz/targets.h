#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// What strangers' bytes reach first, each behind one function. A function takes any bytes; it ends the program when a
// promise about them is broken, and sanitizers end it when memory or arithmetic is.
namespace station::fuzz {

using Input = std::span<const std::uint8_t>;

struct Target {
  std::string_view name;  // of its folder in corpus/, too
  void (*feed)(Input);
};
std::span<const Target> targets();
const Target* find_target(std::string_view name);

inline std::string_view text_of(Input input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

// Takes the first byte off, for a choice; 0 where there is none.
inline std::uint8_t take(Input& input) {
  if (input.empty()) return 0;
  const std::uint8_t first = input[0];
  input = input.subspan(1);
  return first;
}

// devices/codec
void ccid(Input);
void lock_8a(Input);
void lock_wkly(Input);
void lock_kr_cu16(Input);
void modbus(Input);
void dny(Input);
void explain(Input);
void scanner(Input);
void wedge(Input);
void lock_profile(Input);
// sync/record
void record_line(Input);
void batch(Input);
void note(Input);
void feed_line(Input);
void course_texts(Input);
void pack(Input);
void pack_manifest(Input);
void lesson(Input);
// sync/rules
void gift(Input);
void gift_json(Input);
void qr_text(Input);
void xapi(Input);
// sync/base, sync/central, sync/client, kiosk/app
void config_toml(Input);
void csv(Input);
void http_request(Input);
void enrol_code(Input);
void script(Input);

}  // namespace station::fuzz
