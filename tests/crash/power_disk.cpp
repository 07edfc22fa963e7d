#include "tests/crash/power_disk.h"

#include <algorithm>
#include <array>
#include <array>
#include <cstring>
#include <random>

namespace station::crash {

namespace {

constexpr int kSectorBytes = 512;
sqlite3* newest_connection = nullptr;  // SQLite tells of connections by a function without context

int remember_connection(sqlite3* db, const char**, const void*) {
  newest_connection = db;
  return SQLITE_OK;
}

}  // namespace

struct PowerDisk::Layer {
  sqlite3_vfs vfs{};
  sqlite3_vfs* below = nullptr;

  struct Open {
    sqlite3_file base;
    PowerDisk* disk;
    std::shared_ptr<Data>* data;
  };
  static Open* of(sqlite3_file* f) { return reinterpret_cast<Open*>(f); }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out) {
    auto* disk = static_cast<PowerDisk*>(vfs->pAppData);
    f->pMethods = nullptr;
    if (const int code = disk->allow(false, SQLITE_CANTOPEN); code != SQLITE_OK) return code;
    std::shared_ptr<Data> data;
    if (!name) {
      data = std::make_shared<Data>();
      data->temporary = true;
    } else if (const auto it = disk->files_.find(name); it != disk->files_.end()) {
      data = it->second;
    } else if ((flags & SQLITE_OPEN_CREATE) == 0) {
      return SQLITE_CANTOPEN;
    } else {
      data = std::make_shared<Data>();
      disk->enter(name, *data);
      disk->files_[name] = data;
      disk->note(*data, Operation::Kind::create);
    }
    of(f)->disk = disk;
    of(f)->data = new std::shared_ptr<Data>(std::move(data));
    of(f)->base.pMethods = methods();
    if (out) *out = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    auto* disk = static_cast<PowerDisk*>(vfs->pAppData);
    if (const int code = disk->allow(true, SQLITE_IOERR_DELETE); code != SQLITE_OK) return code;
    const auto it = disk->files_.find(name);
    if (it == disk->files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    disk->note(*it->second, Operation::Kind::remove, sync_folder != 0);
    disk->files_.erase(it);
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int, int* out) {
    const auto* disk = static_cast<PowerDisk*>(vfs->pAppData);
    const auto it = disk->files_.find(name);
    *out = it != disk->files_.end() && !it->second->bytes.empty();
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* name, int room, char* out) {
    const std::size_t n = std::strlen(name) + 1;
    if (n > static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
    std::memcpy(out, name, n);
    return SQLITE_OK;
  }

  static int close(sqlite3_file* f) {
    delete of(f)->data;
    of(f)->data = nullptr;
    return SQLITE_OK;
  }

  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    if (const int code = of(f)->disk->allow(false, SQLITE_IOERR_READ); code != SQLITE_OK) return code;
    const std::string& bytes = (*of(f)->data)->bytes;
    const auto from = static_cast<std::size_t>(at), want = static_cast<std::size_t>(n);
    const std::size_t have = from >= bytes.size() ? 0 : std::min(want, bytes.size() - from);
    if (have > 0) std::memcpy(to, bytes.data() + from, have);
    if (have == want) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + have, 0, want - have);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    PowerDisk& disk = *of(f)->disk;
    const int code = disk.failure_.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    if (const int refused = disk.allow(true, code); refused != SQLITE_OK) return refused;
    Data& data = **of(f)->data;
    const auto begin = static_cast<std::size_t>(at), size = static_cast<std::size_t>(n);
    if (data.bytes.size() < begin + size) data.bytes.resize(begin + size);
    std::memcpy(data.bytes.data() + begin, from, size);
    disk.note(data, Operation::Kind::write, begin, from, size);
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    PowerDisk& disk = *of(f)->disk;
    if (const int code = disk.allow(true, SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) return code;
    Data& data = **of(f)->data;
    data.bytes.resize(static_cast<std::size_t>(size));
    disk.note(data, Operation::Kind::truncate, static_cast<std::uint64_t>(size));
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* f, int) {
    PowerDisk& disk = *of(f)->disk;
    if (const int code = disk.allow(false, SQLITE_IOERR_FSYNC); code != SQLITE_OK) return code;
    disk.note(**of(f)->data, Operation::Kind::sync);
    return SQLITE_OK;
  }

  static int size(sqlite3_file* f, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>((*of(f)->data)->bytes.size());
    return SQLITE_OK;
  }

  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }

