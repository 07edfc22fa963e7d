// PINs and identity numbers: design, section 5; domain facts, section 7.
#include "sync/rules/identity.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace station::rules;
using namespace std::chrono_literals;

namespace {
base::BootTime boot_at(std::chrono::milliseconds t) {
  return base::BootTime(t);
}

// So many wrong PINs, each as soon as it is allowed.
PinState wrong(int times) {
  PinState s;
  base::BootTime now = boot_at(0ms);
  for (int i = 0; i < times; ++i) {
    now += pin_access(s, "b1", now).wait + 1s;
    s = pin_failed(s, "b1", now);
  }
  return s;
}
}  // namespace

TEST_CASE("wrong PINs lock for five minutes, an hour, until the centre unlocks", "[rules]") {
  for (int n : {1, 4, 6, 9, 11, 14}) CHECK((pin_lock_after(n).wait == 0ms && !pin_lock_after(n).until_centre));
  CHECK(pin_lock_after(5).wait == 5min);
  CHECK(pin_lock_after(10).wait == 1h);
  CHECK(pin_lock_after(15).until_centre);
  CHECK(pin_tries_left(1) == 4);
  CHECK(pin_tries_left(7) == 3);
}

TEST_CASE("a lock holds until its time is over and refuses further tries without counting them", "[rules]") {
  const PinState s = wrong(5);
  CHECK(s.failures == 5);
  CHECK_FALSE(pin_access(s, "b1", s.noted).allowed);
  CHECK(pin_access(s, "b1", s.noted + 2min).wait == 3min);
  CHECK(pin_failed(s, "b1", s.noted + 2min) == s);
  CHECK(pin_access(s, "b1", s.noted + 5min).allowed);
  CHECK(pin_failed(s, "b1", s.noted + 5min).failures == 6);
  CHECK(pin_access(wrong(10), "b1", wrong(10).noted).wait == 1h);
}

TEST_CASE("the fifteenth failure needs the centre, for ever", "[rules]") {
  const PinState s = wrong(15);
  const PinAccess access = pin_access(s, "b1", s.noted + 1000h);
  CHECK_FALSE(access.allowed);
  CHECK(access.until_centre);
  CHECK_FALSE(pin_access(pin_noted(s, "b2", boot_at(0ms)), "b2", boot_at(1000h)).allowed);
}

TEST_CASE("a restart can lengthen a lock but never shorten it", "[rules]") {
  const PinState s = wrong(10);
  // Noted after 40 minutes, then the power fails: 20 minutes from the new boot, however long the station was off.
  const PinState noted = pin_noted(s, "b1", s.noted + 40min);
  CHECK(noted.left == 20min);
  CHECK(noted.failures == 10);
  CHECK(pin_access(noted, "b2", boot_at(0ms)).wait == 20min);
  CHECK(pin_access(noted, "b2", boot_at(5min)).wait == 15min);
  CHECK(pin_access(noted, "b2", boot_at(20min)).allowed);
  // Noted again in the new boot, the time that has passed there stays passed.
  const PinState again = pin_noted(noted, "b2", boot_at(5min));
  CHECK(pin_access(again, "b2", boot_at(6min)).wait == 14min);
  CHECK(pin_access(again, "b3", boot_at(0ms)).wait == 15min);
}

TEST_CASE("easy PINs are refused when they are set", "[rules]") {
  for (const char* easy : {"12345", "123456", "000000", "987654", "121121", "850613", "12a456", "19850613"}) {
    INFO(easy);
    CHECK(pin_complaint(easy) != nullptr);
  }
  for (const char* good : {"482915", "739164", "90571826"}) {
    INFO(good);
    CHECK(pin_complaint(good) == nullptr);
  }
}

