#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sync/record/note.h"
#include "sync/rules/certificate_text.h"

// Are these lines what the stations wrote, all of it and in their order? An auditor needs the lines, the signed heads
// and the centre's public key, and nothing of the centre itself.
namespace station::record {

// Where a line says that it stands. It points into the line.
struct LinePlace {
  std::string_view station;
  std::uint32_t inc = 0;
  std::uint64_t seq = 0;
};
// From the beginning of a line as to_line writes it, without reading the rest; false for other lines.
bool read_line_place(std::string_view line, LinePlace& out);

// One statement of a station about its log, as the centre hands it out and as a batch carries it. Several of one log,
// with different sizes, narrow down the place of an alteration.
struct SignedHead {
  std::string station;
  std::uint32_t inc = 1;
  std::string checkpoint;  // signed note; empty while the log is
  std::string delegation;  // signed note
  std::string fenced;      // why the centre shut this log out, or empty
};

enum class FaultKind : std::uint8_t {
  altered,         // the lines do not give the root that the station signed
  missing,         // positions without a line
  doubled,         // a position with two lines
  swapped,         // a line stands after a later one
  unsigned_tail,   // a line after the last signed head
  unknown_log,     // a line of a station or incarnation without a signed head
  not_a_record,    // a line that no station wrote so
  bad_checkpoint,  // not signed by the station's key, or about another log
  bad_delegation,  // not signed by the centre, or about another log
  two_histories,   // the station signed two roots of one size
};
const char* to_string(FaultKind kind);  // "altered", …

struct Fault {
  FaultKind kind = FaultKind::altered;
  std::uint64_t seq = 0;    // first position concerned
  std::uint64_t until = 0;  // the one after the last
  std::uint64_t place = 0;  // of the line concerned, as the caller numbers them; 0 where there is none
  std::string what;         // one sentence
};

struct LogVerdict {
  std::string station;
  std::uint32_t inc = 1;
  std::uint64_t lines = 0;     // seen
  std::uint64_t head = 0;      // size of the largest head with a valid signature
  std::uint64_t verified = 0;  // positions below this are proven
  std::string fenced;
  std::vector<Fault> faults;  // by position, the first of them is what to look at; at most kFaultsKept
  std::uint64_t fault_count = 0;
};

struct CityVerdict {
  std::vector<LogVerdict> logs;  // by station and incarnation
  std::vector<Fault> elsewhere;  // lines that belong to no log
  std::uint64_t lines = 0;
  std::uint64_t verified = 0;
  std::uint64_t fault_count = 0;
  bool valid() const { return fault_count == 0; }
};

inline constexpr std::size_t kFaultsKept = 20;

// Heads first, then the lines of all logs in any mixture; memory does not grow with the lines.
class LogVerifier {
 public:
  struct Options {
    bool allow_tail = false;  // lines after the last head were written since and are no fault
  };
  explicit LogVerifier(NoteKey centre);
  LogVerifier(NoteKey centre, Options options);
  ~LogVerifier();
  LogVerifier(const LogVerifier&) = delete;
  LogVerifier& operator=(const LogVerifier&) = delete;

  // Returns false when this very head is not acceptable; the verdict then says why.
  bool add_head(const SignedHead& head);
  // `place` from 1: a line number or whatever the caller finds it by.
  void add_line(std::string_view line, std::uint64_t place);
  CityVerdict finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A certificate's QR text, without any network (learning rules, section 10).
struct CertificateVerdict {
  rules::CertificateText text;
  std::uint32_t inc = 1;  // of the delegation whose key signed it; 0: the centre signed it
};
// `delegations`: signed notes of the station concerned, of one or more incarnations. `invalid` when the text is none,
// `not_found` when no delegation is for its station and key, `denied` when a signature is wrong.
base::Result<CertificateVerdict> verify_certificate(std::string_view qr_text, const std::vector<std::string>& delegations,
                                                    const NoteKey& centre);

}  // namespace station::record
