#include <nlohmann/json.hpp>

#include "sync/record/pack.h"
#include "sync/tool/csv_parts.h"
#include "tests/tool/rig.h"

using namespace station;
using namespace station::tool::test;
using Json = nlohmann::json;

TEST_CASE("violations and riders are imported, and bad rows named with file and row", "[tool]") {
  CityRig rig;
  rig.write("riders.csv", "rider,name,cards,login,pin\nR1,a,04A23B7C,13800001207,204816\nR2,b,zz,,\nR3,c,04A23B7D,,\n");
  const auto dry = rig.ask({"import-riders", rig.file("riders.csv"), "--dry-run"});
  CHECK(dry.status == 1);
  CHECK(dry.out.find("dry run: ") != std::string::npos);
  const auto riders = rig.ask({"import-riders", rig.file("riders.csv")});
  CHECK(riders.status == 1);
  CHECK(riders.out.starts_with(rig.file("riders.csv") + ":3: cards: "));
  CHECK(riders.out.ends_with(": 2 imported, 0 unchanged, 1 rejected\n"));
  CHECK(rig.ask({"import-riders", rig.file("riders.csv")}).out.ends_with(": 0 imported, 2 unchanged, 1 rejected\n"));

  rig.write("v.csv", "id,rider,code,at,place\nV1,R1,2007,2026-11-20 14:03,x\nV2,R9,2007,2026-11-20 14:03,x\n");
  const auto violations = rig.ask({"import-violations", rig.file("v.csv")});
  CHECK(violations.status == 1);
  CHECK(violations.out.find("v.csv:3: rider: nobody of this number is in the roster\n") != std::string::npos);
  CHECK(violations.out.ends_with(": 1 imported, 0 unchanged, 1 rejected, 1 courses changed\n"));
  CHECK(rig.ask({"courses"}).out.find("\"kind\":\"warning\"") != std::string::npos);
  CHECK(rig.ask({"courses", "--state", "withdrawn"}).out.empty());
  CHECK(rig.ask({"withdraw", "V1", "--reason", "mistaken identity"}).status == 0);
  CHECK(rig.ask({"courses", "--state", "withdrawn"}).out.find("mistaken") != std::string::npos);
  const auto unknown = rig.ask({"withdraw", "V9", "--reason", "x"});
  CHECK(unknown.status == 1);
  CHECK_FALSE(unknown.err.empty());
  rig.write("v.csv", "id;rider\n");
  CHECK(rig.ask({"import-violations", rig.file("v.csv")}).status == 1);
  CHECK(rig.ask({"import-violations", rig.file("none.csv")}).status == 2);
}

TEST_CASE("a roster goes up in parts whose rows keep their numbers", "[tool]") {
  const std::string heading = "rider,name,cards\n";
  std::string text = heading;
  for (int i = 0; i < 7; ++i) text += "R" + std::to_string(i) + ",n,0" + std::to_string(i) + "A23B7C\n";
  const auto parts = tool::csv_parts(text, 3);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].first_row == 0);
  CHECK(parts[1].first_row == 3);
  CHECK(parts[2].text == heading + "R6,n,06A23B7C\n");
  CHECK(tool::csv_parts(text + "R9,\"two\nlines\",\n", 3).size() == 1);
  CHECK(tool::csv_parts(heading).size() == 1);

  CityRig rig;
  std::string many = "rider,name,cards,pin\n";
  for (int i = 0; i < 250; ++i) many += "R" + std::to_string(i) + ",n," + std::to_string(10'000'000 + i) + ",\n";
  many += "R250,,04A23B7C,\n";
  rig.write("riders.csv", many);
  const auto ran = rig.ask({"import-riders", rig.file("riders.csv")});
  CHECK(rig.requests.size() == 3);
  CHECK(ran.out.find("riders.csv:252: name: ") != std::string::npos);
  CHECK(ran.out.ends_with(": 250 imported, 0 unchanged, 1 rejected\n"));
}

