#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sync/base/http.h"
#include "sync/base/result.h"

namespace station::central {

// What the TLS client certificate says; all empty for people and for a station that is about to enrol.
struct Peer {
  std::string name;              // common name: the station id
  std::string serial;            // hex, lower case
  std::int64_t not_after_s = 0;  // seconds since 1970
};

// What happens to a request once its head is known and before a byte of its body is read.
struct HeadVerdict {
  std::size_t body_limit = 0;
  std::optional<base::HttpResponse> refusal;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                   // 0 = a free one
  std::string certificate, key, authority;  // PEM; the chain that is shown holds the authority, too
  int threads = 2;
  std::size_t connections = 4'000;
  std::size_t body_memory = std::size_t{256} << 20;  // of all bodies and answers that are in memory at once, bytes
  std::chrono::milliseconds handshake_limit{10'000};
  std::chrono::milliseconds idle_limit{15'000};  // between the requests of somebody unknown
  std::chrono::milliseconds station_idle_limit{300'000};
  std::chrono::milliseconds head_limit{10'000};  // from the first byte of a request to the end of its head
  std::chrono::milliseconds body_limit{20'000};  // for a body or an answer, and besides one second for each
  std::size_t slowest_rate = 16 * 1024;          // of these, bytes
};

struct ServerStats {
  std::atomic<std::uint64_t> accepted{0}, open{0}, turned_away{0}, handshakes_failed{0}, timed_out{0}, broken{0};
  std::atomic<std::uint64_t> requests{0}, bytes_in{0}, bytes_out{0}, body_memory{0};
  std::atomic<std::uint64_t> status[6]{};  // by hundreds
};

// HTTPS: HTTP/1.1 over TLS 1.2 or newer, nothing else. Client certificates are asked for and must be of our authority
// if they are given. Each connection belongs to one thread for its whole life; no thread waits for an answer.
class Server {
 public:
  // Called from any thread, once; after the server is gone it does nothing. A Done that is dropped answers 503.
  using Done = std::function<void(base::HttpResponse)>;
  using Admit = std::function<HeadVerdict(const base::HttpRequest& head, const Peer& peer)>;
  using Handle = std::function<void(base::HttpRequest, Done)>;

  // Both are called on the server's threads, several at once. `io` when the address is in use, `invalid` when it or
  // the certificate is none.
  static base::Result<std::unique_ptr<Server>> open(ServerOptions options, Admit admit, Handle handle);
  ~Server();  // stop() without grace

  std::uint16_t port() const;
  const ServerStats& stats() const;
  // No new connections, no further request on old ones; waits at most `grace` for the answers under way. Not from a
  // thread of the server.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// {"error":"…","code":"…"}
base::HttpResponse error_response(int status, const std::string& sentence, const std::string& code);
// The same with retry-after, seconds.
base::HttpResponse busy_response(int status, const std::string& sentence, int retry_after_s);

}  // namespace station::central
