#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sync/record/merkle.h"
#include "sync/record/note.h"

namespace station::tool {

// The city's own log against its lines in the centre's order: every head that the centre signed (its checkpoint, the
// end of each day, what a witness signed) must be the root of the lines up to it.
class CityCheck {
 public:
  explicit CityCheck(record::NoteKey centre, std::vector<record::NoteKey> witnesses = {})
      : centre_(std::move(centre)), witnesses_(std::move(witnesses)) {}

  // One line of what `export` keeps in city.notes: {"kind":"checkpoint","note":…}, {"kind":"day","note":…,"counts":…}
  // or {"kind":"witness","name":…,"note":…}.
  void add_note(std::string_view line);
  // The next line of the city, in the centre's order.
  void add_line(std::string_view line);
  void finish();

  std::uint64_t heads() const { return heads_; }
  std::uint64_t proven() const { return proven_; }  // positions below the largest head that fits
  std::uint64_t days() const { return days_; }
  std::uint64_t witnessed() const { return witnessed_; }  // up to where a known witness signed
  const std::vector<std::string>& faults() const { return faults_; }
  bool valid() const { return faults_.empty(); }

 private:
  struct Head {
    std::string what;
    base::Digest root{};
  };
  void expect(const std::string& what, const record::Checkpoint& head);
  void add_checkpoint(const std::string& what, const std::string& note, const record::NoteKey& by);
  void add_day(const std::string& note, const std::string& counts);
  void compare();

  const record::NoteKey centre_;
  const std::vector<record::NoteKey> witnesses_;
  std::string origin_;
  record::RightEdge edge_;
  std::multimap<std::uint64_t, Head> expected_;  // by size
  std::uint64_t heads_ = 0, proven_ = 0, days_ = 0, witnessed_ = 0;
  std::vector<std::string> faults_;
};

}  // namespace station::tool
