#include "tests/crash/history.h"

#include <stdexcept>

#include "tests/crash/database.h"

namespace station::crash {

namespace {

// A database that is being made for the first time: nothing was confirmed, and no state in between is wrong.
bool being_made(std::size_t mark) {
  return mark == 0;
}

std::string place(const History& history, std::size_t mark, std::size_t operations, Cut how, std::uint64_t seed) {
  std::string day = "?";
  for (const DayMarks& d : history.days)
    if (mark >= d.first) day = d.name;
  return day + ", after confirmation " + std::to_string(mark) + ", operation " + std::to_string(operations) + ", " +
         to_string(how) + ", seed " + std::to_string(seed) + ": ";
}

}  // namespace

History play_all(PowerDisk& disk, Machine& machine) {
  History history;
  disk.load({});
  disk.record(&history.journal);
  history.marks.push_back({0, 0, machine.remember()});
  std::vector<Files> at_mark;
  for (int day = 0; day < machine.days(); ++day) {
    DayMarks d{machine.day_name(day), machine.remember(), disk.files(), history.marks.size() - 1, 0, disk.calls()};
    try {
      machine.play(day, [&] {
        history.marks.push_back({history.journal.operations.size(), 0, machine.remember()});
        at_mark.push_back(disk.files());
      });
    } catch (const std::logic_error& e) {
      throw std::logic_error("day " + d.name + ", confirmation " + std::to_string(history.marks.size()) + ": " +
                             e.what());
    } catch (const Stopped& stopped) {
      throw std::logic_error("day " + d.name + ": the store failed on a sound disk: " + stopped.why);
    }
    d.count = history.marks.size() - 1 - d.first;
    d.calls = disk.calls() - d.calls;
    history.days.push_back(std::move(d));
  }
  disk.record(nullptr);
  for (std::size_t i = 0; i < at_mark.size(); ++i) {
    const Contents contents = look_into(disk, at_mark[i], machine.path());
    if (!contents.damage.empty()) throw std::logic_error("mark " + std::to_string(i + 1) + ": " + contents.damage);
    history.marks[i + 1].digest = contents.digest;
  }
  return history;
}

Standing standing(const History& history, std::size_t mark, std::uint64_t digest) {
  if (digest == history.marks[mark].digest) return Standing::confirmed;
  if (mark + 1 < history.marks.size() && digest == history.marks[mark + 1].digest) return Standing::next;
  for (std::size_t i = 0; i < mark; ++i)
    if (digest == history.marks[i].digest) return Standing::lost;
  return Standing::partial;
}

namespace {

// One point: what is on the disk, then a start of the shipping program on it.
void examine(PowerDisk& disk, Machine& machine, const History& history, std::size_t mark, const Files& image,
             bool thorough, const std::string& where, Toll& toll) {
  ++toll.points;
  const Contents contents = look_into(disk, image, machine.path());
  if (!contents.damage.empty()) toll.blame(toll.corrupt, where + contents.damage);
  if (!being_made(mark)) {
    const Standing s = standing(history, mark, contents.digest);
    if (s == Standing::lost) toll.blame(toll.lost, where + "an earlier state came back");
    if (s == Standing::partial) toll.blame(toll.partial, where + "a state that never was");
  }
  disk.load(image);
  machine.restore(history.marks[mark].moment);
  if (const std::string wrong = machine.starts_well(thorough); !wrong.empty()) toll.blame(toll.corrupt, where + wrong);
}

// The power goes again while the program repairs what the first cut left, and in its first work.
void cut_again(PowerDisk& disk, Machine& machine, const History& history, std::size_t mark, const Files& image,
               std::uint64_t seed, const std::string& where, Toll& toll) {
  Journal repair;
  disk.load(image);
  disk.record(&repair);
  machine.restore(history.marks[mark].moment);
  const std::string wrong = machine.starts_well(false);
  disk.record(nullptr);
  if (!wrong.empty()) return;  // examine() has said so
  Replay replay(image, repair);
  const std::size_t all = repair.operations.size();
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t operations = (all * i + seed % (all + 1)) / 4;
    replay.advance(std::min(all, operations));
    const auto how = static_cast<Cut>((seed + i) % kCuts);
    const Files second = replay.cut(how, seed + i);
    ++toll.points;
    const std::string here = where + "and again at " + std::to_string(operations) + ": ";
    const Contents contents = look_into(disk, second, machine.path());
    if (!contents.damage.empty()) toll.blame(toll.corrupt, here + contents.damage);
    disk.load(second);
    machine.restore(history.marks[mark].moment);
    if (const std::string why = machine.starts_well(true); !why.empty()) toll.blame(toll.corrupt, here + why);
  }
}

}  // namespace

