#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/base/result.h"

namespace station::central {

struct IssuedCertificate {
  std::string pem;
  std::string serial;  // hex, lower case
  base::UtcTime not_after;
};

// The city's certificate authority: EC P-256, in DIR/authority (ca.key, ca.crt, server.key, server.crt; keys readable
// by their owner only). Every method is const and thread-safe.
class Authority {
 public:
  // Makes what is missing, and the server's certificate anew when `names` (host names and IP addresses) are not all in
  // it or it ends within 60 days. `corrupt` when what is there cannot be read: keys are never replaced.
  static base::Result<Authority> open(const std::filesystem::path& dir, const std::string& city,
                                      std::vector<std::string> names, const base::Clock& clock, base::Random& random);

  const std::string& certificate() const { return ca_pem_; }         // PEM
  const std::string& pin() const { return pin_; }                    // hex SHA-256 of its public key (SPKI, DER)
  const std::string& server_chain() const { return server_chain_; }  // PEM: the server's, then the authority's
  const std::string& server_key() const { return server_key_pem_; }  // PEM

  // A client certificate of kStationCertificateDays for the key of this request. The name in the request does not
  // count. `invalid` when the request is none, is not signed by its key or the key is no EC P-256.
  base::Result<IssuedCertificate> sign_station(const std::string& csr_pem, const std::string& station,
                                               base::UtcTime now, base::Random& random) const;

 private:
  Authority() = default;
  std::string ca_pem_, ca_key_pem_, pin_, server_chain_, server_key_pem_;
};

inline constexpr int kStationCertificateDays = 90;

}  // namespace station::central
