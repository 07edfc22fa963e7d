#include "sync/record/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "sync/record/merkle.h"
#include "sync/record/record.h"

namespace station::record {

namespace {

// Lines that came before their turn are remembered by their hash, so that a swap is told apart from a loss.
constexpr std::size_t kHeldBack = 4096;
constexpr std::size_t kStraysHeld = 1024;

template <class T>
bool take_number(std::string_view& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || (text[0] == '0' && end != text.data() + 1)) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

std::string positions(std::uint64_t from, std::uint64_t until) {
  return until == from + 1 ? fmt::format("record {}", from) : fmt::format("records {} to {}", from, until - 1);
}

}  // namespace

bool read_line_place(std::string_view line, LinePlace& out) {
  if (!take(line, "{\"v\":1,\"station\":\"")) return false;
  const std::size_t quote = line.find('"');
  if (quote == std::string_view::npos || !is_station_id(line.substr(0, quote))) return false;
  out.station = line.substr(0, quote);
  line.remove_prefix(quote);
  return take(line, "\",\"inc\":") && take_number(line, out.inc) && take(line, ",\"seq\":") &&
         take_number(line, out.seq) && take(line, ",\"type\":");
}

const char* to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::altered:
      return "altered";
    case FaultKind::missing:
      return "missing";
    case FaultKind::doubled:
      return "doubled";
    case FaultKind::swapped:
      return "swapped";
    case FaultKind::unsigned_tail:
      return "unsigned";
    case FaultKind::unknown_log:
      return "unknown_log";
    case FaultKind::not_a_record:
      return "not_a_record";
    case FaultKind::bad_checkpoint:
      return "bad_checkpoint";
    case FaultKind::bad_delegation:
      return "bad_delegation";
    case FaultKind::two_histories:
      return "two_histories";
  }
  return "";
}

namespace {

struct Line {
  Digest leaf{};
  std::uint64_t place = 0;
  bool odd = false;  // does not read as a record
};

// Lines that name no place, by rising place: one of them may be what became of a line that is missed.
using Strays = std::vector<Line>;

// One station's log of one incarnation while its lines pass by.
struct Log {
  LogVerdict verdict;
  bool key_known = false;
  NoteKey key;
  std::string delegation;                 // the note that named the key
  std::map<std::uint64_t, Digest> heads;  // size → signed root
  RightEdge edge;
  bool lost = false;                   // a line is missing or wrong: from here on no root can be computed
  std::uint64_t next = 0;              // the position that comes now
  std::map<std::uint64_t, Line> held;  // lines that came before their turn
  std::optional<Fault> suspect;        // the first line since the last proven head that reads oddly
  std::optional<Fault> tail;           // lines after the last head
  Line last;
  Strays* strays = nullptr;

  void complain(Fault fault) {
    ++verdict.fault_count;
    verdict.faults.push_back(std::move(fault));
    if (verdict.faults.size() > 2 * kFaultsKept) keep_first();
  }
  void keep_first() {
    std::stable_sort(verdict.faults.begin(), verdict.faults.end(),
                     [](const Fault& a, const Fault& b) { return a.seq < b.seq; });
    if (verdict.faults.size() > kFaultsKept) verdict.faults.resize(kFaultsKept);
  }

  void line(std::uint64_t seq, const Line& line) {
    ++verdict.lines;
    if (seq >= verdict.head) return after_head(seq, line);
    if (seq < next || held.contains(seq)) return again(seq, line);
    if (seq == next) {
      append(line);
      drain(line.place);
      return;
    }
    held.emplace(seq, line);
    if (held.size() > kHeldBack) give_up(held.begin()->first);
  }

  void after_head(std::uint64_t seq, const Line& line) {
    if (!tail) tail = Fault{FaultKind::unsigned_tail, seq, seq + 1, line.place, {}};
    tail->seq = std::min(tail->seq, seq);
    tail->until = std::max(tail->until, seq + 1);
  }

  void again(std::uint64_t seq, const Line& line) {
    for (const Fault& f : verdict.faults)
      if (f.kind == FaultKind::missing && seq >= f.seq && seq < f.until)
        return complain({FaultKind::swapped, seq, seq + 1, line.place,
                         fmt::format("record {} stands far behind its place", seq)});
    const bool same = seq + 1 == next && line.leaf == last.leaf;
    const char* how = same ? "the same line stands here again" : "a second line for this position";
    complain({FaultKind::doubled, seq, seq + 1, line.place, fmt::format("record {}: {}", seq, how)});
  }

