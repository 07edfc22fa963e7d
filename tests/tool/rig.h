#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "sync/base/file.h"
#include "sync/tool/commands.h"
#include "tests/central/city.h"

// station-tool without its process, in a folder of its own, with a network that is a real centre or a script. Shared by
// the tests of this folder.
namespace station::tool::test {

using Answer = base::Result<base::HttpResponse>;
using Handler = std::function<Answer(const base::HttpRequest&)>;

struct Ran {
  int status = 0;
  std::string out, err;
};

class Rig {
 public:
  Rig() {
    write("token", "secret\n");
    write("profile.toml", "centre = \"https://centre.example:8443\"\nca = \"ca.crt\"\ntoken_file = \"token\"\ncentre_key = \"centre.vkey\"\n");
  }

  // Runs one command; names without a slash mean files of the folder only where `in()` made them.
  Ran run(std::vector<std::string> line, const std::string& input = {}) {
    std::istringstream in(input);
    std::ostringstream out, err;
    Io io{in, out, err, clock, random, {}, {}, {}};
    io.connect = [this](const CentreOrder& order) -> base::Result<std::unique_ptr<client::Transport>> {
      orders.push_back(order);
      return std::unique_ptr<client::Transport>(std::make_unique<Wire>(*this));
    };
    io.wait = [this](std::chrono::milliseconds time) {
      waited += time;
      return waits_left-- > 0;
    };
    io.enrol = [this](const std::string& dir, const client::EnrolOrder& order, client::Again again) { return enrol(dir, order, again); };
    const int status = run_tool(line, io);
    return {status, out.str(), err.str()};
  }
  // The same with the profile.
  Ran ask(std::vector<std::string> line) {
    line.insert(line.end(), {"--profile", file("profile.toml")});
    return run(std::move(line));
  }

  std::string file(const std::string& name) const { return (folder.path / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }
  std::string read(const std::string& name) const { return base::read_file(file(name)).value_or("(no such file)"); }

  central::test::Folder folder;
  base::ManualClock clock{central::test::noon()};
  base::SeededRandom random{3};
  Handler network = [](const base::HttpRequest&) -> Answer { return base::fail(base::Errc::unavailable, "no network"); };
  std::vector<base::HttpRequest> requests;
  std::vector<CentreOrder> orders;
  std::chrono::milliseconds waited{0};
  int waits_left = 1000;
  std::function<base::Result<client::Identity>(const std::string&, const client::EnrolOrder&, client::Again)> enrol;

 private:
  struct Wire : client::Transport {
    explicit Wire(Rig& r) : rig(r) {}
    Answer send(const base::HttpRequest& request, std::chrono::milliseconds) override {
      rig.requests.push_back(request);
      return rig.network(request);
    }
    Rig& rig;
  };
};

// A rig whose network is a real centre, reached with an administrator's token.
class CityRig : public Rig {
 public:
  CityRig() {
    write("token", city.token(central::Role::administrator) + "\n");
    write("centre.vkey", city.centre->keys().note.to_text() + "\n");
    network = [this](const base::HttpRequest& request) -> Answer { return city.centre->handle(request); };
  }
  // Stations with `each` records, arrived in turns.
  void fill(int stations, int each) {
    for (int s = 0; s < stations; ++s) logs.push_back(city.enrol("440902-00" + std::to_string(s + 1)));
    for (int n = 0; n < each; ++n)
      for (auto& log : logs) {
        log.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":)" + std::to_string(n) + "}");
        if (n % 3 == 2 || n + 1 == each) push(log);
      }
  }
  void push(central::test::StationLog& log) {
    auto& sent = sent_[log.station];
    REQUIRE(city.send(log.push(sent, log.lines.size() - sent)).status == 200);
    sent = log.lines.size();
  }

  central::test::City city;
  std::vector<central::test::StationLog> logs;

 private:
  std::map<std::string, std::size_t> sent_;
};

}  // namespace station::tool::test
