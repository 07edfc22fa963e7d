#include "tests/central/faulty_disk.h"

#include <sqlite3.h>

#include <cstring>

namespace station::central::test {

struct FaultyDisk::Layer {
  sqlite3_vfs vfs{};
  sqlite3_vfs* below = nullptr;
  int left = -1;  // writes until failure; -1: none
  bool failed = false;

  bool refuses() {
    if (left < 0) return false;
    if (left > 0) {
      --left;
      return false;
    }
    failed = true;
    return true;
  }
};

namespace {

using Layer = FaultyDisk::Layer;

struct File {
  sqlite3_file base;
  Layer* layer;
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* file(sqlite3_file* f) {
  return reinterpret_cast<File*>(f);
}
sqlite3_file* below(sqlite3_file* f) {
  return file(f)->below();
}

int close(sqlite3_file* f) {
  return below(f)->pMethods ? below(f)->pMethods->xClose(below(f)) : SQLITE_OK;
}
int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
  return below(f)->pMethods->xRead(below(f), to, n, at);
}
int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
  if (file(f)->layer->refuses()) return SQLITE_IOERR_WRITE;
  return below(f)->pMethods->xWrite(below(f), from, n, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (file(f)->layer->refuses()) return SQLITE_IOERR_TRUNCATE;
  return below(f)->pMethods->xTruncate(below(f), size);
}
int sync(sqlite3_file* f, int flags) {
  if (file(f)->layer->refuses()) return SQLITE_IOERR_FSYNC;
  return below(f)->pMethods->xSync(below(f), flags);
}
int size(sqlite3_file* f, sqlite3_int64* out) {
  return below(f)->pMethods->xFileSize(below(f), out);
}
int lock(sqlite3_file* f, int level) {
  return below(f)->pMethods->xLock(below(f), level);
}
int unlock(sqlite3_file* f, int level) {
  return below(f)->pMethods->xUnlock(below(f), level);
}
int reserved(sqlite3_file* f, int* out) {
  return below(f)->pMethods->xCheckReservedLock(below(f), out);
}
int control(sqlite3_file* f, int op, void* arg) {
  return below(f)->pMethods->xFileControl(below(f), op, arg);
}
int sector(sqlite3_file* f) {
  return below(f)->pMethods->xSectorSize(below(f));
}
int device(sqlite3_file* f) {
  return below(f)->pMethods->xDeviceCharacteristics(below(f));
}

const sqlite3_io_methods kMethods{1,       close,   read,     write,   truncate, sync,   size,
                                  lock,    unlock,  reserved, control, sector,   device, nullptr,
                                  nullptr, nullptr, nullptr,  nullptr, nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out) {
  auto* layer = static_cast<Layer*>(vfs->pAppData);
  f->pMethods = nullptr;
  file(f)->layer = layer;
  std::memset(below(f), 0, static_cast<std::size_t>(layer->below->szOsFile));
  const int code = layer->below->xOpen(layer->below, name, below(f), flags, out);
  if (code == SQLITE_OK) f->pMethods = &kMethods;
  return code;
}

}  // namespace

FaultyDisk::FaultyDisk() : layer_(std::make_unique<Layer>()) {
  layer_->below = sqlite3_vfs_find(nullptr);
  layer_->vfs = *layer_->below;
  layer_->vfs.pNext = nullptr;
  layer_->vfs.zName = "faulty";
  layer_->vfs.szOsFile = static_cast<int>(sizeof(File)) + layer_->below->szOsFile;
  layer_->vfs.pAppData = layer_.get();
  layer_->vfs.xOpen = open;
  // The other functions of the layer below look at their own pAppData only in xOpen and friends of the same file
  // system.
  sqlite3_vfs_register(&layer_->vfs, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_register(layer_->below, 1);
  sqlite3_vfs_unregister(&layer_->vfs);
}

void FaultyDisk::fail_after(int writes) {
  layer_->left = writes;
  layer_->failed = false;
}
void FaultyDisk::heal() {
  layer_->left = -1;
}
bool FaultyDisk::failed() const {
  return layer_->failed;
}

}  // namespace station::central::test