TEST_CASE("every kind of easy PIN is named", "[rules]") {
  using W = PinWeakness;
  const std::pair<const char*, W> pins[] = {
      {"", W::form},           {"12345", W::form},      {"1234567890123", W::form}, {"12345x", W::form},
      {"000000", W::repeated}, {"121212", W::repeated}, {"123123", W::repeated},    {"12341234", W::repeated},
      {"123456", W::sequence}, {"987654", W::sequence}, {"678901", W::sequence},    {"135791", W::sequence},
      {"147258", W::common},   {"520131", W::common},   {"112233", W::common},      {"123321", W::common},
      {"850613", W::date},     {"130685", W::date},     {"061385", W::date},        {"19850613", W::date},
      {"13061985", W::date},   {"198506", W::date},     {"000229", W::date},        {"482915", W::none},
      {"739164", W::none},     {"90571826", W::none},   {"486279", W::none}};
  for (const auto& [pin, weakness] : pins) {
    INFO(pin);
    CHECK(std::string(to_string(pin_weakness(pin))) == to_string(weakness));
    CHECK((pin_complaint(pin) == nullptr) == (weakness == W::none));
  }
}

TEST_CASE("a PIN out of the rider's own numbers is refused", "[rules]") {
  CHECK(pin_weakness("879436", "13887943612 44090219950615001X") == PinWeakness::personal);
  CHECK(pin_weakness("879436", "13812341234 44090219950615001X") == PinWeakness::none);
  CHECK(pin_weakness("361244", "13887943612 44090219950615001X") == PinWeakness::none);  // not across two numbers
}

TEST_CASE("identity numbers are checked by weights and date", "[rules]") {
  for (const char* good : {"11010519491231002X", "440524188001010014", "44090219950615001X", "440902198812030521",
                           "330106199202291039", "810000199001010019"})
    CHECK(is_resident_id(good));
  CHECK_FALSE(is_resident_id("330106199302291036"));
  CHECK_FALSE(is_resident_id("11010519491231002Y"));
}

TEST_CASE("phone numbers show their first three and last four digits", "[rules]") {
  CHECK(is_phone("13812341207"));
  CHECK_FALSE(is_phone("12812341207"));
  CHECK(mask_number("13812341207") ==
        "138\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2"
        "1207");
}

TEST_CASE("identity numbers with a wrong form, date or province are refused", "[rules]") {
  for (const char* bad : {"", "44052418800101001", "4405241880010100144", "A40524188001010014", "000524199001010014",
                          "44052418 001010014"})
    CHECK_FALSE(is_resident_id(bad));
  CHECK(is_resident_id("11010519491231002x"));
  CHECK(normal_id(" 110105 19491231-002x") == "11010519491231002X");
}

TEST_CASE("phone numbers are brought to one form and masked", "[rules]") {
  CHECK(normal_phone("138 1234 1207") == "13812341207");
  CHECK(normal_phone("+86-13812341207") == "13812341207");
  CHECK(normal_phone("008613812341207") == "13812341207");
  CHECK(normal_phone("8613") == "8613");
  CHECK(masked_phone("13800001234") == "138****1234");
  CHECK(masked_phone("12345") == "***45");
  CHECK(masked_phone("7") == "*");
  CHECK(masked_phone("").empty());
  CHECK(last4("44090219950615001X") == "001X");
  CHECK(last4("12") == "12");
  CHECK_FALSE(is_phone("1381234120"));
  CHECK_FALSE(is_phone("138123412071"));
  CHECK_FALSE(is_phone("1381234120a"));
}

TEST_CASE("riders are addressed by family name", "[rules]") {
  CHECK(display_name("王建国", "师傅") == "王师傅");
  CHECK(display_name("欧阳锋", "师傅") == "欧阳师傅");
  CHECK(display_name(" 张 ", "师傅") == "张师傅");
  CHECK(display_name("Aibek Nur", "rider") == "Aibek rider");
  CHECK(display_name("", "师傅") == "师傅");
  CHECK(masked_person("张伟", "44090219950615021", "尾号") == "张*·尾号21");
  CHECK(masked_person("张伟", "", "尾号") == "张*");
}

TEST_CASE("regions match by prefix", "[rules]") {
  for (const char* region : {"330106", "330100", "3301", "330000", "33", "CN"}) CHECK(in_region("330106", region));
  for (const char* region : {"330108", "330200", "44", "", "3301061", "X"}) CHECK_FALSE(in_region("330106", region));
}
