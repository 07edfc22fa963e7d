#include "sync/record/batch.h"

#include <catch2/catch.hpp>

#include "sync/base/crypto.h"

using namespace station;
using record::Batch;

namespace {

Batch example() {
  return {"440902-007", 1, 1842, "origin\n2\nroot\n\nsignature\n", {"{\"a\":1}", "{\"b\":2}"}};
}

void refused(const std::string& plain, const std::string& reason) {
  INFO(plain.substr(0, 200));
  const auto r = record::decode_batch(base::zstd_compress(plain));
  REQUIRE_FALSE(r);
  CHECK_THAT(r.error().message, Catch::Contains(reason));
}

std::string heading(const std::string& count, const std::string& inc = "1", const std::string& from = "0") {
  return R"({"batch":1,"station":"440902-007","inc":)" + inc + R"(,"from":)" + from + R"(,"count":)" + count +
         R"(,"checkpoint":"c"})" + "\n";
}

}  // namespace

TEST_CASE("a batch is read back as it was written", "[record]") {
  const auto back = record::decode_batch(record::encode_batch(example()));
  REQUIRE(back);
  CHECK(back->station == "440902-007");
  CHECK(back->inc == 1);
  CHECK(back->from == 1842);
  CHECK(back->checkpoint == example().checkpoint);
  CHECK(back->lines == example().lines);
}

TEST_CASE("the plain form of a batch is a heading line and the lines", "[record]") {
  const auto plain = base::zstd_decompress(record::encode_batch(example()), 10'000);
  REQUIRE(plain);
  CHECK(*plain == R"({"batch":1,"station":"440902-007","inc":1,"from":1842,"count":2,)"
                  R"("checkpoint":"origin\n2\nroot\n\nsignature\n"})"
                  "\n{\"a\":1}\n{\"b\":2}\n");
}

TEST_CASE("a batch of 512 lines and 256 KiB is read", "[record]") {
  Batch b = example();
  b.lines.assign(record::kMaxBatchLines, std::string(record::kMaxBatchBytes / record::kMaxBatchLines - 1, 'x'));
  CHECK(record::decode_batch(record::encode_batch(b)));
}

TEST_CASE("a batch that is too large is refused", "[record]") {
  Batch b = example();
  b.lines.assign(record::kMaxBatchLines + 1, "x");
  CHECK_FALSE(record::decode_batch(record::encode_batch(b)));
  b.lines.assign(record::kMaxBatchLines, std::string(record::kMaxBatchBytes / record::kMaxBatchLines, 'x'));
  CHECK_FALSE(record::decode_batch(record::encode_batch(b)));
  refused(std::string(2 << 20, 'x'), "");
}

TEST_CASE("a batch that was cut or changed is refused at every byte", "[record]") {
  const std::string bytes = record::encode_batch(example());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    INFO("cut after " << n);
    REQUIRE_FALSE(record::decode_batch(bytes.substr(0, n)));
  }
  CHECK_FALSE(record::decode_batch(bytes + "x"));
  CHECK_FALSE(record::decode_batch("not zstd at all"));
}

TEST_CASE("lines that do not fit the heading are refused", "[record]") {
  refused("", "heading");
  refused("no JSON\n", "version 1");
  refused(heading("2") + "a\n", "fewer");
  refused(heading("1") + "a\nb\n", "more");
  refused(heading("1") + "a", "cut");
  refused(heading("513"), "count");
  refused(heading("-1"), "count");
  refused(heading("1", "4294967297") + "a\n", "inc");
  refused(heading("1", "0") + "a\n", "inc");
  refused(heading("1", "1", "-5") + "a\n", "from");
  refused(heading("1", "1", "1e3") + "a\n", "from");
  refused(R"({"batch":2})"
          "\n",
          "version 1");
  refused(R"({"batch":1,"station":"x"})"
          "\n",
          "station");
  refused(std::string(8'000, '[') + "\n", "version 1");
}
