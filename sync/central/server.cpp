#include "sync/central/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "sync/base/log.h"
#include "sync/central/session.h"
#include "sync/central/tls_setup.h"
#include "sync/record/json_text.h"

// GCC 12 takes the recycled memory of Asio's coroutine frames for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace station::central {

using namespace net;
using base::Errc;
using base::fail;

namespace {

constexpr auto kAcceptPause = milliseconds(100);

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
  if (const auto ready = prepare_tls(impl->shared.tls.native_handle(), impl->shared.options); !ready)
    return tl::unexpected(ready.error());
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
