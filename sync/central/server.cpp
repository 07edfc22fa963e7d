#include "sync/central/server.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <set>
#include <thread>
#include <utility>  // Asio's awaitable.hpp needs it
#include <vector>

#include "sync/base/bytes.h"
#include "sync/base/log.h"
#include "sync/record/json_text.h"

// GCC 12 takes the recycled memory of Asio's coroutine frames for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace station::central {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using base::Errc;
using base::fail;
using std::chrono::milliseconds;
using Stream = beast::ssl_stream<beast::tcp_stream>;
using Ec = boost::system::error_code;

namespace {

constexpr std::size_t kHeadBytes = 16 * 1024;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kDrainBytes = std::size_t{8} << 20;
constexpr auto kDrainTime = std::chrono::seconds(3);
constexpr auto kFarewellTime = milliseconds(300);  // for the other side's end of TLS, which nobody needs
constexpr auto kAcceptPause = milliseconds(100);

// Keeps track of one reservation of memory for bodies.
class Share {
 public:
  Share(std::atomic<std::uint64_t>& used, std::size_t most) : used_(used), most_(most) {}
  ~Share() { used_ -= mine_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes) + bytes > most_) {
      used_ -= bytes;
      return false;
    }
    mine_ += bytes;
    return true;
  }

 private:
  std::atomic<std::uint64_t>& used_;
  const std::size_t most_;
  std::size_t mine_ = 0;
};

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

  static void give(const std::shared_ptr<Slot>& slot, base::HttpResponse response) {
    if (slot->given.exchange(true)) return;
    std::lock_guard lock(slot->link->mutex);
    if (!slot->link->context) return;
    asio::post(*slot->link->context, [slot, r = std::move(response)]() mutable {
      slot->response = std::move(r);
      if (slot->ready) slot->ready->cancel();
    });
  }
};

// Answers in the place of a handler that forgot to.
struct Promise {
  const std::shared_ptr<Slot> slot;
  explicit Promise(std::shared_ptr<Slot> s) : slot(std::move(s)) {}
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() { Slot::give(slot, busy_response(503, "the centre is stopping", 5)); }
};

Peer peer_of(SSL* ssl) {
  Peer peer;
  const std::unique_ptr<X509, decltype(&X509_free)> c(SSL_get1_peer_certificate(ssl), X509_free);
  if (!c) return peer;
  char name[128] = {};
  if (X509_NAME_get_text_by_NID(X509_get_subject_name(c.get()), NID_commonName, name, sizeof name) > 0)
    peer.name = name;
  const ASN1_INTEGER* serial = X509_get0_serialNumber(c.get());
  peer.serial = base::to_hex({ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(c.get()), &until) == 1) peer.not_after_s = ::timegm(&until);
  return peer;
}

base::HttpRequest head_of(const http::request<http::string_body>& in, const Peer& peer) {
  base::HttpRequest out;
  out.method = std::string(in.method_string());
  out.target = std::string(in.target());
  out.peer = peer.name;
  for (const auto& field : in) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    out.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  return out;
}

base::Result<void> prepare(asio::ssl::context& tls, const ServerOptions& options) {
  Ec ec;
  SSL_CTX* native = tls.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  constexpr unsigned char kSessions[] = "station-central";
  SSL_CTX_set_session_id_context(native, kSessions, sizeof kSessions - 1);
  tls.use_certificate_chain(asio::buffer(options.certificate), ec);
  if (ec) return fail(Errc::invalid, "the server's certificate cannot be used: " + ec.message());
  tls.use_private_key(asio::buffer(options.key), asio::ssl::context::pem, ec);
  if (ec) return fail(Errc::invalid, "the server's key cannot be used: " + ec.message());
  tls.add_certificate_authority(asio::buffer(options.authority), ec);
  if (ec) return fail(Errc::invalid, "the authority's certificate cannot be used: " + ec.message());
  tls.set_verify_mode(asio::ssl::verify_peer, ec);  // asked for, not demanded
  if (ec) return fail(Errc::invalid, ec.message());
  return {};
}

}  // namespace

