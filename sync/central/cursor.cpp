#include "sync/central/cursor.h"

#include <charconv>

namespace station::central {

namespace {

std::string filter_mark(const PullFilter& f) {
  std::string text = f.type + "\n" + f.station + "\n" + f.subject;
  if (f.needs_time())
    text += "\n" + (f.from ? base::iso8601(*f.from) : "") + "\n" + (f.to ? base::iso8601(*f.to) : "");
  const base::Digest digest = base::sha256(base::as_bytes(text));
  return base::to_hex(std::span(digest).first(6));
}

}  // namespace

std::string PullFilter::text() const {
  std::string out;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += (out.empty() ? "" : "&") + std::string(name) + "=" + value;
  };
  add("type", type);
  add("station", station);
  add("subject", subject);
  if (from) add("from", base::iso8601(*from));
  if (to) add("to", base::iso8601(*to));
  return out;
}

bool PullFilter::fits(std::string_view type_, std::string_view station_, std::string_view subject_) const {
  const bool type_fits = type.empty() || (type.back() == '.' ? type_.starts_with(type) : type_ == type);
  return type_fits && (station.empty() || station_ == station) && (subject.empty() || subject_ == subject);
}

std::string make_cursor(const std::string& epoch, const PullFilter& filter, std::uint64_t pos) {
  return base::to_base64url(base::as_bytes("1." + epoch + "." + filter_mark(filter) + "." + std::to_string(pos)));
}

std::uint64_t open_cursor(const std::string& cursor, const std::string& epoch, const PullFilter& filter,
                          std::uint64_t head) {
  const auto bytes = base::from_base64url(cursor);
  const std::string text = bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
  const std::size_t a = text.find('.'), b = text.find('.', a + 1), c = text.find('.', b + 1);
  std::uint64_t pos = 0;
  if (a == std::string::npos || b == std::string::npos || c == std::string::npos || text.substr(0, a) != "1" ||
      std::from_chars(text.data() + c + 1, text.data() + text.size(), pos).ptr != text.data() + text.size())
    throw Refusal{400, "cursor", "\"cursor\" is not one that this centre gave out"};
  if (text.substr(b + 1, c - b - 1) != filter_mark(filter))
    throw Refusal{400, "filter", "the cursor belongs to a pull with another filter"};
  if (text.substr(a + 1, b - a - 1) != epoch || pos > head)
    throw Refusal{410, "epoch",
                  "the cursor belongs to another copy of the store, which was restored since; begin again with " +
                      make_cursor(epoch, filter, 0)};
  return pos;
}

}  // namespace station::central
