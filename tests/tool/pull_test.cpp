#include "tests/tool/rig.h"

using namespace station;
using namespace station::tool::test;

namespace {

std::string all_lines(CityRig& rig) {
  // The centre's order: as it hands them out.
  std::string out;
  for (const auto& line : rig.city.pull()) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("a pull appends what is new to its file", "[tool]") {
  CityRig rig;
  rig.fill(2, 7);
  const auto first = rig.ask({"pull", "-o", rig.file("log.ndjson"), "--limit", "3"});
  INFO(first.err);
  CHECK(first.status == 0);
  CHECK(first.out.empty());
  CHECK(first.err.find("14 new records, 14 in all") != std::string::npos);
  CHECK(rig.read("log.ndjson") == all_lines(rig));
  CHECK(rig.ask({"pull", "-o", rig.file("log.ndjson")}).err.find("0 new records, 14 in all") != std::string::npos);
  rig.logs[0].add("clock.anchored", "", R"({"offset_ms":2,"rtt_ms":2})");
  rig.push(rig.logs[0]);
  CHECK(rig.ask({"pull", "-o", rig.file("log.ndjson")}).err.find("1 new records, 15 in all") != std::string::npos);
  CHECK(rig.read("log.ndjson") == all_lines(rig));
  CHECK(rig.orders.back().url == "https://centre.example:8443");
  CHECK(rig.orders.back().ca == rig.file("ca.crt"));
}

TEST_CASE("a pull can go to standard output, narrowed, and as a spreadsheet", "[tool]") {
  CityRig rig;
  rig.fill(2, 3);
  const auto one = rig.ask({"pull", "--station", "440902-002", "--type", "clock."});
  CHECK(std::count(one.out.begin(), one.out.end(), '\n') == 3);
  CHECK(one.out.find("440902-001") == std::string::npos);
  const auto with_state = rig.ask({"pull", "--state", rig.file("cursor")});
  CHECK(with_state.out == all_lines(rig));
  CHECK(rig.ask({"pull", "--state", rig.file("cursor")}).out.empty());
  REQUIRE(rig.ask({"pull", "--format", "csv", "-o", rig.file("log.csv"), "--limit", "2"}).status == 0);
  const std::string csv = rig.read("log.csv");
  CHECK(csv.starts_with("\xEF\xBB\xBFstation,inc,seq,type,at,subject,body,line\r\n"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 7);
  CHECK(csv.find('#') == std::string::npos);
}

TEST_CASE("a pull that is killed anywhere goes on without doubles or gaps", "[tool]") {
  CityRig rig;
  rig.fill(3, 20);
  const std::string whole = all_lines(rig);
  base::SeededRandom random(11);
  const Handler centre = rig.network;
  for (int round = 0; round < 40; ++round) {
    std::filesystem::remove(rig.file("log.ndjson"));
    std::filesystem::remove(rig.file("log.ndjson.state"));
    for (int life = 0; life < 4; ++life) {
      // The process ends at a random request; and part of a page may stand in the file that the state does not know.
      auto left = random.below(8);
      rig.network = [&](const base::HttpRequest& request) -> Answer {
        if (left-- == 0) throw std::runtime_error("killed");
        return centre(request);
      };
      try {
        rig.ask({"pull", "-o", rig.file("log.ndjson"), "--limit", "7"});
      } catch (const std::runtime_error&) {
        if (std::filesystem::exists(rig.file("log.ndjson.state")))
          std::ofstream(rig.file("log.ndjson"), std::ios::app) << whole.substr(random.below(50), random.below(200));
      }
    }
    rig.network = centre;
    REQUIRE(rig.ask({"pull", "-o", rig.file("log.ndjson")}).status == 0);
    CHECK(rig.read("log.ndjson") == whole);
  }
}

TEST_CASE("pages that were cut, and a busy centre, are asked for again", "[tool]") {
  CityRig rig;
  rig.fill(1, 10);
  const Handler centre = rig.network;
  int n = 0;
  rig.network = [&](const base::HttpRequest& request) -> Answer {
    ++n;
    if (n == 1) return base::fail(base::Errc::unavailable, "no connection");
    if (n == 2) return base::HttpResponse{503, {{"retry-after", "7"}}, {}};
    auto answer = centre(request);
    if (n == 3) answer->body.resize(answer->body.size() / 2);
    if (n == 4) answer->body.erase(0, answer->body.find('\n') + 1);
    return answer;
  };
  const auto ran = rig.ask({"pull", "-o", rig.file("log.ndjson")});
  CHECK(ran.status == 0);
  CHECK(n == 5);
  CHECK(rig.waited >= std::chrono::seconds(7));
  CHECK(rig.read("log.ndjson") == all_lines(rig));
}

TEST_CASE("a centre that never answers whole ends with status 3", "[tool]") {
  CityRig rig;
  rig.network = [](const base::HttpRequest&) -> Answer { return base::HttpResponse{200, {}, "<html>proxy</html>"}; };
  CHECK(rig.ask({"pull"}).status == 3);
  rig.network = [](const base::HttpRequest&) -> Answer { return base::fail(base::Errc::denied, "certificate"); };
  CHECK(rig.ask({"pull"}).status == 3);
  rig.network = [](const base::HttpRequest&) -> Answer {
    return base::HttpResponse{401, {}, R"({"error":"a valid token must come with this request","code":"who"})"};
  };
  const auto refused = rig.ask({"pull"});
  CHECK(refused.status == 3);
  CHECK(refused.err == "station-tool: a valid token must come with this request\n");
}

TEST_CASE("following goes on until it is stopped", "[tool]") {
  CityRig rig;
  rig.fill(1, 2);
  rig.waits_left = 3;
  CHECK(rig.ask({"pull", "--follow", "--every", "9"}).status == 0);
  CHECK(rig.requests.size() == 4);
  CHECK(rig.waited == std::chrono::seconds(36));
}

TEST_CASE("a file and a state that do not belong together are refused", "[tool]") {
  CityRig rig;
  rig.fill(1, 4);
  const std::string log = rig.file("log.ndjson");
  REQUIRE(rig.ask({"pull", "-o", log}).status == 0);
  const auto narrowed = rig.ask({"pull", "-o", log, "--type", "visit."});
  CHECK(narrowed.status == 2);
  CHECK(narrowed.err.find("belongs to a pull with other options (format=ndjson)") != std::string::npos);
  CHECK(rig.ask({"pull", "-o", rig.file("b.ndjson"), "--state", log + ".state"}).status == 2);
  rig.write("log.ndjson", "shortened\n");
  CHECK(rig.ask({"pull", "-o", log}).status == 2);
  const auto foreign = rig.ask({"pull", "-o", rig.write("mine.txt", "my notes\n")});
  CHECK(foreign.status == 2);
  CHECK(foreign.err.find("exists, but") != std::string::npos);
  CHECK(rig.read("mine.txt") == "my notes\n");
  rig.write("log.ndjson.state", "{}");
  CHECK(rig.ask({"pull", "-o", log}).err.find("is not the state of a pull") != std::string::npos);
}

TEST_CASE("a restored centre is told apart", "[tool]") {
  CityRig rig;
  rig.fill(1, 4);
  REQUIRE(rig.ask({"pull", "-o", rig.file("log.ndjson")}).status == 0);
  central::test::City other(8);
  rig.write("token", other.token(central::Role::administrator));
  rig.network = [&](const base::HttpRequest& request) -> Answer { return other.centre->handle(request); };
  const auto ran = rig.ask({"pull", "-o", rig.file("log.ndjson")});
  CHECK(ran.status == 1);
  CHECK(ran.err.find("restored") != std::string::npos);
}

TEST_CASE("what is missing to reach a centre is named", "[tool]") {
  Rig rig;
  CHECK(rig.run({"pull"}).err.find("--centre") != std::string::npos);
  CHECK(rig.run({"pull", "--centre", "https://x"}).err.find("--ca") != std::string::npos);
  CHECK(rig.run({"pull", "--centre", "https://x", "--ca", "ca"}).err.find("--token-file") != std::string::npos);
  rig.write("profile.toml", "centre = \"https://x\"\ntokenfile = \"t\"\n");
  const auto misspelt = rig.ask({"pull"});
  CHECK(misspelt.status == 2);
  CHECK(misspelt.err.find("profile.toml:2") != std::string::npos);
  CHECK(rig.orders.empty());
}
