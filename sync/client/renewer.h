#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/client/backoff.h"
#include "sync/client/sync_state.h"
#include "sync/client/transport.h"

namespace station::client {

struct RenewOptions {
  std::chrono::hours before{30 * 24};          // of its end the certificate is renewed: at 60 of 90 days
  std::chrono::milliseconds every{6 * 3'600'000};  // between two looks at it
  std::chrono::milliseconds limit{30'000};
  BackoffOptions backoff{std::chrono::minutes(1), std::chrono::hours(1)};
};

// Keeps the station's TLS certificate from ending. The key stays: only then one file changes, in one step. The old
// certificate stays good until its end, so an answer that is lost does no harm.
class Renewer {
 public:
  struct Files {
    std::filesystem::path ca, certificate, key;  // PEM
  };
  Renewer(std::string station, Files files, Transport& transport, const base::Clock& clock, base::Random& random,
          RenewOptions options = {});

  base::BootTime step();
  const DirectionState& state() const { return state_; }
  void retry_now();

 private:
  base::BootTime failed(SyncTrouble trouble, std::string detail, std::chrono::milliseconds at_least = {});
  // What the centre's answer is worth; written to the disk when it is good.
  base::Result<void> take(const std::string& body, const std::string& key, base::UtcTime old_end);

  const std::string station_;
  const Files files_;
  Transport& transport_;
  const base::Clock& clock_;
  const RenewOptions options_;
  Backoff backoff_;
  DirectionState state_;
  base::BootTime due_{};
};

}  // namespace station::client
