#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "devices/codec/dny.h"
#include "kiosk/app/config.h"
#include "sync/base/config.h"

namespace station::app {

namespace {

using base::Config;

// "E1, E2": names apart from commas and spaces.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c != ',' && c != ' ') {
      out.back() += c;
    } else if (!out.back().empty()) {
      out.emplace_back();
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

bool is_indoor(Config& c, const std::string& at) {
  const std::string zone = c.text(at + ".zone");
  if (zone != "indoor" && zone != "outdoor") c.complain(at + ".zone", "\"indoor\" or \"outdoor\"");
  return zone != "outdoor";  // in doubt the stricter one
}

// Name, port and power of each [[…outlet]] of a post or a board.
template <class Device>
void read_outlets(Config& c, const std::string& at, Device& device, EbikeConfig& k) {
  for (std::size_t i = 0; i < c.count(at + ".outlet"); ++i) {
    const std::string o = fmt::format("{}.outlet.{}", at, i);
    device.outlets.push_back({c.text(o + ".name"), static_cast<int>(c.integer(o + ".port", 1, 16)),
                              static_cast<int>(c.integer(o + ".power_w", 1, 3'500, 500))});
    k.outlets.push_back({device.outlets.back().name, device.name, device.indoor, device.outlets.back().most_w});
  }
}

void read_port_line(Config& c, const std::string& at, EbikeConfig& k) {
  drivers::PortBoardLineSettings line;
  line.name = c.text(at + ".name");
  line.device = c.text(at + ".device");
  line.baud = static_cast<int>(c.integer(at + ".baud", 9'600, 115'200, 9'600));
  for (std::size_t i = 0; i < c.count(at + ".board"); ++i) {
    const std::string b = fmt::format("{}.board.{}", at, i);
    drivers::PortBoardSettings board;
    board.name = c.text(b + ".name");
    board.slave = static_cast<int>(c.integer(b + ".slave", 1, 246));
    board.indoor = is_indoor(c, b);
    board.most_w = static_cast<int>(c.integer(b + ".power_w", 1, 60'000));
    board.watchdog_s = static_cast<int>(c.integer(b + ".watchdog_s", 3, 60, 10));
    read_outlets(c, b, board, k);
    line.boards.push_back(std::move(board));
  }
  if (const std::string wrong = drivers::complaint_about(line); !wrong.empty()) c.complain(at, wrong);
  k.port_boards.push_back(std::move(line));
}

void read_post(Config& c, const std::string& at, EbikeConfig& k) {
  drivers::ChargePostSettings post;
  post.name = c.text(at + ".name");
  const std::string id = c.text(at + ".id");
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), post.device, 16);
  if (error != std::errc() || end != id.data() + id.size() || id.size() != 8)
    c.complain(at + ".id", "the physical ID as eight hex digits, \"04AB373B\"");
  post.indoor = is_indoor(c, at);
  post.cabinet = c.flag(at + ".cabinet", false);
  post.most_w = static_cast<int>(c.integer(at + ".power_w", 1, 60'000));
  read_outlets(c, at, post, k);
  k.posts.posts.push_back(std::move(post));
}

void read_approval(Config& c, const std::string& at, EbikeConfig& k) {
  store::FireApproval a;
  a.outlets = names_in(c.text(at + ".outlets"));
  a.authority = c.text(at + ".authority");
  a.document = c.text(at + ".document");
  a.issued = c.text(at + ".issued");
  a.expires = c.text(at + ".expires");
  a.scan_sha256 = c.text(at + ".scan_sha256");
  a.entered_by = c.text(at + ".entered_by");
  a.confirmed_by = c.text(at + ".confirmed_by");
  const auto known = [&](const std::string& name) {
    return std::any_of(k.outlets.begin(), k.outlets.end(), [&](const auto& o) { return o.name == name; });
  };
  if (a.outlets.empty() || !std::all_of(a.outlets.begin(), a.outlets.end(), known))
    c.complain(at + ".outlets", "names of outlets of this file, \"E1, E2\"");
  base::UtcTime issued, expires;
  if (a.issued.size() != 10 || !base::parse_iso8601(a.issued + "T00:00:00Z", issued))
    c.complain(at + ".issued", "a day, \"2026-11-25\"");
  else if (a.expires.size() != 10 || !base::parse_iso8601(a.expires + "T00:00:00Z", expires) || expires < issued)
    c.complain(at + ".expires", "a day that is not before the one of issue");
  const auto is_hex = [](char ch) { return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f'); };
  if (a.scan_sha256.size() != 64 || !std::all_of(a.scan_sha256.begin(), a.scan_sha256.end(), is_hex))
    c.complain(at + ".scan_sha256", "the SHA-256 of the scanned document, 64 lower-case hex digits");
  if (a.document.empty()) c.complain(at + ".document", "the number of the document");
  if (a.entered_by.empty() || a.entered_by == a.confirmed_by)
    c.complain(at + ".confirmed_by", "a second person beside the one who entered it");
  k.approvals.push_back(std::move(a));
}

}  // namespace

EbikeConfig read_ebike(Config& c) {
  EbikeConfig k;
  k.posts.listen = c.text("ebike.listen", "");
  k.outlets_w = static_cast<int>(c.integer("ebike.power_w", 0, 100'000, 0));
  k.longest_s = static_cast<int>(c.integer("ebike.longest_min", 1, 480, 480)) * 60;
  k.indoor_forbidden = c.flag("ebike.indoor_forbidden", false);
  for (std::size_t i = 0; i < c.count("charging_post"); ++i) read_post(c, fmt::format("charging_post.{}", i), k);
  for (std::size_t i = 0; i < c.count("port_boards"); ++i) read_port_line(c, fmt::format("port_boards.{}", i), k);
  for (std::size_t i = 0; i < c.count("fire_approval"); ++i) read_approval(c, fmt::format("fire_approval.{}", i), k);
  if (!k.outlets.empty() && k.outlets_w == 0)
    c.complain("ebike.power_w", "how many watts all e-bike outlets may draw together");
  if (k.posts.posts.empty()) return k;
  if (const std::string wrong = drivers::complaint_about(k.posts); !wrong.empty()) c.complain("charging_post", wrong);
  return k;
}

}  // namespace station::app
