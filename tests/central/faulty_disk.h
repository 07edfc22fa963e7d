#pragma once

#include <memory>

namespace station::central::test {

// A layer under SQLite that can let writing fail from some point on, as a full or dying disk does; while it fails, it
// is also what a process leaves behind that was killed at that point. One at a time: it is the default while it lives.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  void fail_after(int writes);  // so many writes and syncs still succeed
  void heal();
  bool failed() const;  // something was refused since fail_after

  struct Layer;

 private:
  std::unique_ptr<Layer> layer_;
};

}  // namespace station::central::test
