// Hands from outside at a simulated station: commands of text, and the socket that carries them.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "devices/drivers/assembly.h"
#include "devices/sim/control_socket.h"
#include "devices/sim/hands.h"

using namespace station;
using namespace station::sim;
using namespace std::chrono_literals;

namespace {

struct Bench {
  Bench() {
    StationPlan plan;
    plan.readers.push_back({});
    plan.hubs.push_back({});
    plan.lines.push_back({});
    plan.scanners.push_back({});
    plan.posts.push_back({});
    station = std::make_unique<Station>(plan, clock, Pace::stepped);
    HandsPlan names;
    names.readers = {"entry"};
    names.hubs = {"shelf"};
    names.scanners = {"door"};
    names.posts = {"yard"};
    names.lines = {{"locker", {1}}};
    names.boxes = {{"A01", {"locker", 1, 1}}, {"A02", {"locker", 1, 2}}};
    names.ports = {{"P1", {"shelf", 1}}};
    names.outlets = {{"E1", {"yard", 1}}};
    hands = std::make_unique<TextHands>(names, *station, clock);
  }
  SimLockBoard& board() { return station->line("locker").board(1); }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  std::unique_ptr<Station> station;
  std::unique_ptr<TextHands> hands;
};

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "handsXXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

class Caller {
 public:
  explicit Caller(const std::filesystem::path& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = path.string();
    std::copy(name.begin(), name.end(), address.sun_path);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    timeval limit{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~Caller() { ::close(fd_); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void say(const std::string& text) { REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())); }
  std::string hear(char until = '\n') {
    std::string line;
    for (char c = 0; ::recv(fd_, &c, 1, 0) == 1 && c != until;) line += c;
    return line;
  }

 private:
  int fd_;
};

}  // namespace

TEST_CASE("hands lay cards, scan codes, move doors and pull plugs by the names that people see", "[devices]") {
  Bench b;
  CHECK(b.hands->obey("tap 04A23B7C") == "ok");
  CHECK(b.station->reader("entry").card());
  CHECK(b.hands->idle() <= 700ms);
  b.clock.advance(700ms);
  b.hands->idle();
  CHECK_FALSE(b.station->reader("entry").card());
  CHECK(b.hands->obey("lay 04A23B7C entry") == "ok");
  b.clock.advance(1h);
  b.hands->idle();
  CHECK(b.station->reader("entry").card());
  CHECK(b.hands->obey("take") == "ok");
  CHECK_FALSE(b.station->reader("entry").card());

  CHECK(b.hands->obey("door open A02") == "ok");
  CHECK(b.board().door_open(2));
  CHECK(b.hands->obey("door close A02") == "ok");
  CHECK_FALSE(b.board().door_open(2));

  CHECK(b.hands->obey("scan 12345678") == "ok");
  for (const char* plug : {"entry", "shelf", "door", "locker", "E1"}) {
    CHECK(b.hands->obey(std::string("unplug ") + plug) == "ok");
    CHECK(b.hands->obey(std::string("plug ") + plug) == "ok");
  }
  CHECK(b.station->line("locker").plugged());
}

TEST_CASE("hands break what can break, on its real bytes", "[devices]") {
  Bench b;
  CHECK(b.hands->obey("over-current P1") == "ok");
  CHECK_FALSE(b.station->hub("shelf").powered(1));
  for (const char* command : {"jam A01", "heal A01", "weld P1", "heal P1", "weld E1", "over-current E1", "smoke yard", "smoke E1",
                              "heal E1", "echo locker on", "echo locker off", "corrupt locker", "late locker 2", "drop locker",
                              "half locker", "dead locker", "alive locker", "reboot locker 500", "corrupt entry", "late entry",
                              "drop entry 3", "half entry", "dead entry", "alive entry", "corrupt yard", "late yard", "drop yard",
                              "dead yard", "alive yard", "reboot yard"}) {
    CAPTURE(command);
    CHECK(b.hands->obey(command) == "ok");
  }
}

TEST_CASE("a command that cannot be done is answered by a sentence that says what can", "[devices]") {
  Bench b;
  CHECK(b.hands->obey("") == "error: an empty line; \"help\" lists the commands");
  CHECK(b.hands->obey("dance") == "error: no command \"dance\"; \"help\" lists them");
  CHECK(b.hands->obey("tap") == "error: expected: tap|lay UID [READER]");
  CHECK(b.hands->obey("tap 04A23B") == "error: a card's number has 4, 7, 8 or 10 bytes in hexadecimal digits");
  CHECK(b.hands->obey("tap 04A23B7C exit") == "error: no reader \"exit\"; there are: entry");
  CHECK(b.hands->obey("door shut A01") == "error: expected: door open|close BOX");
  CHECK(b.hands->obey("door open A99") == "error: no box \"A99\"; there are: A01 A02");
  CHECK(b.hands->obey("weld A01").starts_with("error: nothing named \"A01\" that can weld"));
  CHECK(b.hands->obey("smoke P1").starts_with("error: nothing named \"P1\" that can smoke"));
  CHECK(b.hands->obey("echo entry on").starts_with("error: nothing named \"entry\" for echo"));
  CHECK(b.hands->obey("echo locker") == "error: expected: echo LINE on|off");
  CHECK(b.hands->obey("list") ==
        "ok: readers entry; scanners door; boxes A01 A02; ports P1; outlets E1; hubs shelf; lines locker; posts yard");
  CHECK(b.hands->obey("help").starts_with("ok: tap UID"));
}

TEST_CASE("the socket answers each line, for several callers, and its name goes with it", "[devices]") {
  Folder folder;
  const auto path = folder.path / "sim.sock";
  {
    auto socket = ControlSocket::open(path, [](const std::string& line) { return "heard " + line; }, [] { return 1h; });
    REQUIRE(socket);
    struct stat file {};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    Caller one(path);
    Caller other(path);
    one.say("a\r\nb\nc");
    CHECK(one.hear() == "heard a");
    CHECK(one.hear() == "heard b");
    other.say("d\n");
    CHECK(other.hear() == "heard d");
    one.say("d\n");
    CHECK(one.hear() == "heard cd");
    other.say(std::string(ControlSocket::kLongestLine + 1, 'x'));
    CHECK(other.hear().empty());  // cut off
    const auto second = ControlSocket::open(path, [](const std::string&) { return ""; }, [] { return 1h; });
    REQUIRE_FALSE(second);
    CHECK(second.error().code == base::Errc::conflict);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket that a killed program left behind is replaced", "[devices]") {
  Folder folder;
  const auto path = folder.path / "sim.sock";
  const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path.string();
  std::copy(name.begin(), name.end(), address.sun_path);
  REQUIRE(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  ::close(left);
  auto socket = ControlSocket::open(path, [](const std::string& line) { return line; }, [] { return 1h; });
  REQUIRE(socket);
  Caller caller(path);
  caller.say("here\n");
  CHECK(caller.hear() == "here");
}

TEST_CASE("a path too long for a socket is refused with a sentence", "[devices]") {
  const auto socket = ControlSocket::open("/tmp/" + std::string(200, 'x'), [](const std::string& l) { return l; }, [] { return 1h; });
  REQUIRE_FALSE(socket);
  CHECK(socket.error().code == base::Errc::invalid);
}