base::HttpResponse error_response(int status, const std::string& sentence, const std::string& code) {
  return {status,
          {{"content-type", "application/json"}},
          "{\"error\":" + record::quoted_json(sentence) + ",\"code\":" + record::quoted_json(code) + "}\n"};
}

base::HttpResponse busy_response(int status, const std::string& sentence, int retry_after_s) {
  base::HttpResponse r = error_response(status, sentence, "busy");
  r.headers.emplace_back("retry-after", std::to_string(retry_after_s));
  return r;
}

namespace {

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

asio::awaitable<void> Session::run() {
  Ec ec;
  lowest().expires_after(shared_.options.handshake_limit);
  co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, ec));
  if (ec) {
    ++shared_.stats.handshakes_failed;
    spdlog::debug("TLS handshake failed: {}", ec.message());
    co_return;
  }
  peer_ = peer_of(stream_.native_handle());
  Next next = Next::request;
  while (next == Next::request && !loop_.stopping) {
    if (buffer_.size() == 0 && !co_await wait_for_bytes()) {
      next = Next::cut;
      break;
    }
    busy_ = true;
    next = co_await serve_one();
    busy_ = false;
  }
  if (next == Next::cut && !loop_.stopping) co_return;
  lowest().expires_after(kFarewellTime);
  co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
}

// True and counted when `ec` is an end of the connection.
bool Session::failed(const Ec& ec) {
  if (!ec) return false;
  if (ec == beast::error::timeout) ++shared_.stats.timed_out;
  return true;
}

asio::awaitable<bool> Session::wait_for_bytes() {
  Ec ec;
  lowest().expires_after(peer_.name.empty() ? shared_.options.idle_limit : shared_.options.station_idle_limit);
  const std::size_t n =
      co_await stream_.async_read_some(buffer_.prepare(kHeadBytes), asio::redirect_error(asio::use_awaitable, ec));
  buffer_.commit(n);
  co_return !failed(ec);
}

asio::awaitable<Session::Next> Session::serve_one() {
  Ec ec;
  http::request_parser<http::string_body> parser;
  parser.header_limit(kHeadBytes);
  parser.body_limit(UINT64_MAX);  // until the gate has spoken; "none" is taken for zero here
  lowest().expires_after(shared_.options.head_limit);
  co_await http::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, ec));
  std::optional<base::HttpResponse> refusal = refusal_of(ec);
  if (refusal) co_return co_await refuse(*refusal);
  if (failed(ec)) co_return Next::cut;

  ++shared_.stats.requests;
  version_ = parser.get().version();
  base::HttpRequest request = head_of(parser.get(), peer_);
  HeadVerdict verdict = shared_.admit(request, peer_);
  if (verdict.refusal && parser.is_done()) co_return co_await answer(*verdict.refusal, parser.keep_alive(), request);
  if (verdict.refusal) co_return co_await refuse(*verdict.refusal);

  const std::uint64_t length = parser.content_length().value_or(parser.chunked() ? verdict.body_limit : 0);
  Share share(shared_.stats.body_memory, shared_.options.body_memory);
  if (length > verdict.body_limit) {
    refusal = refusal_of(http::error::body_limit);
  } else if (!share.take(length)) {
    refusal = busy_response(503, "too many requests are being read; try again", 5);
  }
  if (refusal) co_return co_await refuse(*refusal);
  parser.body_limit(verdict.body_limit);

  if (!parser.is_done()) {
    lowest().expires_after(limit_for(length));
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, version_);
      co_await http::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, ec));
      if (failed(ec)) co_return Next::cut;
    }
    co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, ec));
    refusal = refusal_of(ec);
    if (refusal) co_return co_await refuse(*refusal);
    if (failed(ec)) co_return Next::cut;
  }
  request.body = std::move(parser.get().body());
  shared_.stats.bytes_in += request.body.size();
  base::HttpRequest head{request.method, {}, {}, {}, {}};
  base::HttpResponse response = co_await ask(request);
  co_return co_await answer(response, parser.keep_alive(), head);
}

