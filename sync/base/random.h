#pragma once

#include <cstdint>
#include <span>

namespace station::base {

// The only source of chance. SystemRandom is thread-safe; SeededRandom is not.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> into) = 0;
  std::uint64_t next();
  // Uniform in [0, n), n >= 1, without modulo bias.
  std::uint64_t below(std::uint64_t n);
};

// Cryptographic generator of the operating system (libsodium).
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> into) override;
};

// splitmix64: repeats for the same seed. For the simulated world and tests, never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> into) override;

 private:
  std::uint64_t state_;
};

}  // namespace station::base
