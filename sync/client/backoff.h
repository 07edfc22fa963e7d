#pragma once

#include <chrono>

#include "sync/base/http.h"
#include "sync/base/random.h"
#include "sync/base/result.h"
#include "sync/client/sync_state.h"

namespace station::client {

struct BackoffOptions {
  std::chrono::milliseconds first{1'000};
  std::chrono::milliseconds most{300'000};
  std::chrono::milliseconds longest_asked{3'600'000};  // of a Retry-After; more is not believed
};

// Full jitter: a uniform draw from `first` to the doubled ceiling, so that three thousand stations that lost the centre
// together do not come back together.
class Backoff {
 public:
  Backoff(base::Random& random, BackoffOptions options) : random_(random), options_(options) {}

  // The wait after one more failure, at least `at_least` (what the centre asked for) and then a little more.
  std::chrono::milliseconds next(std::chrono::milliseconds at_least = {});
  void reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  base::Random& random_;
  const BackoffOptions options_;
  int failures_ = 0;
};

// Seconds of a Retry-After header; 0 when there is none or it is a date.
std::chrono::milliseconds retry_after(const base::HttpResponse& response);

// What kind of trouble an error of Transport::send or a status other than 200 is.
SyncTrouble trouble_of(base::Errc code);
SyncTrouble trouble_of_status(int status);
// The centre's own sentence ({"error":…}) or "the centre answered 502".
std::string sentence_of(const base::HttpResponse& response);

}  // namespace station::client
