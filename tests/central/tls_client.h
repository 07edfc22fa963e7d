#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sync/base/http.h"

namespace station::central::test {

// PEM texts of somebody's certificate and key.
struct ClientIdentity {
  std::string certificate, key;
};

// A client that sends exactly the bytes it is told to, for what no proper HTTP client does. Blocking; every read ends
// after ten seconds at the latest.
class TlsClient {
 public:
  // `authority` PEM of the only one that is believed.
  TlsClient(std::uint16_t port, const std::string& authority, const ClientIdentity& identity = {});
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const;  // the handshake was finished
  bool send(const std::string& bytes);
  // The next answer with a content-length; status 0 when the connection ended before it was whole.
  base::HttpResponse read();
  bool ended();  // true when nothing more comes because the server has closed

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A TCP connection without TLS; what the server says to these bytes until it closes.
std::string plain_exchange(std::uint16_t port, const std::string& bytes);

}  // namespace station::central::test
