#include "kiosk/app/ledger_desk.h"

#include <future>

#include "kiosk/app/thread_name.h"
#include "sync/base/check.h"

namespace station::app {

namespace {

LedgerNews news_of(store::Ledger& ledger) { return {ledger.station(), ledger.content()}; }

}  // namespace

DirectLedger::DirectLedger(store::Ledger& ledger) : ledger_(ledger), news_(news_of(ledger)) {}

bool DirectLedger::post(const flow::Request& request) {
  replies_.push_back(ledger_.handle(request));
  news_ = news_of(ledger_);
  return true;
}

std::optional<flow::Reply> DirectLedger::take_reply() {
  if (replies_.empty()) return std::nullopt;
  flow::Reply reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

std::optional<LedgerNews> DirectLedger::take_news() { return std::exchange(news_, std::nullopt); }

void DirectLedger::with_ledger(const std::function<void(store::Ledger&)>& work) {
  work(ledger_);
  news_ = news_of(ledger_);
}

LedgerThread::LedgerThread(std::unique_ptr<store::Ledger> ledger, const std::function<void()>& wake)
    : ledger_(std::move(ledger)), replies_(1024, wake), news_(1, wake), thread_([this] { run(); }) {
  (void)work_.post([this](store::Ledger& l) { news_.post_newest(news_of(l)); });
}

LedgerThread::~LedgerThread() {
  work_.close();
  thread_.join();
  ledger_->close();
}

void LedgerThread::run() {
  using namespace std::chrono_literals;
  name_this_thread("ledger");
  while (true) {
    if (auto work = work_.take(1h)) {
      (*work)(*ledger_);
    } else if (work_.closed()) {
      return;
    }
  }
}

bool LedgerThread::post(const flow::Request& request) {
  return work_.post([this, request](store::Ledger& ledger) {
    flow::Reply reply = ledger.handle(request);
    news_.post_newest(news_of(ledger));
    STATION_CHECK(replies_.post(std::move(reply)), "the window takes its replies; they are never dropped");
  });
}

void LedgerThread::with_ledger(const std::function<void(store::Ledger&)>& work) {
  std::promise<void> done;
  const bool posted = work_.post([&](store::Ledger& ledger) {
    work(ledger);
    news_.post_newest(news_of(ledger));
    done.set_value();
  });
  if (posted) done.get_future().wait();
}

}  // namespace station::app
