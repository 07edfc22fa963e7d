#include "devices/link/watch.h"

#include <list>
#include <mutex>

namespace station::link {

struct Watchers::State {
  std::mutex mutex;  // held during the calls, so that a watch that ended is never called again
  std::list<std::function<void()>> calls;
};

class Watchers::Entry final : public Watch {
 public:
  Entry(std::shared_ptr<State> state, std::list<std::function<void()>>::iterator call)
      : state_(std::move(state)), call_(call) {}
  ~Entry() override {
    std::lock_guard lock(state_->mutex);
    state_->calls.erase(call_);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  const std::shared_ptr<State> state_;
  const std::list<std::function<void()>>::iterator call_;
};

Watchers::Watchers() : state_(std::make_shared<State>()) {}
Watchers::~Watchers() = default;

std::unique_ptr<Watch> Watchers::add(std::function<void()> call) {
  std::lock_guard lock(state_->mutex);
  return std::make_unique<Entry>(state_, state_->calls.insert(state_->calls.end(), std::move(call)));
}

void Watchers::notify() {
  std::lock_guard lock(state_->mutex);
  for (const auto& call : state_->calls) call();
}

}  // namespace station::link
