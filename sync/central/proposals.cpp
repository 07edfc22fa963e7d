#include "sync/central/proposals.h"

#include <nlohmann/json.hpp>

#include "sync/central/body.h"
#include "sync/central/people.h"

namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

constexpr auto kValid = std::chrono::hours(7 * 24);

struct Action {
  std::string_view name;
  std::string (*carry_out)(Context&, const Proposal&);
};
constexpr Action kActions[] = {{"riders.erase", erase_rider}};

struct Open {
  Proposal proposal;
  std::string by;
};

Open open_proposal(Context& c) {
  auto& s = c.store.prepared("SELECT id, action, object, reason, proposer, at, outcome FROM proposal WHERE id=$1");
  s.bind(c.captured.at(0));
  if (!s.row()) throw Refusal{404, "not_found", "there is no proposal of this id"};
  Open open{{s.text(0), s.text(1), s.text(2), s.text(3)}, s.text(4)};
  if (!s.view(6).empty()) throw Refusal{409, "decided", "this proposal is decided already: " + s.text(6)};
  if (c.now - base::utc_from_ms(s.integer(5)) > kValid)
    throw Refusal{409, "expired", "this proposal is older than seven days; make it again"};
  return open;
}

void decide(Context& c, const Proposal& proposal, std::string_view outcome) {
  c.store.prepared("UPDATE proposal SET outcome=$1, decider=$2, decided=$3 WHERE id=$4")
      .bind(outcome)
      .bind(c.caller.name)
      .bind(base::to_ms(c.now))
      .bind(proposal.id)
      .done();
  audit(c, c.caller, proposal.action + "." + std::string(outcome), proposal.object, proposal.id);
}

HttpResponse post_approve(Context& c) {
  const Open open = open_proposal(c);
  if (open.by == c.caller.name)
    throw Refusal{403, "second_person", "whoever proposed this cannot approve it: a second person is needed"};
  for (const Action& action : kActions) {
    if (action.name != open.proposal.action) continue;
    decide(c, open.proposal, "approved");
    const std::string result = action.carry_out(c, open.proposal);
    return json_answer(200, Json{{"id", open.proposal.id}, {"outcome", "approved"}, {"result", result}}.dump());
  }
  throw Refusal{409, "unknown", "this version does not know what was proposed"};
}

HttpResponse post_reject(Context& c) {
  const Open open = open_proposal(c);
  decide(c, open.proposal, "rejected");
  return json_answer(200, Json{{"id", open.proposal.id}, {"outcome", "rejected"}, {"result", ""}}.dump());
}

HttpResponse get_proposals(Context& c) {
  std::string out;
  auto& s = c.store.prepared(
      "SELECT id, action, object, reason, proposer, at, outcome, decider FROM proposal ORDER BY at DESC, id LIMIT 1000");
  while (s.row())
    out += Json{{"id", s.text(0)},     {"action", s.text(1)},
                {"object", s.text(2)}, {"reason", s.text(3)},
                {"by", s.text(4)},     {"at", base::iso8601(base::utc_from_ms(s.integer(5)))},
                {"outcome", s.text(6)}, {"second", s.text(7)}}
               .dump() +
           "\n";
  return ndjson_answer(std::move(out));
}

}  // namespace

HttpResponse propose(Context& c, std::string_view action, const std::string& object, const std::string& reason) {
  check_name(reason, "reason");
  std::array<std::uint8_t, 8> bytes{};
  c.random.fill(bytes);
  const std::string id = base::to_hex(bytes);
  c.store.prepared("INSERT INTO proposal VALUES($1,$2,$3,$4,$5,$6,'','',0)")
      .bind(id)
      .bind(action)
      .bind(object)
      .bind(reason)
      .bind(c.caller.name)
      .bind(base::to_ms(c.now))
      .done();
  audit(c, c.caller, std::string(action) + ".proposed", object, id);
  return json_answer(202, Json{{"proposal", id}, {"action", action}, {"object", object}}.dump());
}

std::vector<Route> proposal_routes() {
  return {{"GET", "/v1/proposals", kAdministrator | kAuditor, get_proposals},
          {"POST", "/v1/proposals/*/approve", kAdministrator, post_approve},
          {"POST", "/v1/proposals/*/reject", kAdministrator, post_reject}};
}

}  // namespace station::central
