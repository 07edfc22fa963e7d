#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/record/json_text.h"
#include "sync/record/pack_signature.h"
#include "sync/tool/centre_access.h"
#include "sync/tool/commands.h"

// content check, pack, key, sign, publish: from a folder of lessons and questions to the stations.
namespace station::tool {

namespace {

namespace fs = std::filesystem;

record::PackLimits limits(bool strict) {
  record::PackLimits limits;
  limits.strict = strict;
  return limits;
}

// "name+1f2e3d4c+base64", or the name of a file that holds it.
base::Result<record::NoteKey> verification_key(const std::string& text) {
  std::error_code error;
  if (!fs::is_regular_file(text, error)) return record::NoteKey::from_text(text);
  const auto file = base::read_file(text, 1000);
  if (!file) return tl::unexpected(file.error());
  return record::NoteKey::from_text(std::string_view(*file).substr(0, file->find_first_of("\r\n")));
}

// One line.
std::string summary(const record::Content& content, std::size_t bytes) {
  return fmt::format("{} version {}: {} lessons, {} questions, {} scenes, {} bytes{}\n", content.pack, content.version,
                     content.lessons.size(), content.questions.size(), content.scenes.size(), bytes,
                     content.draft ? "; a draft, not reviewed yet" : "");
}

class Check final : public Command {
 public:
  const char* name() const override { return "content check"; }
  const char* help() const override { return "Say what is wrong with lessons and questions: file:line: place: reason"; }
  void declare(Cli& cli) override {
    cli.argument("DIR|FILE", name_, "Folder with content.json, or a pack");
    cli.flag("--strict", strict_, "As for publishing: missing translations, missing sources and unknown members are wrong, too");
    cli.option("--signed-by", key_, "Of a pack: this key must have signed it, name+id+key or a file with it");
  }

  int run(Io& io) override {
    std::error_code error;
    std::string signers;
    auto files = fs::is_directory(name_, error) ? record::read_content_folder(name_, limits(strict_)) : from_pack(signers);
    if (!files) {
      if (files.error().code == base::Errc::corrupt || files.error().code == base::Errc::denied) {
        io.out << name_ << ": " << files.error().message << "\n";
        return kFound;
      }
      return explain(io, files.error());
    }
    record::Content content;
    const auto problems = record::check_content(*files, limits(strict_), content);
    for (const auto& problem : problems) io.out << to_text(problem) << "\n";
    if (!problems.empty()) {
      io.err << fmt::format("{}: {} problems\n", name_, problems.size());
      return kFound;
    }
    std::size_t bytes = 0;
    for (const auto& [file, text] : *files) bytes += text.size();
    io.out << summary(content, bytes) << signers;
    return kOk;
  }

 private:
  // What is no pack at all is `invalid`; `corrupt` and `denied` are found out by looking into it.
  base::Result<record::PackFiles> from_pack(std::string& signers) const {
    const auto bytes = base::read_file(name_, limits(strict_).packed_bytes);
    if (!bytes) return tl::unexpected(bytes.error());
    auto pack = record::unpack(*bytes, limits(strict_));
    if (!pack) return base::fail(base::Errc::invalid, name_ + ": " + pack.error().message);
    if (const auto whole = record::check_manifest(*pack); !whole) return tl::unexpected(whole.error());
    if (!key_.empty()) {
      const auto key = verification_key(key_);
      if (!key) return base::fail(base::Errc::invalid, key.error().message);
      if (const auto known = record::check_signature(*pack, *key); !known) return tl::unexpected(known.error());
    }
    for (const std::string& name : record::signers_of(*pack)) signers += "signed by " + name + "\n";
    if (signers.empty()) signers = "not signed\n";
    return std::move(pack->files);
  }

  std::string name_, key_;
  bool strict_ = false;
};

class Pack final : public Command {
 public:
  const char* name() const override { return "content pack"; }
  const char* help() const override { return "Make a pack of a folder; the same content gives the same bytes"; }
  void declare(Cli& cli) override {
    cli.argument("DIR", folder_, "Folder with content.json");
    cli.option("-o,--output", file_, "Pack to write", Cli::Need::required);
  }

  int run(Io& io) override {
    const auto bytes = record::build_pack(fs::path(folder_), limits(true));
    if (!bytes) {
      io.err << bytes.error().message << "\n";
      return bytes.error().code == base::Errc::not_found ? kUsage : kFound;
    }
    const auto content = record::open_pack(*bytes, limits(true));
    if (!content) return explain(io, content.error());
    if (const auto kept = base::write_file(file_, *bytes); !kept) return explain(io, kept.error());
    io.out << file_ << ": " << summary(*content, bytes->size());
    return kOk;
  }

