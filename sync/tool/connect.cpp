#include "sync/tool/connect.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sync/client/curl_transport.h"

namespace station::tool {

namespace {

namespace fs = std::filesystem;

// A file that is gone when this is.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  ~TemporaryFile() {
    std::error_code error;
    if (!path_.empty()) fs::remove(path_, error);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool write(const std::string& text) {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "station-tool-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    if (fd < 0) return false;
    ::close(fd);
    path_ = name;
    std::ofstream out(path_, std::ios::binary);
    out << text;
    return static_cast<bool>(out.flush());
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Keeps the authority's file as long as the connection, which reads it whenever it connects.
class PinnedTransport final : public client::Transport {
 public:
  PinnedTransport(std::unique_ptr<TemporaryFile> file, std::unique_ptr<client::Transport> inner)
      : file_(std::move(file)), inner_(std::move(inner)) {}
  base::Result<base::HttpResponse> send(const base::HttpRequest& request, std::chrono::milliseconds limit) override {
    return inner_->send(request, limit);
  }

 private:
  std::unique_ptr<TemporaryFile> file_;
  std::unique_ptr<client::Transport> inner_;
};

}  // namespace

base::Result<std::unique_ptr<client::Transport>> connect_by_network(const CentreOrder& order) {
  client::CurlOptions options;
  options.url = order.url;
  options.ca = order.ca;
  std::unique_ptr<TemporaryFile> file;
  if (order.ca.empty()) {
    std::string pin = order.ca_sha256;
    std::transform(pin.begin(), pin.end(), pin.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    const auto authority = client::fetch_authority(order.url, pin);
    if (!authority) return tl::unexpected(authority.error());
    file = std::make_unique<TemporaryFile>();
    if (!file->write(*authority)) return base::fail(base::Errc::io, "no temporary file can be written");
    options.ca = file->path();
  }
  auto transport = client::CurlTransport::open(options);
  if (!transport) return tl::unexpected(transport.error());
  if (!file) return std::unique_ptr<client::Transport>(*std::move(transport));
  return std::unique_ptr<client::Transport>(std::make_unique<PinnedTransport>(std::move(file), *std::move(transport)));
}

}  // namespace station::tool
