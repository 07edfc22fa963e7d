#include "sync/central/session.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>

#include "sync/base/log.h"
#include "sync/central/encoding.h"
#include "sync/central/tls_setup.h"

// GCC 12 takes the recycled memory of Asio's coroutine frames for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace station::central::net {

namespace http = beast::http;

namespace {

constexpr auto kDrainTime = std::chrono::seconds(3);
constexpr auto kFarewellTime = milliseconds(300);  // for the other side's end of TLS, which nobody needs
constexpr std::size_t kDrainBytes = std::size_t{8} << 20;

// One connection's part of the memory for bodies.
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

// Answers in the place of a handler that forgot to.
struct Promise {
  const std::shared_ptr<Slot> slot;
  explicit Promise(std::shared_ptr<Slot> s) : slot(std::move(s)) {}
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() { Slot::give(slot, busy_response(503, "the centre is stopping", 5)); }
};

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

}  // namespace

void Slot::give(const std::shared_ptr<Slot>& slot, base::HttpResponse response) {
  if (slot->given.exchange(true)) return;
  std::lock_guard lock(slot->link->mutex);
  if (!slot->link->context) return;
  asio::post(*slot->link->context, [slot, r = std::move(response)]() mutable {
    slot->response = std::move(r);
    if (slot->ready) slot->ready->cancel();
  });
}

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
    if (buffer_.size() == 0) buffer_.shrink_to_fit();  // thousands of connections wait at a time
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
  const Encoding encoding = best_encoding(base::header_of(request.headers, "accept-encoding"));
  base::HttpResponse response = co_await ask(request);
  if (encoding != Encoding::none &&
      is_compressible(base::header_of(response.headers, "content-type"), response.body.size())) {
    response.body = compress(response.body, encoding);
    response.headers.emplace_back("content-encoding", to_string(encoding));
    response.headers.emplace_back("vary", "accept-encoding");
  }
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
  if (out[http::field::cache_control].empty()) out.set(http::field::cache_control, "no-store");
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

}  // namespace station::central::net
