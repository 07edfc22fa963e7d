#include "sync/central/service.h"

#include <future>

#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace {

HttpResponse ask(Service& service, HttpRequest request) {
  const auto promise = std::make_shared<std::promise<HttpResponse>>();
  auto answer = promise->get_future();
  service.submit(std::move(request), [promise](HttpResponse r) { promise->set_value(std::move(r)); });
  REQUIRE(answer.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  return answer.get();
}

const HttpRequest kHealth{"GET", "/v1/health", {}, {}, {}};

}  // namespace

TEST_CASE("what does not fit into the queue is told to come again", "[central]") {
  City city;
  const StationLog log = city.enrol("440902-001");
  {
    Service full(*city.centre, city.clock, {.queue = 0});
    const auto answer = ask(full, kHealth);
    CHECK(answer.status == 503);
    CHECK(base::header_of(answer.headers, "retry-after") == "2");
    CHECK(full.stats().full == 1);
  }
  Service fair(*city.centre, city.clock, {.per_peer = 0});
  const auto answer = ask(fair, {"GET", "/v1/feed?after=0", {}, {}, log.station});
  CHECK(answer.status == 429);
  CHECK(base::header_of(answer.headers, "retry-after") == "2");
  CHECK(fair.stats().too_many == 1);
  CHECK(ask(fair, kHealth).status == 200);
}

TEST_CASE("many requests at once are answered each with its own answer, in few transactions", "[central]") {
  City city;
  std::vector<StationLog> logs;
  for (int i = 0; i < 50; ++i) {
    logs.push_back(city.enrol("440902-" + std::to_string(100 + i)));
    for (int n = 0; n <= i; ++n) logs.back().add("station.started", "", "{}");
  }
  Service service(*city.centre, city.clock, {});
  std::vector<std::promise<HttpResponse>> promises(logs.size());
  for (std::size_t i = 0; i < logs.size(); ++i)
    service.submit(logs[i].push_all(), [&promises, i](HttpResponse r) { promises[i].set_value(std::move(r)); });
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const auto answer = promises[i].get_future().get();
    CHECK(answer.body.find("\"next\":" + std::to_string(i + 1)) != std::string::npos);
  }
  CHECK(service.stats().grouped == 50);
  CHECK(service.stats().groups <= 50);
}

TEST_CASE("stopping answers waiting feeds and queued requests, and nobody afterwards", "[central]") {
  City city;
  const StationLog log = city.enrol("440902-001");
  Service service(*city.centre, city.clock, {});
  const auto now = lines_of(ask(service, {"GET", "/v1/feed?after=0", {}, {}, log.station}).body);
  CHECK(now.size() == 2);
  std::promise<HttpResponse> waiting;
  service.submit({"GET", "/v1/feed?after=1&wait=50", {}, {}, log.station},
                 [&waiting](HttpResponse r) { waiting.set_value(std::move(r)); });
  service.stop();
  const auto answer = waiting.get_future().get();
  CHECK(answer.status == 200);
  CHECK(base::header_of(answer.headers, "x-park").empty());
  CHECK(ask(service, kHealth).status == 503);
  CHECK(ask(service, {"POST", "/v1/riders", {}, "x", {}}).status == 503);
}

TEST_CASE("the gate knows new and revoked tokens at once", "[central]") {
  City city;
  const std::string administrator = city.token(Role::administrator);
  Service service(*city.centre, city.clock, {});
  const auto admitted = [&](const std::string& token) {
    const auto verdict = service.admit({"POST", "/v1/riders", {{"authorization", "Bearer " + token}}, {}, {}}, {});
    return verdict.refusal ? verdict.refusal->status : 200;
  };
  CHECK(admitted(administrator) == 200);
  CHECK(admitted("guessed") == 401);
  const auto made = ask(service, {"POST",
                                  "/v1/tokens",
                                  {{"authorization", "Bearer " + administrator}},
                                  R"({"role":"administrator","name":"second"})",
                                  {}});
  const std::string second = text_member(made.body, "token"), id = text_member(made.body, "id");
  CHECK(admitted(second) == 200);
  CHECK(ask(service, {"DELETE", "/v1/tokens/" + id, {{"authorization", "Bearer " + administrator}}, {}, {}}).status ==
        200);
  CHECK(admitted(second) == 401);
  const Peer expired{"440902-001", "aa", base::to_ms(city.clock.utc()) / 1000 - 1};
  const auto verdict = service.admit(kHealth, expired);
  REQUIRE(verdict.refusal);
  CHECK(verdict.refusal->body.find("\"code\":\"expired\"") != std::string::npos);
}