// What to say about bytes that are no request of ours; nothing when the connection itself has ended.
std::optional<base::HttpResponse> Session::refusal_of(const Ec& ec) {
  if (!ec || ec == http::error::end_of_stream || ec == http::error::partial_message) return std::nullopt;
  if (ec == http::error::header_limit) return error_response(431, "the head of the request is too long", "too_large");
  if (ec == http::error::body_limit) return error_response(413, "the body is longer than allowed here", "too_large");
  if (ec.category() != http::make_error_code(http::error::bad_method).category()) return std::nullopt;
  ++shared_.stats.broken;
  return error_response(400, "this is no HTTP request: " + ec.message(), "invalid");
}

// Says no without having read the body; the connection ends, but not before the answer can have arrived.
asio::awaitable<Session::Next> Session::refuse(base::HttpResponse& response) {
  const base::HttpRequest nothing;
  const Next next = co_await answer(response, false, nothing);
  if (next != Next::cut) {
    Ec ec;
    lowest().socket().shutdown(tcp::socket::shutdown_send, ec);
    co_await drain();
  }
  co_return Next::cut;
}

asio::awaitable<void> Session::drain() {
  Ec ec;
  std::size_t read = 0;
  lowest().expires_after(kDrainTime);
  while (!ec && read < kDrainBytes) {
    buffer_.clear();
    read +=
        co_await stream_.async_read_some(buffer_.prepare(kReadBytes), asio::redirect_error(asio::use_awaitable, ec));
  }
  buffer_.clear();
}

asio::awaitable<base::HttpResponse> Session::ask(base::HttpRequest& request) {
  lowest().expires_never();
  asio::steady_timer ready(loop_.context, asio::steady_timer::time_point::max());
  slot_ = std::make_shared<Slot>();
  slot_->link = loop_.link;
  slot_->ready = &ready;
  {
    auto promise = std::make_shared<Promise>(slot_);
    shared_.handle(std::move(request), [promise](base::HttpResponse r) { Slot::give(promise->slot, std::move(r)); });
  }
  Ec ec;
  co_await ready.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  slot_->ready = nullptr;
  base::HttpResponse response =
      slot_->response ? std::move(*slot_->response) : busy_response(503, "the centre is stopping", 5);
  slot_.reset();
  co_return response;
}

asio::awaitable<Session::Next> Session::answer(base::HttpResponse& response, bool keep,
                                               const base::HttpRequest& request) {
  const bool head_only = request.method == "HEAD";
  http::response<http::string_body> out;
  out.version(version_);
  out.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) out.insert(name, value);
  out.set(http::field::cache_control, "no-store");
  keep = keep && !head_only && !loop_.stopping;
  out.keep_alive(keep);
  Share share(shared_.stats.body_memory, SIZE_MAX);
  share.take(response.body.size());
  if (!head_only) out.body() = std::move(response.body);
  out.prepare_payload();
  ++shared_.stats.status[static_cast<std::size_t>(std::clamp(response.status / 100, 0, 5))];
  shared_.stats.bytes_out += out.body().size();
  Ec ec;
  lowest().expires_after(limit_for(out.body().size()));
  co_await http::async_write(stream_, out, asio::redirect_error(asio::use_awaitable, ec));
  if (failed(ec)) co_return Next::cut;
  co_return keep ? Next::request : Next::finish;
}

}  // namespace

struct Server::Impl {
  Shared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::unique_ptr<tcp::acceptor> acceptor;  // of the first loop
  std::uint16_t port = 0;
  bool stopped = false;

  base::Result<void> listen();
  asio::awaitable<void> accept();
  void begin(Loop& loop, tcp::socket socket);
  void start();
  void stop(milliseconds grace);
};

base::Result<void> Server::Impl::listen() {
  Ec ec;
  const auto& options = shared.options;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return fail(Errc::invalid, "\"" + options.address + "\" is no IP address to listen on");
  const tcp::endpoint endpoint(address, options.port);
  acceptor = std::make_unique<tcp::acceptor>(loops[0]->context);
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (!ec) acceptor->listen(1024, ec);
  if (ec)
    return fail(Errc::io,
                "cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " + ec.message());
  port = acceptor->local_endpoint(ec).port();
  return {};
}

