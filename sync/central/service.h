#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sync/base/clock.h"
#include "sync/central/centre.h"
#include "sync/central/server.h"

namespace station::central {

struct ServiceOptions {
  std::size_t queue = 4'096;                       // requests that wait for the store
  std::size_t per_peer = 8;                        // of one station
  std::size_t read_ahead = std::size_t{48} << 20;  // bytes of batches that may be taken apart before their turn
  std::size_t group = 256;                         // requests in one transaction …
  std::size_t group_bytes = std::size_t{16} << 20;  // … and bytes of them, uncompressed where known; a larger one goes alone
};

struct ServiceStats {
  std::atomic<std::uint64_t> read_bytes{0};  // of batches that were taken apart and wait
  std::atomic<std::uint64_t> queued{0}, parked{0}, groups{0}, grouped{0}, too_many{0}, full{0}, refused{0}, busy_us{0};
};

// Between the server's threads and the centre, which knows only one: a bounded queue whose requests are answered in
// groups, one transaction each; the feed requests that wait for something new; and the gate that decides by the head of
// a request alone.
class Service {
 public:
  // Starts the store thread. `centre` and `clock` must outlive it.
  Service(Centre& centre, const base::Clock& clock, ServiceOptions options);
  ~Service();

  // From any thread. Body sizes by route; big bodies only from those who may send them; revoked and expired
  // certificates are refused here.
  HeadVerdict admit(const base::HttpRequest& head, const Peer& peer) const;
  // From any thread. A full queue is answered 503, a station that asks too much at once 429.
  void submit(base::HttpRequest request, Server::Done done);
  // From any thread: a copy of the store into this file while everything goes on; `done` is told its size in bytes, on
  // the store's thread.
  using Copied = std::function<void(base::Result<std::uint64_t>)>;
  void back_up(std::filesystem::path file, Copied done);
  // Waiting feed requests are answered at once and what is queued is still carried out; afterwards 503.
  void stop();

  const ServiceStats& stats() const { return stats_; }

 private:
  struct Gate;  // what the server's threads know of tokens and certificates
  struct Waiting {
    base::HttpRequest request;
    Server::Done done;
    std::shared_ptr<const ReadBatch> read;  // of a station's batch
  };
  struct Parked {
    Waiting waiting;
    base::HttpResponse answer;  // when nothing comes
    std::uint64_t after = 0;
    base::BootTime until;
  };

  struct BackUp {
    std::filesystem::path file;
    Copied done;
    std::unique_ptr<StoreCopy> copy;
  };

  void run();
  void step_back_up();
  void end_back_up(base::Result<std::uint64_t> result);
  void run_imports();
  base::HttpResponse ask(base::HttpRequest request);
  std::vector<Waiting> take_group(base::Milliseconds limit);
  void answer(std::vector<Waiting> group);
  std::shared_ptr<const ReadBatch> read_ahead(const base::HttpRequest& request);
  bool park(Waiting& waiting, base::HttpResponse& answer);
  void look_at_parked(bool all);
  base::Milliseconds next_look() const;
  void load_gate();
  std::shared_ptr<const Gate> gate() const;

  Centre& centre_;
  const base::Clock& clock_;
  const ServiceOptions options_;
  ServiceStats stats_;

  mutable std::mutex mutex_;
  std::condition_variable more_;
  std::deque<Waiting> queue_;                 // guarded by mutex_
  std::map<std::string, std::size_t> peers_;  // how many of queue_ are whose; guarded by mutex_
  bool stopping_ = false;                     // guarded by mutex_
  std::deque<Waiting> imports_;               // roster files; guarded by mutex_
  std::condition_variable more_imports_;
  std::shared_ptr<const Gate> gate_;  // guarded by mutex_
  std::deque<BackUp> back_ups_;       // guarded by mutex_

  // Of the store thread.
  std::list<Parked> parked_;
  std::optional<BackUp> back_up_;
  bool changed_ = false;  // since parked_ was looked at
  base::BootTime looked_{};
  std::thread thread_;
  std::thread importer_;  // takes roster files apart and hashes PINs, which is slow
};

}  // namespace station::central
