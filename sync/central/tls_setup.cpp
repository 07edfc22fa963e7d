#include "sync/central/tls_setup.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "sync/base/bytes.h"

namespace station::central {

using base::Errc;
using base::fail;

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// The first certificate is ours, the others are shown with it.
bool use_chain(SSL_CTX* context, const std::string& pem) {
  const Bio bio = bio_of(pem);
  const Certificate own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (SSL_CTX_add_extra_chain_cert(context, next.get()) != 1) return false;
    next.release();
  }
  return true;
}

}  // namespace

base::Result<void> prepare_tls(SSL_CTX* context, const ServerOptions& options) {
  constexpr unsigned char kSessions[] = "station-central";
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps none
  SSL_CTX_set_session_id_context(context, kSessions, sizeof kSessions - 1);
  if (!use_chain(context, options.certificate)) return fail(Errc::invalid, "the server's certificate cannot be used");
  const Key key(PEM_read_bio_PrivateKey(bio_of(options.key).get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return fail(Errc::invalid, "the server's key cannot be used");
  const Certificate authority(PEM_read_bio_X509(bio_of(options.authority).get(), nullptr, nullptr, nullptr));
  if (!authority || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
      SSL_CTX_add_client_CA(context, authority.get()) != 1)
    return fail(Errc::invalid, "the authority's certificate cannot be used");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

Peer peer_of(const SSL* connection) {
  Peer peer;
  const Certificate c(SSL_get1_peer_certificate(connection));
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

}  // namespace station::central
