#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "sync/base/bytes.h"

// Little-endian fields one after the other, with tails that may be missing. Inside of the DNY codec.
namespace station::codec::dny {

class FieldReader {
 public:
  explicit FieldReader(std::span<const std::uint8_t> data) : data_(data) {}

  // False once a field that every firmware sends was not there.
  bool complete() const { return complete_; }
  std::size_t left() const { return data_.size() - at_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out{};
    if (!has(N)) return out;
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(at_), N, out.begin());
    at_ += N;
    return out;
  }
  base::Bytes take(std::size_t count) {
    if (!has(count)) return {};
    const auto from = data_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += count;
    return {from, from + static_cast<std::ptrdiff_t>(count)};
  }

  // Of the tail: nothing where the device does not send it. Once one is missing, so are the rest.
  std::optional<std::uint8_t> maybe_u8() { return maybe<std::uint8_t>(1); }
  std::optional<std::uint16_t> maybe_u16() { return maybe<std::uint16_t>(2); }
  std::optional<std::uint32_t> maybe_u32() { return maybe<std::uint32_t>(4); }
  // °C plus 65; 0 = no sensor.
  std::optional<int> maybe_celsius() {
    const auto raw = maybe_u8();
    if (!raw || *raw == 0) return std::nullopt;
    return static_cast<int>(*raw) - 65;
  }
  template <std::size_t N>
  std::optional<std::array<std::uint8_t, N>> maybe_bytes() {
    if (ended_ || left() < N) {
      ended_ = true;
      return std::nullopt;
    }
    return bytes<N>();
  }

 private:
  bool has(std::size_t count) {
    if (left() >= count) return true;
    complete_ = false;
    at_ = data_.size();
    return false;
  }
  std::uint32_t number(std::size_t count) {
    if (!has(count)) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(data_[at_ + i]) << (8 * i);
    at_ += count;
    return value;
  }
  template <class T>
  std::optional<T> maybe(std::size_t count) {
    if (ended_ || left() < count) {
      ended_ = true;
      return std::nullopt;
    }
    return static_cast<T>(number(count));
  }

  std::span<const std::uint8_t> data_;
  std::size_t at_ = 0;
  bool complete_ = true;
  bool ended_ = false;
};

class FieldWriter {
 public:
  FieldWriter& u8(std::uint8_t value) { return number(value, 1); }
  FieldWriter& u16(std::uint16_t value) { return number(value, 2); }
  FieldWriter& u32(std::uint32_t value) { return number(value, 4); }
  FieldWriter& celsius(const std::optional<int>& value) {
    return u8(value ? static_cast<std::uint8_t>(std::clamp(*value + 65, 1, 255)) : 0);
  }
  FieldWriter& bytes(std::span<const std::uint8_t> value) {
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
  }
  base::Bytes take() { return std::move(out_); }

 private:
  FieldWriter& number(std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  base::Bytes out_;
};

}  // namespace station::codec::dny
