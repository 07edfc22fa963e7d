#pragma once

#include <string>

#include "sync/base/result.h"

// Keys and certificates in PEM, by OpenSSL. Private to this folder.
namespace station::client {

struct TlsRequest {
  std::string key;  // PKCS #8, EC P-256
  std::string csr;  // certificate request with the station id as common name
};
base::Result<TlsRequest> make_tls_request(const std::string& station);

// The certificate is for this key and this name, and signed by this authority, whose own certificate is one. `denied`
// with the reason otherwise.
base::Result<void> check_certificate(const std::string& certificate, const std::string& key, const std::string& station,
                                     const std::string& authority);

}  // namespace station::client
