#include "devices/link/serial.h"

#include <catch2/catch.hpp>
#include <array>
#include <fcntl.h>
#include <stdlib.h>
#include <string>
#include <unistd.h>

using namespace station;
using namespace std::chrono_literals;

namespace {

// The far end of a serial line.
struct FarEnd {
  FarEnd() : fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(fd >= 0);
    REQUIRE(::grantpt(fd) == 0);
    REQUIRE(::unlockpt(fd) == 0);
    path = ::ptsname(fd);
  }
  ~FarEnd() {
    if (fd >= 0) ::close(fd);
  }
  void hang_up() {
    ::close(fd);
    fd = -1;
  }
  int fd;
  std::string path;
};

}  // namespace

TEST_CASE("a serial line has one owner, whoever the other program runs as", "[devices]") {
  const FarEnd far;
  link::SerialLink first({far.path, 9600});
  link::SerialLink second({far.path, 9600});
  REQUIRE(first.open());
  const auto refused = second.open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Errc::unavailable);
  CHECK(refused.error().message.find(far.path) != std::string::npos);
  CHECK(refused.error().message.find("another program has it") != std::string::npos);
  first.close();
  CHECK(second.open());
}

TEST_CASE("bytes go both ways over a serial line, and a wait ends", "[devices]") {
  const FarEnd far;
  link::SerialLink line({far.path, 19200});
  REQUIRE(line.open());
  const std::array<std::uint8_t, 3> sent{0x02, 0x00, 0x30};
  REQUIRE(line.write(sent));
  std::array<std::uint8_t, 8> seen{};
  REQUIRE(::read(far.fd, seen.data(), seen.size()) == 3);
  CHECK(seen[2] == 0x30);
  REQUIRE(::write(far.fd, sent.data(), sent.size()) == 3);
  std::array<std::uint8_t, 8> got{};
  CHECK(line.read(got, 1s) == 3U);
  CHECK(line.read(got, 1ms) == 0U);
}

TEST_CASE("a line whose far end is gone is closed and says so", "[devices]") {
  FarEnd far;
  link::SerialLink line({far.path, 9600});
  REQUIRE(line.open());
  far.hang_up();
  std::array<std::uint8_t, 8> got{};
  CHECK_FALSE(line.read(got, 10ms));
  CHECK_FALSE(line.is_open());
  const auto again = line.open();
  REQUIRE_FALSE(again);
  CHECK_FALSE(link::SerialLink({far.path, 12345}).open());
}
