#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace station::base {

// What kind of failure: callers decide by this, people read the message.
enum class Errc {
  invalid,      // the input is not of the stated form
  not_found,    // nothing of that name
  conflict,     // contradicts what is already there
  corrupt,      // stored or received data fails its check
  denied,       // signature, rights or policy say no
  unavailable,  // try later: network, device, busy
  timeout,      // no answer within the limit
  io,           // disk or operating system
};

// A failure in normal operation. `message` is one sentence for the person concerned: what is wrong and where.
struct Error {
  Errc code = Errc::invalid;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

const char* to_string(Errc code);

}  // namespace station::base