  void append(const Line& line) {
    if (line.odd && !suspect)
      suspect = Fault{FaultKind::altered, next, next + 1, line.place,
                      fmt::format("record {} is not what the station signed: the line is no record line", next)};
    last = line;
    ++next;
    if (lost) return;
    edge.append(line.leaf);
    const auto head = heads.find(next);
    if (head == heads.end()) return;
    if (edge.root() == head->second) {
      verdict.verified = next;
      suspect.reset();  // odd, but the station did write it
    } else {
      wrong_root(next);
    }
  }

  void wrong_root(std::uint64_t size) {
    lost = true;
    if (suspect) {
      complain(*std::exchange(suspect, std::nullopt));
      return;
    }
    const std::uint64_t from = verdict.verified;
    complain({FaultKind::altered, from, size, 0,
              fmt::format("{} {} not what the station signed", positions(from, size), size == from + 1 ? "is" : "are")});
  }

  // Takes what had come before its turn.
  void drain(std::uint64_t late) {
    if (!held.empty() && held.begin()->first == next)
      complain({FaultKind::swapped, next - 1, next, late,
                fmt::format("record {} stands after record {}", next - 1, next)});
    while (!held.empty() && held.begin()->first == next) {
      append(held.begin()->second);
      held.erase(held.begin());
    }
  }

  // The positions before `to` do not come any more, unless unreadable lines stand where they should.
  void give_up(std::uint64_t to) {
    const std::uint64_t after = last.place, before = held.empty() ? UINT64_MAX : held.begin()->second.place;
    const auto begin = std::find_if(strays->begin(), strays->end(), [&](const Line& s) { return s.place > after; });
    const auto end = std::find_if(begin, strays->end(), [&](const Line& s) { return s.place > before; });
    if (static_cast<std::uint64_t>(end - begin) >= to - next) {
      const Strays found(begin, begin + static_cast<std::ptrdiff_t>(to - next));
      strays->erase(begin, begin + static_cast<std::ptrdiff_t>(to - next));
      verdict.lines += found.size();
      for (const Line& stray : found) append(stray);
    } else {
      complain({FaultKind::missing, next, to, held.empty() ? 0 : before,
                fmt::format("{} {} missing", positions(next, to), to == next + 1 ? "is" : "are")});
      lost = true;
      next = to;
    }
    while (!held.empty() && held.begin()->first == next) {
      append(held.begin()->second);
      held.erase(held.begin());
    }
  }

  LogVerdict finish(bool allow_tail) {
    while (!held.empty()) give_up(held.begin()->first);
    if (next < verdict.head) give_up(verdict.head);
    if (suspect) complain(*suspect);
    if (tail && !allow_tail) {
      tail->what = fmt::format("{} {} after the last head that the station signed (size {})",
                               positions(tail->seq, tail->until), tail->until == tail->seq + 1 ? "stands" : "stand",
                               verdict.head);
      if (!key_known) {
        tail->kind = FaultKind::unknown_log;
        tail->what = fmt::format("there is no signed head of incarnation {} of station {}", verdict.inc, verdict.station);
      }
      complain(*tail);
    }
    keep_first();
    return std::move(verdict);
  }
};

}  // namespace

struct LogVerifier::State {
  NoteKey centre;
  Options options;
  std::map<std::pair<std::string, std::uint32_t>, Log> logs;
  Strays strays;
  CityVerdict verdict;

  Log& log_of(const std::string& station, std::uint32_t inc) {
    const auto [it, fresh] = logs.try_emplace({station, inc});
    if (fresh) {
      it->second.verdict.station = station;
      it->second.verdict.inc = inc;
      it->second.strays = &strays;
    }
    return it->second;
  }
  bool take_delegation(Log& log, const SignedHead& head);
  void complain_of_strays() {
    for (const Line& stray : strays) {
      ++verdict.fault_count;
      if (verdict.elsewhere.size() < kFaultsKept)
        verdict.elsewhere.push_back({FaultKind::not_a_record, 0, 0, stray.place, "this is no record line"});
    }
    strays.clear();
  }
};

LogVerifier::LogVerifier(NoteKey centre) : LogVerifier(std::move(centre), Options()) {}
LogVerifier::LogVerifier(NoteKey centre, Options options) : state_(std::make_unique<State>()) {
  state_->centre = std::move(centre);
  state_->options = options;
}
LogVerifier::~LogVerifier() = default;

