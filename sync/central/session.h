#pragma once

// clang-format off
#include <utility>  // before Asio's awaitable.hpp, which needs it
// clang-format on

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "sync/central/server.h"

// One connection and the thread that it lives on. Private to the server: the only header with Boost in it.
namespace station::central::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using std::chrono::milliseconds;
using Stream = beast::ssl_stream<beast::tcp_stream>;
using Ec = boost::system::error_code;

inline constexpr std::size_t kHeadBytes = 16 * 1024;  // the longest head of a request
inline constexpr std::size_t kReadBytes = 64 * 1024;  // at most at once

// The way back into a thread's loop, cut when the loop ends.
struct Link {
  std::mutex mutex;
  asio::io_context* context = nullptr;  // guarded by mutex
};

// One awaited answer. `response` and `ready` belong to the loop's thread.
struct Slot {
  std::shared_ptr<Link> link;
  asio::steady_timer* ready = nullptr;
  std::optional<base::HttpResponse> response;
  std::atomic<bool> given{false};

  static void give(const std::shared_ptr<Slot>& slot, base::HttpResponse response);
};

class Session;

// One thread and the connections that are its own. Everything but `link` is touched by this thread only.
struct Loop {
  std::set<Session*> sessions;  // before `context`, whose end can end sessions
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::shared_ptr<Link> link = std::make_shared<Link>();
  bool stopping = false;
  std::thread thread;
};

// What all connections of a server have in common.
struct Shared {
  ServerOptions options;
  Server::Admit admit;
  Server::Handle handle;
  ServerStats stats;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  std::mutex mutex;
  std::condition_variable closed;  // a connection ended
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Shared& shared, Loop& loop, tcp::socket socket)
      : shared_(shared), loop_(loop), stream_(std::move(socket), shared.tls) {
    loop_.sessions.insert(this);
  }
  ~Session() {
    loop_.sessions.erase(this);
    std::lock_guard lock(shared_.mutex);
    --shared_.stats.open;
    shared_.closed.notify_all();
  }

  asio::awaitable<void> run();
  void close() {
    lowest().close();
    if (slot_ && slot_->ready) slot_->ready->cancel();
  }
  bool busy() const { return busy_; }

 private:
  enum class Next { request, finish, cut };

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }
  milliseconds limit_for(std::uint64_t bytes) const {
    return shared_.options.body_limit + milliseconds(bytes * 1000 / shared_.options.slowest_rate);
  }
  bool failed(const Ec& ec);
  asio::awaitable<bool> wait_for_bytes();
  asio::awaitable<Next> serve_one();
  std::optional<base::HttpResponse> refusal_of(const Ec& ec);
  // Arguments are references into the calling coroutine: GCC 12 spoils values that a coroutine is called with.
  asio::awaitable<Next> refuse(base::HttpResponse& response);
  asio::awaitable<base::HttpResponse> ask(base::HttpRequest& request);
  asio::awaitable<Next> answer(base::HttpResponse& response, bool keep, const base::HttpRequest& request);
  asio::awaitable<void> drain();

  Shared& shared_;
  Loop& loop_;
  Stream stream_;
  beast::flat_buffer buffer_{kHeadBytes + kReadBytes};
  Peer peer_;
  std::shared_ptr<Slot> slot_;
  unsigned version_ = 11;  // of HTTP, as the last request said
  bool busy_ = false;
};

}  // namespace station::central::net
