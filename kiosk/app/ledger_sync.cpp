#include "kiosk/app/ledger_sync.h"

#include "sync/base/log.h"

namespace station::app {

using base::Errc;
using base::Result;

// The program is stopping when nobody does the work; then nothing may be assumed to be stored.
template <class T, class Work>
Result<T> LedgerSync::ask(Work work) {
  Result<T> answer = base::fail(Errc::io, "the ledger is closed");
  desk_.with_ledger([&](store::Ledger& ledger) {
    if (ledger.broken()) {
      answer = base::fail(Errc::io, "the database refused to write");
    } else {
      answer = work(ledger);
    }
  });
  return answer;
}

Result<client::LogState> LedgerSync::state() {
  return ask<client::LogState>([](store::Ledger& l) -> Result<client::LogState> {
    return client::LogState{l.identity().station, l.identity().inc, l.log_size(), l.confirmed()};
  });
}

Result<std::vector<std::string>> LedgerSync::lines(std::uint64_t from, std::size_t max_lines, std::size_t max_bytes) {
  return ask<std::vector<std::string>>([&](store::Ledger& l) { return l.lines(from, max_lines, max_bytes); });
}

Result<std::string> LedgerSync::checkpoint(std::uint64_t size) {
  return ask<std::string>([&](store::Ledger& l) { return l.checkpoint(size); });
}

Result<void> LedgerSync::set_confirmed(std::uint64_t next) {
  return ask<void>([&](store::Ledger& l) { return l.set_confirmed(next); });
}

Result<std::uint64_t> LedgerSync::cursor() {
  return ask<std::uint64_t>([](store::Ledger& l) -> Result<std::uint64_t> { return l.feed_cursor(); });
}

Result<void> LedgerSync::apply(std::span<const record::FeedEntry> entries) {
  return ask<void>([&](store::Ledger& l) { return l.apply(entries); });
}

Result<std::optional<client::WantedPack>> LedgerSync::wanted_pack() {
  return ask<std::optional<client::WantedPack>>([](store::Ledger& l) -> Result<std::optional<client::WantedPack>> {
    const auto wanted = l.wanted_pack();
    if (!wanted) return tl::unexpected(wanted.error());
    if (!*wanted) return std::optional<client::WantedPack>();
    return client::WantedPack{(*wanted)->pack, (*wanted)->version, (*wanted)->sha256, (*wanted)->bytes};
  });
}

Result<void> LedgerSync::store_pack(const client::WantedPack& pack, const std::string& bytes) {
  return ask<void>([&](store::Ledger& l) -> Result<void> {
    const auto done = l.offer_pack({pack.pack, pack.version, pack.sha256, pack.bytes}, bytes);
    // Refused and recorded is settled; only a disk that fails is to be tried again.
    if (!done && done.error().code == Errc::corrupt) {
      spdlog::warn("content pack {}: {}", pack.version, done.error().message);
      return {};
    }
    return done;
  });
}

Result<void> LedgerSync::anchored(const client::TimeAnchor& anchor) {
  if (anchors_ == Anchors::ignored) return {};
  return ask<void>([&](store::Ledger& l) { return l.anchored({anchor.utc, anchor.mono, anchor.unc, anchor.rtt, anchor.offset}); });
}

}  // namespace station::app