bool LogVerifier::State::take_delegation(Log& log, const SignedHead& head) {
  const auto refuse = [&](const std::string& what) {
    log.complain({FaultKind::bad_delegation, 0, 0, 0, what});
    return false;
  };
  const auto delegation = open_delegation(head.delegation, centre);
  if (!delegation) return refuse("the delegation is not accepted: " + delegation.error().message);
  if (delegation->station != head.station || delegation->inc != head.inc)
    return refuse(fmt::format("the delegation is for incarnation {} of station {}", delegation->inc, delegation->station));
  if (log.key_known && log.key.key != delegation->key.key)
    return refuse("the centre delegated two different keys for this incarnation");
  log.key_known = true;
  log.key = delegation->key;
  log.delegation = head.delegation;
  return true;
}

bool LogVerifier::add_head(const SignedHead& head) {
  Log& log = state_->log_of(head.station, head.inc);
  if (!head.fenced.empty()) log.verdict.fenced = head.fenced;
  const auto refuse = [&](FaultKind kind, const std::string& what) {
    log.complain({kind, 0, 0, 0, what});
    return false;
  };
  if ((!log.key_known || head.delegation != log.delegation) && !state_->take_delegation(log, head)) return false;
  if (head.checkpoint.empty()) return true;
  const auto checkpoint = open_checkpoint(head.checkpoint, log.key);
  if (!checkpoint) return refuse(FaultKind::bad_checkpoint, "the head is not accepted: " + checkpoint.error().message);
  if (checkpoint->origin != log_origin(head.station, head.inc))
    return refuse(FaultKind::bad_checkpoint, "the head is about another log: " + checkpoint->origin);
  if (checkpoint->size == 0) return true;
  const auto [there, fresh] = log.heads.emplace(checkpoint->size, checkpoint->root);
  if (!fresh && there->second != checkpoint->root) {
    log.complain({FaultKind::two_histories, 0, checkpoint->size, 0,
                  fmt::format("the station signed two different logs of {} records", checkpoint->size)});
    return false;
  }
  log.verdict.head = std::max(log.verdict.head, checkpoint->size);
  return true;
}

void LogVerifier::add_line(std::string_view line, std::uint64_t place) {
  State& s = *state_;
  ++s.verdict.lines;
  LinePlace at;
  if (!read_line_place(line, at)) {
    if (s.strays.size() == kStraysHeld) s.complain_of_strays();
    s.strays.push_back({leaf_hash(line), place, true});
    return;
  }
  Log& log = s.log_of(std::string(at.station), at.inc);
  // Whether it reads as a record matters only where the root is wrong: a station's own odd line is evidence, too.
  log.line(at.seq, {leaf_hash(line), place, !parse_line(line)});
}

CityVerdict LogVerifier::finish() {
  State& s = *state_;
  for (auto& [id, log] : s.logs) {
    s.verdict.logs.push_back(log.finish(s.options.allow_tail));
    s.verdict.verified += s.verdict.logs.back().verified;
    s.verdict.fault_count += s.verdict.logs.back().fault_count;
  }
  s.logs.clear();
  s.complain_of_strays();
  return std::move(s.verdict);
}

base::Result<CertificateVerdict> verify_certificate(std::string_view qr_text, const std::vector<std::string>& delegations,
                                                    const NoteKey& centre) {
  const auto text = rules::parse_certificate(qr_text);
  if (!text) return tl::unexpected(text.error());
  if (text->key_id == fmt::format("{:08x}", centre.id())) {  // issued by the centre, in place of the station's own
    auto opened = rules::open_certificate(qr_text, centre.key);
    if (!opened) return tl::unexpected(opened.error());
    return CertificateVerdict{*std::move(opened), 0};
  }
  base::Error why{base::Errc::not_found, fmt::format("there is no delegation for key {} of station {}", text->key_id,
                                                     text->station)};
  for (const std::string& note : delegations) {
    const auto delegation = open_delegation(note, centre);
    if (!delegation) {
      why = {base::Errc::denied, "the delegation is not accepted: " + delegation.error().message};
      continue;
    }
    if (delegation->station != text->station || fmt::format("{:08x}", delegation->key.id()) != text->key_id) continue;
    auto opened = rules::open_certificate(qr_text, delegation->key.key);
    if (!opened) return tl::unexpected(opened.error());
    return CertificateVerdict{*std::move(opened), delegation->inc};
  }
  return tl::unexpected(why);
}

}  // namespace station::record
