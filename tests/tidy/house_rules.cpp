// The house rules that a compiler does not check. A failure names file and line.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path kRoot = STATION_SOURCE_DIR;

struct Line {
  std::string file;  // relative to the root
  int number;
  std::string text;
};

std::vector<Line> lines_of(const std::vector<std::string>& folders, const std::set<std::string>& endings) {
  std::vector<Line> out;
  for (const auto& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (!entry.is_regular_file() || !endings.contains(entry.path().extension().string())) continue;
      std::ifstream in(entry.path());
      std::string text;
      for (int n = 1; std::getline(in, text); ++n) out.push_back({fs::relative(entry.path(), kRoot).string(), n, text});
    }
  }
  return out;
}

std::string where(const Line& l) { return l.file + ":" + std::to_string(l.number) + ": " + l.text; }

// The folder that owns a file or an include: "sync/base", "devices/api", "kiosk/flow".
std::string folder_of(const std::string& path) {
  const auto first = path.find('/');
  const auto second = first == std::string::npos ? first : path.find('/', first + 1);
  return second == std::string::npos ? "" : path.substr(0, second);
}

// Which folders each folder may include beside itself. The reasons stand in the READMEs.
const std::map<std::string, std::set<std::string>>& arrows() {
  static const std::map<std::string, std::set<std::string>> kArrows{
      {"sync/base", {}},
      {"sync/rules", {"sync/base"}},
      {"sync/record", {"sync/base", "sync/rules"}},
      {"sync/client", {"sync/base", "sync/rules", "sync/record"}},
      {"sync/central", {"sync/base", "sync/rules", "sync/record"}},
      {"sync/tool",
       {"sync/base", "sync/rules", "sync/record", "sync/client", "devices/api", "devices/codec", "devices/link",
        "devices/drivers"}},
      {"devices/api", {"sync/base"}},
      {"devices/codec", {"sync/base", "devices/api"}},
      {"devices/link", {"sync/base", "devices/api"}},
      {"devices/drivers", {"sync/base", "devices/api", "devices/codec", "devices/link"}},
      {"devices/sim", {"sync/base", "devices/api", "devices/codec", "devices/link"}},
      {"kiosk/flow", {"sync/base", "sync/rules", "sync/record", "devices/api"}},
      {"kiosk/ui", {"sync/base"}},
      {"kiosk/screens", {"sync/base", "sync/rules", "sync/record", "devices/api", "kiosk/flow", "kiosk/ui"}},
      {"kiosk/store", {"sync/base", "sync/rules", "sync/record", "devices/api", "kiosk/flow"}},
  };
  return kArrows;
}

}  // namespace

