#include "kiosk/app/headless.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "kiosk/app/rider.h"
#include "sync/base/file.h"

namespace station::app {

using namespace std::chrono_literals;
using base::Errc;
using base::fail;
using base::Milliseconds;
using base::Result;

namespace {

std::string joined(const std::vector<std::string>& words, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < words.size(); ++i) out += (out.empty() ? "" : " ") + words[i];
  return out;
}

}  // namespace

Result<void> ScriptPlayer::wait(Milliseconds by) {
  // In pieces, so that every screen that passes is seen.
  while (by.count() > 0) {
    const Milliseconds piece = std::min<Milliseconds>(by, 500ms);
    if (!stage_.pass(piece))
      return fail(Errc::invalid, "simulated time would overtake real time; let the script begin earlier (clock -12h)");
    by -= piece;
    if (stage_.driver().ui().needs_frame())
      if (auto ok = stage_.settle(); !ok) return ok;
    if (stop_ && stop_()) return fail(Errc::unavailable, "stopped by a signal");
  }
  return {};
}

// "locker.open.*" is the first target whose name begins so. What is scrolled away is scrolled to.
Result<void> ScriptPlayer::tap(const std::string& pattern) {
  std::string id = pattern;
  const ui::Probe& probe = stage_.driver().probe();
  if (pattern.ends_with('*')) {
    const std::string prefix = pattern.substr(0, pattern.size() - 1);
    const auto ids = probe.targets();
    const auto it = std::find_if(ids.begin(), ids.end(), [&](const std::string& t) { return t.starts_with(prefix); });
    if (it == ids.end()) return fail(Errc::not_found, fmt::format("nothing that can be touched is named {}", pattern));
    id = *it;
  }
  return stage_.tap(id);
}

bool ScriptPlayer::holds(const std::string& what, const std::string& rest) const {
  const ui::Probe& probe = stage_.driver().probe();
  if (what == "screen") return stage_.screen_name() == rest;
  if (what == "text") return probe.shows(rest);
  if (what == "no-text") return !probe.shows(rest);
  if (what == "minutes") return std::to_string(Rider(stage_).credited_s() / 60) == rest;
  const ui::ProbeItem* item = probe.find(rest);
  if (what == "off") return item && !item->enabled;
  const bool there = rest.ends_with('*') ? std::any_of(probe.items().begin(), probe.items().end(),
                                                       [&](const ui::ProbeItem& i) { return i.id.starts_with(rest.substr(0, rest.size() - 1)); })
                                         : item != nullptr;
  return what == "widget" ? there : !there;
}

Result<void> ScriptPlayer::expect(const ScriptLine& line) {
  const std::string& what = line.words[0];
  const std::string rest = joined(line.words, 1);
  if (holds(what, rest)) return {};
  if (what == "minutes") return fail(Errc::invalid, fmt::format("{} minutes were expected, {} are credited", rest, Rider(stage_).credited_s() / 60));
  return fail(Errc::invalid, fmt::format("{} \"{}\" was expected", what, rest));
}