  static int control(sqlite3_file* f, int what, void* argument) {
    const int pages = of(f)->disk->checkpoint_pages_;
    if (what != SQLITE_FCNTL_PRAGMA || pages == 0 || !newest_connection) return SQLITE_NOTFOUND;
    const std::string pragma = static_cast<char**>(argument)[1];
    if (pragma == "wal_autocheckpoint") return SQLITE_OK;
    if (pragma == "mmap_size") sqlite3_wal_autocheckpoint(newest_connection, pages);
    return SQLITE_NOTFOUND;
  }

  // Both as SQLite's own layer for Linux says.
  static int sector(sqlite3_file*) { return 4096; }
  static int device(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  // Version 1: no shared memory and no mapping; exclusive locking needs neither.
  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods kMethods{1,       close, read,     write,   truncate, sync,   size,
                                             lock,    lock,  reserved, control, sector,   device, nullptr,
                                             nullptr, nullptr, nullptr, nullptr, nullptr};
    return &kMethods;
  }
};

PowerDisk::PowerDisk() : layer_(std::make_unique<Layer>()) {
  layer_->below = sqlite3_vfs_find(nullptr);
  layer_->vfs = *layer_->below;
  layer_->vfs.pNext = nullptr;
  layer_->vfs.zName = "power";
  layer_->vfs.szOsFile = static_cast<int>(sizeof(Layer::Open));
  layer_->vfs.pAppData = this;
  layer_->vfs.xOpen = Layer::open;
  layer_->vfs.xDelete = Layer::remove;
  layer_->vfs.xAccess = Layer::access;
  layer_->vfs.xFullPathname = Layer::full_path;
  sqlite3_vfs_register(&layer_->vfs, 1);
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(remember_connection));
}

PowerDisk::~PowerDisk() {
  sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(remember_connection));
  newest_connection = nullptr;
  sqlite3_vfs_register(layer_->below, 1);
  sqlite3_vfs_unregister(&layer_->vfs);
}

void PowerDisk::load(Files files) {
  files_.clear();
  for (auto& [name, bytes] : files) {
    auto data = std::make_shared<Data>();
    data->bytes = std::move(bytes);
    enter(name, *data);
    files_[name] = std::move(data);
  }
}

Files PowerDisk::files() const {
  Files out;
  for (const auto& [name, data] : files_) out[name] = data->bytes;
  return out;
}

void PowerDisk::record(Journal* into) {
  journal_ = into;
  if (!into) return;
  for (auto& [name, data] : files_) enter(name, *data);
}

void PowerDisk::fail(Failure how) {
  failure_ = how;
  refused_ = false;
}

void PowerDisk::power_off() {
  off_ = true;
}

void PowerDisk::power_on() {
  off_ = false;
  fail({});
}

int PowerDisk::allow(bool changes, int code) {
  if (off_) return code;
  ++calls_;
  if (failure_.after < 0 || (failure_.full && !changes)) return SQLITE_OK;
  if (failure_.after > 0) {
    --failure_.after;
    return SQLITE_OK;
  }
  if (!failure_.lasting) failure_.after = -1;
  refused_ = true;
  return code;
}

void PowerDisk::enter(const std::string& name, Data& data) {
  if (!journal_) return;
  data.index = static_cast<std::uint32_t>(journal_->names.size());
  journal_->names.push_back(name);
}

void PowerDisk::note(Data& data, Operation::Kind kind, std::uint64_t at, const void* bytes, std::size_t n) {
  if (!journal_ || data.temporary) return;
  journal_->operations.push_back(
      {kind, data.index, at, n == 0 ? std::string() : std::string(static_cast<const char*>(bytes), n)});
}

const char* to_string(Cut cut) {
  static const char* const kNames[kCuts] = {"lost", "kept", "sectors", "garbage", "torn", "reordered"};
  return kNames[static_cast<int>(cut)];
}

// Files that were there before have the first indexes, in the order of their names, as PowerDisk::record gives them.
Replay::Replay(const Files& before, const Journal& journal) : journal_(journal), files_(journal.names.size()) {
  std::size_t i = 0;
  for (const auto& [name, bytes] : before) {
    File& file = files_.at(i++);
    file.durable = bytes;
    file.exists = file.name_durable = true;
  }
}

