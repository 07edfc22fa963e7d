#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace station::base {

// Program log for maintainers: standard error, one line an event, UTC. Never names, numbers, PINs or codes of people.
void init_log(const std::string& program, const std::string& level = "info");

}  // namespace station::base
