#include "sync/record/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace station::record {

using base::Errc;
using base::fail;

namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash and a space, as the C2SP form prescribes

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

template <class T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() &&
         (text.size() == 1 || text[0] != '0');
}

// Neither empty nor with a space or plus sign, which part the fields of keys and signatures.
bool is_key_name(std::string_view name) {
  return !name.empty() && base::is_utf8(name) &&
         std::none_of(name.begin(), name.end(), [](char c) { return c == ' ' || c == '+' || c == '\t' || c == '\n'; });
}

constexpr std::size_t kMaxNoteBytes = 64 * 1024;
constexpr std::size_t kMaxSignatures = 100;

// UTF-8 without control characters except the line feed (c2sp.org/signed-note).
bool is_note_text(std::string_view text) {
  return base::is_utf8(text) && std::none_of(text.begin(), text.end(),
                                             [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

struct NoteSignature {
  std::string_view name;
  std::uint32_t id = 0;
  base::Bytes bytes;
};

// "— name base64(id ‖ signature)"
std::optional<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return std::nullopt;
  auto blob = base::from_base64(line.substr(space + 1));
  if (!blob || blob->size() < 5) return std::nullopt;
  const auto& b = *blob;
  const std::uint32_t id =
      std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
  return NoteSignature{line.substr(0, space), id, base::Bytes(b.begin() + 4, b.end())};
}

std::string signature_line(const std::string& text, const std::string& name, const SigningKey& key) {
  const std::uint32_t id = NoteKey{name, key.public_key}.id();
  base::Bytes blob{static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
                   static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
  const base::Signature s = base::sign(key, text);
  blob.insert(blob.end(), s.begin(), s.end());
  return fmt::format("{}{} {}\n", kDash, name, base::to_base64(blob));
}

}  // namespace

std::uint32_t NoteKey::id() const {
  const std::string head = name + "\n\x01";
  const Digest d = base::sha256(base::as_bytes(head), key);
  return std::uint32_t{d[0]} << 24 | std::uint32_t{d[1]} << 16 | std::uint32_t{d[2]} << 8 | d[3];
}

std::string NoteKey::to_text() const {
  base::Bytes blob{1};
  blob.insert(blob.end(), key.begin(), key.end());
  return fmt::format("{}+{:08x}+{}", name, id(), base::to_base64(blob));
}

base::Result<NoteKey> NoteKey::from_text(std::string_view text) {
  const std::size_t a = text.find('+');
  const std::size_t b = a == std::string_view::npos ? a : text.find('+', a + 1);
  if (b == std::string_view::npos) return fail(Errc::invalid, "verification key is not of the form name+id+key");
  if (!is_key_name(text.substr(0, a))) return fail(Errc::invalid, "verification key has no proper name");
  const auto blob = base::from_base64(text.substr(b + 1));
  if (!blob || blob->size() != 33 || (*blob)[0] != 1)
    return fail(Errc::invalid, "verification key is not an Ed25519 key");
  NoteKey key;
  key.name = std::string(text.substr(0, a));
  std::copy(blob->begin() + 1, blob->end(), key.key.begin());
  if (fmt::format("{:08x}", key.id()) != text.substr(a + 1, b - a - 1))
    return fail(Errc::corrupt, "verification key and its id do not belong together");
  return key;
}

std::string sign_note(const std::string& text, const std::string& name, const SigningKey& key) {
  return text + "\n" + signature_line(text, name, key);
}

std::string cosign_note(const std::string& note, const std::string& name, const SigningKey& key) {
  const std::string text = note.substr(0, note.rfind("\n\n") + 1);
  return note + signature_line(text, name, key);
}

base::Result<std::string> open_note(std::string_view note, const NoteKey& key) {
  if (note.size() > kMaxNoteBytes || !is_note_text(note) || !note.ends_with('\n'))
    return fail(Errc::invalid, "signed note: not text of the expected form");
  const std::size_t gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return fail(Errc::invalid, "signed note: no empty line before the signatures");
  const std::string_view text = note.substr(0, gap + 1);
  const auto lines = lines_of(note.substr(gap + 2));
  if (lines.empty() || lines.size() > kMaxSignatures)
    return fail(Errc::invalid, "signed note: no signature, or too many");
  bool valid = false;
  for (std::string_view line : lines) {
    const auto found = parse_signature_line(line);
    if (!found) return fail(Errc::invalid, "signed note: a signature line is not of the expected form");
    if (valid || found->name != key.name || found->id != key.id() || found->bytes.size() != 64) continue;
    base::Signature signature;
    std::copy(found->bytes.begin(), found->bytes.end(), signature.begin());
    valid = base::verify(key.key, text, signature);
  }
  if (!valid) return fail(Errc::denied, fmt::format("signed note: no valid signature by {}", key.name));
  return std::string(text);
}

std::string log_origin(const std::string& station, std::uint32_t inc) {
  return fmt::format("rider-station/{}/{}", station, inc);
}

std::string checkpoint_text(const Checkpoint& c) {
  return fmt::format("{}\n{}\n{}\n", c.origin, c.size, base::to_base64(c.root));
}

base::Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const auto lines = lines_of(text);
  Checkpoint c;
  if (lines.size() < 3 || lines[0].empty() || !parse_number(lines[1], c.size))
    return fail(Errc::invalid, "checkpoint: expected origin, size and root");
  const auto root = base::from_base64(lines[2]);
  if (!root || root->size() != 32) return fail(Errc::invalid, "checkpoint: the root is not 32 bytes");
  c.origin = std::string(lines[0]);
  std::copy(root->begin(), root->end(), c.root.begin());
  return c;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const std::string& name, const SigningKey& key) {
  return sign_note(checkpoint_text(checkpoint), name, key);
}

base::Result<Checkpoint> open_checkpoint(std::string_view note, const NoteKey& key) {
  return open_note(note, key).and_then([](const std::string& text) { return parse_checkpoint_text(text); });
}

std::string sign_delegation(const Delegation& d, const std::string& centre_name, const SigningKey& centre) {
  return sign_note(fmt::format("rider-station/delegation\n{}\n{}\n{}\n{}\n", d.station, d.inc, d.key.to_text(),
                               base::iso8601(d.issued)),
                   centre_name, centre);
}

base::Result<Delegation> open_delegation(std::string_view note, const NoteKey& centre) {
  auto text = open_note(note, centre);
  if (!text) return tl::unexpected(text.error());
  const auto lines = lines_of(*text);
  Delegation d;
  if (lines.size() != 5 || lines[0] != "rider-station/delegation" || !parse_number(lines[2], d.inc) || d.inc == 0 ||
      !base::parse_iso8601(std::string(lines[4]), d.issued))
    return fail(Errc::invalid, "delegation: not of the expected form");
  auto key = NoteKey::from_text(lines[3]);
  if (!key) return tl::unexpected(key.error());
  d.station = std::string(lines[1]);
  d.key = *key;
  if (d.key.name != d.station) return fail(Errc::invalid, "delegation: key and station differ");
  return d;
}

}  // namespace station::record
