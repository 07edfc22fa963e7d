#include <algorithm>
#include <nlohmann/json.hpp>

#include "devices/drivers/lock_commissioning.h"
#include "sync/base/crypto.h"

namespace station::drivers {

namespace {

using Json = nlohmann::ordered_json;
using base::Errc;
using base::fail;

const char* polarity_word(Polarity polarity) {
  switch (polarity) {
    case Polarity::closed_is_11:
      return "closed_is_11";
    case Polarity::closed_is_00:
      return "closed_is_00";
    case Polarity::unknown:
      break;
  }
  return "unknown";
}

std::string digest_of(const Json& content) {
  const std::string text = content.dump();
  return base::to_hex(base::sha256(base::as_bytes(text)));
}

}  // namespace

std::string commissioning_record(const LockCommissioning& work, const std::string& line, const std::string& who,
                                 base::UtcTime when) {
  Json content{{"what", "lock line"}, {"line", line}, {"who", who}, {"when", base::iso8601(when)}, {"echo", work.echo()}};
  content["boards"] = Json::array();
  const LockLineSettings result = work.result();
  for (std::size_t i = 0; i < result.boards.size(); ++i) {
    const LockBoardSettings& board = result.boards[i];
    content["boards"].push_back({{"family", codec::to_string(board.family)},
                                 {"address", board.address},
                                 {"locks", board.locks},
                                 {"polarity", polarity_word(board.polarity)},
                                 {"status_bytes", board.status_bytes},
                                 {"pulse_ms", board.pulse.count()},
                                 {"pulse_measured", board.pulse_measured},
                                 {"reply", work.boards()[i].reply},
                                 {"shortcoming", work.shortcoming(board.address)}});
  }
  content["locks"] = Json::array();
  for (const LockFinding& f : work.confirmed())
    content["locks"].push_back({{"board", f.lock.board}, {"lock", f.lock.lock}, {"evidence", f.evidence}});
  const std::string digest = digest_of(content);
  return Json{{"commissioning", content}, {"sha256", digest}}.dump(1) + "\n";
}

base::Result<void> apply_commissioning(const std::string& record, LockLineSettings& settings) {
  const Json json = Json::parse(record, nullptr, false);
  if (!json.is_object() || !json.contains("commissioning") || !json.contains("sha256") || !json["sha256"].is_string())
    return fail(Errc::corrupt, "it is no record of a commissioning");
  const Json& content = json["commissioning"];
  if (digest_of(content) != json["sha256"].get<std::string>())
    return fail(Errc::corrupt, "the record was changed after the commissioning: commission the boards again");
  try {
    for (const Json& found : content.at("boards")) {
      const std::string family = found.at("family");
      const auto board =
          std::find_if(settings.boards.begin(), settings.boards.end(), [&](const LockBoardSettings& b) {
            return b.address == found.at("address").get<int>() && codec::to_string(b.family) == family;
          });
      if (board == settings.boards.end()) continue;
      const std::string polarity = found.at("polarity");
      if (polarity != "unknown")
        board->polarity = polarity == "closed_is_11" ? Polarity::closed_is_11 : Polarity::closed_is_00;
      board->status_bytes = found.at("status_bytes").get<int>();
      board->pulse_measured = board->pulse_measured || found.at("pulse_measured").get<bool>();
    }
  } catch (const nlohmann::json::exception& e) {
    return fail(Errc::corrupt, std::string("the record lacks something: ") + e.what());
  }
  return {};
}

}  // namespace station::drivers