// One listener gives the connections to the loops in turn.
asio::awaitable<void> Server::Impl::accept() {
  for (std::size_t i = 0; !loops[0]->stopping; ++i) {
    Loop& loop = *loops[i % loops.size()];
    Ec ec;
    tcp::socket socket = co_await acceptor->async_accept(loop.context, asio::redirect_error(asio::use_awaitable, ec));
    if (loops[0]->stopping) break;
    if (ec) {  // for example no file descriptors left
      spdlog::warn("no connection can be accepted: {}", ec.message());
      asio::steady_timer pause(loops[0]->context, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    if (shared.stats.open >= shared.options.connections) {
      ++shared.stats.turned_away;
      socket.close(ec);
      continue;
    }
    ++shared.stats.open;
    ++shared.stats.accepted;
    socket.set_option(tcp::no_delay(true), ec);
    asio::post(loop.context, [this, &loop, s = std::move(socket)]() mutable { begin(loop, std::move(s)); });
  }
}

void Server::Impl::begin(Loop& loop, tcp::socket socket) {
  auto session = std::make_shared<Session>(shared, loop, std::move(socket));
  if (loop.stopping) return;
  asio::co_spawn(
      loop.context, [session]() { return session->run(); },
      [session](std::exception_ptr error) {
        try {
          if (error) std::rethrow_exception(error);
        } catch (const std::exception& e) {
          spdlog::error("a connection ended by an error: {}", e.what());
        }
      });
}

void Server::Impl::start() {
  asio::co_spawn(
      loops[0]->context, [this] { return accept(); }, asio::detached);
  for (auto& loop : loops) {
    loop->link->context = &loop->context;
    loop->thread = std::thread([context = &loop->context] { context->run(); });
  }
}

void Server::Impl::stop(milliseconds grace) {
  if (stopped) return;
  stopped = true;
  for (auto& loop : loops)
    asio::post(loop->context, [this, l = loop.get()] {
      l->stopping = true;
      if (l == loops[0].get()) {
        Ec ec;
        acceptor->close(ec);
      }
      for (Session* session : l->sessions)
        if (!session->busy()) session->close();
    });
  const auto all_closed = [this] { return shared.stats.open == 0; };
  {
    std::unique_lock lock(shared.mutex);
    shared.closed.wait_for(lock, grace, all_closed);
  }
  for (auto& loop : loops)
    asio::post(loop->context, [l = loop.get()] {
      for (Session* session : l->sessions) session->close();
    });
  {
    std::unique_lock lock(shared.mutex);
    shared.closed.wait_for(lock, std::chrono::seconds(5), all_closed);
  }
  for (auto& loop : loops) {
    std::lock_guard lock(loop->link->mutex);
    loop->link->context = nullptr;
  }
  for (auto& loop : loops) {
    loop->work.reset();
    loop->context.stop();
    loop->thread.join();
  }
}

base::Result<std::unique_ptr<Server>> Server::open(ServerOptions options, Admit admit, Handle handle) {
  auto impl = std::make_unique<Impl>();
  impl->shared.options = std::move(options);
  impl->shared.admit = std::move(admit);
  impl->shared.handle = std::move(handle);
  if (const auto ready = prepare(impl->shared.tls, impl->shared.options); !ready) return tl::unexpected(ready.error());
  for (int i = 0; i < std::max(1, impl->shared.options.threads); ++i) impl->loops.push_back(std::make_unique<Loop>());
  if (const auto listening = impl->listen(); !listening) return tl::unexpected(listening.error());
  impl->start();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  impl_->stop(milliseconds(0));
}
std::uint16_t Server::port() const {
  return impl_->port;
}
const ServerStats& Server::stats() const {
  return impl_->shared.stats;
}
void Server::stop(milliseconds grace) {
  impl_->stop(grace);
}

}  // namespace station::central
