#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "sync/base/clock.h"

namespace station::base {

// Bounded queue of values between threads; any number of posters, one taker. Thread-safe.
// When it is full, post() refuses and post_newest() drops the oldest: readings may be lost, records and cards may not.
template <class T>
class Mailbox {
 public:
  // `wake` is called after every post, outside the lock, on the poster's thread (for example to push an SDL event).
  explicit Mailbox(std::size_t capacity, std::function<void()> wake = {})
      : capacity_(capacity), wake_(std::move(wake)) {}

  [[nodiscard]] bool post(T value) {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      items_.push_back(std::move(value));
    }
    ready_.notify_one();
    if (wake_) wake_();
    return true;
  }

  void post_newest(T value) {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      if (items_.size() >= capacity_) {
        items_.pop_front();
        ++dropped_;
      }
      items_.push_back(std::move(value));
    }
    ready_.notify_one();
    if (wake_) wake_();
  }

  std::optional<T> try_take() {
    std::lock_guard lock(mutex_);
    return take_locked();
  }

  // Waits at most `limit`; empty when nothing came or the mailbox was closed.
  std::optional<T> take(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, limit, [&] { return closed_ || !items_.empty(); });
    return take_locked();
  }

  // Refuses further posts and wakes the taker; what is queued can still be taken.
  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  bool closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }

  std::size_t dropped() const {
    std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  std::optional<T> take_locked() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    return value;
  }

  const std::size_t capacity_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> items_;
  std::size_t dropped_ = 0;
  bool closed_ = false;
};

}  // namespace station::base
