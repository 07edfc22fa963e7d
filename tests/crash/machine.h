#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/crash/power_disk.h"

namespace station::crash {

// The program under test said that its store has failed; nothing more is to be had from it in this run.
struct Stopped {
  std::string why;
};

// One machine: its clock, its chance and the shipping program that keeps its database on the disk. Days follow each
// other; each begins with a start of the program and ends with its end, so that a day can be played again from the disk
// as it was.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual std::string path() const = 0;  // of the database on the disk
  virtual int days() const = 0;
  virtual std::string day_name(int day) const = 0;

  // Plays a day on the disk as it is. `acknowledged` is called after each thing that the program confirmed. Throws
  // Stopped when the program stops confirming; std::logic_error when it answers what the day does not expect.
  virtual void play(int day, const std::function<void()>& acknowledged) = 0;
  // Ends the program without a word, as kill -9 does; nothing reaches the disk any more.
  virtual void kill() = 0;
  // What is outside the database: clock, chance, other files. To go back to it.
  virtual std::shared_ptr<const void> remember() const = 0;
  virtual void restore(const std::shared_ptr<const void>& moment) = 0;

  // Starts the shipping program on the disk as it is, lets it work and compares what follows from its log where
  // `thorough`. What is wrong as a sentence; empty: nothing.
  virtual std::string starts_well(bool thorough) = 0;
};

std::unique_ptr<Machine> make_kiosk(PowerDisk& disk);
std::unique_ptr<Machine> make_centre(PowerDisk& disk);

}  // namespace station::crash
