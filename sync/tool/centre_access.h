#pragma once

#include <memory>
#include <string>

#include "sync/tool/cli.h"

namespace station::tool {

// The options with which a command reaches its centre: --centre --ca --ca-sha256 --token-file, or --profile with them.
class CentreAccess {
 public:
  void declare(Cli& cli);

  bool given() const { return !url_.empty() || !profile_.empty(); }
  // Only the profile, for what does not need the centre itself.
  base::Result<void> read_profile();
  // Reads profile and token. `invalid` with a sentence for the user when something is missing.
  base::Result<void> open(Io& io);

  // After open(). The answer whatever its status; repeats what broke off or was turned away as busy, a few times.
  base::Result<base::HttpResponse> send(Io& io, base::HttpRequest request);
  // A file with the centre's key that the profile names, or empty.
  const std::string& centre_key_file() const { return centre_key_; }
  const std::string& url() const { return url_; }
  const std::string& ca_sha256() const { return ca_sha256_; }

 private:
  std::string url_, ca_, ca_sha256_, token_file_, profile_, centre_key_;
  std::string token_;
  std::unique_ptr<client::Transport> transport_;
};

// Says what is wrong with an answer and returns the exit status: kNoReach without an answer or without permission,
// kFound when the centre refuses what was asked.
int explain(Io& io, const base::Error& error);
int explain(Io& io, const base::HttpResponse& response);

// Percent-encoded for a part of a path or a value of a query.
std::string url_part(std::string_view text);

// One line of a file that holds a secret or a key, without its line feed.
base::Result<std::string> read_one_line(const std::string& file);

}  // namespace station::tool
