#include "sync/central/authority.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "sync/base/bytes.h"
#include "sync/base/crypto.h"
#include "sync/base/file.h"

namespace station::central {

using base::Errc;
using base::fail;
namespace fs = std::filesystem;

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

constexpr int kAuthorityDays = 20 * 365;
constexpr int kServerDays = 825;
constexpr auto kServerRenewal = std::chrono::hours(24 * 60);
constexpr auto kClockSlack = std::chrono::hours(1);

std::string content_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string pem_of(X509* c) {
  const Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), c) == 1 ? content_of(bio) : std::string();
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 ? content_of(bio)
                                                                                              : std::string();
}

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate certificate_of(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

Key key_of(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

std::string serial_of(X509* c) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(c);
  return base::to_hex({ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
}

std::string pin_of(X509* c) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c), &der);
  if (size <= 0) return {};
  const base::Digest digest = base::sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return base::to_hex(digest);
}

bool extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (!extension) return false;
  const bool ok = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return ok;
}

using Extensions = std::vector<std::pair<int, std::string>>;

struct Wanted {
  std::string name;
  base::UtcTime now;
  int days = 0;
  Extensions extensions;
};

// `issuer` empty: self-signed. Empty when OpenSSL refuses.
Certificate make(const Wanted& wanted, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, base::Random& random) {
  Certificate c(X509_new());
  std::array<std::uint8_t, 16> serial{};
  random.fill(serial);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3F) | 0x40);  // positive and always 16 bytes
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  const bool numbered = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(c.get())) != nullptr;
  BN_free(number);
  const auto seconds = [](base::UtcTime t) { return static_cast<std::time_t>(base::to_ms(t) / 1000); };
  const auto* text = reinterpret_cast<const unsigned char*>(wanted.name.data());
  const auto until = wanted.now + std::chrono::hours(24 * wanted.days);
  if (!numbered || X509_set_version(c.get(), 2) != 1 ||
      !ASN1_TIME_set(X509_getm_notBefore(c.get()), seconds(wanted.now - kClockSlack)) ||
      !ASN1_TIME_set(X509_getm_notAfter(c.get()), seconds(until)) || X509_set_pubkey(c.get(), key) != 1 ||
      X509_NAME_add_entry_by_NID(X509_get_subject_name(c.get()), NID_commonName, MBSTRING_UTF8, text,
                                 static_cast<int>(wanted.name.size()), -1, 0) != 1 ||
      X509_set_issuer_name(c.get(), X509_get_subject_name(issuer ? issuer : c.get())) != 1)
    return nullptr;
  for (const auto& [nid, value] : wanted.extensions)
    if (!extend(c.get(), issuer ? issuer : c.get(), nid, value)) return nullptr;
  if (X509_sign(c.get(), issuer_key, EVP_sha256()) <= 0) return nullptr;
  return c;
}

bool is_ip(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

bool is_host(const std::string& name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '*';
  });
}

bool names_all(X509* c, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [c](const std::string& name) {
    return is_ip(name) ? X509_check_ip_asc(c, name.c_str(), 0) == 1
                       : X509_check_host(c, name.c_str(), name.size(), 0, nullptr) == 1;
  });
}

base::UtcTime end_of(X509* c) {
  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(c), &until) != 1) return {};
  return base::utc_from_ms(static_cast<std::int64_t>(::timegm(&until)) * 1000);
}

tl::unexpected<base::Error> openssl_failed(const char* what) {
  return fail(Errc::io, fmt::format("OpenSSL cannot make {}", what));
}

// The authority's key and certificate, read or made.
struct Root {
  Key key;
  Certificate certificate;
};
base::Result<Root> open_root(const fs::path& folder, const std::string& city, base::UtcTime now, base::Random& random) {
  std::error_code error;
  const bool has_key = fs::exists(folder / "ca.key", error), has_certificate = fs::exists(folder / "ca.crt", error);
  Root root;
  if (has_key && has_certificate) {
    const auto key = base::read_file(folder / "ca.key", 64 * 1024);
    const auto certificate = base::read_file(folder / "ca.crt", 64 * 1024);
    if (key) root.key = key_of(*key);
    if (certificate) root.certificate = certificate_of(*certificate);
    if (!root.key || !root.certificate || X509_check_private_key(root.certificate.get(), root.key.get()) != 1)
      return fail(Errc::corrupt, fmt::format("{}: ca.key and ca.crt cannot be read or do not belong together; restore "
                                             "them from the backup",
                                             folder.string()));
    return root;
  }
  if (has_certificate)
    return fail(Errc::corrupt, fmt::format("{}: ca.key is missing; restore it from the backup", folder.string()));
  root.key = Key(EVP_EC_gen("P-256"));
  if (!root.key) return openssl_failed("the authority's key");
  const Wanted wanted{"Rider stations " + city + " authority",
                      now,
                      kAuthorityDays,
                      {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                       {NID_key_usage, "critical,keyCertSign,cRLSign"},
                       {NID_subject_key_identifier, "hash"}}};
  root.certificate = make(wanted, root.key.get(), nullptr, root.key.get(), random);
  if (!root.certificate) return openssl_failed("the authority's certificate");
  if (auto ok = base::write_file(folder / "ca.key", pem_of(root.key.get()), base::FileMode::secret); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = base::write_file(folder / "ca.crt", pem_of(root.certificate.get())); !ok)
    return tl::unexpected(ok.error());
  return root;
}

