#include "sync/tool/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <ostream>

namespace station::tool {

namespace {

template <class T>
CLI::Option* require(CLI::Option* option, T need) {
  return option->required(need == Cli::Need::required);
}

constexpr const char* kFooter =
    "Exit status: 0 all well; 1 something is wrong with what was looked at; 2 wrong usage or unreadable input; "
    "3 the centre cannot be reached or refuses the caller, or a disk fails.";

// Groups ("content") are made when their first command comes.
CLI::App& app_for(CLI::App& root, const std::string& name, const char* help, std::map<std::string, CLI::App*>& groups) {
  const std::size_t space = name.find(' ');
  if (space == std::string::npos) return *root.add_subcommand(name, help);
  const std::string group = name.substr(0, space);
  auto& app = groups[group];
  if (!app) {
    app = root.add_subcommand(group, fmt::format("Commands for {}", group));
    app->require_subcommand(1);
  }
  return *app->add_subcommand(name.substr(space + 1), help);
}

}  // namespace

void Cli::option(const char* name, std::string& into, const char* help, Need need) {
  require(app_.add_option(name, into, help), need);
}
void Cli::option(const char* name, std::vector<std::string>& into, const char* help) {
  app_.add_option(name, into, help)->take_all()->allow_extra_args(false);
}
void Cli::number(const char* name, std::uint64_t& into, std::uint64_t low, std::uint64_t high, const char* help) {
  app_.add_option(name, into, help)->check(CLI::Range(low, high));
}
void Cli::real(const char* name, double& into, double low, double high, const char* help) {
  app_.add_option(name, into, help)->check(CLI::Range(low, high));
}
void Cli::flag(const char* name, bool& into, const char* help) {
  app_.add_flag(name, into, help);
}
void Cli::word(const char* name, std::string& into, const std::vector<std::string>& allowed, const char* help,
               Need need) {
  require(app_.add_option(name, into, help)->check(CLI::IsMember(allowed)), need);
}
void Cli::argument(const char* name, std::string& into, const char* help, Need need) {
  require(app_.add_option(name, into, help), need);
}
void Cli::arguments(const char* name, std::vector<std::string>& into, const char* help, Need need) {
  require(app_.add_option(name, into, help), need);
}

int run_line(const std::vector<std::string>& line, const std::vector<std::unique_ptr<Command>>& commands, Io& io) {
  CLI::App root("The command line of the rider stations, for administrators, auditors and authors", "station-tool");
  root.require_subcommand(1);
  root.footer(kFooter);
  std::map<std::string, CLI::App*> groups;
  std::vector<std::pair<CLI::App*, Command*>> apps;
  for (const auto& command : commands) {
    CLI::App& app = app_for(root, command->name(), command->help(), groups);
    app.footer(kFooter);
    Cli cli(app);
    command->declare(cli);
    apps.emplace_back(&app, command.get());
  }
  try {
    root.parse(std::vector<std::string>(line.rbegin(), line.rend()));
  } catch (const CLI::CallForHelp&) {
    io.out << root.help();
    return kOk;
  } catch (const CLI::ParseError& e) {
    io.err << "station-tool: " << e.what() << "\nTry --help.\n";
    return kUsage;
  }
  for (const auto& [app, command] : apps)
    if (app->parsed()) return command->run(io);
  return kUsage;
}

}  // namespace station::tool
