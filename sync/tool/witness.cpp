#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/record/json_text.h"
#include "sync/record/note.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// witness: a second party looks at the city's log again and again, makes sure that nothing before was changed, and
// signs what it saw. Without one, a dishonest centre could rewrite history and nobody would know.
namespace station::tool {

namespace {

using base::Errc;
using base::fail;
namespace fs = std::filesystem;

struct Seen {
  record::Checkpoint head;
  std::string note;  // signed by the centre and by us
};

base::Result<std::optional<Seen>> read_state(const std::string& file, const record::NoteKey& own) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::optional<Seen>();
  auto note = base::read_file(file, 64 * 1024);
  if (!note) return tl::unexpected(note.error());
  const auto head = record::open_checkpoint(*note, own);
  if (!head) return fail(Errc::corrupt, file + ": is not a head that this witness has signed: " + head.error().message);
  return std::optional<Seen>(Seen{*head, std::move(*note)});
}

// The key is made when there is none; a lost one is another witness.
base::Result<base::SigningKey> witness_key(Io& io, const std::string& file) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    const base::SigningKey key = base::new_signing_key(io.random);
    const auto written = base::write_file(file, base::to_hex(key.seed) + "\n", base::FileMode::secret);
    if (!written) return tl::unexpected(written.error());
    return key;
  }
  const auto line = read_one_line(file);
  if (!line) return tl::unexpected(line.error());
  const auto bytes = base::from_hex(*line);
  if (!bytes || bytes->size() != 32) return fail(Errc::invalid, file + ": is no witness' key (64 hex digits)");
  std::array<std::uint8_t, 32> seed{};
  std::copy(bytes->begin(), bytes->end(), seed.begin());
  return base::signing_key_from_seed(seed);
}

base::Result<std::vector<base::Digest>> read_proof(const std::string& body) {
  const auto json = record::parse_json(body);
  std::vector<base::Digest> proof;
  if (!json.is_object() || !json.contains("proof") || !json["proof"].is_array())
    return fail(Errc::corrupt, "the centre's proof cannot be read");
  for (const auto& part : json["proof"]) {
    const auto bytes = part.is_string() ? base::from_base64(part.get<std::string>()) : std::nullopt;
    if (!bytes || bytes->size() != 32) return fail(Errc::corrupt, "the centre's proof cannot be read");
    std::copy(bytes->begin(), bytes->end(), proof.emplace_back().begin());
  }
  return proof;
}

class Witness final : public Command {
 public:
  const char* name() const override { return "witness"; }
  const char* help() const override { return "Check that the city's log only grew since the last time, and sign it"; }

  void declare(Cli& cli) override {
    cli.option("--state", state_, "File with what was seen last", Cli::Need::required);
    cli.option("--key", key_file_, "File with this witness' secret key; made when there is none", Cli::Need::required);
    cli.option("--name", name_, "Name of this witness, such as police.example", Cli::Need::required);
    cli.option("--centre-key", centre_key_, "File with the centre's public key (centre.vkey)");
    cli.flag("--keep", keep_, "Do not hand the signed head to the centre");
    cli.flag("--new-log", new_log_, "The centre has begun a new log (after a restore): witness that from now on");
    cli.flag("--follow", follow_, "Go on for ever");
    cli.number("--every", every_s_, 10, 86'400, "With --follow: seconds between two looks [600]");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    if (centre_key_.empty()) centre_key_ = centre_.centre_key_file();
    if (centre_key_.empty()) {
      io.err << "station-tool: --centre-key FILE is needed: without it nobody knows whose signatures count\n";
      return kUsage;
    }
    if (name_.find_first_of(" +\t\n") != std::string::npos) {
      io.err << "station-tool: --name: no spaces and no plus sign\n";
      return kUsage;
    }
    const auto text = read_one_line(centre_key_);
    if (!text) return explain(io, text.error());
    const auto centre = record::NoteKey::from_text(*text);
    if (!centre) return explain(io, {Errc::invalid, centre_key_ + ": " + centre.error().message});
    const auto key = witness_key(io, key_file_);
    if (!key) return explain(io, key.error());
    int status = look(io, *centre, *key);
    while (follow_ && status != kFound && status != kUsage && io.wait(std::chrono::seconds(every_s_)))
      status = look(io, *centre, *key);
    return status;
  }

 private:
  int look(Io& io, const record::NoteKey& centre, const base::SigningKey& key) {
    const record::NoteKey own{name_, key.public_key};
    const auto seen = read_state(state_, own);
    if (!seen) return explain(io, seen.error());
    const auto answer = centre_.send(io, {"GET", "/v1/city/checkpoint", {}, {}, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto head = record::open_checkpoint(answer->body, centre);
    if (!head) return accuse(io, answer->body, "the centre's head is not signed by its key: " + head.error().message);
    if (*seen && (*seen)->head.origin != head->origin && !new_log_)
      return accuse(io, answer->body,
                    fmt::format("the centre has begun a new log, {} instead of {}; if its store was restored, go on with "
                                "--new-log",
                                head->origin, (*seen)->head.origin));
    if (*seen && (*seen)->head.origin == head->origin)
      if (const int status = compare(io, (*seen)->head, *head, answer->body); status != kOk) return status;
    const std::string note = record::cosign_note(answer->body, name_, key);
    if (const auto kept = base::write_file(state_, note); !kept) return explain(io, kept.error());
    io.out << fmt::format("{}: {} records, witnessed by {}\n", head->origin, head->size, own.to_text());
    return keep_ || head->size == 0 ? static_cast<int>(kOk) : hand_in(io, note);
  }

  // Everything that was there must be there still.
  int compare(Io& io, const record::Checkpoint& before, const record::Checkpoint& now, const std::string& note) {
    if (now.size < before.size)
      return accuse(io, note, fmt::format("the city's log has shrunk from {} to {} records", before.size, now.size));
    if (before.size == 0) return kOk;
    const auto answer = centre_.send(
        io, {"GET", fmt::format("/v1/city/consistency?from={}&to={}", before.size, now.size), {}, {}, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto proof = read_proof(answer->body);
    if (!proof) return accuse(io, note, proof.error().message);
    if (!record::verify_consistency(before.size, now.size, before.root, now.root, *proof))
      return accuse(io, note, fmt::format("the first {} records are not those that were witnessed before", before.size));
    return kOk;
  }

  // What speaks against the centre is kept beside the state, which stays as it is.
  int accuse(Io& io, const std::string& note, const std::string& why) {
    io.out << "NOT CONSISTENT: " << why << "\n";
    const std::string file = state_ + ".fault";
    if (const auto kept = base::write_file(file, note); kept)
      io.out << "  the centre's head is kept in " << file << ", the one witnessed before in " << state_ << "\n";
    return kFound;
  }

  int hand_in(Io& io, const std::string& note) {
    const auto answer = centre_.send(
        io, {"POST", "/v1/city/witness?name=" + url_part(name_), {{"content-type", "text/plain"}}, note, {}});
    if (!answer) return explain(io, answer.error());
    return answer->status == 200 ? static_cast<int>(kOk) : explain(io, *answer);
  }

  CentreAccess centre_;
  std::string state_, key_file_, name_, centre_key_;
  bool keep_ = false, new_log_ = false, follow_ = false;
  std::uint64_t every_s_ = 600;
};

}  // namespace

void add_witness_commands(CommandList& list) {
  list.push_back(std::make_unique<Witness>());
}

}  // namespace station::tool