TEST_CASE("lists are printed as the centre gives them", "[tool]") {
  CityRig rig;
  rig.fill(1, 2);
  CHECK(Json::parse(rig.ask({"stations"}).out)["station"] == "440902-001");
  CHECK(rig.ask({"faults"}).out.empty());
  CHECK(rig.ask({"quarantine", "--after", "3"}).status == 0);
  CHECK(rig.ask({"heads"}).out.find("\"checkpoint\"") != std::string::npos);
  CHECK(rig.ask({"audit"}).status == 0);
  CHECK(rig.ask({"forks"}).status == 0);
  CHECK(rig.ask({"usage", "--from", "2026-11-24"}).status == 0);
  CHECK(rig.ask({"packs"}).status == 0);
  CHECK(rig.ask({"reviews"}).status == 0);
}

TEST_CASE("tokens are made, listed and revoked", "[tool]") {
  CityRig rig;
  const auto made = rig.ask({"add-token", "--role", "reviewer", "--name", "desk 2", "--token-output", rig.file("t2")});
  CHECK(made.status == 0);
  CHECK(made.out.empty());
  CHECK(rig.read("t2").size() > 20);
  CHECK((std::filesystem::status(rig.file("t2")).permissions() & std::filesystem::perms::others_read) == std::filesystem::perms::none);
  const auto as_reviewer = rig.run({"review", "C1", "--decision", "release", "--reason", "x", "--centre", "https://c", "--ca",
                                    "ca", "--token-file", rig.file("t2")});
  CHECK(as_reviewer.status == 1);  // no such course
  const std::string id = made.err.substr(made.err.find('(') + 1, 16);
  CHECK(rig.ask({"tokens"}).out.find(id) != std::string::npos);
  CHECK(rig.ask({"revoke-token", id}).status == 0);
  CHECK(rig.run({"reviews", "--centre", "https://c", "--ca", "ca", "--token-file", rig.file("t2")}).status == 3);
  CHECK(rig.ask({"add-token", "--role", "king", "--name", "x"}).status == 2);
}

TEST_CASE("a station enrols with the code that the centre gives", "[tool]") {
  Rig rig;
  rig.network = [](const base::HttpRequest& request) -> Answer {
    CHECK(request.target == "/v1/enrol-tokens");
    CHECK(base::header_of(request.headers, "authorization") == "Bearer secret");
    CHECK(Json::parse(request.body) == Json({{"station", "440902-007"}, {"name", "North gate"}, {"valid_h", 2}}));
    return base::HttpResponse{200, {}, Json{{"token", "one-time"}, {"expires", "2026-11-24T14:00:00.000Z"}, {"ca_sha256", std::string(64, 'a')}}.dump()};
  };
  const auto code = rig.ask({"enrol-token", "--station", "440902-007", "--name", "North gate", "--valid-h", "2"});
  CHECK(code.status == 0);
  CHECK(code.out == "RSE1|https://centre.example:8443|" + std::string(64, 'a') + "|one-time\n");
  CHECK(rig.ask({"enrol-token", "--station", "7", "--name", "x"}).status == 2);

  rig.enrol = [](const std::string& dir, const client::EnrolOrder& order, client::Again again) -> base::Result<client::Identity> {
    CHECK(dir == "data");
    CHECK(order.token == "one-time");
    CHECK(order.station == "440902-007");
    if (again == client::Again::no) return base::fail(base::Errc::conflict, "data/identity holds an identity already");
    client::Identity identity;
    identity.station = order.station;
    identity.inc = 2;
    identity.city = "440902";
    return identity;
  };
  std::vector<std::string> line{"enrol", "--data", "data", "--station", "440902-007", "--code", code.out.substr(0, code.out.size() - 1)};
  const auto there = rig.run(line);
  CHECK(there.status == 1);
  CHECK(there.err == "station-tool: data/identity holds an identity already\n");
  line.push_back("--again");
  CHECK(rig.run(line).out.starts_with("enrolled: station 440902-007 incarnation 2 of city 440902"));
  line[6] = "RSE1|http";
  CHECK(rig.run(line).status == 2);
}

