#include "sync/tool/centre_access.h"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "sync/base/config.h"
#include "sync/base/file.h"
#include "sync/client/backoff.h"

namespace station::tool {

using base::Errc;
using base::fail;

namespace {

constexpr int kTries = 5;
constexpr std::chrono::milliseconds kLimit = std::chrono::minutes(10);  // an import of many riders takes its time

bool is_worth_another_try(const base::Result<base::HttpResponse>& answer) {
  if (!answer) return answer.error().code == Errc::unavailable || answer.error().code == Errc::timeout;
  return answer->status == 429 || answer->status == 502 || answer->status == 503 || answer->status == 504;
}

}  // namespace

void CentreAccess::declare(Cli& cli) {
  cli.option("--centre", url_, "Address of the centre, https://…");
  cli.option("--ca", ca_, "Certificate of the authority that signed the centre's (PEM)");
  cli.option("--ca-sha256", ca_sha256_, "Instead of --ca: SHA-256 of the authority's public key, 64 hex digits");
  cli.option("--token-file", token_file_, "File with the token of the caller");
  cli.option("--profile", profile_, "File with these options: centre, ca or ca_sha256, token_file, centre_key (TOML)");
}

base::Result<void> CentreAccess::read_profile() {
  if (profile_.empty()) return {};
  auto loaded = base::Config::load(profile_);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto folder = std::filesystem::path(profile_).parent_path();
  const auto file = [&](const char* key, std::string& into) {
    const std::string named = loaded->text(key, "");
    if (into.empty() && !named.empty()) into = (folder / named).string();
  };
  const std::string url = loaded->text("centre", ""), pin = loaded->text("ca_sha256", "");
  if (url_.empty()) url_ = url;
  if (ca_.empty() && ca_sha256_.empty()) ca_sha256_ = pin;
  if (ca_sha256_.empty()) {
    file("ca", ca_);
  } else {
    loaded->text("ca", "");
  }
  file("token_file", token_file_);
  file("centre_key", centre_key_);
  return loaded->finish();
}

base::Result<void> CentreAccess::open(Io& io) {
  if (const auto read = read_profile(); !read) return read;
  if (url_.empty()) return fail(Errc::invalid, "the centre's address is missing: --centre https://… or --profile FILE");
  if (ca_.empty() && ca_sha256_.empty())
    return fail(Errc::invalid, "--ca FILE or --ca-sha256 HEX is needed: without it nobody knows who answers");
  if (token_file_.empty()) return fail(Errc::invalid, "--token-file FILE is needed: the centre asks who you are");
  auto token = read_one_line(token_file_);
  if (!token) return tl::unexpected(token.error());
  token_ = *std::move(token);
  auto transport = io.connect({url_, ca_, ca_sha256_});
  if (!transport) return tl::unexpected(transport.error());
  transport_ = *std::move(transport);
  return {};
}

base::Result<base::HttpResponse> CentreAccess::send(Io& io, base::HttpRequest request) {
  request.headers.emplace_back("authorization", "Bearer " + token_);
  client::Backoff backoff(io.random, {});
  for (int i = 1;; ++i) {
    auto answer = transport_->send(request, kLimit);
    if (!is_worth_another_try(answer) || i == kTries) return answer;
    const auto pause = backoff.next(answer ? client::retry_after(*answer) : std::chrono::milliseconds(0));
    io.err << fmt::format("{}; trying again in {} s\n",
                          answer ? client::sentence_of(*answer) : answer.error().message, pause.count() / 1000 + 1);
    if (!io.wait(pause)) return fail(Errc::conflict, "stopped");
  }
}

int explain(Io& io, const base::Error& error) {
  io.err << "station-tool: " << error.message << "\n";
  switch (error.code) {
    case Errc::invalid:
    case Errc::not_found:
      return kUsage;
    case Errc::corrupt:
    case Errc::conflict:
      return kFound;
    default:
      return kNoReach;
  }
}

int explain(Io& io, const base::HttpResponse& response) {
  const bool not_allowed = response.status == 401 || response.status == 403;
  io.err << "station-tool: " << client::sentence_of(response) << "\n";
  return not_allowed || response.status >= 500 || response.status == 429 ? kNoReach : kFound;
}

std::string url_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

base::Result<std::string> read_one_line(const std::string& file) {
  auto text = base::read_file(file, 64 * 1024);
  if (!text) return text;
  text->resize(std::min(text->find_first_of("\r\n"), text->size()));
  if (text->empty()) return fail(Errc::invalid, file + ": is empty");
  return text;
}

}  // namespace station::tool
