#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/record/json_text.h"
#include "sync/record/record.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// enrol-token: the code that lets a new station in. enrol: the station's side of it.
namespace station::tool {

namespace {

using Json = nlohmann::ordered_json;

class EnrolToken final : public Command {
 public:
  const char* name() const override { return "enrol-token"; }
  const char* help() const override { return "Make a one-time code with which a station enrols; prints RSE1|…"; }
  void declare(Cli& cli) override {
    cli.option("--station", station_, "Id, such as 440902-007", Cli::Need::required);
    cli.option("--name", label_, "Name of the place, as people know it", Cli::Need::required);
    cli.number("--valid-h", valid_h_, 1, 24, "Hours until it expires [24]");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    if (!record::is_station_id(station_))
      return explain(io, {base::Errc::invalid, fmt::format("\"{}\" is no station id such as 440902-007", station_)});
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    const std::string body = Json{{"station", station_}, {"name", label_}, {"valid_h", valid_h_}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
    const auto answer = centre_.send(io, {"POST", "/v1/enrol-tokens", {{"content-type", "application/json"}}, body, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto json = record::parse_json(answer->body);
    const auto word = [&](const char* key) {
      return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
    };
    client::EnrolOrder order;
    order.url = centre_.url();
    order.token = word("token");
    order.ca_sha256 = word("ca_sha256");
    if (order.ca_sha256.empty()) order.ca_sha256 = centre_.ca_sha256();
    const std::string code = client::enrol_code(order);
    if (!client::parse_enrol_code(code))
      return explain(io, {base::Errc::corrupt, "the centre's answer holds no token and no hash of its authority"});
    io.out << code << "\n";
    io.err << fmt::format("for station {} ({}), once, until {}\n", station_, label_, word("expires"));
    return kOk;
  }

 private:
  CentreAccess centre_;
  std::string station_, label_;
  std::uint64_t valid_h_ = 24;
};

class Enrol final : public Command {
 public:
  const char* name() const override { return "enrol"; }
  const char* help() const override { return "Enrol this machine as a station: makes its keys in DIR/identity"; }
  void declare(Cli& cli) override {
    cli.option("--data", dir_, "Data folder of the station", Cli::Need::required);
    cli.option("--code", code_, "Enrolment code, RSE1|…", Cli::Need::required);
    cli.option("--station", station_, "Id of the station, such as 440902-007", Cli::Need::required);
    cli.option("--name", label_, "Name of the place [the id]");
    cli.flag("--again", again_, "Replace an identity that is there already");
  }

  int run(Io& io) override {
    auto order = client::parse_enrol_code(code_);
    if (!order) return explain(io, order.error());
    order->station = station_;
    order->name = label_.empty() ? station_ : label_;
    const auto identity = io.enrol(dir_, *order, again_ ? client::Again::yes : client::Again::no);
    if (!identity) return explain(io, identity.error());
    io.out << fmt::format("enrolled: station {} incarnation {} of city {}, key {}\n", identity->station, identity->inc,
                          identity->city, identity->note_key().to_text());
    return kOk;
  }

 private:
  std::string dir_, code_, station_, label_;
  bool again_ = false;
};

}  // namespace

void add_enrol_commands(CommandList& list) {
  list.push_back(std::make_unique<EnrolToken>());
  list.push_back(std::make_unique<Enrol>());
}

}  // namespace station::tool