TEST_CASE("a folder includes only what its arrows allow", "[tidy]") {
  const std::regex include(R"re(^\s*#include "((sync|devices|kiosk)/[^"]+)")re");
  int checked = 0;
  for (const Line& l : lines_of({"sync", "devices", "kiosk"}, {".h", ".cpp"})) {
    std::smatch m;
    if (!std::regex_search(l.text, m, include)) continue;
    const std::string from = folder_of(l.file), to = folder_of(m[1]);
    const auto it = arrows().find(from);
    if (it == arrows().end() || from == to) continue;  // kiosk/app sees all
    ++checked;
    INFO(where(l));
    CHECK(it->second.contains(to));
  }
  CHECK(checked > 50);
}

TEST_CASE("libraries stay in the folders that own them", "[tidy]") {
  const std::vector<std::pair<std::regex, std::set<std::string>>> owners{
      {std::regex(R"(#include [<"]imgui)"), {"kiosk/ui"}},
      {std::regex(R"(#include [<"]SDL)"), {"kiosk/app"}},
      {std::regex(R"(#include [<"]sqlite3)"), {"kiosk/store", "sync/central"}},
      {std::regex(R"(#include [<"]libusb)"), {"devices/link"}},
      {std::regex(R"(#include [<"]curl)"), {"sync/client"}},
      {std::regex(R"(#include [<"]boost)"), {"sync/central"}},
  };
  int seen = 0;
  for (const Line& l : lines_of({"sync", "devices", "kiosk"}, {".h", ".cpp"}))
    for (const auto& [pattern, folders] : owners)
      if (std::regex_search(l.text, pattern)) {
        ++seen;
        INFO(where(l));
        CHECK(folders.contains(folder_of(l.file)));
      }
  CHECK(seen > 5);
}

TEST_CASE("no Chinese text stands in program code", "[tidy]") {
  for (const Line& l : lines_of({"sync", "devices", "kiosk"}, {".cpp"})) {
    const auto comment = l.text.find("//");
    const std::string code = l.text.substr(0, comment);
    for (std::size_t i = 0; i + 2 < code.size(); ++i) {
      const auto c = static_cast<unsigned char>(code[i]);
      if (c >= 0xE4 && c <= 0xE9) {
        FAIL_CHECK(where(l));
        break;
      }
    }
  }
  CHECK(fs::exists(kRoot / "kiosk"));
}

TEST_CASE("screens keep no state between frames", "[tidy]") {
  const std::regex local(R"(^\s+static (?!const|constexpr|_?assert))");
  int read = 0;
  for (const Line& l : lines_of({"kiosk/screens", "kiosk/ui"}, {".cpp"})) {
    ++read;
    INFO(where(l));
    CHECK_FALSE(std::regex_search(l.text, local));
  }
  CHECK(read > 100);
}

TEST_CASE("tests do not sleep and have no check that cannot fail", "[tidy]") {
  const std::string sleeper = std::string("sleep_") + "for", u = std::string("usl") + "eep(";
  const std::string always = std::string("CHECK(tr") + "ue)", must = std::string("REQUIRE(tr") + "ue)";
  for (const Line& l : lines_of({"tests"}, {".h", ".cpp"})) {
    INFO(where(l));
    CHECK(l.text.find(sleeper) == std::string::npos);
    CHECK(l.text.find(u) == std::string::npos);
    CHECK(l.text.find(always) == std::string::npos);
    CHECK(l.text.find(must) == std::string::npos);
  }
}

TEST_CASE("every string exists in all languages and every key in use exists", "[tidy]") {
  auto keys_of = [](const char* language) {
    std::ifstream in(kRoot / "assets/strings" / (std::string(language) + ".json"));
    const auto json = nlohmann::json::parse(in);
    std::map<std::string, std::string> out;
    for (const auto& [key, value] : json.items()) out[key] = value.get<std::string>();
    return out;
  };
  const auto zh = keys_of("zh"), en = keys_of("en");
  const std::regex slot(R"(\{(\d)\})");
  auto slots = [&](const std::string& text) {
    std::set<std::string> out;
    for (auto it = std::sregex_iterator(text.begin(), text.end(), slot); it != std::sregex_iterator(); ++it) out.insert((*it)[1]);
    return out;
  };
  for (const auto& [key, text] : zh) {
    INFO(key);
    CHECK(en.contains(key));
    if (en.contains(key)) CHECK(slots(text) == slots(en.at(key)));
  }
  for (const auto& [key, text] : en) {
    INFO(key);
    CHECK(zh.contains(key));
  }
  const std::regex use(R"re(\btr\("([a-z0-9_.]+)")re");
  for (const Line& l : lines_of({"kiosk"}, {".cpp"}))
    for (auto it = std::sregex_iterator(l.text.begin(), l.text.end(), use); it != std::sregex_iterator(); ++it) {
      INFO(where(l));
      CHECK(zh.contains((*it)[1]));
    }
}

TEST_CASE("each folder says what it is for", "[tidy]") {
  for (const char* top : {"sync", "devices", "kiosk", "assets", "config", "tests"}) {
    INFO(top);
    CHECK(fs::exists(kRoot / top / "README.md"));
  }
  for (const auto& [folder, allowed] : arrows()) {
    INFO(folder);
    CHECK(fs::exists(kRoot / folder / "README.md"));
  }
}
