#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

// A disk in memory under SQLite that remembers what was asked of it, and what a power cut would have left of that.
namespace station::crash {

using Files = std::map<std::string, std::string>;  // name → bytes

struct Operation {
  enum class Kind : std::uint8_t { create, write, truncate, sync, remove };
  Kind kind = Kind::write;
  std::uint32_t file = 0;  // index in Journal::names
  std::uint64_t at = 0;    // write: offset; truncate: new size; remove: 1 where the folder is synced, too
  std::string data;        // write
};

// Everything that was asked of a disk, in order. A file that is removed and made again has another index.
struct Journal {
  std::vector<std::string> names;
  std::vector<Operation> operations;
};

// Which calls fail, and how.
struct Failure {
  long after = -1;      // so many calls still succeed; -1: all
  bool lasting = true;  // all later calls fail, too
  bool full = false;    // writes say that the disk is full; reads and syncs go on
};

// Stands in for SQLite's default VFS while it lives. One at a time, one thread.
class PowerDisk {
 public:
  PowerDisk();
  ~PowerDisk();
  PowerDisk(const PowerDisk&) = delete;
  PowerDisk& operator=(const PowerDisk&) = delete;

  // Only while nothing is open.
  void load(Files files);
  // As a program sees them: what is left when the program dies and the machine does not.
  Files files() const;

  void record(Journal* into);  // null: no longer. What is there already is not part of the journal
  void fail(Failure how);
  long calls() const { return calls_; }  // reads, writes, syncs, truncations, openings and removals so far
  bool refused() const { return refused_; }  // something failed since fail()
  void power_off();                          // nothing succeeds or changes any more, until power_on()
  void power_on();
  // Connections that set their memory mapping (the product's all do) write their log back to the database after so many
  // pages, whatever else they ask for. 0: as they ask.
  void checkpoint_every(int pages) { checkpoint_pages_ = pages; }

  struct Layer;

 private:
  friend struct Layer;
  struct Data {
    std::string bytes;
    std::uint32_t index = 0;  // in the journal
    bool temporary = false;
  };
  int allow(bool changes, int code);
  void note(Data& data, Operation::Kind kind, std::uint64_t at = 0, const void* bytes = nullptr, std::size_t n = 0);
  void enter(const std::string& name, Data& data);

  std::unique_ptr<Layer> layer_;
  std::map<std::string, std::shared_ptr<Data>> files_;
  Journal* journal_ = nullptr;
  Failure failure_;
  long calls_ = 0;
  bool off_ = false, refused_ = false;
  int checkpoint_pages_ = 0;
};

// How the disk treats what was not synced when the power went.
enum class Cut : std::uint8_t { lost, kept, sectors, garbage, torn, reordered };
inline constexpr int kCuts = 6;
const char* to_string(Cut cut);

// Goes through a journal and says what is on the disk at each point.
class Replay {
 public:
  Replay(const Files& before, const Journal& journal);
  // To the point where so many operations were asked for; only forward.
  void advance(std::size_t operations);
  // What the power cut leaves at this point. The same for the same seed.
  Files cut(Cut how, std::uint64_t seed) const;

 private:
  struct File {
    std::string durable;
    std::vector<std::size_t> pending;  // operations since the last sync
    bool exists = false;               // its name was seen or is
    bool name_durable = false;
    bool removed = false, removal_durable = false;
  };
  const Journal& journal_;
  std::vector<File> files_;
  std::size_t done_ = 0;
};

}  // namespace station::crash