 private:
  std::string folder_, file_;
};

// A key file holds the seed, 64 hex digits, like the centre's own.
class Key final : public Command {
 public:
  const char* name() const override { return "content key"; }
  const char* help() const override { return "Make a key for signing packs; prints what others check it with"; }
  void declare(Cli& cli) override {
    cli.argument("NAME", name_, "Who signs, for example traffic-police.440902");
    cli.option("-o,--output", file_, "Key file to write; it stays with its owner", Cli::Need::required);
  }

  int run(Io& io) override {
    std::error_code error;
    if (fs::exists(file_, error)) {
      io.err << file_ << " is there already; a key is not overwritten\n";
      return kUsage;
    }
    std::array<std::uint8_t, 32> seed{};
    io.random.fill(seed);
    const record::NoteKey key{name_, base::signing_key_from_seed(seed).public_key};
    const std::string text = key.to_text();
    if (!record::NoteKey::from_text(text)) {
      io.err << "\"" << name_ << "\" is no name for a key: no blanks and no +\n";
      return kUsage;
    }
    if (const auto kept = base::write_file(file_, base::to_hex(seed) + "\n", base::FileMode::secret); !kept)
      return explain(io, kept.error());
    io.out << text << "\n";
    return kOk;
  }

 private:
  std::string name_, file_;
};

class Sign final : public Command {
 public:
  const char* name() const override { return "content sign"; }
  const char* help() const override { return "Add a signature to a pack; the centre adds its own when it is published"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "Pack");
    cli.option("--key", key_, "Key file (content key)", Cli::Need::required);
    cli.option("--name", name_, "Name of the key, as it was made", Cli::Need::required);
    cli.option("-o,--output", output_, "Signed pack to write; without it FILE is replaced");
  }

  int run(Io& io) override {
    const auto bytes = base::read_file(file_, limits(true).packed_bytes);
    if (!bytes) return explain(io, bytes.error());
    const auto seed_text = base::read_file(key_, 200);
    if (!seed_text) return explain(io, seed_text.error());
    const auto seed = base::from_hex(std::string_view(*seed_text).substr(0, 64));
    if (!seed || seed->size() != 32) {
      io.err << key_ << " is no key file\n";
      return kUsage;
    }
    std::array<std::uint8_t, 32> secret{};
    std::copy(seed->begin(), seed->end(), secret.begin());
    const base::SigningKey key = base::signing_key_from_seed(secret);
    if (!record::NoteKey::from_text(record::NoteKey{name_, key.public_key}.to_text())) {
      io.err << "\"" << name_ << "\" is no name for a key: no blanks and no +\n";
      return kUsage;
    }
    const auto content = record::open_pack(*bytes, limits(true));
    if (!content) {
      io.err << file_ << ": " << content.error().message << "\n";
      return kFound;
    }
    const auto pack = record::sign_pack(*bytes, name_, key, limits(true));
    if (!pack) return explain(io, pack.error());
    const std::string& to = output_.empty() ? file_ : output_;
    if (const auto kept = base::write_file(to, *pack); !kept) return explain(io, kept.error());
    io.out << to << ": " << summary(*content, pack->size());
    const auto signed_pack = record::unpack(*pack, limits(true));
    if (!signed_pack) return explain(io, signed_pack.error());
    for (const std::string& signer : record::signers_of(*signed_pack)) io.out << "signed by " << signer << "\n";
    return kOk;
  }

 private:
  std::string file_, key_, name_, output_;
};

class Publish final : public Command {
 public:
  const char* name() const override { return "content publish"; }
  const char* help() const override { return "Give a pack to the centre, which passes it on to all stations"; }
  void declare(Cli& cli) override {
    cli.argument("FILE", file_, "Pack");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    const auto bytes = base::read_file(file_, limits(true).packed_bytes);
    if (!bytes) return explain(io, bytes.error());
    const auto content = record::open_pack(*bytes, limits(true));
    if (!content) {
      io.err << file_ << ": " << content.error().message << "\n";
      return kFound;
    }
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    const auto answer =
        centre_.send(io, {"POST", "/v1/packs", {{"content-type", "application/octet-stream"}}, *bytes, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto json = record::parse_json(answer->body);
    const bool there = json.is_object() && json.contains("unchanged") && json["unchanged"] == true;
    io.out << (there ? "published already: " : "published: ") << summary(*content, bytes->size());
    return kOk;
  }

 private:
  CentreAccess centre_;
  std::string file_;
};

}  // namespace

void add_content_commands(CommandList& list) {
  list.push_back(std::make_unique<Check>());
  list.push_back(std::make_unique<Pack>());
  list.push_back(std::make_unique<Key>());
  list.push_back(std::make_unique<Sign>());
  list.push_back(std::make_unique<Publish>());
}

}  // namespace station::tool