// Waits in simulated time for devices and flows, and in real time for the centre.
Result<void> ScriptPlayer::until(const ScriptLine& line) {
  std::vector<std::string> words = line.words;
  Milliseconds limit = 60s;
  if (words.size() > 3 && words[words.size() - 2] == "within" && parse_duration(words.back(), limit)) words.resize(words.size() - 2);
  const std::string rest = joined(words, 1);
  const auto end = stage_.clock().mono() + limit;
  const auto real_end = base::SystemClock().mono() + 20s;
  while (!holds(words[0], rest)) {
    if (stage_.clock().mono() >= end || base::SystemClock().mono() >= real_end)
      return fail(Errc::timeout, fmt::format("{} \"{}\" did not come within {} s", words[0], rest, limit.count() / 1000));
    if (auto ok = wait(250ms); !ok) return ok;
    ::usleep(10'000);
  }
  return {};
}

Result<void> ScriptPlayer::device(const ScriptLine& line) {
  Hands* hands = stage_.devices().hands();
  if (!hands) return fail(Errc::invalid, "devices are real; start with --sim to let the script move them");
  const std::string& verb = line.verb;
  const std::string& first = line.words.empty() ? verb : line.words[0];
  Result<void> done;
  if (verb == "card") {
    if (auto ok = hands->lay_card(first); !ok) return ok;
    if (line.words.size() == 2) return wait(1s);
    if (auto ok = wait(700ms); !ok) return ok;
    hands->take_card();
  } else if (verb == "remove") {
    hands->take_card();
  } else if (verb == "scan") {
    done = hands->scan(first);
  } else if (verb == "box") {
    done = hands->box(first, line.words[1]);
  } else if (verb == "port") {
    done = hands->port(first, line.words[1]);
  } else if (verb == "outlet") {
    done = hands->outlet(first, line.words[1]);
  } else if (verb == "reader") {
    hands->plug_reader(first == "plug");
  } else if (verb == "board") {
    hands->board_alive(first == "alive");
  }
  if (!done) return done;
  return wait(verb == "card" ? 300ms : 1s);
}

Result<void> ScriptPlayer::play(const ScriptLine& line) {
  const std::string& verb = line.verb;
  const std::string& first = line.words.empty() ? verb : line.words[0];
  Milliseconds duration{0};
  Rider rider(stage_);
  if (verb == "say") {
    fmt::print("   {}\n", joined(line.words, 0));
    std::fflush(stdout);
  } else if (verb == "tap") {
    return tap(first);
  } else if (verb == "type") {
    for (const char digit : first)
      if (auto ok = tap(std::string("key.") + digit); !ok) return ok;
  } else if (verb == "touch") {
    return stage_.driver().tap_at({40, 1725});
  } else if (verb == "wait") {
    parse_duration(first, duration);
    return wait(duration);
  } else if (verb == "until") {
    return until(line);
  } else if (verb == "expect") {
    return expect(line);
  } else if (verb == "shot") {
    return stage_.shot(first);
  } else if (verb == "network") {
    if (!stage_.link()) return fail(Errc::unavailable, "this station has no centre");
    stage_.link()->network().connect(first == "up");
    if (first == "up") stage_.link()->agent().retry_now();
    return wait(6s);
  } else if (verb == "sync") {
    return stage_.sync(30s);
  } else if (verb == "study") {
    const auto begin = stage_.clock().mono();
    if (line.words.size() == 2) parse_duration(line.words[1], duration);
    if (first == "for") return rider.study([&] { return stage_.clock().mono() - begin >= duration; }, duration + 60s);
    if (first == "until") return rider.study([&] { return std::chrono::seconds(rider.credited_s()) >= duration; }, duration + 2h);
    bool inside = false;
    return rider.study(
        [&] {
          const bool lesson = stage_.screen_name() == "lesson";
          inside = inside || lesson;
          return inside && !lesson;
        },
        1h);
  } else if (verb == "exam") {
    return rider.exam(std::stoi(first));
  } else if (verb == "crash") {
    ::kill(::getpid(), SIGKILL);
  } else {
    return device(line);
  }
  return {};
}

Started<void> run_headless(const HeadlessOptions& options) {
  const auto text = base::read_file(options.script, 1 << 20);
  if (!text) return give_up(ExitCode::usage, text.error().message);
  auto lines = parse_script(*text, options.script.string());
  if (!lines) return give_up(ExitCode::usage, lines.error().message);
  StageOptions stage_options{options.config, {}, options.sim, options.shots, options.trace, {}, {}};
  if (!lines->empty() && lines->front().verb == "clock") {
    const std::string& when = lines->front().words[0];
    if (when == "real") stage_options.time.real = true;
    if (when != "real") parse_duration(when.substr(1), stage_options.time.behind);
    lines->erase(lines->begin());
  }
  auto stage = Stage::open(stage_options);
  if (!stage) return tl::unexpected(stage.error());
  ScriptPlayer player(**stage, options.stop);
  for (const ScriptLine& line : *lines) {
    if (options.stop && options.stop()) return {};
    if (auto ok = player.play(line); !ok) {
      if (options.stop && options.stop()) return {};
      return give_up((*stage)->kiosk().storage_failed() ? ExitCode::storage : ExitCode::failed,
                     fmt::format("{}:{}: {}: {}\n{}", options.script.string(), line.number, line.text(), ok.error().message,
                                 (*stage)->seen()));
    }
  }
  return {};
}

}  // namespace station::app
