// The program itself: its arguments, streams and exit status.
#include <array>
#include <cstdio>
#include <sys/wait.h>

#include "tests/tool/rig.h"

using namespace station::tool::test;

namespace {

// Standard output and exit status of `station-tool <line>`.
Ran shell(const std::string& line) {
  FILE* pipe = ::popen((std::string(STATION_TOOL) + " " + line + " 2>/dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran ran;
  std::array<char, 4096> chunk{};
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) ran.out.append(chunk.data(), n);
  ran.status = WEXITSTATUS(::pclose(pipe));
  return ran;
}

}  // namespace

TEST_CASE("the program runs with arguments, standard input and files", "[tool]") {
  Rig rig;
  CHECK(shell("--help").status == 0);
  CHECK(shell("").status == 2);
  const std::string file = rig.write("case.json", R"({"hazards":[[8000,12000]],"taps_ms":[7990,8050,11999]})");
  CHECK(shell("hazard-score " + file).out == "{\"void\":null,\"scores\":[1],\"total\":1}\n");
  CHECK(shell("hazard-score < " + file).out == shell("hazard-score " + file).out);
  CHECK(shell("hazard-score " + rig.file("none")).status == 2);
  CHECK(shell("fsrs " + rig.write("r.tsv", "fsrs6_default\t3@0\nx\t3@0\n")).status == 1);
}

TEST_CASE("an unreachable centre ends with status 3 and an unreadable authority with 3, too", "[tool]") {
  Rig rig;
  CHECK(shell("heads --profile " + rig.file("profile.toml")).status == 3);
  CHECK(shell("heads --centre http://plain --ca x --token-file " + rig.file("token")).status == 2);
}

TEST_CASE("output that cannot be written is not called a success", "[tool]") {
  Rig rig;
  const std::string file = rig.write("case.json", R"({"hazards":[],"taps_ms":[]})");
  CHECK(shell("hazard-score " + file + " >/dev/full").status == 3);
}
