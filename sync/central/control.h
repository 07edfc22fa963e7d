#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "sync/base/result.h"

// Orders from the same machine and the same user: one line in, one answer out, over a socket in the data folder. Who may
// open it may read the database anyway, so there is no token.
namespace station::central {

class Control {
 public:
  // `answer` is called on a thread of its own, one order at a time, and may take its time. `io` when the path is longer
  // than a socket's may be (107 bytes) or the folder cannot be written.
  static base::Result<std::unique_ptr<Control>> open(const std::filesystem::path& socket,
                                                     std::function<std::string(const std::string&)> answer);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  Control() = default;
  void serve();

  std::filesystem::path socket_;
  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::thread thread_;
};

// Sends one order to a running server and waits for its answer, however long. `unavailable` when nobody listens there.
base::Result<std::string> order(const std::filesystem::path& socket, const std::string& line);

}  // namespace station::central
