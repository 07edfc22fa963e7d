#pragma once

#include <chrono>

#include "sync/base/http.h"
#include "sync/base/result.h"

namespace station::client {

// One request, one complete answer. The only way from here to the network: libcurl in a station, the centre itself in
// the simulated world. send() from one thread; interrupt() and resume() from any.
class Transport {
 public:
  virtual ~Transport() = default;

  // Any status is an answer. Without a complete answer the error's code says why:
  //   unavailable  no connection, or it broke
  //   timeout      nothing complete within `limit`
  //   denied       TLS refused: wrong authority, expired or revoked certificate
  //   corrupt      the answer is no HTTP or longer than allowed
  //   conflict     interrupt() was called
  //   io           this machine's own files (keys, authority) cannot be read
  virtual base::Result<base::HttpResponse> send(const base::HttpRequest& request, std::chrono::milliseconds limit) = 0;

  // Ends the request in flight and refuses further ones until resume().
  virtual void interrupt() {}
  virtual void resume() {}
  // The next request goes over a new connection, with certificates read anew. From the thread of send().
  virtual void reconnect() {}
};

}  // namespace station::client
