#pragma once

#include <sqlite3.h>

#include <cstring>
#include <memory>

// A disk that fails from a chosen write on: stands in for SQLite's default VFS while it lives.
namespace station::test {

class FailingDisk {
 public:
  FailingDisk() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "failing-disk";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = &open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FailingDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // The next `n` writes and syncs succeed, then each gives `code`.
  void fail_after(int n, int code) {
    left_ = n;
    code_ = code;
  }
  void heal() { left_ = -1; }
  int operations() const { return operations_; }

 private:
  struct File {
    sqlite3_file base;
    FailingDisk* disk;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  int next() {
    ++operations_;
    if (left_ < 0) return SQLITE_OK;
    if (left_ == 0) return code_;
    --left_;
    return SQLITE_OK;
  }

  static File* of(sqlite3_file* f) { return reinterpret_cast<File*>(f); }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* disk = static_cast<FailingDisk*>(vfs->pAppData);
    File* f = of(file);
    f->disk = disk;
    f->base.pMethods = nullptr;
    const int code = disk->real_->xOpen(disk->real_, name, f->real(), flags, out);
    if (code != SQLITE_OK) return code;
    static const sqlite3_io_methods methods = [] {
      sqlite3_io_methods m{};
      m.iVersion = 1;  // no shared memory and no mapping: exclusive locking needs neither
      m.xClose = [](sqlite3_file* x) { return of(x)->real()->pMethods->xClose(of(x)->real()); };
      m.xRead = [](sqlite3_file* x, void* to, int n, sqlite3_int64 at) {
        return of(x)->real()->pMethods->xRead(of(x)->real(), to, n, at);
      };
      m.xWrite = [](sqlite3_file* x, const void* from, int n, sqlite3_int64 at) {
        if (const int failed = of(x)->disk->next(); failed != SQLITE_OK) return failed;
        return of(x)->real()->pMethods->xWrite(of(x)->real(), from, n, at);
      };
      m.xTruncate = [](sqlite3_file* x, sqlite3_int64 n) {
        return of(x)->real()->pMethods->xTruncate(of(x)->real(), n);
      };
      m.xSync = [](sqlite3_file* x, int how) {
        if (const int failed = of(x)->disk->next(); failed != SQLITE_OK) return failed;
        return of(x)->real()->pMethods->xSync(of(x)->real(), how);
      };
      m.xFileSize = [](sqlite3_file* x, sqlite3_int64* n) {
        return of(x)->real()->pMethods->xFileSize(of(x)->real(), n);
      };
      m.xLock = [](sqlite3_file* x, int l) { return of(x)->real()->pMethods->xLock(of(x)->real(), l); };
      m.xUnlock = [](sqlite3_file* x, int l) { return of(x)->real()->pMethods->xUnlock(of(x)->real(), l); };
      m.xCheckReservedLock = [](sqlite3_file* x, int* r) {
        return of(x)->real()->pMethods->xCheckReservedLock(of(x)->real(), r);
      };
      m.xFileControl = [](sqlite3_file* x, int op, void* a) {
        return of(x)->real()->pMethods->xFileControl(of(x)->real(), op, a);
      };
      m.xSectorSize = [](sqlite3_file* x) { return of(x)->real()->pMethods->xSectorSize(of(x)->real()); };
      m.xDeviceCharacteristics = [](sqlite3_file* x) {
        return of(x)->real()->pMethods->xDeviceCharacteristics(of(x)->real());
      };
      return m;
    }();
    f->base.pMethods = &methods;
    return SQLITE_OK;
  }

  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  int left_ = -1, code_ = SQLITE_IOERR;
  int operations_ = 0;
};

}  // namespace station::test
