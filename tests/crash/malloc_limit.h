#pragma once

namespace station::crash {

// Lets SQLite's k-th request for memory fail. Made while no connection is open, and gone before the next is expected to
// be without it. One at a time, one thread.
class MallocLimit {
 public:
  MallocLimit();
  ~MallocLimit();
  MallocLimit(const MallocLimit&) = delete;
  MallocLimit& operator=(const MallocLimit&) = delete;

  void fail_after(long requests, bool lasting);  // so many still succeed
  void heal();
  long requests() const;  // so far
  bool refused() const;   // something failed since fail_after
};

}  // namespace station::crash
