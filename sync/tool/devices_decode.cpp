#include <fmt/format.h>

#include <istream>
#include <ostream>

#include "devices/codec/explain.h"
#include "sync/tool/commands.h"

namespace station::tool {

namespace {

// "0x8A,01:01 11 9B" as people copy bytes out of logs.
std::optional<base::Bytes> bytes_in(const std::string& text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '0' && i + 1 < text.size() && (text[i + 1] == 'x' || text[i + 1] == 'X')) {
      ++i;
      continue;
    }
    if (c == ' ' || c == '\t' || c == ',' || c == ':' || c == '-' || c == '\r') continue;
    digits += c;
  }
  return base::from_hex(digits);
}

std::string family_names() {
  std::string names;
  for (const codec::FrameFamily& family : codec::frame_families())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", family.name);
  return names;
}

class DecodeFrame final : public Command {
 public:
  const char* name() const override { return "devices decode"; }
  const char* help() const override { return "explain a captured frame, byte by byte"; }
  void declare(Cli& cli) override {
    cli.argument("FAMILY", family_, "8A, WKLY, KR-CU16, MODBUS, DNY, DNY-TEXT or CCID");
    cli.arguments("HEX", hex_, "its bytes; - reads one frame a line from standard input");
    cli.flag("--json", json_, "one JSON object a line (this is the default)");
    cli.flag("--text", text_, "for people instead of JSON");
  }
  int run(Io& io) override {
    if (!codec::find_frame_family(family_)) {
      io.err << fmt::format("station-tool: no family \"{}\"; there are {}\n", family_, family_names());
      return kUsage;
    }
    if (hex_.size() == 1 && hex_[0] == "-") return decode_lines(io);
    std::string all;
    for (const std::string& part : hex_) all += part + " ";
    return decode_one(io, all, "");
  }

 private:
  int decode_lines(Io& io) {
    int status = kOk;
    int number = 0;
    for (std::string line; std::getline(io.in, line);) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      status = std::max(status, decode_one(io, line, fmt::format("line {}: ", number)));
    }
    return status;
  }

  int decode_one(Io& io, const std::string& hex, const std::string& where) {
    const auto bytes = bytes_in(hex);
    if (!bytes) {
      io.err << fmt::format("station-tool: {}\"{}\" is not hexadecimal: two digits 0 to 9 or A to F for each byte\n", where,
                            hex.substr(0, 80));
      return kUsage;
    }
    const codec::Explanation explanation = *codec::decode(family_, *bytes);
    io.out << (text_ && !json_ ? codec::to_text(explanation) : codec::to_json_line(explanation) + "\n");
    return explanation.valid ? kOk : kFound;
  }

  std::string family_;
  std::vector<std::string> hex_;
  bool json_ = false;
  bool text_ = false;
};

}  // namespace

void add_decode_commands(CommandList& list) {
  list.push_back(std::make_unique<DecodeFrame>());
}

}  // namespace station::tool
