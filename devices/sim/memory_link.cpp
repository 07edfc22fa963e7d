#include "devices/sim/memory_link.h"

#include <algorithm>

namespace station::sim {

using base::Errc;
using base::fail;

base::Result<void> MemoryLink::open() {
  open_ = false;
  if (!peer_.plugged()) return fail(Errc::not_found, "cannot open " + name() + ": no such device");
  open_ = true;
  waiting_.clear();
  static_cast<void>(peer_.say(clock_.mono()));  // as a port drops what came before it was opened
  return {};
}

base::Result<void> MemoryLink::write(std::span<const std::uint8_t> bytes) {
  if (!open_) return fail(Errc::unavailable, name() + " is not open");
  if (!peer_.plugged()) {
    open_ = false;
    return fail(Errc::io, "cannot write to " + name() + ": input/output error");
  }
  peer_.hear(bytes, clock_.mono());
  return {};
}

base::Result<std::size_t> MemoryLink::read(std::span<std::uint8_t> into, base::Milliseconds /*limit*/) {
  if (!open_) return fail(Errc::unavailable, name() + " is not open");
  if (!peer_.plugged()) {
    open_ = false;
    return fail(Errc::io, "cannot read from " + name() + ": input/output error");
  }
  const base::Bytes heard = peer_.say(clock_.mono());
  waiting_.insert(waiting_.end(), heard.begin(), heard.end());
  const std::size_t size = std::min(into.size(), waiting_.size());
  std::copy_n(waiting_.begin(), size, into.begin());
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
  return size;
}

}  // namespace station::sim
