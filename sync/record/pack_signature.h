#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sync/record/note.h"
#include "sync/record/pack.h"

// What makes a pack whole and whose it is. The manifest is text:
//   rider-station/pack
//   rider-safety 7
//   <sha256 hex> <bytes> <name>      one line for each file, by name
// The signature is a signed note (note.h) over "rider-station/pack\n<pack> <version>\n<sha256 hex of the manifest>\n"; several may sign.
namespace station::record {

std::string pack_manifest(const std::string& pack, std::uint64_t version, const PackFiles& files);

// `corrupt` with the first file that differs from the manifest, is missing or is not named by it.
base::Result<void> check_manifest(const RawPack& pack);

// `denied` unless a signature of this key is among those of the pack.
base::Result<void> check_signature(const RawPack& pack, const NoteKey& key);

// Names of all that signed, "name+1f2e3d4c"; whether a signature holds is not checked.
std::vector<std::string> signers_of(const RawPack& pack);

// The pack with one more signature. The same key again changes nothing.
base::Result<std::string> sign_pack(std::string_view bytes, const std::string& name, const SigningKey& key,
                                    const PackLimits& limits = {});

// Opens only what the key signed: `denied` otherwise, and else as open_pack.
base::Result<Content> open_signed_pack(std::string_view bytes, const NoteKey& key, const PackLimits& limits = {});

base::Result<std::string> packed(const RawPack& pack, const PackLimits& limits);
// Manifest and content are checked; errors as of open_pack.
base::Result<Content> content_of(const RawPack& pack, const PackLimits& limits);

}  // namespace station::record
