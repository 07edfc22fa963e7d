#include "sync/client/sync_agent.h"

#include <algorithm>
#include <optional>

namespace station::client {

using base::BootTime;

SyncAgent::SyncAgent(Outbox& outbox, FeedSink& feed, AnchorSink& anchors, Transport& transport,
                     const base::Clock& clock, base::Random& random, std::string station, record::NoteKey centre,
                     SyncOptions options)
    : transport_(transport),
      clock_(clock),
      options_(options),
      pusher_(outbox, transport, clock, random, options.push),
      puller_(std::move(station), feed, transport, clock, random, centre, options.pull),
      anchorer_(anchors, transport, clock, random, centre, options.anchor) {}

void SyncAgent::take_orders() {
  bool nudged = false, hurry = false;
  {
    std::lock_guard lock(mutex_);
    std::swap(nudged, nudged_);
    std::swap(hurry, hurry_);
  }
  if (nudged) pusher_.look_now();
  if (!hurry) return;
  pusher_.retry_now();
  puller_.retry_now();
  anchorer_.retry_now();
  if (renewer_) renewer_->retry_now();
}

BootTime SyncAgent::push_and_anchor() {
  take_orders();
  const std::uint64_t before = pusher_.confirmed();
  const BootTime push = pusher_.step();
  if (pusher_.waiting() > 0 || pusher_.confirmed() != before) busy_until_ = clock_.mono() + options_.quiet_after;
  const BootTime due = std::min(push, anchorer_.step());
  return renewer_ ? std::min(due, renewer_->step()) : due;
}

BootTime SyncAgent::step() {
  const BootTime first = push_and_anchor();
  return std::min(first, puller_.step());
}

SyncState SyncAgent::state() const {
  SyncState s;
  s.up = pusher_.state();
  s.down = puller_.state();
  s.clock = anchorer_.state();
  if (renewer_) s.certificate = renewer_->state();
  s.waiting = pusher_.waiting();
  s.confirmed = pusher_.confirmed();
  s.cursor = puller_.cursor();
  return s;
}

// While the request is out, and only then, a nudge may end it.
BootTime SyncAgent::long_poll() {
  {
    std::lock_guard lock(mutex_);
    if (nudged_ || hurry_ || stopping_) return clock_.mono();
    polling_ = true;
  }
  const BootTime due = puller_.step(options_.long_poll);
  std::lock_guard lock(mutex_);
  polling_ = false;
  if (!stopping_) transport_.resume();
  return due;
}

void SyncAgent::run(std::stop_token stop, const std::function<void(const SyncState&)>& report) {
  const std::stop_callback on_stop(stop, [this] {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    transport_.interrupt();
  });
  std::optional<SyncState> reported;
  const auto tell = [&] {
    if (const SyncState now = state(); now != reported) report(*(reported = now));
  };
  while (!stop.stop_requested()) {
    const BootTime first = push_and_anchor();
    tell();  // before the feed, which may be held back for long
    // A long poll only with nothing left to push for a while: an open request would hold it up.
    const bool quiet = clock_.mono() >= busy_until_ && first > clock_.mono();
    const BootTime due = std::min(first, quiet ? long_poll() : puller_.step());
    tell();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, due - clock_.mono(), [this] { return nudged_ || hurry_; });
  }
}

void SyncAgent::nudge() {
  std::lock_guard lock(mutex_);
  nudged_ = true;
  if (polling_) transport_.interrupt();
  wake_.notify_all();
}

void SyncAgent::retry_now() {
  std::lock_guard lock(mutex_);
  nudged_ = hurry_ = true;
  if (polling_) transport_.interrupt();
  wake_.notify_all();
}

}  // namespace station::client
