#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/base/result.h"
#include "sync/client/enrol.h"
#include "sync/client/transport.h"

namespace station::link {
class Links;
}

namespace station::tool {

// How to reach a centre as a person.
struct CentreOrder {
  std::string url;
  std::string ca;         // file with the authority's certificate, or
  std::string ca_sha256;  // hash of its key
};

// Everything outside that a command may touch beside the files that it names. Tests put their own in place.
struct Io {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  const base::Clock& clock;
  base::Random& random;
  std::function<base::Result<std::unique_ptr<client::Transport>>(const CentreOrder&)> connect;
  // Waits; false when the user asked to stop.
  std::function<bool(std::chrono::milliseconds)> wait;
  // client::enrol_online, or what a test puts in its place.
  std::function<base::Result<client::Identity>(const std::string& dir, const client::EnrolOrder&, client::Again)> enrol;
  // The machine's devices, or simulated ones.
  std::function<base::Result<std::unique_ptr<link::Links>>()> devices{};
};

// Exit status of every command.
enum Exit : int {
  kOk = 0,
  kFound = 1,    // something is wrong with what was looked at: faults, rejected rows, refused content
  kUsage = 2,    // wrong command line, or a file that cannot be read or is not of the stated form
  kNoReach = 3,  // the centre cannot be reached or refuses the caller, or a disk fails
};

}  // namespace station::tool