Toll cut_power(PowerDisk& disk, Machine& machine, const History& history, std::uint64_t count, std::uint64_t seed) {
  Toll toll;
  Replay replay({}, history.journal);
  const std::uint64_t all = history.journal.operations.size();
  const std::uint64_t first = (count * 4 + 4) / 5;  // a fifth of the points are second cuts
  std::size_t mark = 0;
  for (std::uint64_t i = 0; i < first; ++i) {
    const auto operations = static_cast<std::size_t>(i * (all + 1) / first);
    replay.advance(operations);
    while (mark + 1 < history.marks.size() && history.marks[mark + 1].operations <= operations) ++mark;
    const auto how = static_cast<Cut>((i + seed) % kCuts);
    const std::uint64_t point_seed = seed * 0x9e3779b97f4a7c15ULL + i;
    const Files image = replay.cut(how, point_seed);
    const std::string where = place(history, mark, operations, how, point_seed);
    examine(disk, machine, history, mark, image, i % 8 == 0, where, toll);
    if (i % 16 == 15) cut_again(disk, machine, history, mark, image, point_seed, where, toll);
  }
  return toll;
}

namespace {

// Plays one day again while something fails, as `arm` says, and looks at what is left.
void play_failing(PowerDisk& disk, Machine& machine, const History& history, int day,
                  const std::function<void()>& arm, const std::function<bool()>& disarm, bool thorough,
                  const std::string& where, Toll& toll) {
  const DayMarks& d = history.days[static_cast<std::size_t>(day)];
  disk.load(d.files);
  machine.restore(d.moment);
  std::size_t confirmed = 0;
  bool ended = false;
  std::string why;
  arm();
  try {
    machine.play(day, [&] { ++confirmed; });
    ended = true;
  } catch (const Stopped& stopped) {
    why = stopped.why;  // as promised: nothing more is confirmed
  } catch (const std::exception& e) {
    toll.blame(toll.partial, where + e.what());
  }
  const bool failed = disarm();
  machine.kill();
  if (!failed && !ended) toll.blame(toll.partial, where + "stopped without a reason: " + why);
  if (ended && confirmed != d.count) toll.blame(toll.lost, where + "a day with other confirmations");
  examine(disk, machine, history, d.first + confirmed, disk.files(), thorough, where, toll);
}

// The point `i` of `count` over all days: which day, and at which of its calls.
struct Turn {
  int day = 0;
  long call = 0;
};
Turn turn_of(const std::vector<long>& calls, std::uint64_t i, std::uint64_t count) {
  long all = 0;
  for (const long n : calls) all += n;
  auto at = static_cast<long>(static_cast<double>(i) / static_cast<double>(count) * static_cast<double>(all));
  for (std::size_t day = 0; day < calls.size(); ++day) {
    if (at < calls[day]) return {static_cast<int>(day), at};
    at -= calls[day];
  }
  return {};
}

}  // namespace

Toll fail_calls(PowerDisk& disk, Machine& machine, const History& history, std::uint64_t count, std::uint64_t seed) {
  Toll toll;
  std::vector<long> calls;
  for (const DayMarks& d : history.days) calls.push_back(d.calls);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Turn turn = turn_of(calls, i, count);
    const std::uint64_t sort = (i + seed) % 3;
    const Failure failure{turn.call, sort != 1, sort == 2};
    play_failing(
        disk, machine, history, turn.day, [&] { disk.fail(failure); },
        [&] {
          const bool refused = disk.refused();
          disk.fail({});
          return refused;
        },
        i % 8 == 0,
        history.days[static_cast<std::size_t>(turn.day)].name + ", call " + std::to_string(turn.call) + " of the disk (" +
            (sort == 0 ? "dead" : sort == 1 ? "once" : "full") + "): ",
        toll);
  }
  return toll;
}

Toll fail_memory(PowerDisk& disk, MallocLimit& memory, Machine& machine, const History& history, std::uint64_t count,
                 std::uint64_t seed) {
  std::vector<long> requests;
  for (int day = 0; day < machine.days(); ++day) {
    const DayMarks& d = history.days[static_cast<std::size_t>(day)];
    disk.load(d.files);
    machine.restore(d.moment);
    const long before = memory.requests();
    machine.play(day, [] {});
    requests.push_back(memory.requests() - before);
    machine.kill();
  }
  Toll toll;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Turn turn = turn_of(requests, i, count);
    const bool lasting = (i + seed) % 2 == 0;
    play_failing(
        disk, machine, history, turn.day, [&] { memory.fail_after(turn.call, lasting); },
        [&] {
          const bool refused = memory.refused();
          memory.heal();
          return refused;
        },
        i % 8 == 0,
        history.days[static_cast<std::size_t>(turn.day)].name + ", request " + std::to_string(turn.call) +
            " for memory (" + (lasting ? "all later, too" : "once") + "): ",
        toll);
  }
  return toll;
}

}  // namespace station::crash
