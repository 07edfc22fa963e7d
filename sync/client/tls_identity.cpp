#include "sync/client/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "sync/base/bytes.h"
#include "sync/base/crypto.h"
#include "sync/client/enrol.h"

namespace station::client {

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
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Request = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

std::string content_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Certificate certificate_of(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

Key key_of(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

base::Result<std::string> request_by(EVP_PKEY* key, const std::string& station) {
  const Request request(X509_REQ_new());
  const Bio bio(BIO_new(BIO_s_mem()));
  const auto failed = [] { return fail(Errc::io, "OpenSSL cannot make a certificate request"); };
  if (!request || !bio) return failed();
  X509_NAME* name = X509_REQ_get_subject_name(request.get());
  const auto* text = reinterpret_cast<const unsigned char*>(station.data());
  if (!X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, static_cast<int>(station.size()), -1, 0) ||
      !X509_REQ_set_pubkey(request.get(), key) || X509_REQ_sign(request.get(), key, EVP_sha256()) <= 0 ||
      !PEM_write_bio_X509_REQ(bio.get(), request.get()))
    return failed();
  return content_of(bio);
}

}  // namespace

base::Result<TlsRequest> make_tls_request(const std::string& station) {
  const Key key(EVP_EC_gen("P-256"));
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!key || !bio || !PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr))
    return fail(Errc::io, "OpenSSL cannot make a TLS key");
  const auto csr = request_by(key.get(), station);
  if (!csr) return tl::unexpected(csr.error());
  return TlsRequest{content_of(bio), *csr};
}

base::Result<std::string> make_certificate_request(const std::string& station, const std::string& key) {
  const Key own = key_of(key);
  if (!own) return fail(Errc::corrupt, "the station's TLS key cannot be read");
  return request_by(own.get(), station);
}

base::Result<base::UtcTime> end_of_certificate(const std::string& certificate) {
  const Certificate cert = certificate_of(certificate);
  std::tm end{};
  if (!cert || ASN1_TIME_to_tm(X509_get0_notAfter(cert.get()), &end) != 1)
    return fail(Errc::corrupt, "the station's certificate cannot be read");
  return base::utc_from_ms(std::int64_t{::timegm(&end)} * 1000);
}

base::Result<void> check_certificate(const std::string& certificate, const std::string& key, const std::string& station,
                                     const std::string& authority) {
  const Certificate cert = certificate_of(certificate), ca = certificate_of(authority);
  const Key own = key_of(key);
  if (!cert || !ca || !own) return fail(Errc::invalid, "the centre's answer holds no certificate");
  if (X509_check_ca(ca.get()) == 0) return fail(Errc::denied, "the authority's certificate is not one of an authority");
  if (X509_check_private_key(cert.get(), own.get()) != 1)
    return fail(Errc::denied, "the certificate is for another key than ours");
  EVP_PKEY* ca_key = X509_get0_pubkey(ca.get());
  if (!ca_key || X509_verify(cert.get(), ca_key) != 1)
    return fail(Errc::denied, "the certificate is not signed by the authority");
  char name[128] = {};
  if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert.get()), NID_commonName, name, sizeof name) <= 0 ||
      station != name)
    return fail(Errc::denied, "the certificate is for another station");
  return {};
}

base::Result<std::string> key_pin_of(const std::string& certificate_pem) {
  const Certificate cert = certificate_of(certificate_pem);
  unsigned char* der = nullptr;
  const int size = cert ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert.get()), &der) : 0;
  if (size <= 0) return fail(Errc::invalid, "this is no certificate");
  const base::Digest digest = base::sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return base::to_hex(digest);
}

}  // namespace station::client