TEST_CASE("files of a stick are handed in, in the order of the log", "[tool]") {
  CityRig rig;
  auto log = rig.city.enrol("440902-007");
  for (int i = 0; i < 6; ++i) log.add("clock.anchored", "", "{}");
  rig.write("440902-007-1-000000000003.batch", record::encode_batch(log.batch(3, 3)));
  const auto gap = rig.ask({"receive", rig.folder.path.string()});
  CHECK(gap.status == 1);
  CHECK(gap.out.find("records 3 to 5: records before it are missing: the centre holds those below 0") != std::string::npos);
  rig.write("440902-007-1-000000000000.batch", record::encode_batch(log.batch(0, 3)));
  const auto ran = rig.ask({"receive", rig.folder.path.string()});
  CHECK(ran.status == 0);
  CHECK(ran.out.find("records 0 to 2: received\n") < ran.out.find("records 3 to 5: received\n"));
  CHECK(rig.ask({"receive", rig.folder.path.string()}).status == 0);  // again does no harm
  CHECK(rig.city.pull() == log.lines);
  rig.write("440902-007-1-000000000000.batch", "damaged");
  CHECK(rig.ask({"receive", rig.file("440902-007-1-000000000000.batch")}).status == 1);
  CHECK(rig.ask({"receive", rig.file("none")}).status == 2);
}

TEST_CASE("content is checked, packed and published", "[tool]") {
  CityRig rig;
  const std::string assets = std::string(STATION_SOURCE_DIR) + "/assets";
  const auto checked = rig.run({"content", "check", assets, "--strict"});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 0);
  CHECK(checked.out.starts_with("rider-safety version "));
  REQUIRE(rig.run({"content", "pack", assets, "-o", rig.file("a.pack")}).status == 0);
  CHECK(rig.run({"content", "check", rig.file("a.pack")}).status == 0);
  REQUIRE(rig.run({"content", "pack", assets, "-o", rig.file("b.pack")}).status == 0);
  CHECK(rig.read("a.pack") == rig.read("b.pack"));

  const auto made = rig.run({"content", "key", "traffic-police.440902", "-o", rig.file("author.key")});
  REQUIRE(made.status == 0);
  CHECK(made.out.starts_with("traffic-police.440902+"));
  CHECK(rig.run({"content", "key", "again", "-o", rig.file("author.key")}).status == 2);
  CHECK(rig.run({"content", "key", "two words", "-o", rig.file("other.key")}).status == 2);
  const std::string verifier = rig.write("author.vkey", made.out);
  CHECK(rig.run({"content", "check", rig.file("b.pack")}).out.find("not signed") != std::string::npos);
  const auto unsigned_pack = rig.run({"content", "check", rig.file("b.pack"), "--signed-by", verifier});
  CHECK(unsigned_pack.status == 1);
  CHECK(unsigned_pack.out.find("nobody signed") != std::string::npos);
  const auto signed_pack = rig.run({"content", "sign", rig.file("b.pack"), "--key", rig.file("author.key"), "--name", "traffic-police.440902", "-o", rig.file("s.pack")});
  INFO(signed_pack.out << signed_pack.err);
  CHECK(signed_pack.status == 0);
  CHECK(signed_pack.out.find("signed by traffic-police.440902+") != std::string::npos);
  CHECK(rig.run({"content", "check", rig.file("s.pack"), "--signed-by", verifier}).status == 0);
  CHECK(rig.run({"content", "sign", rig.file("b.pack"), "--key", verifier, "--name", "x"}).status == 2);
  CHECK(rig.ask({"content", "publish", rig.file("a.pack")}).out.starts_with("published: rider-safety"));
  CHECK(rig.ask({"content", "publish", rig.file("a.pack")}).out.starts_with("published already: "));

  std::filesystem::copy(assets, rig.file("assets"), std::filesystem::copy_options::recursive);
  std::string lesson = rig.read("assets/lessons/L01.md");
  const std::size_t seconds = lesson.find("seconds: ");
  const auto line = std::count(lesson.begin(), lesson.begin() + static_cast<std::ptrdiff_t>(seconds), '\n') + 1;
  lesson.replace(seconds, 9, "seconds: 9");
  rig.write("assets/lessons/L01.md", lesson);
  const auto bad = rig.run({"content", "check", rig.file("assets")});
  CHECK(bad.status == 1);
  CHECK(bad.out.find("lessons/L01.md:" + std::to_string(line) + ": steps[0].seconds: expected") != std::string::npos);
  CHECK(rig.run({"content", "pack", rig.file("assets"), "-o", rig.file("c.pack")}).status == 1);
  CHECK_FALSE(std::filesystem::exists(rig.file("c.pack")));
  CHECK(rig.run({"content", "check", rig.write("x.pack", "no pack")}).status == 2);
  CHECK(rig.ask({"content", "publish", rig.file("x.pack")}).status == 1);
  CHECK(rig.run({"content", "check", rig.file("nowhere")}).status == 2);
}

