#include "sync/base/crypto.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <zstd.h>

#include <memory>

#include "sync/base/check.h"

namespace station::base {

namespace {

const EVP_MD* sha256_method() {
  static const EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // fetching per call costs more than hashing
  return method;
}

struct ContextDeleter {
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};

}  // namespace

Digest sha256(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
  thread_local std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  Digest out;
  unsigned length = 0;
  const bool ok = EVP_DigestInit_ex2(context.get(), sha256_method(), nullptr) &&
                  EVP_DigestUpdate(context.get(), first.data(), first.size()) &&
                  EVP_DigestUpdate(context.get(), second.data(), second.size()) &&
                  EVP_DigestFinal_ex(context.get(), out.data(), &length);
  STATION_CHECK(ok && length == out.size(), "SHA-256 is always available");
  return out;
}

Digest sha256(std::span<const std::uint8_t> bytes) { return sha256(bytes, {}); }

Digest hmac_sha256(const MacKey& key, std::string_view text) {
  Digest out;
  crypto_auth_hmacsha256(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
  return out;
}

std::string pseudonym(const MacKey& key, std::string_view kind, std::string_view value) {
  std::string text(kind);
  text += '\n';
  text += value;
  const Digest d = hmac_sha256(key, text);
  return to_hex(std::span(d).first(16));
}

SigningKey signing_key_from_seed(const std::array<std::uint8_t, 32>& seed) {
  SigningKey key;
  key.seed = seed;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(key.public_key.data(), secret.data(), seed.data());
  sodium_memzero(secret.data(), secret.size());
  return key;
}

SigningKey new_signing_key(Random& random) {
  std::array<std::uint8_t, 32> seed;
  random.fill(seed);
  return signing_key_from_seed(seed);
}

Signature sign(const SigningKey& key, std::string_view text) {
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  std::copy(key.seed.begin(), key.seed.end(), secret.begin());
  std::copy(key.public_key.begin(), key.public_key.end(), secret.begin() + 32);
  Signature out;
  crypto_sign_detached(out.data(), nullptr, reinterpret_cast<const unsigned char*>(text.data()), text.size(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  return out;
}

bool verify(const PublicKey& key, std::string_view text, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                     key.data()) == 0;
}

std::string make_pin_verifier(const MacKey& pepper, std::string_view pin, PinCost cost) {
  const Digest keyed = hmac_sha256(pepper, pin);
  char out[crypto_pwhash_STRBYTES];
  const bool full = cost == PinCost::full;
  const int failed = crypto_pwhash_str(out, reinterpret_cast<const char*>(keyed.data()), keyed.size(),
                                       full ? 3 : crypto_pwhash_OPSLIMIT_MIN,
                                       full ? std::size_t{64} << 20 : crypto_pwhash_MEMLIMIT_MIN);
  STATION_CHECK(failed == 0, "64 MiB must be available for argon2id");
  return out;
}

std::string make_pin_verifier(const MacKey& pepper, std::string_view pin, PinCost cost, const PinSalt& salt) {
  static_assert(std::tuple_size_v<PinSalt> == crypto_pwhash_SALTBYTES);
  const Digest keyed = hmac_sha256(pepper, pin);
  const unsigned long long passes = cost == PinCost::full ? 3 : crypto_pwhash_OPSLIMIT_MIN;
  const std::size_t memory = cost == PinCost::full ? std::size_t{64} << 20 : crypto_pwhash_MEMLIMIT_MIN;
  std::array<std::uint8_t, 32> hash{};
  const int failed = crypto_pwhash(hash.data(), hash.size(), reinterpret_cast<const char*>(keyed.data()), keyed.size(),
                                   salt.data(), passes, memory, crypto_pwhash_ALG_ARGON2ID13);
  STATION_CHECK(failed == 0, "64 MiB must be available for argon2id");
  const auto text = [](std::span<const std::uint8_t> bytes) {
    std::string base64 = to_base64(bytes);
    while (base64.ends_with('=')) base64.pop_back();
    return base64;
  };
  return "$argon2id$v=19$m=" + std::to_string(memory / 1024) + ",t=" + std::to_string(passes) + ",p=1$" + text(salt) +
         "$" + text(hash);
}

bool check_pin(const MacKey& pepper, std::string_view pin, const std::string& verifier) {
  const Digest keyed = hmac_sha256(pepper, pin);
  char text[crypto_pwhash_STRBYTES] = {};
  if (verifier.size() >= sizeof text) return false;
  verifier.copy(text, verifier.size());
  return crypto_pwhash_str_verify(text, reinterpret_cast<const char*>(keyed.data()), keyed.size()) == 0;
}

Bytes seal(const MacKey& key, std::string_view plain, std::string_view context, Random& random) {
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  Bytes out(kNonce + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  random.fill(std::span(out).first(kNonce));
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonce, nullptr,
                                             reinterpret_cast<const unsigned char*>(plain.data()), plain.size(),
                                             reinterpret_cast<const unsigned char*>(context.data()), context.size(),
                                             nullptr, out.data(), key.data());
  return out;
}

Result<std::string> unseal(const MacKey& key, std::span<const std::uint8_t> sealed, std::string_view context) {
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.size() < kNonce + kTag) return fail(Errc::corrupt, "sealed field is too short");
  std::string out(sealed.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(out.data()), nullptr, nullptr,
                                                 sealed.data() + kNonce, sealed.size() - kNonce,
                                                 reinterpret_cast<const unsigned char*>(context.data()), context.size(),
                                                 sealed.data(), key.data()) != 0)
    return fail(Errc::corrupt, "sealed field does not open with this key");
  return out;
}

std::string zstd_compress(std::string_view plain, int level) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t n = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), level);
  STATION_CHECK(!ZSTD_isError(n), "the buffer has the bound's size");
  out.resize(n);
  return out;
}

Result<std::string> zstd_decompress(std::string_view compressed, std::size_t limit) {
  // Kept for the thread: making a context costs more than a batch takes to decompress.
  thread_local std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23);  // what a frame may make a stream keep: 8 MiB
  const unsigned long long stated = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (stated != ZSTD_CONTENTSIZE_ERROR && stated != ZSTD_CONTENTSIZE_UNKNOWN && stated <= limit &&
      ZSTD_findFrameCompressedSize(compressed.data(), compressed.size()) == compressed.size()) {
    std::string whole(stated, '\0');
    const std::size_t size =
        ZSTD_decompressDCtx(context.get(), whole.data(), whole.size(), compressed.data(), compressed.size());
    if (ZSTD_isError(size)) return fail(Errc::corrupt, std::string("zstd: ") + ZSTD_getErrorName(size));
    whole.resize(size);
    return whole;
  }
  std::string out;
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size || left != 0) {
    char chunk[1 << 16];
    ZSTD_outBuffer buffer{chunk, sizeof chunk, 0};
    const std::size_t before = in.pos;
    left = ZSTD_decompressStream(context.get(), &buffer, &in);
    if (ZSTD_isError(left)) return fail(Errc::corrupt, std::string("zstd: ") + ZSTD_getErrorName(left));
    out.append(chunk, buffer.pos);
    if (out.size() > limit) return fail(Errc::invalid, "compressed body grows beyond " + std::to_string(limit) + " bytes");
    if (left != 0 && buffer.pos == 0 && in.pos == before) return fail(Errc::corrupt, "zstd: the frame is cut short");
  }
  return out;
}

}  // namespace station::base
