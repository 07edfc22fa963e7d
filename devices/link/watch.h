#pragma once

#include <functional>
#include <memory>

namespace station::link {

// Ends when it is destroyed; a call in progress is waited for. May outlive what it watches.
class Watch {
 public:
  virtual ~Watch() = default;
};

// Who wants to hear of something. Thread-safe. Calls are made one after another; they may only post and wake.
class Watchers {
 public:
  Watchers();
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  [[nodiscard]] std::unique_ptr<Watch> add(std::function<void()> call);
  void notify();

 private:
  struct State;
  class Entry;
  const std::shared_ptr<State> state_;
};

}  // namespace station::link
