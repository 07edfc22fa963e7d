#include "sync/central/store/move.h"

#include <deque>

#include "sync/base/crypto.h"
#include "sync/central/store/schema_text.h"

namespace station::central {

namespace {

constexpr std::uint64_t kMoveWindow = 20'000;        // records at once
constexpr std::uint64_t kProgressEvery = 50'000;  // rows

std::string columns_of(const Table& table) {
  std::string out;
  for (const Column& c : table.columns) out += (out.empty() ? "" : ", ") + c.name;
  return out;
}

// A running hash over rows in their order.
class RowHash {
 public:
  void add(std::string_view field) {
    buffer_ += std::to_string(field.size()) + ":";
    buffer_ += field;
    if (buffer_.size() > (std::size_t{1} << 20)) fold();
  }
  std::string digest() {
    fold();
    return base::to_hex(state_);
  }

 private:
  void fold() {
    state_ = base::sha256(state_, base::as_bytes(buffer_));
    buffer_.clear();
  }
  std::string buffer_;
  base::Digest state_{};
};

class Mover {
 public:
  Mover(Store& from, Store& to, const std::function<void(std::uint64_t)>& progress)
      : from_(from), to_(to), progress_(progress) {}

  Moved run() {
    from_.begin();
    to_.begin();
    const auto tables = schema_tables();
    for (const Table& table : tables) {
      require_empty(table);
      if (table.name == "record") {
        copy_records();
      } else {
        copy_table(table);
      }
      ++moved_.tables;
    }
    for (const Table& table : tables)
      if (digest(from_, table) != digest(to_, table))
        throw StorageError{"table " + table.name + " is not the same after copying"};
    to_.commit();
    from_.prepared("INSERT INTO meta VALUES('moved_to',$1) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
        .bind(to_.kind())
        .done();
    from_.commit();
    return moved_;
  }

 private:
  const char* literal(std::string sql) {
    literals_.push_back(std::move(sql));
    return literals_.back().c_str();
  }

  void require_empty(const Table& table) {
    const auto s = to_.once("SELECT COUNT(*) FROM " + table.name);
    if (s->row() && s->integer(0) != 0)
      throw StorageError{"the target is not empty: table " + table.name + " holds rows"};
  }

  void count_row() {
    if (++moved_.rows % kProgressEvery == 0) progress_(moved_.rows);
  }

  static void bind(Statement& target, const Column& column, const Statement& source, int i) {
    switch (column.type) {
      case ColumnType::integer:
        target.bind(source.integer(i));
        break;
      case ColumnType::text:
        target.bind(source.view(i));
        break;
      case ColumnType::blob:
        target.bind_blob(source.view(i));
        break;
    }
  }

  void copy_table(const Table& table) {
    std::string places;
    for (std::size_t i = 1; i <= table.columns.size(); ++i) places += (i == 1 ? "$" : ",$") + std::to_string(i);
    const char* insert =
        literal("INSERT INTO " + table.name + "(" + columns_of(table) + ") VALUES(" + places + ")");
    const auto rows = from_.once("SELECT " + columns_of(table) + " FROM " + table.name);
    while (rows->row()) {
      Statement& target = to_.prepared(insert);
      for (std::size_t i = 0; i < table.columns.size(); ++i)
        bind(target, table.columns[i], *rows, static_cast<int>(i));
      target.done();
      count_row();
    }
  }

  void copy_records() {
    std::uint64_t last = 0;
    for (std::uint64_t n = kMoveWindow; n == kMoveWindow;) {
      n = 0;
      Statement& s = from_.prepared(
          "SELECT pos, bucket, station, inc, seq, type, subject, line FROM record WHERE pos>$1 ORDER BY pos LIMIT $2");
      s.bind(last).bind(kMoveWindow);
      while (s.row()) {
        last = s.position(0);
        to_.append({last, static_cast<int>(s.integer(1)), s.view(2), static_cast<std::uint32_t>(s.integer(3)),
                    s.position(4), s.view(5), s.view(6), s.view(7)});
        ++n;
        ++moved_.records;
        count_row();
      }
    }
  }

  std::string digest(Store& store, const Table& table) {
    RowHash hash;
    const auto add = [&](const Statement& s) {
      for (std::size_t i = 0; i < table.columns.size(); ++i) hash.add(s.view(static_cast<int>(i)));
    };
    if (table.name != "record") {
      const auto s = store.once("SELECT " + columns_of(table) + " FROM " + table.name + " ORDER BY " + columns_of(table));
      while (s->row()) add(*s);
      return hash.digest();
    }
    std::uint64_t last = 0;
    for (std::uint64_t n = kMoveWindow; n == kMoveWindow;) {
      n = 0;
      Statement& s = store.prepared(
          "SELECT pos, bucket, station, inc, seq, type, subject, line FROM record WHERE pos>$1 ORDER BY pos LIMIT $2");
      s.bind(last).bind(kMoveWindow);
      for (; s.row(); ++n) {
        last = s.position(0);
        add(s);
      }
    }
    return hash.digest();
  }

  Store& from_;
  Store& to_;
  const std::function<void(std::uint64_t)>& progress_;
  Moved moved_;
  std::deque<std::string> literals_;
};

}  // namespace

Moved move_city(Store& from, Store& to, const std::function<void(std::uint64_t)>& progress) {
  if (const std::string gone = moved_to(from); !gone.empty()) throw StorageError{"this city has moved to " + gone};
  return Mover(from, to, progress).run();
}

std::string moved_to(Store& store) {
  auto& s = store.prepared("SELECT value FROM meta WHERE key='moved_to'");
  return s.row() ? s.text(0) : std::string();
}

}  // namespace station::central
