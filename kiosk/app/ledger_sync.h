#pragma once

#include "kiosk/app/ledger_desk.h"
#include "sync/client/outbox.h"

namespace station::app {

// The ledger as the sync side wants it. Every call is one piece of work on the ledger's thread and returns when that has
// committed.
class LedgerSync final : public client::Outbox, public client::FeedSink, public client::AnchorSink {
 public:
  // Anchors::ignored: the clock is simulated and must not be compared with the centre's.
  enum class Anchors { kept, ignored };
  LedgerSync(LedgerDesk& desk, Anchors anchors) : desk_(desk), anchors_(anchors) {}

  base::Result<client::LogState> state() override;
  base::Result<std::vector<std::string>> lines(std::uint64_t from, std::size_t max_lines, std::size_t max_bytes) override;
  base::Result<std::string> checkpoint(std::uint64_t size) override;
  base::Result<void> set_confirmed(std::uint64_t next) override;

  base::Result<std::uint64_t> cursor() override;
  base::Result<void> apply(std::span<const record::FeedEntry> entries) override;
  base::Result<std::optional<client::WantedPack>> wanted_pack() override;
  base::Result<void> store_pack(const client::WantedPack& pack, const std::string& bytes) override;

  base::Result<void> anchored(const client::TimeAnchor& anchor) override;

 private:
  template <class T, class Work>
  base::Result<T> ask(Work work);

  LedgerDesk& desk_;
  const Anchors anchors_;
};

}  // namespace station::app
