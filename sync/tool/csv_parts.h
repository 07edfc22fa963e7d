#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace station::tool {

// A piece of a CSV file with the file's heading before it. The centre numbers the rows of a piece from 1 (the heading)
// and adds `first_row`, so that it names the rows of the file.
struct CsvPart {
  std::uint64_t first_row = 0;
  std::string text;
};

// Pieces of `rows` rows. A file in which a quoted field may run over a line's end stays whole: where its rows end is for
// the centre to say. 0: as many as suit the file, fewer where PINs must be hashed.
std::vector<CsvPart> csv_parts(std::string_view text, std::size_t rows = 0);

}  // namespace station::tool
