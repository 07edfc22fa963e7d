#include "kiosk/screens/page.h"

// Number and PIN. The number is masked while it is typed, the PIN never shows.
namespace station::screens {

namespace {

// "138 •••• ••": the first three digits say which number it is, the rest is nobody's business.
std::string masked(const std::string& digits) {
  std::string out = digits.substr(0, 3);
  for (std::size_t i = 3; i < digits.size(); ++i) {
    if (i == 3 || i == 7) out += ' ';
    out += "\xE2\x80\xA2";
  }
  return out;
}

}  // namespace

void draw_screen(Page& p, const flow::KeypadScreen& s) {
  const bool login = s.purpose == flow::KeypadPurpose::login;
  const std::string key = login                                   ? "keypad.login"
                          : s.purpose == flow::KeypadPurpose::pin ? "keypad.pin"
                                                                  : "keypad.confirm";
  p.title(p.tr(key + ".title"), p.tr(key + ".hint"));

  const Rect field{Grid::kMargin, p.below_title(), Grid::kWidth, 136};
  if (login) {
    p.c.input(field, masked(s.digits), p.tr("keypad.login.empty"), "keypad.input");
  } else {
    constexpr int kFewest = 6, kMost = 10;
    const int typed = std::min(kMost, static_cast<int>(s.digits.size()));
    p.c.pin_dots(field, typed, std::max(kFewest, typed), "keypad.input");
  }

  // One slot for what went wrong or what else works: the keys never move.
  const Rect slot{Grid::kMargin, field.bottom() + 16, Grid::kWidth, p.by_size(140, 176)};
  if (s.message) {
    p.message(slot.y, s.message);
  } else if (s.card_works) {
    p.c.banner(
        {slot.x, slot.y}, slot.w,
        {.id = "keypad.card", .text = p.tr("keypad.card_works"), .tone = Tone::primary, .icon = Icon::contactless});
  }

  const Rect action = primary_rect();
  const float top = slot.bottom() + 12;
  const std::string clear = p.tr("key.clear"), erase = p.tr("key.erase");
  const char typed = p.c.keypad({Grid::kMargin, top, Grid::kWidth, action.y - 28 - top},
                                {.clear = clear, .erase = erase, .enabled = !s.busy});
  if (typed >= '0' && typed <= '9') p.act(flow::Key{typed});
  if (typed == 'c') p.act(flow::ClearKeys{});
  if (typed == 'e') p.act(flow::EraseKey{});
  if (p.c.primary(action, {.id = "keypad.submit",
                           .label = p.tr(s.busy ? "keypad.checking" : key + ".submit"),
                           .enabled = s.ready,
                           .busy = s.busy}))
    p.act(flow::SubmitKeys{});
}

}  // namespace station::screens
