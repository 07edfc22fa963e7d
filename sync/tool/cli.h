#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sync/tool/io.h"

namespace CLI {
class App;
}

namespace station::tool {

// Where a command declares what may stand on its line. A thin cover of the command-line library, so that commands do
// not depend on it. What is bound must outlive the parsing.
class Cli {
 public:
  enum class Need : bool { optional, required };

  explicit Cli(CLI::App& app) : app_(app) {}
  void option(const char* name, std::string& into, const char* help, Need need = Need::optional);
  void option(const char* name, std::vector<std::string>& into, const char* help);
  void number(const char* name, std::uint64_t& into, std::uint64_t low, std::uint64_t high, const char* help);
  void real(const char* name, double& into, double low, double high, const char* help);
  void flag(const char* name, bool& into, const char* help);
  void word(const char* name, std::string& into, const std::vector<std::string>& allowed, const char* help,
            Need need = Need::optional);
  // What stands without a dash in front.
  void argument(const char* name, std::string& into, const char* help, Need need = Need::required);
  void arguments(const char* name, std::vector<std::string>& into, const char* help, Need need = Need::required);

 private:
  CLI::App& app_;
};

// One command: declares its options and then runs with what was given.
class Command {
 public:
  virtual ~Command() = default;
  virtual const char* name() const = 0;  // "pull", or "content check" for one of a group
  virtual const char* help() const = 0;  // one line
  virtual void declare(Cli& cli) = 0;
  virtual int run(Io& io) = 0;  // Exit
};

// Parses the line (without the program's name), runs the command and returns its exit status.
int run_line(const std::vector<std::string>& line, const std::vector<std::unique_ptr<Command>>& commands, Io& io);

}  // namespace station::tool