TEST_CASE("the help names every command, and wrong usage ends with status 2", "[tool]") {
  Rig rig;
  const auto help = rig.run({"--help"});
  CHECK(help.status == 0);
  for (const char* name :
       {"pull", "verify", "export", "heads", "stations", "faults", "quarantine", "courses", "reviews", "complaints", "forks", "usage", "tokens",
        "void-certificate", "paper", "history", "xapi-export", "item-report", "audit", "packs", "certificates", "import-violations", "import-riders", "withdraw", "review", "add-token", "revoke-token",
        "revoke-station", "remove-rider", "unlock-rider", "rider-subject", "enrol-token", "enrol", "receive", "content",
        "gift-import", "gift-export", "fsrs", "item-analysis", "hazard-score", "time-on-task", "paper-draw", "xapi-validate",
        "cmi5-check"}) {
    INFO(name);
    CHECK(help.out.find("\n  " + std::string(name) + " ") != std::string::npos);
    const auto own = rig.run({name, "--help"});
    CHECK(own.status == 0);
    CHECK(own.out.find("Usage: station-tool") != std::string::npos);
  }
  CHECK(rig.run({"pull", "--help"}).out ==
        "Fetch the records of the city's stations, going on where the last pull ended\n"
        "Usage: station-tool pull [OPTIONS]\n"
        "\n"
        "Options:\n"
        "  -h,--help                   Print this help message and exit\n"
        "  --centre TEXT               Address of the centre, https://…\n"
        "  --ca TEXT                   Certificate of the authority that signed the centre's (PEM)\n"
        "  --ca-sha256 TEXT            Instead of --ca: SHA-256 of the authority's public key, 64 hex digits\n"
        "  --token-file TEXT           File with the token of the caller\n"
        "  --profile TEXT              File with these options: centre, ca or ca_sha256, token_file, centre_key (TOML)\n"
        "  -o,--output TEXT            File to append to; its state is kept in FILE.state [standard output]\n"
        "  --state TEXT                File that remembers where the pull stands\n"
        "  --format TEXT:{ndjson,csv}  ndjson: the stations' own lines; csv: for a spreadsheet [ndjson]\n"
        "  --type TEXT                 Only records of this type; with a dot at the end of all that begin so\n"
        "  --station TEXT              Only records of this station\n"
        "  --subject TEXT              Only records of this rider (pseudonym, 32 hex digits)\n"
        "  --from TEXT                 Only records from this time on: 2026-11-24T06:00:00Z, or a day\n"
        "  --to TEXT                   Only records before this time\n"
        "  --limit UINT:UINT in [1 - 10000]\n"
        "                              Records in one request [5000]\n"
        "  --follow                    Go on for ever\n"
        "  --every UINT:UINT in [1 - 3600]\n"
        "                              With --follow: seconds between two requests [5]\n"
        "\n"
        "Exit status: 0 all well; 1 something is wrong with what was looked at; 2 wrong usage or unreadable input; 3 the centre "
        "cannot be reached or refuses the caller, or a disk fails.\n");
  CHECK(rig.run({}).status == 2);
  CHECK(rig.run({"nonsense"}).status == 2);
  CHECK(rig.run({"content"}).status == 2);
  CHECK(rig.run({"pull", "--limit", "0"}).status == 2);
}
