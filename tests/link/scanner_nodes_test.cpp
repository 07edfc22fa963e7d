// Code scanners on the kernel's own nodes: HID-POS by libusb, a keyboard wedge by its event node.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/input.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "devices/codec/wedge.h"
#include "devices/drivers/code_scanner.h"
#include "devices/link/evdev_keys.h"
#include "devices/sim/scanners.h"
#include "tests/link/kernel_bench.h"

using namespace station;
using namespace station::test;

namespace {

constexpr const char* kNode = "/dev/input/event5";

// A keyboard's event node: the test writes what the kernel would, and answers the grab.
class KeyboardNode {
 public:
  explicit KeyboardNode(EmulatedKernel& kernel) : kernel_(kernel), path_(kernel.root() + kNode) {
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
    REQUIRE(::mkfifo(path_.c_str(), 0666) == 0);
    fd_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    base_ = umockdev_ioctl_base_new();
    g_signal_connect(base_, "handle-ioctl", G_CALLBACK(&KeyboardNode::on_ioctl), this);
    REQUIRE(umockdev_testbed_attach_ioctl(kernel_.testbed(), kNode, base_, nullptr));
  }
  ~KeyboardNode() {
    umockdev_testbed_detach_ioctl(kernel_.testbed(), kNode, nullptr);
    g_object_unref(base_);
    ::close(fd_);
    ::unlink(path_.c_str());
  }
  KeyboardNode(const KeyboardNode&) = delete;
  KeyboardNode& operator=(const KeyboardNode&) = delete;

  void type(const std::string& text) {
    for (const codec::wedge::Key& key : codec::wedge::type_out(text)) {
      input_event event{};
      event.type = key.type;
      event.code = key.code;
      event.value = key.value;
      REQUIRE(::write(fd_, &event, sizeof(event)) == sizeof(event));
    }
  }

  std::atomic<int> grabs{0};
  std::atomic<bool> held{false};  // somebody else has grabbed it

 private:
  static gboolean on_ioctl(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self) {
    auto* node = static_cast<KeyboardNode*>(self);
    if (umockdev_ioctl_client_get_request(client) != EVIOCGRAB) return FALSE;
    if (node->held) {
      umockdev_ioctl_client_complete(client, -1, EBUSY);
      return TRUE;
    }
    ++node->grabs;
    umockdev_ioctl_client_complete(client, 0, 0);
    return TRUE;
  }

  EmulatedKernel& kernel_;
  const std::string path_;
  int fd_ = -1;
  UMockdevIoctlBase* base_ = nullptr;
};

std::vector<std::string> codes(KernelBench& bench) {
  std::vector<std::string> all;
  for (const auto& code : bench.take<devices::CodeScanned>()) all.push_back(code.text);
  return all;
}

drivers::Driver& scanner(KernelBench& bench, drivers::ScannerKind kind, const std::string& place) {
  drivers::CodeScannerSettings settings;
  settings.name = "door";
  settings.kind = kind;
  settings.place = place;
  auto made = drivers::CodeScanner::make(settings, *bench.links, bench.clock, bench.queue.sink());
  REQUIRE(made);
  return bench.add(std::move(*made));
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a HID-POS scanner describes its reports and its codes come through libusb, long ones joined", "[devices]") {
  KernelBench bench;
  const auto device = std::make_shared<sim::SimHidScanner>(sim::SimHidScannerSettings{}, bench.clock);
  bench.kernel.plug("1-5", device);
  bench.open();
  auto& driver = scanner(bench, drivers::ScannerKind::hid_pos, "1-5");
  bench.run(200ms);
  REQUIRE(driver.health()[0].online);
  CHECK(bench.kernel.node("1-5").counts().detached == 1);
  const std::string longer(200, 'A');
  device->scan("12345678");
  bench.run(500ms);
  device->scan(longer);
  bench.run(500ms);
  CHECK(codes(bench) == Texts{"12345678", longer});
  bench.change([&] { bench.kernel.unplug("1-5"); });
  bench.run(11s);
  CHECK(bench.fault("scanner.missing"));
  bench.change([&] { bench.kernel.plug("1-5", device); });
  bench.run(500ms);
  CHECK(bench.queue.faults().empty());
  device->scan("87654321");
  bench.run(500ms);
  CHECK(codes(bench) == Texts{"87654321"});
}

TEST_CASE("a keyboard wedge is grabbed before its first key is read, and read to the end of a code", "[devices]") {
  KernelBench bench;
  KeyboardNode node(bench.kernel);
  link::EvdevKeys keys(kNode);
  REQUIRE(keys.open());
  CHECK(node.grabs == 1);
  node.type("12345678");
  std::vector<link::KeyEvent> all;
  while (all.size() < codec::wedge::type_out("12345678").size()) {
    const auto some = keys.read(1s);
    REQUIRE(some);
    REQUIRE_FALSE(some->empty());
    all.insert(all.end(), some->begin(), some->end());
  }
  codec::wedge::Typist typist;
  for (const auto& key : all) typist.feed({key.type, key.code, key.value}, bench.clock.mono());
  CHECK(typist.next(bench.clock.mono()) == "12345678");
}

TEST_CASE("a wedge that somebody else has grabbed is a fault and none of its keys is read", "[devices]") {
  KernelBench bench;
  KeyboardNode node(bench.kernel);
  node.held = true;
  bench.open();
  auto& driver = scanner(bench, drivers::ScannerKind::wedge, kNode);
  bench.run(500ms);
  CHECK(bench.fault("scanner.busy"));
  node.type("12345678");
  bench.run(500ms);
  CHECK(codes(bench).empty());
  CHECK_FALSE(driver.health()[0].online);
  node.held = false;
  bench.run(3s);
  CHECK(driver.health()[0].online);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a wedge whose node never appears is a fault, not a skip", "[devices]") {
  KernelBench bench;
  bench.open();
  scanner(bench, drivers::ScannerKind::wedge, kNode);
  bench.run(15s);
  CHECK(bench.fault("scanner.missing"));
}
