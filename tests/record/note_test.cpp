// Vectors: golang.org/x/mod sumdb/note (note_test.go, example_test.go) and the example key of c2sp.org/signed-note.
#include "sync/record/note.h"

#include <catch2/catch.hpp>

using namespace station;
using record::NoteKey;

namespace {

constexpr const char* kPeter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* kPeterSecret = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr const char* kEnoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
constexpr const char* kExample = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kPeterLine =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const std::string kEnochLine =
    "\xE2\x80\x94 EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

NoteKey key_of(const char* text) {
  auto key = NoteKey::from_text(text);
  REQUIRE(key);
  return *key;
}

base::SigningKey peters_secret() {
  const auto blob = base::from_base64(kPeterSecret);
  REQUIRE(blob);
  std::array<std::uint8_t, 32> seed{};
  std::copy(blob->begin() + 1, blob->end(), seed.begin());
  return base::signing_key_from_seed(seed);
}

base::SigningKey some_key(std::uint64_t seed) {
  base::SeededRandom random(seed);
  return base::new_signing_key(random);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("published verification keys are read and written byte for byte", "[record]") {
  for (const char* text : {kPeter, kEnoch, kExample}) CHECK(key_of(text).to_text() == text);
  CHECK(key_of(kPeter).id() == 0xc74f20a3);
  CHECK(key_of(kExample).id() == 0x530d903a);
}

TEST_CASE("a damaged verification key is refused", "[record]") {
  for (const std::string& text :
       {std::string("example.com/foo"), std::string("example.com/foo+530d903a"), std::string(""),
        replaced(kExample, "530d903a", "530d903b"), replaced(kExample, "530d903a", "530D903A"),
        replaced(kExample, "530d903a", "530d903"), std::string(kExample) + "!", replaced(kExample, "Aeky", ""),
        replaced(kExample, "example.com/foo", ""), replaced(kExample, "Aeky", "Ae\nky")}) {
    INFO(text);
    CHECK_FALSE(NoteKey::from_text(text));
  }
}

TEST_CASE("signing gives the published note", "[record]") {
  CHECK(record::sign_note(kText, "PeterNeumann", peters_secret()) == kText + "\n" + kPeterLine);
}

TEST_CASE("a note opens for each key that signed it", "[record]") {
  const std::string note = kText + "\n" + kPeterLine + kEnochLine;
  for (const char* key : {kPeter, kEnoch}) {
    const auto text = record::open_note(note, key_of(key));
    REQUIRE(text);
    CHECK(*text == kText);
  }
  const auto stranger = record::open_note(note, key_of(kExample));
  REQUIRE_FALSE(stranger);
  CHECK(stranger.error().code == base::Errc::denied);
}

TEST_CASE("a second signature is added below the first", "[record]") {
  const std::string note = record::sign_note(kText, "PeterNeumann", peters_secret());
  const auto second = some_key(7);
  const std::string both = record::cosign_note(note, "police", second);
  CHECK(record::open_note(both, key_of(kPeter)));
  CHECK(record::open_note(both, {"police", second.public_key}));
}

TEST_CASE("a note with any changed byte does not open", "[record]") {
  const std::string note = kText + "\n" + kPeterLine;
  const NoteKey peter = key_of(kPeter);
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string bad = note;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    if (bad[i] == note[i]) continue;
    INFO("byte " << i);
    REQUIRE_FALSE(record::open_note(bad, peter));
  }
}

TEST_CASE("what is no signed note is refused", "[record]") {
  const NoteKey peter = key_of(kPeter);
  const std::string note = kText + "\n" + kPeterLine;
  for (const std::string& bad :
       {std::string(), std::string("\n\n"), kText, kText + "\n", note.substr(0, note.size() - 1), note + "unsigned\n",
        note + "\n" + kPeterLine.substr(4), replaced(note, "If you", "If\tyou"), note + std::string(70'000, 'x')}) {
    INFO(bad.substr(0, 200));
    CHECK_FALSE(record::open_note(bad, peter));
  }
}

TEST_CASE("a checkpoint is origin, size and root, signed", "[record]") {
  const auto key = some_key(1);
  record::RightEdge edge;
  edge.append(record::leaf_hash("a"));
  const record::Checkpoint head{record::log_origin("440902-007", 2), 1, edge.root()};
  CHECK(record::checkpoint_text(head) == "rider-station/440902-007/2\n1\n" + base::to_base64(edge.root()) + "\n");
  const std::string note = record::sign_checkpoint(head, "440902-007", key);
  const auto back = record::open_checkpoint(note, {"440902-007", key.public_key});
  REQUIRE(back);
  CHECK(back->origin == "rider-station/440902-007/2");
  CHECK(back->size == 1);
  CHECK(back->root == edge.root());
  CHECK_FALSE(record::open_checkpoint(note, {"440902-008", key.public_key}));
  CHECK_FALSE(record::open_checkpoint(note, {"440902-007", some_key(2).public_key}));
}

TEST_CASE("the checkpoint of the transparency-log document is read", "[record]") {
  const auto c = record::parse_checkpoint_text(
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
  REQUIRE(c);
  CHECK(c->origin == "example.com/behind-the-sofa");
  CHECK(c->size == 20852163);
}

TEST_CASE("a checkpoint of another form is refused", "[record]") {
  const std::string root = base::to_base64(record::empty_root());
  for (const std::string& bad :
       std::vector<std::string>{"", "o\n1\n", "\n1\n" + root + "\n", "o\n01\n" + root + "\n", "o\n-1\n" + root + "\n",
                                "o\n\n" + root + "\n", "o\n1\nAAAA\n", "o\n99999999999999999999\n" + root + "\n"}) {
    INFO(bad);
    CHECK_FALSE(record::parse_checkpoint_text(bad));
  }
}

TEST_CASE("a delegation says which key speaks for a station, by the centre's word", "[record]") {
  const auto centre = some_key(3), mine = some_key(4);
  const NoteKey centre_key{"centre/4409", centre.public_key};
  record::Delegation d{"440902-007", 3, {"440902-007", mine.public_key}, {}};
  base::parse_iso8601("2026-11-24T00:00:00.000Z", d.issued);
  const std::string note = record::sign_delegation(d, "centre/4409", centre);
  const auto back = record::open_delegation(note, centre_key);
  REQUIRE(back);
  CHECK(back->station == "440902-007");
  CHECK(back->inc == 3);
  CHECK(back->key.key == mine.public_key);
  CHECK(back->issued == d.issued);
  CHECK_FALSE(record::open_delegation(replaced(note, "\n3\n", "\n4\n"), centre_key));
  CHECK_FALSE(record::open_delegation(record::sign_delegation(d, "centre/4409", mine), centre_key));
  d.inc = 0;
  CHECK_FALSE(record::open_delegation(record::sign_delegation(d, "centre/4409", centre), centre_key));
  d.inc = 1;
  d.key.name = "440902-008";
  CHECK_FALSE(record::open_delegation(record::sign_delegation(d, "centre/4409", centre), centre_key));
}
