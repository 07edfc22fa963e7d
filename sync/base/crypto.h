#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sync/base/bytes.h"
#include "sync/base/random.h"
#include "sync/base/result.h"

// Thin, typed access to libsodium and OpenSSL. All functions are thread-safe.
namespace station::base {

using Digest = std::array<std::uint8_t, 32>;

// SHA-256 by OpenSSL: 1,334 MB/s where libsodium does 201 (the log hashes every line).
Digest sha256(std::span<const std::uint8_t> bytes);
Digest sha256(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second);  // of the concatenation

// HMAC-SHA-256, for keyed pseudonyms: hex of the first 16 bytes is what records carry.
using MacKey = std::array<std::uint8_t, 32>;
Digest hmac_sha256(const MacKey& key, std::string_view text);
std::string pseudonym(const MacKey& key, std::string_view kind, std::string_view value);  // 32 hex digits

// Ed25519.
using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
struct SigningKey {
  std::array<std::uint8_t, 32> seed{};
  PublicKey public_key{};
};
SigningKey signing_key_from_seed(const std::array<std::uint8_t, 32>& seed);
SigningKey new_signing_key(Random& random);
Signature sign(const SigningKey& key, std::string_view text);
bool verify(const PublicKey& key, std::string_view text, const Signature& signature);

// argon2id with its parameters written into the verifier ("$argon2id$v=19$m=…"). About 100 ms at full strength.
enum class PinCost { full, test };  // test: the smallest the library allows, for the simulated world only
std::string make_pin_verifier(const MacKey& pepper, std::string_view pin, PinCost cost);
// The same with a salt that the caller has chosen, so that the same PIN gives the same verifier. The salt must differ
// from person to person and must not depend on the PIN.
using PinSalt = std::array<std::uint8_t, 16>;
std::string make_pin_verifier(const MacKey& pepper, std::string_view pin, PinCost cost, const PinSalt& salt);
bool check_pin(const MacKey& pepper, std::string_view pin, const std::string& verifier);

// XChaCha20-Poly1305: nonce (24) ‖ ciphertext ‖ tag (16). `context` is authenticated, for example "rider.name|<subject>".
Bytes seal(const MacKey& key, std::string_view plain, std::string_view context, Random& random);
Result<std::string> unseal(const MacKey& key, std::span<const std::uint8_t> sealed, std::string_view context);

// zstd frames. decompress refuses to grow beyond `limit` bytes.
std::string zstd_compress(std::string_view plain, int level = 3);
Result<std::string> zstd_decompress(std::string_view compressed, std::size_t limit);

}  // namespace station::base
