#include "sync/record/pack_signature.h"

#include <fmt/format.h>

#include <set>

#include "sync/base/crypto.h"

namespace station::record {

using base::Errc;
using base::fail;

namespace {

constexpr std::string_view kPackOrigin = "rider-station/pack\n";

std::string hash_hex(std::string_view text) {
  return base::to_hex(base::sha256(base::as_bytes(text)));
}

// What a signature stands under.
std::string signed_text(const RawPack& pack) {
  return fmt::format("{}{} {}\n{}\n", kPackOrigin, pack.pack, pack.version, hash_hex(pack.manifest));
}

std::string manifest_line(const std::string& name, const std::string& text) {
  return fmt::format("{} {} {}", hash_hex(text), text.size(), name);
}

std::vector<std::string_view> manifest_lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string pack_manifest(const std::string& pack, std::uint64_t version, const PackFiles& files) {
  std::string out = fmt::format("{}{} {}\n", kPackOrigin, pack, version);
  for (const auto& [name, text] : files) out += manifest_line(name, text) + "\n";
  return out;
}

base::Result<void> check_manifest(const RawPack& pack) {
  const std::string head = fmt::format("{}{} {}\n", kPackOrigin, pack.pack, pack.version);
  if (!pack.manifest.starts_with(head)) return fail(Errc::corrupt, "the manifest is missing or of another pack");
  std::set<std::string_view> named;
  for (const std::string_view line : manifest_lines(std::string_view(pack.manifest).substr(head.size()))) {
    const std::size_t hash = line.find(' '), size = hash == line.npos ? line.npos : line.find(' ', hash + 1);
    if (size == line.npos) return fail(Errc::corrupt, "a line of the manifest is not \"sha256 bytes name\"");
    const std::string name(line.substr(size + 1));
    const auto file = pack.files.find(name);
    if (file == pack.files.end()) return fail(Errc::corrupt, name + " stands in the manifest and not in the pack");
    if (line != manifest_line(name, file->second)) return fail(Errc::corrupt, name + " differs from the manifest");
    named.insert(file->first);
  }
  for (const auto& [name, text] : pack.files)
    if (!named.contains(name)) return fail(Errc::corrupt, name + " does not stand in the manifest");
  return {};
}

base::Result<void> check_signature(const RawPack& pack, const NoteKey& key) {
  if (pack.signature.empty()) return fail(Errc::denied, "nobody signed the content pack");
  const auto text = open_note(pack.signature, key);
  if (!text) return fail(Errc::denied, "the content pack: " + text.error().message);
  if (*text != signed_text(pack)) return fail(Errc::denied, "the signature belongs to another content pack");
  return {};
}

std::vector<std::string> signers_of(const RawPack& pack) {
  std::vector<std::string> out;
  const std::size_t gap = pack.signature.rfind("\n\n");
  if (gap == std::string::npos) return out;
  for (const std::string_view line : manifest_lines(std::string_view(pack.signature).substr(gap + 2))) {
    const std::size_t from = line.find(' ');
    const std::size_t to = from == line.npos ? line.npos : line.find(' ', from + 1);
    if (to == line.npos) continue;
    const auto blob = base::from_base64(line.substr(to + 1));
    if (!blob || blob->size() < 4) continue;
    out.push_back(fmt::format("{}+{:02x}{:02x}{:02x}{:02x}", line.substr(from + 1, to - from - 1), (*blob)[0],
                              (*blob)[1], (*blob)[2], (*blob)[3]));
  }
  return out;
}

base::Result<std::string> sign_pack(std::string_view bytes, const std::string& name, const SigningKey& key,
                                    const PackLimits& limits) {
  auto pack = unpack(bytes, limits);
  if (!pack) return tl::unexpected(pack.error());
  if (const auto whole = check_manifest(*pack); !whole) return tl::unexpected(whole.error());
  if (check_signature(*pack, {name, key.public_key})) return std::string(bytes);
  pack->signature = pack->signature.empty() ? sign_note(signed_text(*pack), name, key)
                                            : cosign_note(pack->signature, name, key);
  return packed(*pack, limits);
}

}  // namespace station::record
