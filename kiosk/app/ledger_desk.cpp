#include "kiosk/app/ledger_desk.h"

#include <future>

#include "sync/base/check.h"

namespace station::app {

bool DirectLedger::post(flow::Request request) {
  replies_.push_back(ledger_.handle(request));
  station_ = ledger_.station();
  return true;
}

std::optional<flow::Reply> DirectLedger::take_reply() {
  if (replies_.empty()) return std::nullopt;
  flow::Reply reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

std::optional<flow::StationView> DirectLedger::take_station() { return std::exchange(station_, std::nullopt); }

void DirectLedger::with_ledger(const std::function<void(store::Ledger&)>& work) {
  work(ledger_);
  station_ = ledger_.station();
}

LedgerThread::LedgerThread(std::unique_ptr<store::Ledger> ledger, std::function<void()> wake)
    : ledger_(std::move(ledger)), replies_(512, wake), stations_(1, std::move(wake)), thread_([this] { run(); }) {
  (void)work_.post([this](store::Ledger& l) { stations_.post_newest(l.station()); });
}

LedgerThread::~LedgerThread() {
  work_.close();
  thread_.join();
  ledger_->close();
}

void LedgerThread::run() {
  using namespace std::chrono_literals;
  while (true) {
    if (auto work = work_.take(1h)) {
      (*work)(*ledger_);
    } else if (work_.closed()) {
      return;
    }
  }
}

bool LedgerThread::post(flow::Request request) {
  return work_.post([this, request = std::move(request)](store::Ledger& ledger) {
    flow::Reply reply = ledger.handle(request);
    stations_.post_newest(ledger.station());
    STATION_CHECK(replies_.post(std::move(reply)), "the window takes its replies; they are never dropped");
  });
}

void LedgerThread::with_ledger(const std::function<void(store::Ledger&)>& work) {
  std::promise<void> done;
  const bool posted = work_.post([&](store::Ledger& ledger) {
    work(ledger);
    stations_.post_newest(ledger.station());
    done.set_value();
  });
  if (posted) done.get_future().wait();
}

}  // namespace station::app
