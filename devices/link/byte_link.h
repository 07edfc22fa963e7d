#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/result.h"

namespace station::link {

// A stream of bytes to the boards of one line. One owner, one thread. After an I/O error the link is closed; the owner
// reports the line as down and opens it again by its stable name.
class ByteLink {
 public:
  virtual ~ByteLink() = default;

  virtual base::Result<void> open() = 0;
  virtual void close() = 0;
  virtual bool is_open() const = 0;

  // All bytes or an error; never waits for an answer.
  virtual base::Result<void> write(std::span<const std::uint8_t> bytes) = 0;

  // How many bytes were read; 0 when none came within `limit`. A simulated link never waits.
  virtual base::Result<std::size_t> read(std::span<std::uint8_t> into, base::Milliseconds limit) = 0;

  // Simulated links know when everything now under way will have arrived; real links answer nothing.
  virtual std::optional<base::BootTime> arrival() const { return std::nullopt; }

  // The stable name, for messages to the maintainer.
  virtual std::string name() const = 0;
};

}  // namespace station::link
