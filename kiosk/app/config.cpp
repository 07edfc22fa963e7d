#include "kiosk/app/config.h"

#include <fmt/format.h>

#include <set>

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
  return r;
}

HubConfig read_hub(Config& c, const std::string& at) {
  HubConfig h;
  h.name = c.text(at + ".name");
  h.place = c.text(at + ".place");
  h.ganged = c.flag(at + ".ganged", false);
  for (const std::int64_t port : c.integers(at + ".never_off", 1, 32)) h.never_off.push_back(static_cast<int>(port));
  for (std::size_t i = 0; i < c.count(at + ".port"); ++i) {
    const std::string p = fmt::format("{}.port.{}", at, i);
    h.ports.push_back({c.text(p + ".name"), static_cast<int>(c.integer(p + ".hub_port", 1, 32))});
    for (int never : h.never_off)
      if (h.ports.back().hub_port == never) c.complain(p + ".hub_port", "a port that is not listed in never_off");
  }
  if (h.ports.empty()) c.complain(at, "at least one [[charging_hub.port]]");
  return h;
}

LockerConfig read_locker(Config& c, const std::string& at) {
  LockerConfig l;
  l.line.name = c.text(at + ".name");
  l.device = c.text(at + ".device");
  l.line.patience = base::Milliseconds(20);
  for (std::size_t i = 0; i < c.count(at + ".board"); ++i) {
    const std::string b = fmt::format("{}.board.{}", at, i);
    drivers::LockBoardSettings s;
    const std::string family = c.text(b + ".family");
    if (family != "8A") c.complain(b + ".family", "\"8A\", the only family of lock boards this version drives");
    s.address = static_cast<int>(c.integer(b + ".address", 1, 99));
    s.locks = static_cast<int>(c.integer(b + ".locks", 1, 24));
    const std::string polarity = c.text(b + ".polarity");
    if (polarity != "closed_is_11" && polarity != "closed_is_00")
      c.complain(b + ".polarity", "\"closed_is_11\" or \"closed_is_00\", as found at commissioning");
    s.polarity = polarity == "closed_is_00" ? drivers::Polarity::closed_is_00 : drivers::Polarity::closed_is_11;
    s.status_bytes = static_cast<int>(c.integer(b + ".status_bytes", 0, 3, 0));
    s.pulse = base::Milliseconds(c.integer(b + ".pulse_ms", 50, 1000, 500));
    l.line.boards.push_back(s);
  }
  for (std::size_t i = 0; i < c.count(at + ".box"); ++i) {
    const std::string b = fmt::format("{}.box.{}", at, i);
    const std::string name = c.text(b + ".name"), size = c.text(b + ".size");
    if (size != "S" && size != "M" && size != "L") c.complain(b + ".size", "\"S\", \"M\" or \"L\"");
    l.line.boxes.push_back({name, static_cast<int>(c.integer(b + ".board", 1, 99)), static_cast<int>(c.integer(b + ".lock", 1, 24))});
    l.boxes.push_back({name, size == "S"   ? flow::BoxSize::small
                             : size == "M" ? flow::BoxSize::medium
                                           : flow::BoxSize::large});
  }
  if (const std::string wrong = drivers::complaint_about(l.line); !wrong.empty()) c.complain(at, wrong);
  return l;
}

void check_names(Config& c, const KioskConfig& k) {
  std::set<std::string> seen;
  auto once = [&](const std::string& name, const std::string& path) {
    if (!seen.insert(name).second) c.complain(path, fmt::format("a name that occurs once; \"{}\" occurs twice", name));
  };
  for (const auto& r : k.readers) once(r.name, "reader");
  for (const auto& h : k.hubs)
    for (const auto& p : h.ports) once(p.name, "charging_hub");
  for (const auto& l : k.lockers)
    for (const auto& b : l.boxes) once(b.name, "locker");
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

  k.panel.width = static_cast<int>(c.integer("panel.width", 720, 4320, 1080));
  k.panel.height = static_cast<int>(c.integer("panel.height", 1280, 7680, 1920));
  k.panel.mm_per_px = c.number("panel.mm_per_px", 0.05, 1.0, 0.248);
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
  for (std::size_t i = 0; i < c.count("locker"); ++i) k.lockers.push_back(read_locker(c, fmt::format("locker.{}", i)));
  for (std::size_t i = 0; i < c.count("sim_card"); ++i) {
    const std::string at = fmt::format("sim_card.{}", i);
    k.sim_cards.push_back({static_cast<int>(c.integer(at + ".key", 1, 9)), c.text(at + ".uid"), c.text(at + ".note", "")});
  }
  check_names(c, k);
  if (auto ok = c.finish(); !ok) return tl::unexpected(ok.error());
  return k;
}

}  // namespace station::app
