#include "sync/central/encoding.h"

#include <zlib.h>

#include <catch2/catch.hpp>

#include "sync/base/crypto.h"

using namespace station;
using namespace station::central;

TEST_CASE("the coding of an answer is the best that the asking side allows", "[central]") {
  CHECK(best_encoding("") == Encoding::none);
  CHECK(best_encoding("identity, br") == Encoding::none);
  CHECK(best_encoding("gzip, deflate") == Encoding::gzip);
  CHECK(best_encoding("gzip;q=1.0, zstd;q=0.5") == Encoding::zstd);
  CHECK(best_encoding("zstd;q=0, gzip") == Encoding::gzip);
  CHECK(best_encoding("gzip;q=0.000") == Encoding::none);
}

TEST_CASE("what is compressed comes out again", "[central]") {
  std::string plain;
  for (int i = 0; i < 2000; ++i) plain += "{\"station\":\"440902-007\",\"seq\":" + std::to_string(i) + "}\n";
  const std::string small = compress(plain, Encoding::zstd);
  CHECK(small.size() < plain.size() / 5);
  CHECK(base::zstd_decompress(small, plain.size()).value() == plain);

  const std::string gz = compress(plain, Encoding::gzip);
  CHECK(gz.size() < plain.size() / 5);
  std::string out(plain.size() + 1, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gz.data()));
  stream.avail_in = static_cast<uInt>(gz.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  CHECK(out == plain);
}

TEST_CASE("only longer text is compressed", "[central]") {
  CHECK(is_compressible("application/x-ndjson", 5000));
  CHECK(is_compressible("text/csv; charset=utf-8", 5000));
  CHECK_FALSE(is_compressible("application/json", 100));
  CHECK_FALSE(is_compressible("application/octet-stream", 5000));
}
