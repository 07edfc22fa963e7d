#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/record/merkle.h"

// Signed notes and checkpoints in the C2SP forms (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).
namespace station::record {

using base::PublicKey;
using base::SigningKey;

// A named verification key. Key id = first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
struct NoteKey {
  std::string name;
  PublicKey key{};
  std::uint32_t id() const;
  std::string to_text() const;  // "name+1f2e3d4c+base64(0x01 ‖ key)", the C2SP vkey form
  static base::Result<NoteKey> from_text(std::string_view text);
};

// Text (must end with LF) followed by an empty line and one signature line "— name base64(id ‖ signature)".
std::string sign_note(const std::string& text, const std::string& name, const SigningKey& key);
std::string cosign_note(const std::string& note, const std::string& name, const SigningKey& key);

// The text when at least one signature of `key` is valid; `denied` otherwise. Signatures of unknown keys are ignored.
base::Result<std::string> open_note(std::string_view note, const NoteKey& key);

// Head of a log: origin, size and root. Origin of a station's log: "rider-station/<station>/<inc>".
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
};
std::string log_origin(const std::string& station, std::uint32_t inc);
std::string checkpoint_text(const Checkpoint& checkpoint);
base::Result<Checkpoint> parse_checkpoint_text(std::string_view text);

std::string sign_checkpoint(const Checkpoint& checkpoint, const std::string& name, const SigningKey& key);
base::Result<Checkpoint> open_checkpoint(std::string_view note, const NoteKey& key);

// The centre's statement that this record key speaks for this incarnation of the station.
struct Delegation {
  std::string station;
  std::uint32_t inc = 1;
  NoteKey key;  // name = station id
  base::UtcTime issued;
};
std::string sign_delegation(const Delegation& delegation, const std::string& centre_name, const SigningKey& centre);
base::Result<Delegation> open_delegation(std::string_view note, const NoteKey& centre);

}  // namespace station::record
