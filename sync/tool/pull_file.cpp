#include "sync/tool/pull_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "sync/base/file.h"
#include "sync/record/json_text.h"

namespace station::tool {

using base::Errc;
using base::fail;

namespace {

tl::unexpected<base::Error> disk(const std::string& file, const char* what) {
  return fail(Errc::io, fmt::format("{}: {}: {}", file, what, std::strerror(errno)));
}

std::string name_of(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

}  // namespace

PullFile::PullFile(PullFile&& other) noexcept
    : file_(std::move(other.file_)),
      state_(std::move(other.state_)),
      query_(std::move(other.query_)),
      fd_(std::exchange(other.fd_, -1)),
      cursor_(std::move(other.cursor_)),
      bytes_(other.bytes_),
      records_(other.records_) {}

PullFile::~PullFile() {
  if (fd_ >= 0) ::close(fd_);
}

base::Result<PullFile> PullFile::open(const std::string& file, const std::string& state, const std::string& query) {
  PullFile pull;
  pull.file_ = file;
  pull.state_ = state.empty() && !file.empty() ? file + ".state" : state;
  pull.query_ = query;
  if (!file.empty()) {
    pull.fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (pull.fd_ < 0) return disk(file, "cannot be opened");
    if (::flock(pull.fd_, LOCK_EX | LOCK_NB) != 0)
      return fail(Errc::conflict, file + ": another pull is writing this file");
  }
  std::error_code error;
  const bool there = !pull.state_.empty() && std::filesystem::exists(pull.state_, error);
  if (there)
    if (const auto read = pull.read_state(); !read) return tl::unexpected(read.error());
  if (pull.fd_ >= 0)
    if (const auto fitted = pull.fit_to_state(there); !fitted) return tl::unexpected(fitted.error());
  return pull;
}

base::Result<void> PullFile::read_state() {
  const auto text = base::read_file(state_, 64 * 1024);
  if (!text) return tl::unexpected(text.error());
  const auto json = record::parse_json(*text);
  const auto word = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
  };
  const auto number = [&](const char* key, std::uint64_t& out) {
    return json.is_object() && json.contains(key) && record::whole_number(json[key], out);
  };
  cursor_ = word("cursor");
  if (cursor_.empty() || !number("bytes", bytes_) || !number("records", records_))
    return fail(Errc::invalid, state_ + ": is not the state of a pull");
  if (word("query") != query_)
    return fail(Errc::invalid, fmt::format("{}: belongs to a pull with other options ({})", state_, word("query")));
  if (word("file") != name_of(file_))
    return fail(Errc::invalid, fmt::format("{}: belongs to a pull into {}", state_,
                                           word("file").empty() ? "standard output" : word("file")));
  return {};
}

base::Result<void> PullFile::fit_to_state(bool state_there) {
  struct stat found {};
  if (::fstat(fd_, &found) != 0) return disk(file_, "cannot be read");
  const auto size = static_cast<std::uint64_t>(found.st_size);
  if (!state_there && size > 0)
    return fail(Errc::invalid,
                fmt::format("{}: exists, but {} does not; name another file, or remove it to begin anew", file_, state_));
  if (size < bytes_)
    return fail(Errc::invalid, fmt::format("{}: holds {} bytes where {} remembers {}; remove both to begin anew", file_,
                                           size, state_, bytes_));
  if (size > bytes_ && ::ftruncate(fd_, static_cast<off_t>(bytes_)) != 0) return disk(file_, "cannot be shortened");
  return {};
}

base::Result<void> PullFile::write_state() const {
  if (state_.empty()) return {};
  const nlohmann::ordered_json json{
      {"cursor", cursor_}, {"records", records_}, {"bytes", bytes_}, {"query", query_}, {"file", name_of(file_)}};
  return base::write_file(state_, json.dump(1) + "\n");
}

base::Result<void> PullFile::append(std::string_view rows, std::uint64_t n, const std::string& cursor,
                                    std::ostream& out) {
  if (fd_ < 0) {
    out << rows;
    out.flush();
    if (!out) return fail(Errc::io, "the output cannot be written");
  } else {
    std::string_view rest = rows;
    auto at = static_cast<off_t>(bytes_);
    while (!rest.empty()) {
      const ssize_t wrote = ::pwrite(fd_, rest.data(), rest.size(), at);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return disk(file_, "cannot be written");
      rest.remove_prefix(static_cast<std::size_t>(wrote));
      at += wrote;
    }
    if (!rows.empty() && ::fdatasync(fd_) != 0) return disk(file_, "cannot be written");
  }
  const bool changed = cursor != cursor_ || !rows.empty();
  bytes_ += rows.size();
  records_ += n;
  cursor_ = cursor;
  return changed ? write_state() : base::Result<void>();
}

}  // namespace station::tool