struct ServerIdentity {
  std::string certificate, key;
};
base::Result<ServerIdentity> open_server(const fs::path& folder, const Root& root,
                                         const std::vector<std::string>& names, base::UtcTime now,
                                         base::Random& random) {
  const auto old_key = base::read_file(folder / "server.key", 64 * 1024);
  const auto old_certificate = base::read_file(folder / "server.crt", 64 * 1024);
  if (old_key && old_certificate) {
    const Key key = key_of(*old_key);
    const Certificate c = certificate_of(*old_certificate);
    if (key && c && X509_check_private_key(c.get(), key.get()) == 1 &&
        X509_verify(c.get(), X509_get0_pubkey(root.certificate.get())) == 1 && names_all(c.get(), names) &&
        end_of(c.get()) - now > kServerRenewal)
      return ServerIdentity{*old_certificate, *old_key};
  }
  std::string alternatives;
  for (const auto& name : names)
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_ip(name) ? "IP:" : "DNS:") + name;
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl_failed("the server's key");
  const Wanted wanted{"centre",
                      now,
                      kServerDays,
                      {{NID_basic_constraints, "critical,CA:FALSE"},
                       {NID_key_usage, "critical,digitalSignature"},
                       {NID_ext_key_usage, "serverAuth"},
                       {NID_subject_alt_name, alternatives},
                       {NID_authority_key_identifier, "keyid"}}};
  const Certificate c = make(wanted, key.get(), root.certificate.get(), root.key.get(), random);
  if (!c) return openssl_failed("the server's certificate");
  if (auto ok = base::write_file(folder / "server.key", pem_of(key.get()), base::FileMode::secret); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = base::write_file(folder / "server.crt", pem_of(c.get())); !ok) return tl::unexpected(ok.error());
  return ServerIdentity{pem_of(c.get()), pem_of(key.get())};
}

}  // namespace

base::Result<Authority> Authority::open(const fs::path& dir, const std::string& city, std::vector<std::string> names,
                                        const base::Clock& clock, base::Random& random) {
  for (const char* always : {"localhost", "127.0.0.1", "::1"})
    if (std::find(names.begin(), names.end(), always) == names.end()) names.emplace_back(always);
  for (const auto& name : names)
    if (!is_ip(name) && !is_host(name))
      return fail(Errc::invalid, fmt::format("\"{}\" is neither a host name nor an IP address", name));
  const fs::path folder = dir / "authority";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), 0700) != 0)
    return fail(Errc::io, fmt::format("{} cannot be made", folder.string()));
  const auto root = open_root(folder, city, clock.utc(), random);
  if (!root) return tl::unexpected(root.error());
  const auto server = open_server(folder, *root, names, clock.utc(), random);
  if (!server) return tl::unexpected(server.error());
  Authority authority;
  authority.ca_pem_ = pem_of(root->certificate.get());
  authority.ca_key_pem_ = pem_of(root->key.get());
  authority.pin_ = pin_of(root->certificate.get());
  authority.server_chain_ = server->certificate + authority.ca_pem_;
  authority.server_key_pem_ = server->key;
  return authority;
}

base::Result<IssuedCertificate> Authority::sign_station(const std::string& csr_pem, const std::string& station,
                                                        base::UtcTime now, base::Random& random) const {
  const Request request(
      csr_pem.size() > 16 * 1024 ? nullptr : PEM_read_bio_X509_REQ(bio_of(csr_pem).get(), nullptr, nullptr, nullptr));
  EVP_PKEY* key = request ? X509_REQ_get0_pubkey(request.get()) : nullptr;
  if (!key) return fail(Errc::invalid, "\"csr\" is no certificate request in PEM");
  char group[32] = {};
  std::size_t length = 0;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1 ||
      std::string_view(group) != "prime256v1")
    return fail(Errc::invalid, "the key of \"csr\" is not on the curve P-256");
  if (X509_REQ_verify(request.get(), key) != 1)
    return fail(Errc::invalid, "\"csr\" is not signed by the key that it names");
  const Certificate ca = certificate_of(ca_pem_);
  const Key ca_key = key_of(ca_key_pem_);
  const Wanted wanted{station,
                      now,
                      kStationCertificateDays,
                      {{NID_basic_constraints, "critical,CA:FALSE"},
                       {NID_key_usage, "critical,digitalSignature"},
                       {NID_ext_key_usage, "clientAuth"},
                       {NID_authority_key_identifier, "keyid"}}};
  const Certificate c = ca && ca_key ? make(wanted, key, ca.get(), ca_key.get(), random) : Certificate();
  if (!c) return openssl_failed("the station's certificate");
  return IssuedCertificate{pem_of(c.get()), serial_of(c.get()), end_of(c.get())};
}

}  // namespace station::central
