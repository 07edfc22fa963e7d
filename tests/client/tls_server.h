#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sync/base/http.h"

namespace station::client::test {

// A certificate authority for tests: PEM texts, EC P-256.
struct Issued {
  std::string certificate, key;
};
Issued make_authority(const std::string& name);
// A certificate of `authority` for a new key. `address` becomes an IP or DNS subject alternative name; may be empty.
Issued issue(const Issued& authority, const std::string& common_name, const std::string& address);
// The same for the key of a certificate request.
std::string sign_request(const Issued& authority, const std::string& csr, const std::string& common_name, int days = 1);

// An HTTPS server on a free port of 127.0.0.1, one thread for each connection, all ended and joined by the destructor.
class TlsServer {
 public:
  struct Options {
    Issued identity;
    std::vector<std::string> chain;  // PEM, sent after our own certificate
    std::string client_authority;    // PEM; not empty: a client certificate is demanded
  };
  // What goes out on the wire, byte for byte; empty ends the connection. `peer` is the client's common name.
  using Handler = std::function<std::string(const base::HttpRequest&)>;

  TlsServer(Options options, Handler handler);
  ~TlsServer();
  int port() const { return port_; }
  std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(port_);
  }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void accept_all();
  void serve(int socket);
  struct Tls;
  std::unique_ptr<Tls> tls_;
  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0}, requests_{0};
  std::vector<int> sockets_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK" with a length and the body.
std::string http_ok(const std::string& body, const std::string& headers = "");

}  // namespace station::client::test