namespace {

void write_into(std::string& bytes, std::uint64_t at, std::string_view data) {
  if (bytes.size() < at + data.size()) bytes.resize(at + data.size());
  std::memcpy(bytes.data() + at, data.data(), data.size());
}

void carry_out(std::string& bytes, const Operation& o) {
  if (o.kind == Operation::Kind::write) write_into(bytes, o.at, o.data);
  if (o.kind == Operation::Kind::truncate) bytes.resize(o.at);
}

}  // namespace

void Replay::advance(std::size_t operations) {
  for (; done_ < operations; ++done_) {
    const Operation& o = journal_.operations[done_];
    File& file = files_[o.file];
    switch (o.kind) {
      case Operation::Kind::create:
        file.exists = true;
        break;
      case Operation::Kind::write:
      case Operation::Kind::truncate:
        file.pending.push_back(done_);
        break;
      case Operation::Kind::sync:
        for (const std::size_t i : file.pending) carry_out(file.durable, journal_.operations[i]);
        file.pending.clear();
        // The first sync of a new file syncs its folder, and with it every other name in there.
        if (!file.name_durable)
          for (File& f : files_) {
            f.name_durable |= f.exists;
            f.removal_durable |= f.removed;
          }
        break;
      case Operation::Kind::remove:
        file.removed = true;
        if (o.at != 0)
          for (File& f : files_) {
            f.name_durable |= f.exists;
            f.removal_durable |= f.removed;
          }
        break;
    }
  }
}

namespace {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  bool of(double p) { return static_cast<double>(engine_() >> 11) * 0x1.0p-53 < p; }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(engine_() % n); }
  char byte() { return static_cast<char>(engine_()); }

 private:
  std::mt19937_64 engine_;
};

// Each sector of a write comes through or not; with `garbage` what does not may be anything.
void write_in_part(std::string& bytes, const Operation& o, double p, bool garbage, Chance& chance) {
  for (std::size_t from = 0; from < o.data.size();) {
    const std::size_t boundary = kSectorBytes - (o.at + from) % kSectorBytes;
    const std::size_t n = std::min<std::size_t>(boundary, o.data.size() - from);
    if (chance.of(p)) {
      write_into(bytes, o.at + from, std::string_view(o.data).substr(from, n));
    } else if (garbage && chance.of(0.4)) {
      std::string noise(n, '\0');
      std::generate(noise.begin(), noise.end(), [&] { return chance.byte(); });
      write_into(bytes, o.at + from, noise);
    }
    from += n;
  }
}

}  // namespace

Files Replay::cut(Cut how, std::uint64_t seed) const {
  Chance chance(seed);
  const double p = std::array{0.1, 0.5, 0.9}[chance.below(3)];
  Files out;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const File& file = files_[i];
    if (!file.exists) continue;
    const bool sure = how == Cut::lost || how == Cut::kept;
    if (!file.name_durable && (how == Cut::lost || (!sure && chance.of(0.5)))) continue;
    if (file.removal_durable) continue;
    if (file.removed && (how == Cut::kept || (!sure && chance.of(0.5)))) continue;
    std::string bytes = file.durable;
    const std::size_t turn = chance.below(file.pending.size() + 1);
    for (std::size_t n = 0; n < file.pending.size(); ++n) {
      const Operation& o = journal_.operations[file.pending[n]];
      const bool write = o.kind == Operation::Kind::write;
      bool whole = false;
      switch (how) {
        case Cut::lost:
          break;
        case Cut::kept:
          whole = true;
          break;
        case Cut::sectors:
        case Cut::garbage:
          if (write) {
            write_in_part(bytes, o, p, how == Cut::garbage, chance);
          } else {
            whole = chance.of(p);
          }
          break;
        case Cut::torn:
          whole = n < turn;
          if (n == turn && write) {
            Operation part = o;
            part.data.resize(chance.below(part.data.size() + 1));
            carry_out(bytes, part);
          }
          break;
        case Cut::reordered:
          whole = n >= turn;
          break;
      }
      if (whole) carry_out(bytes, o);
    }
    out[journal_.names[i]] = std::move(bytes);  // of two of one name the newer one is there
  }
  return out;
}

}  // namespace station::crash
