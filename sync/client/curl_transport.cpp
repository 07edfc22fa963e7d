#include "sync/client/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "sync/client/curl_handle.h"

namespace station::client {

using base::Errc;
using base::fail;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kLargestHead = 64 * 1024;
constexpr long kKeepAlive_s = 300;

// What comes back during one request.
struct Arriving {
  base::HttpResponse response;
  std::size_t head_bytes = 0;
  std::size_t largest_answer = 0;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* to) {
  auto& in = *static_cast<Arriving*>(to);
  if (in.response.body.size() + size > in.largest_answer) {
    in.too_large = true;
    return 0;
  }
  in.response.body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* to) {
  auto& in = *static_cast<Arriving*>(to);
  in.head_bytes += size;
  if (in.head_bytes > kLargestHead) {
    in.too_large = true;
    return 0;
  }
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) in.response.headers.clear();  // after "100 Continue" comes the real head
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  line.remove_prefix(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
  in.response.headers.emplace_back(std::move(name), std::string(line));
  return size;
}

base::Error error_of(CURLcode code, const std::string& detail, bool connected) {
  const std::string why = detail.empty() ? curl_easy_strerror(code) : detail;
  const auto mentions = [&](const char* word) { return why.find(word) != std::string::npos; };
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {connected ? Errc::timeout : Errc::unavailable, "no answer from the centre in time: " + why};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return {Errc::denied, "the centre's certificate is not accepted: " + why};
    case CURLE_SSL_CACERT_BADFILE:
      return {Errc::io, "the authority's certificate cannot be read: " + why};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      // With TLS 1.3 the server's refusal of our certificate arrives as an alert on the first read.
      if (mentions("alert")) return {Errc::denied, "the centre does not accept this station's certificate: " + why};
      return {Errc::unavailable, "the connection to the centre broke: " + why};
    case CURLE_WRITE_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return {Errc::corrupt, "the centre's answer cannot be read: " + why};
      return {Errc::corrupt, "the centre's answer cannot be read: " + why};
    default:
      return {Errc::unavailable, "the centre cannot be reached: " + why};
  }
}

bool readable(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::is_regular_file(file, error);
}

}  // namespace

struct CurlTransport::Impl {
  CurlLibrary library;
  CurlOptions options;
  MultiHandle multi;
  EasyHandle easy;
  std::atomic<bool> interrupted{false};
  bool reconnect = false;

  void set_fixed_options();
  base::Result<CURLcode> perform(milliseconds limit);
};

void CurlTransport::Impl::set_fixed_options() {
  CURL* c = easy.get();
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_PROXY, "");  // none from the environment
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(c, CURLOPT_CAINFO, options.ca.c_str());
  curl_easy_setopt(c, CURLOPT_CAPATH, nullptr);  // the system's authorities are not ours
  if (!options.certificate.empty()) {
    curl_easy_setopt(c, CURLOPT_SSLCERT, options.certificate.c_str());
    curl_easy_setopt(c, CURLOPT_SSLKEY, options.key.c_str());
  }
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "zstd, gzip");  // what it grows to counts for largest_answer
  curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, kKeepAlive_s);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_limit.count()));
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
}

// Through the multi interface, because only that can be woken from another thread.
base::Result<CURLcode> CurlTransport::Impl::perform(milliseconds limit) {
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
  const MultiMembership member(multi.get(), easy.get());
  int running = 1;
  while (true) {
    if (interrupted) return fail(Errc::conflict, "the request was interrupted");
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (running == 0) break;
    if (curl_multi_poll(multi.get(), nullptr, 0, 1'000, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
    if (message->msg == CURLMSG_DONE) return message->data.result;
  return CURLE_FAILED_INIT;
}

base::Result<std::unique_ptr<CurlTransport>> CurlTransport::open(CurlOptions options) {
  while (options.url.ends_with('/')) options.url.pop_back();
  if (!options.url.starts_with("https://") || options.url.size() <= 8)
    return fail(Errc::invalid, fmt::format("the centre's address \"{}\" must begin with https://", options.url));
  if (!readable(options.ca))
    return fail(Errc::io, fmt::format("the authority's certificate {} cannot be read", options.ca.string()));
  for (const auto& file : {options.certificate, options.key})
    if (!file.empty() && !readable(file)) return fail(Errc::io, fmt::format("{} cannot be read", file.string()));
  if (options.certificate.empty() != options.key.empty())
    return fail(Errc::invalid, "a client certificate and its key belong together");
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  if (!impl->easy || !impl->multi) return fail(Errc::unavailable, "libcurl cannot be initialised");
  impl->set_fixed_options();
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(impl)));
}

CurlTransport::CurlTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlTransport::~CurlTransport() = default;

base::Result<base::HttpResponse> CurlTransport::send(const base::HttpRequest& request, milliseconds limit) {
  if (impl_->interrupted) return fail(Errc::conflict, "the request was interrupted");
  CURL* c = impl_->easy.get();
  Arriving in;
  in.largest_answer = impl_->options.largest_answer;
  char detail[CURL_ERROR_SIZE] = {};
  HeaderList headers;
  for (const auto& [name, value] : request.headers) headers.add(name + ": " + value);
  headers.add("Expect:");  // no waiting for "100 Continue"

  const std::string url = impl_->options.url + request.target;
  curl_easy_setopt(c, CURLOPT_URL, url.c_str());
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &in);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, &in);
  if (request.method == "GET") {
    curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    headers.add(base::header_of(request.headers, "content-type").empty() ? "Content-Type:" : "");
  }
  curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());

  curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, std::exchange(impl_->reconnect, false) ? 1L : 0L);

  const auto result = impl_->perform(limit);
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, nullptr);
  if (!result) return tl::unexpected(result.error());
  if (in.too_large) return fail(Errc::corrupt, "the centre's answer is longer than allowed");
  if (*result != CURLE_OK) {
    curl_off_t connected_us = 0;
    curl_easy_getinfo(c, CURLINFO_CONNECT_TIME_T, &connected_us);
    return tl::unexpected(error_of(*result, detail, connected_us > 0));
  }
  long status = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  in.response.status = static_cast<int>(status);
  return std::move(in.response);
}

void CurlTransport::interrupt() {
  impl_->interrupted = true;
  curl_multi_wakeup(impl_->multi.get());
}

void CurlTransport::resume() {
  impl_->interrupted = false;
}

void CurlTransport::reconnect() {
  impl_->reconnect = true;
}

}  // namespace station::client
