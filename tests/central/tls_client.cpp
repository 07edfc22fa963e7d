#include "tests/central/tls_client.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace station::central::test {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Deleter<SSL_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

Certificate certificate_of(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

}  // namespace

struct TlsClient::Impl {
  int socket = -1;
  Context context{SSL_CTX_new(TLS_client_method())};
  Connection ssl;
  bool connected = false;
  std::string in;

  bool more() {
    char buffer[16'384];
    const int n = SSL_read(ssl.get(), buffer, sizeof buffer);
    if (n > 0) in.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }
};

TlsClient::TlsClient(std::uint16_t port, const std::string& authority, const ClientIdentity& identity)
    : impl_(std::make_unique<Impl>()) {
  impl_->socket = connect_to(port);
  SSL_CTX* context = impl_->context.get();
  const Certificate ca = certificate_of(authority);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!identity.certificate.empty()) {
    const Certificate own = certificate_of(identity.certificate);
    const Bio bio(BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size())));
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    REQUIRE(SSL_CTX_use_certificate(context, own.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
  }
  impl_->ssl.reset(SSL_new(context));
  SSL_set_fd(impl_->ssl.get(), impl_->socket);
  impl_->connected = SSL_connect(impl_->ssl.get()) == 1;
}

TlsClient::~TlsClient() {
  ::close(impl_->socket);
}

bool TlsClient::connected() const {
  return impl_->connected;
}

bool TlsClient::send(const std::string& bytes) {
  return SSL_write(impl_->ssl.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

base::HttpResponse TlsClient::read() {
  base::HttpResponse response;
  std::size_t head = 0;
  while ((head = impl_->in.find("\r\n\r\n")) == std::string::npos)
    if (!impl_->more()) return response;
  std::size_t length = 0;
  for (std::size_t at = impl_->in.find("\r\n") + 2; at < head;) {
    const std::size_t end = impl_->in.find("\r\n", at), colon = impl_->in.find(": ", at);
    std::string name = impl_->in.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    response.headers.emplace_back(name, impl_->in.substr(colon + 2, end - colon - 2));
    if (name == "content-length") length = std::stoul(response.headers.back().second);
    at = end + 2;
  }
  while (impl_->in.size() < head + 4 + length)
    if (!impl_->more()) return {};
  response.status = std::stoi(impl_->in.substr(9, 3));
  response.body = impl_->in.substr(head + 4, length);
  impl_->in.erase(0, head + 4 + length);
  return response;
}

// A read that runs into its time limit leaves errno at EAGAIN; the server is still there then.
bool TlsClient::ended() {
  errno = 0;
  return impl_->in.empty() && !impl_->more() && errno != EAGAIN;
}

std::string plain_exchange(std::uint16_t port, const std::string& bytes) {
  const int socket = connect_to(port);
  REQUIRE(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  std::string out;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
    out.append(buffer, static_cast<std::size_t>(n));
  ::close(socket);
  return out;
}

}  // namespace station::central::test
