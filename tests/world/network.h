#pragma once

#include <deque>
#include <functional>
#include <string>

#include "sync/base/random.h"
#include "sync/client/transport.h"

namespace station::world {

// Chances in per mille of each request, while the network is bad.
struct Weather {
  int lost = 0;         // never reaches the centre
  int answer_lost = 0;  // done at the centre, the station hears nothing
  int doubled = 0;      // done twice, the second answer arrives
  int late = 0;         // the station gives up; the centre gets it before a later request
  int cut = 0;          // a proxy ends the answer early and says nothing
  int html = 0;         // a log-in page of somebody's hotspot instead of the answer
  int gateway = 0;      // 502 from a proxy
  bool operator==(const Weather&) const = default;
};

// The far end of every line: the centre's handle(), or nothing while it is down.
using FarEnd = std::function<base::HttpResponse(const base::HttpRequest&)>;

// One station's way to the centre, without sockets. The weather may change at any time.
class Line final : public client::Transport {
 public:
  Line(std::string station, FarEnd far_end, base::Random& random)
      : station_(std::move(station)), far_end_(std::move(far_end)), random_(random) {}

  void set_weather(const Weather& weather) { weather_ = weather; }
  void set_up(bool up) { up_ = up; }

  base::Result<base::HttpResponse> send(const base::HttpRequest& request, std::chrono::milliseconds) override {
    base::HttpRequest mine = request;
    mine.peer = station_;  // what the client certificate proves
    if (!up_) return base::fail(base::Errc::unavailable, "no connection");
    while (!late_.empty()) {
      far_end_(late_.front());
      late_.pop_front();
    }
    int dice = static_cast<int>(random_.below(1000));
    const auto falls = [&dice](int chance) { return (dice -= chance) < 0; };
    if (falls(weather_.lost)) return base::fail(base::Errc::unavailable, "the connection broke");
    if (falls(weather_.late)) {
      late_.push_back(mine);
      return base::fail(base::Errc::timeout, "no answer in time");
    }
    if (falls(weather_.html)) return page(200);
    if (falls(weather_.gateway)) return page(502);
    const bool doubled = falls(weather_.doubled), lost = falls(weather_.answer_lost), cut = falls(weather_.cut);
    if (doubled) far_end_(mine);
    base::HttpResponse answer = far_end_(mine);
    if (answer.status == 0) return base::fail(base::Errc::unavailable, "the centre is down");
    if (lost) return base::fail(base::Errc::timeout, "no answer in time");
    if (cut) answer.body.resize(random_.below(answer.body.size() + 1));
    return answer;
  }

 private:
  static base::HttpResponse page(int status) {
    return {status, {{"content-type", "text/html"}}, "<html><body>Please log in</body></html>"};
  }

  const std::string station_;
  const FarEnd far_end_;
  base::Random& random_;
  Weather weather_;
  bool up_ = true;
  std::deque<base::HttpRequest> late_;
};

}  // namespace station::world
