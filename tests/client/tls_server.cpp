#include "tests/client/tls_server.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <mutex>

namespace station::client::test {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

template <class Write>
std::string pem_of(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  REQUIRE(write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

template <class Read>
auto from_pem(const std::string& pem, Read read) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto* out = read(bio.get(), nullptr, nullptr, nullptr);
  REQUIRE(out != nullptr);
  return out;
}

std::string key_pem(EVP_PKEY* key) {
  return pem_of([&](BIO* b) { return PEM_write_bio_PrivateKey(b, key, nullptr, nullptr, 0, nullptr, nullptr); });
}
std::string certificate_pem(X509* c) {
  return pem_of([&](BIO* b) { return PEM_write_bio_X509(b, c); });
}

void extend(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate certificate_for(EVP_PKEY* key, const std::string& name, X509* issuer, int days = 1) {
  Certificate c(X509_new());
  X509_set_version(c.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(c.get()), 1 + static_cast<long>(name.size()));
  X509_gmtime_adj(X509_getm_notBefore(c.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(c.get()), 86'400L * days);
  X509_set_pubkey(c.get(), key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_NID(X509_get_subject_name(c.get()), NID_commonName, MBSTRING_UTF8, text, -1, -1, 0);
  X509_set_issuer_name(c.get(), X509_get_subject_name(issuer ? issuer : c.get()));
  return c;
}

}  // namespace

Issued make_authority(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate c = certificate_for(key.get(), name, nullptr);
  extend(c.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(c.get(), NID_key_usage, "critical,keyCertSign");
  REQUIRE(X509_sign(c.get(), key.get(), EVP_sha256()) > 0);
  return {certificate_pem(c.get()), key_pem(key.get())};
}

namespace {

std::string signed_certificate(const Issued& authority, EVP_PKEY* key, const std::string& name,
                               const std::string& address, int days = 1) {
  const Certificate ca(from_pem(authority.certificate, PEM_read_bio_X509));
  const Key ca_key(from_pem(authority.key, PEM_read_bio_PrivateKey));
  const Certificate c = certificate_for(key, name, ca.get(), days);
  extend(c.get(), NID_basic_constraints, "critical,CA:FALSE");
  if (!address.empty()) extend(c.get(), NID_subject_alt_name, (std::isdigit(address[0]) ? "IP:" : "DNS:") + address);
  REQUIRE(X509_sign(c.get(), ca_key.get(), EVP_sha256()) > 0);
  return certificate_pem(c.get());
}

}  // namespace

Issued issue(const Issued& authority, const std::string& common_name, const std::string& address) {
  const Key key(EVP_EC_gen("P-256"));
  return {signed_certificate(authority, key.get(), common_name, address), key_pem(key.get())};
}

std::string sign_request(const Issued& authority, const std::string& csr, const std::string& common_name, int days) {
  const Request request(from_pem(csr, PEM_read_bio_X509_REQ));
  const Key key(X509_REQ_get_pubkey(request.get()));
  REQUIRE(X509_REQ_verify(request.get(), key.get()) == 1);
  return signed_certificate(authority, key.get(), common_name, "", days);
}

std::string http_ok(const std::string& body, const std::string& headers) {
  return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

struct TlsServer::Tls {
  std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context{SSL_CTX_new(TLS_server_method())};
  std::mutex mutex;  // sockets and workers
};

TlsServer::TlsServer(Options options, Handler handler) : tls_(std::make_unique<Tls>()), handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that clients have closed
  SSL_CTX* context = tls_->context.get();
  const Certificate own(from_pem(options.identity.certificate, PEM_read_bio_X509));
  const Key key(from_pem(options.identity.key, PEM_read_bio_PrivateKey));
  REQUIRE(SSL_CTX_use_certificate(context, own.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
  for (const auto& pem : options.chain)
    REQUIRE(SSL_CTX_add_extra_chain_cert(context, from_pem(pem, PEM_read_bio_X509)) == 1);
  if (!options.client_authority.empty()) {
    const Certificate ca(from_pem(options.client_authority, PEM_read_bio_X509));
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener_, 16) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

TlsServer::~TlsServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(tls_->mutex);
    for (int s : sockets_) ::shutdown(s, SHUT_RDWR);
  }
  for (auto& worker : workers_) worker.join();
  for (int s : sockets_) ::close(s);
  ::close(listener_);
}

void TlsServer::accept_all() {
  while (!stopping_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::lock_guard lock(tls_->mutex);
    if (stopping_) ::shutdown(socket, SHUT_RDWR);
    sockets_.push_back(socket);
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

void TlsServer::serve(int socket) {
  const std::unique_ptr<SSL, Deleter<SSL_free>> ssl(SSL_new(tls_->context.get()));
  SSL_set_fd(ssl.get(), socket);
  if (SSL_accept(ssl.get()) != 1) {
    ::shutdown(socket, SHUT_WR);
    return;
  }
  ++connections_;
  std::string in;
  char buffer[16'384];
  const auto more = [&] {
    const int n = SSL_read(ssl.get(), buffer, sizeof buffer);
    if (n > 0) in.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  };
  while (true) {
    std::size_t head = 0;
    while ((head = in.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return;
    base::HttpRequest request;
    request.method = in.substr(0, in.find(' '));
    const std::size_t target = request.method.size() + 1;
    request.target = in.substr(target, in.find(' ', target) - target);
    std::size_t length = 0;
    for (std::size_t at = in.find("\r\n") + 2; at < head; at = in.find("\r\n", at) + 2) {
      std::string name = in.substr(at, in.find(':', at) - at);
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      const std::size_t value = in.find(':', at) + 2;
      request.headers.emplace_back(name, in.substr(value, in.find("\r\n", at) - value));
      if (name == "content-length") length = std::stoul(request.headers.back().second);
    }
    while (in.size() < head + 4 + length)
      if (!more()) return;
    request.body = in.substr(head + 4, length);
    in.erase(0, head + 4 + length);
    if (const Certificate peer{SSL_get1_peer_certificate(ssl.get())}) {
      char name[100] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, sizeof name);
      request.peer = name;
    }
    ++requests_;
    const std::string answer = handler_(request);
    if (answer.empty() || SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size())) <= 0) break;
    if (answer.find("connection: close") != std::string::npos) break;
  }
  SSL_shutdown(ssl.get());
  ::shutdown(socket, SHUT_WR);
}

}  // namespace station::client::test
