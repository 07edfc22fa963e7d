#pragma once

#include <string>

#include "sync/base/clock.h"
#include "sync/base/result.h"

// Keys and certificates in PEM, by OpenSSL. Private to this folder.
namespace station::client {

struct TlsRequest {
  std::string key;  // PKCS #8, EC P-256
  std::string csr;  // certificate request with the station id as common name
};
base::Result<TlsRequest> make_tls_request(const std::string& station);

// A certificate request by a key that is there already, PEM.
base::Result<std::string> make_certificate_request(const std::string& station, const std::string& key);

// When the first certificate in PEM ends.
base::Result<base::UtcTime> end_of_certificate(const std::string& certificate);

// The certificate is for this key and this name, and signed by this authority, whose own certificate is one. `denied`
// with the reason otherwise.
base::Result<void> check_certificate(const std::string& certificate, const std::string& key, const std::string& station,
                                     const std::string& authority);

}  // namespace station::client
