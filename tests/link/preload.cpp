// The emulated kernel needs umockdev's preload library before anything else of this program: it starts itself again with
// it. A sanitizer's runtime wants to come first, so it is named before.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr const char* kLibrary = "libumockdev-preload.so.0";

std::string sanitizer_runtime() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.find('/');
    if (slash == std::string::npos) continue;
    const std::string file = line.substr(slash);
    for (const char* name : {"/libasan.so", "/libtsan.so"})
      if (file.find(name) != std::string::npos) return file;
  }
  return {};
}

__attribute__((constructor)) void start_again_with_preload() {
  const char* now = std::getenv("LD_PRELOAD");
  if (now && std::string(now).find(kLibrary) != std::string::npos) return;
  const std::string runtime = sanitizer_runtime();
  ::setenv("LD_PRELOAD", (runtime.empty() ? std::string(kLibrary) : runtime + ":" + kLibrary).c_str(), 1);
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv("/proc/self/exe", argv.data());
}

}  // namespace
