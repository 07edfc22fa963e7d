#include "devices/codec/ccid.h"

#include <catch2/catch.hpp>
#include <string>

using namespace station;
using namespace station::codec::ccid;

namespace {

base::Bytes bytes_of(std::string text) {
  std::erase(text, ' ');
  const auto bytes = base::from_hex(text);
  REQUIRE(bytes);
  return *bytes;
}

Answer answer_of(const char* text) {
  const auto decoded = decode_answer(bytes_of(text));
  REQUIRE(std::holds_alternative<Answer>(decoded));
  return std::get<Answer>(decoded);
}

}  // namespace

TEST_CASE("commands have the bytes that the documents print", "[devices]") {
  CHECK(encode({Command::power_on, 0, 0, 0, {}}) == bytes_of("62 00 00 00 00 00 00 00 00 00"));
  CHECK(encode({Command::slot_status, 0, 1, 0, {}}) == bytes_of("65 00 00 00 00 00 01 00 00 00"));
  CHECK(encode({Command::transfer, 0, 2, 0, {kGetUid.begin(), kGetUid.end()}}) ==
        bytes_of("6F 05 00 00 00 00 02 00 00 00 FF CA 00 00 00"));
}

TEST_CASE("answers are read with status before data", "[devices]") {
  const Answer atr = answer_of(
      "80 14 00 00 00 00 00 00 00 00 3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00 6A");
  CHECK(atr.card == Card::active);
  CHECK(kind_of(atr.data) == CardKind::type_a);
  CHECK(describe_atr(atr.data) == "MIFARE Classic 1K");
  CHECK(answer_of("81 00 00 00 00 00 01 01 00 00").card == Card::inactive);
  const auto uid = successful(answer_of("80 06 00 00 00 00 02 00 00 00 04 A2 3B 7C 90 00").data);
  REQUIRE(uid);
  CHECK(base::to_hex_upper(*uid) == "04A23B7C");
  const Answer none = answer_of("80 00 00 00 00 00 03 42 FE 00");
  CHECK(none.outcome == Outcome::failed);
  CHECK(none.card == Card::absent);
  CHECK(explain_error(none.error) == "card absent or mute");
  const Answer wait = answer_of("80 00 00 00 00 00 04 80 02 00");
  CHECK(wait.outcome == Outcome::time_extension);
  CHECK(wait.error == 2);
}

TEST_CASE("data that comes with a failed status is not used", "[devices]") {
  CHECK(answer_of("80 02 00 00 00 00 00 40 FB 00 3B 8F").data.empty());
}

TEST_CASE("a frame shorter than its header, or than its length field, yields no data", "[devices]") {
  const base::Bytes whole = bytes_of("80 06 00 00 00 00 02 00 00 00 04 A2 3B 7C 90 00");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto decoded = decode_answer(std::span(whole).first(size));
    REQUIRE(std::holds_alternative<Damage>(decoded));
    CHECK(std::get<Damage>(decoded) == (size < kHeader ? Damage::too_short : Damage::length_beyond));
  }
  CHECK(std::holds_alternative<Damage>(decode_answer(bytes_of("80 FF FF FF FF 00 00 00 00 00"))));
  CHECK(std::holds_alternative<Damage>(decode_answer(bytes_of("80 00 00 00 00 00 00 C0 00 00"))));
}

TEST_CASE("notices tell presence and change of the slot that is asked for", "[devices]") {
  const auto came = decode_notice(bytes_of("50 03"), 0);
  REQUIRE(came);
  CHECK(came->present);
  CHECK(came->changed);
  const auto went = decode_notice(bytes_of("50 02"), 0);
  REQUIRE(went);
  CHECK_FALSE(went->present);
  CHECK(decode_notice(bytes_of("50 0C"), 1)->changed);
  CHECK_FALSE(decode_notice(bytes_of("50"), 0));
  CHECK(decode_notice(bytes_of("51 00 00 01"), 0)->hardware_error);
}

TEST_CASE("the class descriptor is found by length and type wherever it stands", "[devices]") {
  const std::string printed =
      "36 21 00 01 00 07 02 00 00 00 A0 0F 00 00 A0 0F 00 00 00 00 2A 00 00 90 D0 03 00 00 F7 00 00 00 00 00 00 00 00 "
      "00 00 00 40 00 02 00 0F 01 00 00 FF FF 00 00 00 01";
  for (const std::string& before : {std::string(), std::string("05 24 00 10 01 ")}) {
    const auto d = find_descriptor(bytes_of(before + printed));
    REQUIRE(d);
    CHECK(d->slots == 1);
    CHECK(d->level() == Level::short_apdu);
    CHECK(d->longest_message == 271);
    CHECK_FALSE(d->chooses_voltage());
    CHECK(d->read_size(64) == 320);
  }
  CHECK_FALSE(find_descriptor(bytes_of("00 21 00")));
  CHECK_FALSE(find_descriptor(bytes_of("36 21 00 01")));
}

TEST_CASE("numbers that are no rider's key are refused", "[devices]") {
  using devices::CardProblem;
  CHECK_FALSE(problem_of(bytes_of("04A23B7C"), CardKind::type_a, false));
  CHECK_FALSE(problem_of(bytes_of("08A23B7C112233"), CardKind::type_a, false));
  CHECK(problem_of(bytes_of("08A23B7C"), CardKind::type_a, false) == CardProblem::random_uid);
  CHECK(problem_of(bytes_of("11223344"), CardKind::type_b, false) == CardProblem::not_allowed);
  CHECK_FALSE(problem_of(bytes_of("11223344"), CardKind::type_b, true));
  for (const char* bad : {"", "04A23B", "00000000", "FFFFFFFFFFFFFF", "04A23B7C1122"})
    CHECK(problem_of(bytes_of(bad), CardKind::type_a, false) == CardProblem::unreadable);
}
