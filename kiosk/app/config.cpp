#include "kiosk/app/config.h"

#include <fmt/format.h>

#include <set>
#include <sstream>

#include "devices/drivers/locker_config.h"
#include "sync/base/config.h"

namespace station::app {

namespace {

using base::Config;

base::Milliseconds seconds_in(Config& c, const std::string& path, int low, int high, int fallback) {
  return base::Milliseconds(c.integer(path, low, high, fallback) * 1000);
}

ReaderConfig read_reader(Config& c, const std::string& at) {
  ReaderConfig r;
  r.name = c.text(at + ".name");
  r.place = c.text(at + ".place");
  r.id = c.text(at + ".id", "");
  r.serial = c.text(at + ".serial", "");
  r.interface = static_cast<int>(c.integer(at + ".interface", -1, 15, -1));
  r.slot = static_cast<int>(c.integer(at + ".slot", 0, 15, 0));
  r.allow_type_b = c.flag(at + ".allow_type_b", false);
  r.allow_tpdu = c.flag(at + ".allow_tpdu", false);
  const std::string lights = c.text(at + ".lights", "by_model");
  if (lights == "acr122") r.lights = drivers::ReaderLights::acr122;
  if (lights == "none") r.lights = drivers::ReaderLights::none;
  if (lights != "by_model" && lights != "acr122" && lights != "none")
    c.complain(at + ".lights", "\"by_model\", \"acr122\" or \"none\"");
  const std::string hub = c.text(at + ".power_port.hub", "");
  const auto port = static_cast<int>(c.integer(at + ".power_port.port", 0, 32, 0));
  if (hub.empty() != (port == 0)) c.complain(at + ".power_port", "both hub and port, or nothing");
  if (!hub.empty() && port > 0) r.power_port = link::HubPort{hub, port};
  return r;
}

HubConfig read_hub(Config& c, const std::string& at) {
  HubConfig h;
  h.name = c.text(at + ".name");
  h.place = c.text(at + ".place");
  h.ganged = c.flag(at + ".ganged", false);
  h.usb3 = c.text(at + ".usb3", "");
  for (const std::int64_t port : c.integers(at + ".never_off", 1, 32)) h.never_off.push_back(static_cast<int>(port));
  for (std::size_t i = 0; i < c.count(at + ".port"); ++i) {
    const std::string p = fmt::format("{}.port.{}", at, i);
    h.ports.push_back({c.text(p + ".name"), static_cast<int>(c.integer(p + ".hub_port", 1, 32)),
                       static_cast<int>(c.integer(p + ".usb3_port", 0, 32, 0))});
    if (h.ports.back().usb3_port > 0 && h.usb3.empty()) c.complain(p + ".usb3_port", "the hub's usb3 = \"PLACE\" with it");
    for (int never : h.never_off)
      if (h.ports.back().hub_port == never) c.complain(p + ".hub_port", "a port that is not listed in never_off");
  }
  if (h.ports.empty()) c.complain(at, "at least one [[charging_hub.port]]");
  return h;
}

drivers::CodeScannerSettings read_scanner(Config& c, const std::string& at) {
  drivers::CodeScannerSettings s;
  s.name = c.text(at + ".name");
  const auto kind = drivers::scanner_kind(c.text(at + ".kind"));
  if (!kind) c.complain(at + ".kind", "\"hid_pos\", \"serial\" or \"wedge\"");
  s.kind = kind.value_or(drivers::ScannerKind::hid_pos);
  s.place = c.text(at + ".place");
  s.id = c.text(at + ".id", "");
  s.baud = static_cast<int>(c.integer(at + ".baud", 9'600, 115'200, 9'600));
  s.rule.longest = static_cast<std::size_t>(c.integer(at + ".longest", 8, 1'024, 1'024));
  s.rule.forms.clear();
  std::istringstream accepted(c.text(at + ".accept", "signed digits token"));
  for (std::string name; accepted >> name;) {
    codec::CodeForm form{};
    if (!codec::code_form(name, form)) c.complain(at + ".accept", "words among signed, digits and token");
    s.rule.forms.push_back(form);
  }
  if (const std::string cards = c.text(at + ".cards", ""); !cards.empty()) {
    s.cards = codec::wedge::card_format(cards);
    if (!s.cards) c.complain(at + ".cards", "hex, hex_reversed, dec10 or dec10_reversed, as found with a known card");
  }
  s.typed_fallback = c.flag(at + ".typed_fallback", false);
  if (const std::string wrong = complaint_about(s); !wrong.empty()) c.complain(at, wrong);
  return s;
}

LockerConfig read_locker(Config& c, std::size_t index, const std::filesystem::path& folder) {
  drivers::LockerSettings settings = drivers::read_locker(c, index, folder);
  LockerConfig l{std::move(settings.device), std::move(settings.line), {}};
  l.line.patience = base::Milliseconds(20);
  for (std::size_t i = 0; i < l.line.boxes.size(); ++i) {
    const std::string key = fmt::format("locker.{}.box.{}.size", index, i);
    const std::string size = c.text(key);
    if (size != "S" && size != "M" && size != "L") c.complain(key, "\"S\", \"M\" or \"L\"");
    l.boxes.push_back({l.line.boxes[i].box, size == "S"   ? flow::BoxSize::small
                                            : size == "M" ? flow::BoxSize::medium
                                                          : flow::BoxSize::large});
  }
  return l;
}

void check_names(Config& c, const KioskConfig& k) {
  std::set<std::string> seen;
  auto once = [&](const std::string& name, const std::string& path) {
    if (!seen.insert(name).second) c.complain(path, fmt::format("a name that occurs once; \"{}\" occurs twice", name));
  };
  for (const auto& r : k.readers) once(r.name, "reader");
  for (const auto& s : k.scanners) once(s.name, "scanner");
  for (const auto& h : k.hubs)
    for (const auto& p : h.ports) once(p.name, "charging_hub");
  for (const auto& l : k.lockers)
    for (const auto& b : l.boxes) once(b.name, "locker");
  for (const auto& o : k.ebike.outlets) once(o.name, "charging_post");
}

}  // namespace

base::Result<KioskConfig> load_config(const std::filesystem::path& file) {
  auto loaded = Config::load(file);
  if (!loaded) return tl::unexpected(loaded.error());
  Config& c = *loaded;
  KioskConfig k;
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  auto path_in = [&](const char* key, const char* fallback) {
    const std::filesystem::path p = c.text(key, fallback);
    return p.is_absolute() ? p : folder / p;
  };
  k.data = path_in("data", "data");
  k.assets = path_in("assets", "assets");
  k.centre_url = c.text("centre.url", "");
  if (!k.centre_url.empty() && !k.centre_url.starts_with("https://"))
    c.complain("centre.url", "an address that begins with https://");
  k.batch_lines = static_cast<std::size_t>(c.integer("centre.batch_lines", 1, 512, 512));

  k.panel.width = static_cast<int>(c.integer("panel.width", 720, 4320, 1080));
  k.panel.height = static_cast<int>(c.integer("panel.height", 1280, 7680, 1920));
  k.panel.mm_per_px = c.number("panel.mm_per_px", 0.05, 1.0, 0.248);
  k.panel.night_from = static_cast<int>(c.integer("panel.night_from_h", 0, 23, 19));
  k.panel.night_to = static_cast<int>(c.integer("panel.night_to_h", 0, 23, 6));
  k.panel.language = c.text("panel.language", "zh");
  if (k.panel.language != "zh" && k.panel.language != "en") c.complain("panel.language", "\"zh\" or \"en\"");

  k.times.idle_warning = seconds_in(c, "times.idle_warning_s", 10, 600, 30);
  k.times.idle_grace = seconds_in(c, "times.idle_grace_s", 20, 600, 20);
  k.times.result = seconds_in(c, "times.result_s", 3, 60, 8);
  k.times.charge_limit_min = static_cast<int>(c.integer("charging.limit_min", 1, 720, 120));
  k.check_in_points = static_cast<int>(c.integer("points.check_in", 0, 1000, 5));
  k.lesson_points = static_cast<int>(c.integer("points.lesson", 0, 1000, 10));
  k.certificate_points = static_cast<int>(c.integer("points.certificate", 0, 1000, 20));

  for (std::size_t i = 0; i < c.count("reader"); ++i) k.readers.push_back(read_reader(c, fmt::format("reader.{}", i)));
  for (std::size_t i = 0; i < c.count("charging_hub"); ++i) k.hubs.push_back(read_hub(c, fmt::format("charging_hub.{}", i)));
  for (std::size_t i = 0; i < c.count("locker"); ++i) k.lockers.push_back(read_locker(c, i, folder));
  for (std::size_t i = 0; i < c.count("scanner"); ++i) k.scanners.push_back(read_scanner(c, fmt::format("scanner.{}", i)));
  for (std::size_t i = 0; i < c.count("sim_card"); ++i) {
    const std::string at = fmt::format("sim_card.{}", i);
    k.sim_cards.push_back({static_cast<int>(c.integer(at + ".key", 1, 9)), c.text(at + ".uid"), c.text(at + ".note", "")});
  }
  k.ebike = read_ebike(c);
  check_names(c, k);
  if (auto ok = c.finish(); !ok) return tl::unexpected(ok.error());
  return k;
}

}  // namespace station::app
