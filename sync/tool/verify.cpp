#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>

#include "sync/base/file.h"
#include "sync/record/json_text.h"
#include "sync/record/note.h"
#include "sync/rules/certificate_text.h"
#include "sync/tool/city_check.h"
#include "sync/tool/commands.h"
#include "sync/tool/evidence.h"
#include "sync/tool/pull_page.h"
#include "sync/tool/verdict_text.h"

// verify: are the records what the stations wrote, complete and in order? export: everything that an auditor needs.
namespace station::tool {

namespace {

base::Result<std::vector<record::SignedHead>> fetch_heads(Io& io, CentreAccess& centre, std::string* text, int& status) {
  const auto answer = centre.send(io, {"GET", "/v1/heads?all=1", {}, {}, {}});
  if (!answer) {
    status = explain(io, answer.error());
    return tl::unexpected(answer.error());
  }
  if (answer->status != 200) {
    status = explain(io, *answer);
    return base::fail(base::Errc::denied, "");
  }
  std::vector<record::SignedHead> heads;
  std::string_view rest = answer->body;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    record::SignedHead head;
    if (!read_head(line, head)) {
      io.err << "station-tool: the centre's heads cannot be read\n";
      status = kFound;
      return base::fail(base::Errc::corrupt, "");
    }
    heads.push_back(std::move(head));
  }
  fill_delegations(heads);
  if (text) *text = answer->body;
  return heads;
}

constexpr const char* kCityNotes = "city.notes";

// What the centre signed about the city's own log, as `export` keeps it. Fetched before the heads: what is in it is
// then among the records.
int fetch_city_notes(Io& io, CentreAccess& centre, std::string& out) {
  const auto get = [&](const char* target, std::string& body) {
    const auto answer = centre.send(io, {"GET", target, {}, {}, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    body = answer->body;
    return static_cast<int>(kOk);
  };
  std::string days, witnesses, checkpoint;
  for (const auto& [target, body] : {std::pair{"/v1/city/days", &days}, std::pair{"/v1/city/witnesses", &witnesses},
                                     std::pair{"/v1/city/checkpoint", &checkpoint}})
    if (const int status = get(target, *body); status != kOk) return status;
  out = nlohmann::ordered_json{{"kind", "checkpoint"}, {"note", checkpoint}}.dump() + "\n";
  for (const auto& [kind, rows] : {std::pair{"day", &days}, std::pair{"witness", &witnesses}})
    for (std::string_view rest = *rows; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (line.starts_with('{')) out += fmt::format("{{\"kind\":\"{}\",{}\n", kind, line.substr(1));
    }
  return kOk;
}

void add_notes(CityCheck& check, std::string_view notes) {
  while (!notes.empty()) {
    const std::string_view line = notes.substr(0, notes.find('\n'));
    notes.remove_prefix(std::min(line.size() + 1, notes.size()));
    check.add_note(line);
  }
}

std::size_t count_logs(const std::vector<record::SignedHead>& heads) {
  std::set<std::pair<std::string, std::uint32_t>> logs;
  for (const auto& head : heads) logs.insert({head.station, head.inc});
  return logs.size();
}

void each_row(std::string_view rows, const std::function<void(std::string_view)>& use) {
  while (!rows.empty()) {
    const std::string_view line = rows.substr(0, rows.find('\n'));
    rows.remove_prefix(line.size() + 1);
    use(line);
  }
}

class Verify final : public Command {
 public:
  const char* name() const override { return "verify"; }
  const char* help() const override { return "Check that records are what the stations wrote, all of them, in order"; }

  void declare(Cli& cli) override {
    cli.arguments("FILE", files_, "Pulled records, heads and stick batches, or folders of them; none: ask the centre",
                  Cli::Need::optional);
    cli.option("--centre-key", key_file_, "File with the centre's public key (centre.vkey)");
    cli.option("--witness-key", witness_files_, "File with the public key of a witness who must have signed");
    cli.option("--certificate", certificate_, "QR text of a certificate to check as well");
    cli.option("--revoked", revoked_file_, "File of \"station-tool certificates\": which ones are void");
    cli.flag("--newer", newer_, "Records after the last signed head are no fault");
    cli.flag("--json", json_, "Print the verdict as JSON");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    if (files_.empty() && !centre_.given()) {
      io.err << "station-tool: verify needs files, or --centre (or --profile) to look at the whole city\n";
      return kUsage;
    }
    const auto ready = files_.empty() ? centre_.open(io) : centre_.read_profile();
    if (!ready) return explain(io, ready.error());
    if (key_file_.empty()) key_file_ = centre_.centre_key_file();
    if (key_file_.empty()) {
      io.err << "station-tool: --centre-key FILE is needed: without it nobody knows whose signatures count\n";
      return kUsage;
    }
    const auto text = read_one_line(key_file_);
    if (!text) return explain(io, text.error());
    auto key = record::NoteKey::from_text(*text);
    if (!key) return explain(io, {base::Errc::invalid, key_file_ + ": " + key.error().message});
    key_ = *std::move(key);
    for (const std::string& file : witness_files_) {
      const auto line = read_one_line(file);
      if (!line) return explain(io, line.error());
      auto witness = record::NoteKey::from_text(*line);
      if (!witness) return explain(io, {base::Errc::invalid, file + ": " + witness.error().message});
      witnesses_.push_back(*std::move(witness));
    }
    if (!revoked_file_.empty()) {
      const auto list = base::read_file(revoked_file_, std::size_t{256} << 20);
      if (!list) return explain(io, list.error());
      read_states(*list);
    }
    return files_.empty() ? verify_city(io) : verify_files(io);
  }

 private:
  // Lines as the centre lists certificates: what it says about the one that is asked for.
  void read_states(std::string_view list) {
    const auto text = rules::parse_certificate(certificate_);
    if (!text) return;
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t end = std::min(list.find('\n', at), list.size());
      const auto json = record::parse_json(list.substr(at, end - at));
      at = end + 1;
      if (!json.is_object() || json.value("number", "") != text->number) continue;
      state_ = json.value("state", "");
      reason_ = json.value("reason", "");
    }
  }

  int verify_files(Io& io) {
    auto evidence = Evidence::open(files_);
    if (!evidence) return explain(io, evidence.error());
    const auto heads = evidence->heads();
    if (!heads) return explain(io, heads.error());
    if (heads->empty()) {
      io.err << "station-tool: there is no signed head among these files; add what \"station-tool heads\" gives\n";
      return kUsage;
    }
    record::LogVerifier verifier(key_, {newer_});
    for (const auto& head : *heads) verifier.add_head(head);
    // Only an export holds the city's lines in the centre's order.
    std::optional<CityCheck> check;
    if (const auto file = std::filesystem::path(files_.front()) / kCityNotes;
        files_.size() == 1 && std::filesystem::exists(file)) {
      const auto notes = base::read_file(file);
      if (!notes) return explain(io, notes.error());
      add_notes(check.emplace(key_, witnesses_), *notes);
    } else if (!witnesses_.empty()) {
      io.err << "station-tool: --witness-key needs a folder that \"export\" wrote\n";
      return kUsage;
    }
    const auto read = evidence->lines([&](std::string_view line, std::uint64_t place) {
      verifier.add_line(line, place);
      if (check) check->add_line(line);
      look_for_certificate(line, place);
    });
    if (!read) return explain(io, read.error());
    return report(io, verifier.finish(), *heads, check, [&](std::uint64_t place) { return evidence->where(place); });
  }

  // Heads first: what is written while we look comes after them and is no fault.
  int verify_city(Io& io) {
    int status = kOk;
    std::string notes;
    if (status = fetch_city_notes(io, centre_, notes); status != kOk) return status;
    std::optional<CityCheck> check(std::in_place, key_, witnesses_);
    add_notes(*check, notes);
    const auto heads = fetch_heads(io, centre_, nullptr, status);
    if (!heads) return status;
    if (!certificate_.empty() && revoked_file_.empty()) {
      const auto list = centre_.send(io, {"GET", "/v1/certificates", {}, {}, {}});
      if (!list) return explain(io, list.error());
      if (list->status == 200) read_states(list->body);
    }
    record::LogVerifier verifier(key_, {true});
    for (const auto& head : *heads) verifier.add_head(head);
    std::uint64_t place = 0;
    status = pull_pages(io, centre_, {}, {}, [&](const PullPage& page) {
      each_row(page.rows, [&](std::string_view line) {
        verifier.add_line(line, ++place);
        check->add_line(line);
        look_for_certificate(line, place);
      });
      return static_cast<int>(kOk);
    });
    if (status != kOk) return status;
    return report(io, verifier.finish(), *heads, check,
                  [](std::uint64_t n) { return n == 0 ? std::string() : fmt::format("line {} of the pull", n); });
  }

  void look_for_certificate(std::string_view line, std::uint64_t place) {
    if (!certificate_.empty() && certificate_place_ == 0 && line.find(certificate_) != std::string_view::npos)
      certificate_place_ = place;
  }

  int report(Io& io, const record::CityVerdict& city, const std::vector<record::SignedHead>& heads,
             std::optional<CityCheck>& check, const PlaceText& where) {
    if (check) check->finish();
    std::optional<CertificateReport> certificate;
    if (!certificate_.empty()) {
      std::vector<std::string> delegations;
      for (const auto& head : heads) delegations.push_back(head.delegation);
      certificate = CertificateReport{record::verify_certificate(certificate_, delegations, key_),
                                      where(certificate_place_), state_, reason_};
    }
    const CityCheck* log = check ? &*check : nullptr;
    io.out << (json_ ? verdict_json(city, certificate, log, where) : verdict_text(city, certificate, log, where));
    return city.valid() && (!check || check->valid()) && (!certificate || certificate->valid()) ? kOk : kFound;
  }

  CentreAccess centre_;
  std::vector<std::string> files_;
  std::vector<std::string> witness_files_;
  std::vector<record::NoteKey> witnesses_;
  std::string key_file_, certificate_, revoked_file_;
  std::string state_, reason_;  // of the certificate, as the centre lists it
  bool json_ = false, newer_ = false;
  record::NoteKey key_;
  std::uint64_t certificate_place_ = 0;
};

// Heads, then the records up to them: a folder that verifies although the city goes on writing.
class Export final : public Command {
 public:
  const char* name() const override { return "export"; }
  const char* help() const override { return "Write heads and all records up to them into a folder, for an auditor"; }

  void declare(Cli& cli) override {
    cli.argument("DIR", folder_, "New folder");
    centre_.declare(cli);
  }

  int run(Io& io) override {
    if (const auto opened = centre_.open(io); !opened) return explain(io, opened.error());
    std::error_code error;
    if (std::filesystem::exists(folder_, error) || !std::filesystem::create_directories(folder_, error)) {
      io.err << "station-tool: " << folder_ << ": exists already or cannot be made\n";
      return kUsage;
    }
    int status = kOk;
    std::string heads_text, notes;
    if (status = fetch_city_notes(io, centre_, notes); status != kOk) return status;
    const auto heads = fetch_heads(io, centre_, &heads_text, status);
    if (!heads) return status;
    const auto folder = std::filesystem::path(folder_);
    if (const auto kept = base::write_file(folder / kCityNotes, notes); !kept) return explain(io, kept.error());
    if (const auto kept = base::write_file(folder / "heads.ndjson", heads_text); !kept) return explain(io, kept.error());
    std::ofstream out(folder / "records.ndjson", std::ios::binary);
    std::uint64_t n = 0;
    NewerThan newer(*heads);
    status = pull_pages(io, centre_, {}, {}, [&](const PullPage& page) {
      each_row(page.rows, [&](std::string_view line) {
        if (newer(line)) return;
        out << line << '\n';
        ++n;
      });
      return static_cast<int>(out ? kOk : kNoReach);
    });
    out.flush();
    if (!out) return explain(io, {base::Errc::io, folder_ + ": cannot be written"});
    if (status == kOk) io.err << fmt::format("{}: {} logs, {} records\n", folder_, count_logs(*heads), n);
    return status;
  }

 private:
  CentreAccess centre_;
  std::string folder_;
};

}  // namespace

void add_verify_commands(CommandList& list) {
  list.push_back(std::make_unique<Verify>());
  list.push_back(std::make_unique<Export>());
}

}  // namespace station::tool
