#pragma once

#include <string>
#include <utility>
#include <vector>

namespace station::base {

// HTTP messages as values, shared by the client's transport and the centre's routes, so that both ends can also be
// joined without a network. Header names are lower case.
struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query, for example "/v1/feed?after=12"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;  // server side only: station id proven by the TLS client certificate, or empty
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

inline std::string header_of(const std::vector<std::pair<std::string, std::string>>& headers, const std::string& name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

}  // namespace station::base
