#include <algorithm>

#include "devices/codec/wedge.h"
#include "devices/drivers/code_feed.h"

namespace station::drivers {

namespace {

class WedgeFeed final : public CodeFeed {
 public:
  WedgeFeed(std::unique_ptr<link::KeySource> keys, const base::Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  base::Result<void> open(BootTime) override {
    typist_.clear();
    return keys_->open();
  }
  void close() override { keys_->close(); }

  base::Result<std::vector<std::string>> poll(Milliseconds patience, BootTime now) override {
    Milliseconds wait = patience;
    if (const auto gap = typist_.gap_ends()) wait = std::clamp<Milliseconds>(*gap - now, Milliseconds{0}, patience);
    const auto keys = keys_->read(wait);
    if (!keys) return tl::unexpected(keys.error());
    for (const link::KeyEvent& key : *keys) typist_.feed({key.type, key.code, key.value}, clock_.mono());
    std::vector<std::string> codes;
    while (auto line = typist_.next(clock_.mono())) codes.push_back(std::move(*line));
    return codes;
  }

  BootTime wake() const override {
    const BootTime next = typist_.gap_ends().value_or(BootTime::max());
    return std::min(next, keys_->arrival().value_or(next));
  }
  std::uint64_t damaged() const override { return typist_.discarded(); }
  std::string note() const override { return keys_->name() + ", grabbed"; }

 private:
  const std::unique_ptr<link::KeySource> keys_;
  const base::Clock& clock_;
  codec::wedge::Typist typist_;
};

}  // namespace

std::unique_ptr<CodeFeed> wedge_feed(std::unique_ptr<link::KeySource> keys, const base::Clock& clock) {
  return std::make_unique<WedgeFeed>(std::move(keys), clock);
}

}  // namespace station::drivers
