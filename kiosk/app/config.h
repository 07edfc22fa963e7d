#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/card_reader.h"
#include "devices/drivers/code_scanner.h"
#include "devices/drivers/charge_posts.h"
#include "devices/drivers/lock_board.h"
#include "devices/drivers/port_board.h"
#include "kiosk/flow/flow.h"
#include "kiosk/store/options.h"
#include "sync/base/result.h"
#include "sync/client/enrol.h"

namespace station::base {
class Config;
}

namespace station::app {

struct ReaderConfig {
  std::string name;
  std::string place;   // udev ID_PATH or port path, "1-2"
  std::string id;      // "072f:2200", or empty for any
  std::string serial;  // cross-check, may be empty
  int interface = -1;  // -1: found by name
  int slot = 0;
  bool allow_type_b = false;
  bool allow_tpdu = false;
  drivers::ReaderLights lights = drivers::ReaderLights::by_model;
  std::optional<link::HubPort> power_port;
};

struct HubConfig {
  std::string name;
  std::string place;  // "1-4"
  struct Port {
    std::string name;  // "P1"
    int hub_port = 0;
    int usb3_port = 0;  // the socket's other half on the USB 3 side; 0 = none
  };
  std::string usb3;  // place of the hub's USB 3 half; empty = none
  std::vector<Port> ports;
  std::vector<int> never_off;
  bool ganged = false;
};

struct LockerConfig {
  std::string device;  // "/dev/serial/by-id/…"
  drivers::LockLineSettings line;
  std::vector<store::BoxConfig> boxes;
};

// E-bike charging: posts, outlets and what the fire rules ask for.
struct EbikeConfig {
  drivers::ChargePostsSettings posts;
  std::vector<drivers::PortBoardLineSettings> port_boards;
  std::vector<store::OutletConfig> outlets;
  std::vector<store::FireApproval> approvals;
  bool indoor_forbidden = false;
  int outlets_w = 0;
  int longest_s = 28'800;
};

// A card that lies beside the simulated reader (--sim): presented by its key on a keyboard.
struct SimCard {
  int key = 1;  // 1…9
  std::string uid;
  std::string note;
};

struct PanelConfig {
  int width = 1080;
  int height = 1920;
  double mm_per_px = 0.248;
  std::string language = "zh";
  int night_from = 19, night_to = 6;  // local hours of the dark screens; equal: never
};

// The station's configuration file (config/station.example.toml shows every key with its meaning).
struct KioskConfig {
  std::filesystem::path data;    // database and identity; from --data or `data = …`
  std::filesystem::path assets;  // strings, fonts settings
  std::string centre_url;        // "https://centre.example:8443"; empty: the one of the enrolment
  std::size_t batch_lines = 512;  // records in one upload, at most
  PanelConfig panel;
  flow::Settings times;
  std::vector<ReaderConfig> readers;
  std::vector<HubConfig> hubs;
  std::vector<LockerConfig> lockers;
  EbikeConfig ebike;
  std::vector<drivers::CodeScannerSettings> scanners;
  std::vector<SimCard> sim_cards;
  int check_in_points = 5;
  int lesson_points = 10;
  int certificate_points = 20;
};

// Reads and checks the file; the error names file, line and what was expected, one problem a line.
base::Result<KioskConfig> load_config(const std::filesystem::path& file);

EbikeConfig read_ebike(base::Config& config);  // its part of the file

struct StationIdentity {
  store::Identity own;        // what the ledger signs and seals with
  client::Identity enrolled;  // how the centre is reached
};

// Who this station is, from the files that enrolment wrote to DATA/identity; creates the key that seals personal fields
// once. `not_found` when the station is not enrolled.
base::Result<StationIdentity> load_identity(const std::filesystem::path& data);

}  // namespace station::app
