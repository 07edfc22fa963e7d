#pragma once

#include <filesystem>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/base/random.h"
#include "sync/client/transport.h"
#include "sync/record/note.h"

namespace station::client {

// What a station knows about itself and its centre after enrolment; the files of DIR/identity, readable by their owner
// only: identity.json record.key tls.key tls.crt ca.crt centre.vkey.
struct Identity {
  std::string station;  // "440902-007"
  std::string name;
  std::uint32_t inc = 1;
  std::string city;
  std::string url;
  base::SigningKey record_key;
  record::NoteKey centre;
  std::string delegation;  // signed note: the centre's statement about record_key
  base::MacKey roster_key{};
  base::MacKey pin_pepper{};
  std::filesystem::path ca, tls_certificate, tls_key;  // PEM files
  record::NoteKey note_key() const { return {station, record_key.public_key}; }
};

// The folder that load and enrol mean: DIR/identity.
base::Result<Identity> load_identity(const std::filesystem::path& dir);

struct EnrolOrder {
  std::string url;
  std::string token;      // one-time secret
  std::string ca_sha256;  // hex SHA-256 of the authority's public key (SubjectPublicKeyInfo, DER)
  std::string station;
  std::string name;
};

// "RSE1|<url>|<ca sha256>|<token>", the text of the QR code that an administrator hands out.
std::string enrol_code(const EnrolOrder& order);
base::Result<EnrolOrder> parse_enrol_code(const std::string& text);

// Hex SHA-256 of the public key of the first certificate in PEM.
base::Result<std::string> key_pin_of(const std::string& certificate_pem);

// Asks the server for its certificates without believing it, and returns the authority among them whose key has this
// hash, PEM; `denied` when there is none. Nothing secret is sent.
base::Result<std::string> fetch_authority(const std::string& url, const std::string& ca_sha256,
                                          std::chrono::milliseconds limit = std::chrono::seconds(15));

// Makes record key, TLS key and certificate request, hands in the token and writes DIR/identity as one step. `conflict`
// when there is an identity already and `again` is false; the answer is checked (certificate for our key, delegation by
// the centre's key, authority with the pinned key) before anything is written.
enum class Again : bool { no, yes };
base::Result<Identity> enrol(const std::filesystem::path& dir, const EnrolOrder& order, Transport& transport,
                             base::Random& random, Again again = Again::no);

// All of it over the network: fetch_authority, then enrol by a CurlTransport that believes only that authority.
base::Result<Identity> enrol_online(const std::filesystem::path& dir, const EnrolOrder& order, base::Random& random,
                                    Again again = Again::no);

}  // namespace station::client
