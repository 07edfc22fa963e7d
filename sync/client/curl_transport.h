#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "sync/client/transport.h"

namespace station::client {

struct CurlOptions {
  std::string url;                         // "https://centre.example:8443", without a path
  std::filesystem::path ca;                // PEM of the only authority that is believed
  std::filesystem::path certificate, key;  // of this station; empty for people, who bring a token
  std::chrono::milliseconds connect_limit{10'000};
  std::size_t largest_answer = std::size_t{64} << 20;
};

// HTTPS by libcurl: TLS 1.2 or newer, one connection kept alive, no redirects, no proxy taken from the environment.
class CurlTransport final : public Transport {
 public:
  // `invalid` when the address is not https, `io` when a file cannot be read.
  static base::Result<std::unique_ptr<CurlTransport>> open(CurlOptions options);
  ~CurlTransport() override;

  base::Result<base::HttpResponse> send(const base::HttpRequest& request, std::chrono::milliseconds limit) override;
  void interrupt() override;
  void resume() override;
  void reconnect() override;

 private:
  struct Impl;
  explicit CurlTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::client
