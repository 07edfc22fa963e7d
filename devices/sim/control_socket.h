#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sync/base/result.h"

namespace station::sim {

// A Unix socket on which hands from outside give one command a line and get one line of answer for each. Readable and
// writable by its owner only.
class ControlSocket {
 public:
  // Called on the socket's own thread; what it returns is sent back, without a line break.
  using Obey = std::function<std::string(const std::string& line)>;
  // Called on that thread whenever it may be time for something; returns how long it may be until the next call.
  using Idle = std::function<std::chrono::milliseconds()>;

  static constexpr std::size_t kLongestLine = 4'096;
  static constexpr std::size_t kMostClients = 8;

  // A socket that an earlier run left behind is replaced; one that somebody still answers on is a `conflict`.
  static base::Result<std::unique_ptr<ControlSocket>> open(const std::filesystem::path& path, Obey obey, Idle idle);
  ~ControlSocket();  // the socket's name is gone afterwards
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  struct Client {
    int fd;
    std::string input;
  };
  ControlSocket(std::string path, int listener, int wake, Obey obey, Idle idle);
  void run(const std::stop_token& stop);
  bool serve(Client& client);
  void accept_one(std::vector<Client>& clients) const;

  const std::string path_;
  const int listener_;
  const int wake_;  // eventfd
  const Obey obey_;
  const Idle idle_;
  std::jthread thread_;
};

}  // namespace station::sim
