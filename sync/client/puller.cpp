#include "sync/client/puller.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/record/feed.h"
#include "sync/record/json_text.h"

namespace station::client {

using base::BootTime;
using std::chrono::milliseconds;

// What one answer of the feed holds as far as it can be believed.
struct Puller::Page {
  std::vector<record::FeedEntry> entries;  // signed, for this station, rising
  bool more = false;
  SyncTrouble trouble = SyncTrouble::none;  // what came after them
  std::string detail;
};

Puller::Puller(std::string station, FeedSink& sink, Transport& transport, const base::Clock& clock,
               base::Random& random, record::NoteKey centre, PullOptions options)
    : scope_("station:" + std::move(station)),
      sink_(sink),
      transport_(transport),
      clock_(clock),
      centre_(std::move(centre)),
      options_(options),
      backoff_(random, options.backoff),
      pack_backoff_(random, options.backoff) {}

BootTime Puller::step(std::chrono::seconds wait) {
  if (clock_.mono() < due_) return due_;
  const auto cursor = sink_.cursor();
  if (!cursor) return failed(SyncTrouble::disk, cursor.error().message);
  cursor_ = *cursor;
  // A pack that failed must not be held up by the centre's holding back of the feed.
  const bool packs_done = fetch_pack();
  return ask(packs_done ? wait : std::chrono::seconds(0));
}

BootTime Puller::ask(std::chrono::seconds wait) {
  base::HttpRequest request;
  request.target = fmt::format("/v1/feed?after={}&limit={}&wait={}", cursor_, options_.entries, wait.count());
  const auto response = transport_.send(request, options_.limit + wait);
  if (!response) {
    if (response.error().code == base::Errc::conflict) return due_ = clock_.mono();  // interrupted, nothing failed
    return failed(trouble_of(response.error().code), response.error().message);
  }
  if (response->status != 200)
    return failed(trouble_of_status(response->status), sentence_of(*response), retry_after(*response));
  return answered(response->body, wait);
}

BootTime Puller::answered(const std::string& body, std::chrono::seconds wait) {
  const Page page = read_page(body);
  if (!page.entries.empty()) {
    if (const auto applied = sink_.apply(page.entries); !applied)
      return failed(SyncTrouble::disk, applied.error().message);
    cursor_ = page.entries.back().pos;
  }
  if (page.trouble != SyncTrouble::none) {
    if (!page.entries.empty()) backoff_.reset();  // a bad line still lets the good ones through
    return failed(page.trouble, page.detail);
  }
  if (page.more && page.entries.empty())
    return failed(SyncTrouble::centre_lying, "the centre says that more follows but sends nothing");
  backoff_.reset();
  state_ = {};
  state_.last_success = clock_.utc();
  state_.trouble = pack_trouble_;
  state_.detail = pack_detail_;
  const bool at_once = page.more || !page.entries.empty() || wait.count() > 0;
  return due_ = clock_.mono() + (at_once ? milliseconds(0) : options_.look_again);
}

Puller::Page Puller::read_page(const std::string& body) const {
  Page page;
  std::uint64_t last = cursor_;
  const auto lie = [&](std::string detail) {
    page.trouble = SyncTrouble::centre_lying;
    page.detail = std::move(detail);
    return page;
  };
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = body.find('\n', at);
    if (end == std::string::npos) break;  // a cut line
    const std::string_view line(body.data() + at, end - at);
    at = end + 1;
    if (line.find('\t') == std::string_view::npos) {
      const auto trailer = record::parse_json(line);
      std::uint64_t n = 0;
      const bool readable = trailer.is_object() && trailer.contains("n") && record::whole_number(trailer["n"], n) &&
                            trailer.contains("more") && trailer["more"].is_boolean();
      if (!readable || at != body.size()) return lie("a line of the feed is neither an entry nor its trailer");
      if (n != page.entries.size()) break;
      page.more = trailer["more"].get<bool>();
      return page;
    }
    auto entry = record::open_feed_line(line, centre_);
    if (!entry) return lie(entry.error().message);
    if (entry->pos <= last) return lie(fmt::format("feed entry {} does not lie after {}", entry->pos, last));
    if (entry->scope != "city" && entry->scope != scope_)
      return lie(fmt::format("feed entry {} is meant for {}", entry->pos, entry->scope));
    last = entry->pos;
    page.entries.push_back(std::move(*entry));
  }
  page.trouble = SyncTrouble::cut;
  page.detail = "the feed ended before its trailer";
  return page;
}

bool Puller::fetch_pack() {
  const auto wanted = sink_.wanted_pack();
  if (!wanted) return pack_failed(SyncTrouble::disk, wanted.error().message);
  if (!*wanted) {
    pack_trouble_ = SyncTrouble::none;
    pack_detail_.clear();
    pack_backoff_.reset();
    pack_due_ = BootTime{};
    return true;
  }
  const WantedPack& pack = **wanted;
  if (clock_.mono() < pack_due_) return false;
  const auto hash = base::from_hex(pack.sha256);
  if (!hash || hash->size() != 32 || pack.bytes == 0 || pack.bytes > options_.largest_pack)
    return pack_failed(SyncTrouble::pack_corrupt, fmt::format("content pack {} is announced with {} bytes and hash {}",
                                                              pack.pack, pack.bytes, pack.sha256));
  base::HttpRequest request;
  request.target = "/v1/packs/" + base::to_hex(*hash);
  const auto response = transport_.send(request, options_.pack_limit);
  if (!response) {
    if (response.error().code == base::Errc::conflict) return false;
    return pack_failed(trouble_of(response.error().code), response.error().message);
  }
  if (response->status != 200)
    return pack_failed(trouble_of_status(response->status), sentence_of(*response), retry_after(*response));
  const base::Digest digest = base::sha256(base::as_bytes(response->body));
  if (response->body.size() != pack.bytes || !std::equal(digest.begin(), digest.end(), hash->begin(), hash->end()))
    return pack_failed(SyncTrouble::pack_corrupt,
                       fmt::format("content pack {} version {} arrived damaged", pack.pack, pack.version));
  if (const auto stored = sink_.store_pack(pack, response->body); !stored)
    return pack_failed(SyncTrouble::disk, stored.error().message);
  pack_trouble_ = SyncTrouble::none;
  pack_detail_.clear();
  pack_backoff_.reset();
  return true;
}

bool Puller::pack_failed(SyncTrouble trouble, std::string detail, milliseconds at_least) {
  pack_trouble_ = trouble;
  pack_detail_ = std::move(detail);
  pack_due_ = clock_.mono() + pack_backoff_.next(at_least);
  return false;
}

BootTime Puller::failed(SyncTrouble trouble, std::string detail, milliseconds at_least) {
  state_.trouble = trouble;
  state_.detail = std::move(detail);
  due_ = clock_.mono() + backoff_.next(at_least);
  state_.failures = backoff_.failures();
  state_.next_try = due_;
  return due_;
}

void Puller::retry_now() {
  due_ = pack_due_ = BootTime{};
  backoff_.reset();
  pack_backoff_.reset();
}

}  // namespace station::client
