#include <array>

#include "devices/codec/code_line.h"
#include "devices/drivers/code_feed.h"

namespace station::drivers {

namespace {

class SerialFeed final : public CodeFeed {
 public:
  SerialFeed(std::unique_ptr<link::ByteLink> wire, const base::Clock& clock) : wire_(std::move(wire)), clock_(clock) {}

  base::Result<void> open(BootTime) override {
    line_.clear();
    return wire_->open();
  }
  void close() override { wire_->close(); }

  base::Result<std::vector<std::string>> poll(Milliseconds patience, BootTime now) override {
    std::array<std::uint8_t, 512> buffer{};
    Milliseconds wait = patience;
    if (const auto gap = line_.gap_ends()) wait = std::clamp<Milliseconds>(*gap - now, Milliseconds{0}, patience);
    for (int i = 0; i < 8; ++i) {
      const auto n = wire_->read(buffer, i == 0 ? wait : Milliseconds{0});
      if (!n) return tl::unexpected(n.error());
      if (*n == 0) break;
      line_.feed({buffer.data(), *n}, clock_.mono());
    }
    std::vector<std::string> codes;
    while (auto code = line_.next(clock_.mono())) codes.push_back(std::move(*code));
    return codes;
  }

  BootTime wake() const override {
    BootTime next = line_.gap_ends().value_or(BootTime::max());
    return std::min(next, wire_->arrival().value_or(next));
  }
  std::uint64_t damaged() const override { return line_.damaged(); }
  std::string note() const override { return wire_->name(); }

 private:
  const std::unique_ptr<link::ByteLink> wire_;
  const base::Clock& clock_;
  codec::CodeLine line_;
};

}  // namespace

std::unique_ptr<CodeFeed> serial_feed(std::unique_ptr<link::ByteLink> wire, const base::Clock& clock) {
  return std::make_unique<SerialFeed>(std::move(wire), clock);
}

}  // namespace station::drivers
