#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sync/central/authority.h"
#include "sync/central/centre.h"
#include "sync/central/control.h"
#include "sync/central/server.h"
#include "sync/central/service.h"

namespace station::central {

struct DaemonOptions {
  CentreOptions centre;
  ServerOptions server;  // address, port and limits; the certificates come from the authority
  ServiceOptions service;
  std::vector<std::string> names;  // host names and addresses by which stations reach the server
};

// The whole program without its command line: centre, authority, store thread and server.
class Daemon {
 public:
  // Makes what is missing in the data folder: authority, keys, database, and the first administrator's token in
  // DATA/administrator.token. `clock` and `random` must outlive it and be thread-safe.
  static base::Result<std::unique_ptr<Daemon>> open(DaemonOptions options, const base::Clock& clock,
                                                    base::Random& random);
  ~Daemon();

  // Where orders from the same machine go: "backup FILE" is answered "ok BYTES" or "failed WHY".
  static std::filesystem::path control_socket(const std::filesystem::path& data) { return data / "control.sock"; }

  std::uint16_t port() const;
  const Authority& authority() const { return authority_; }
  bool broken() const { return centre_->broken(); }  // the store has failed: end the program, the next start repairs
  const ServerStats& server_stats() const;
  // No new requests; those under way are answered within `grace`.
  void stop(base::Milliseconds grace);

 private:
  Daemon(Authority authority, const base::Clock& clock);
  base::Result<void> write_first_token();
  void handle(base::HttpRequest request, Server::Done done);
  std::string metrics() const;
  std::string obey(const std::string& line);

  Authority authority_;
  const base::Clock& clock_;
  std::unique_ptr<Centre> centre_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Control> control_;
};

}  // namespace station::central
