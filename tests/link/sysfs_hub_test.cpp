#include "devices/link/sysfs_hub.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace station;
using namespace station::link;

namespace {

// Stands for hub requests and counts how often they were needed.
class Requests final : public PortPower {
 public:
  base::Result<HubFacts> find(const std::string&) override {
    HubFacts facts;
    facts.place = "1-4";
    facts.ports = 4;
    facts.switching = Switching::each_port;
    return facts;
  }
  base::Result<void> set(const HubPort&, bool) override {
    ++sets;
    return {};
  }
  base::Result<PortReading> read(const HubPort&) override {
    ++reads;
    return PortReading{};
  }
  int sets = 0;
  int reads = 0;
};

struct Tree {
  Tree() {
    std::string name = (std::filesystem::temp_directory_path() / "hubXXXXXX").string();
    root = mkdtemp(name.data());
    folder = root / "1-4:1.0" / "1-4-port2";
    std::filesystem::create_directories(folder);
  }
  ~Tree() { std::filesystem::remove_all(root); }
  void put(const std::string& file, const std::string& text) const { std::ofstream(folder / file) << text; }
  std::string get(const std::string& file) const {
    std::ifstream in(folder / file);
    std::string text;
    std::getline(in, text);
    return text;
  }
  std::filesystem::path root;
  std::filesystem::path folder;
};

}  // namespace

TEST_CASE("the kernel's switch is written and read back", "[devices]") {
  Tree tree;
  Requests requests;
  tree.put("disable", "0\n");
  tree.put("over_current_count", "4294967295\n");
  SysfsHub hub(tree.root.string(), requests);
  CHECK(hub.read({"1-4", 2})->powered);
  CHECK(hub.read({"1-4", 2})->over_current_count == 4294967295U);
  REQUIRE(hub.set({"1-4", 2}, false));
  CHECK(tree.get("disable").substr(0, 1) == "1");
  CHECK_FALSE(hub.read({"1-4", 2})->powered);
  REQUIRE(hub.set({"pci-0000:00:14.0-usb-0:4", 2}, true));
  CHECK(tree.get("disable").substr(0, 1) == "0");
  CHECK(requests.sets == 0);
  CHECK(requests.reads == 0);
}

TEST_CASE("where the file is missing hub requests do it, with a warning", "[devices]") {
  Tree tree;
  Requests requests;
  SysfsHub hub(tree.root.string(), requests);
  REQUIRE(hub.set({"1-4", 2}, false));
  REQUIRE(hub.read({"1-4", 2}));
  CHECK(requests.sets == 1);
  CHECK(requests.reads == 1);
  CHECK(hub.find("1-4")->note.find("the kernel may undo them") != std::string::npos);
}
