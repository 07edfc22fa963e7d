#include "kiosk/ui/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "kiosk/ui/driver.h"
#include "kiosk/ui/ui.h"

namespace station::ui {

namespace {

std::string name_of(const ProbeItem& item) {
  const std::string& id = item.id.empty() ? item.owner : item.id;
  return item.role == Role::text ? fmt::format("\"{}\"{}{}", item.label, id.empty() ? "" : " in ", id) : id;
}

std::string place(const Rect& r) {
  return fmt::format("{:.0f},{:.0f} {:.0f} x {:.0f}", r.x, r.y, r.w, r.h);
}

// What counts for touching: covered and scrolled-away things do not.
bool reachable(const ProbeItem& item) {
  return item.target && !item.covered && !item.visible.empty();
}

void check_target(const ProbeItem& item, const InvariantRules& rules, std::vector<std::string>& out) {
  const float width = item.rect.w * rules.mm_per_px, height = item.rect.h * rules.mm_per_px;
  if (width < rules.min_target_mm || height < rules.min_target_mm)
    out.push_back(fmt::format("{} is {:.1f} x {:.1f} mm, less than {:.0f} mm", name_of(item), width, height,
                              rules.min_target_mm));
  const Rect screen{0, 0, rules.screen.w, rules.screen.h};
  if (!item.scrolls && !screen.contains(item.rect))
    out.push_back(fmt::format("{} leaves the screen ({})", name_of(item), place(item.rect)));
  if (item.label.empty()) out.push_back(fmt::format("{} has no label to be spoken", name_of(item)));
  if (item.id.empty()) out.push_back(fmt::format("a target at {} has no id", place(item.rect)));
}

void check_text(const ProbeItem& item, const InvariantRules& rules, std::vector<std::string>& out) {
  if (item.text_px < rules.min_text_px)
    out.push_back(fmt::format("{} is {:.0f} px, less than {:.0f} px", name_of(item), item.text_px, rules.min_text_px));
  if (item.cut) out.push_back(fmt::format("{} is cut", name_of(item)));
  constexpr float kRounding = 1.5f;
  if (!item.allowed.contains(item.rect, kRounding))
    out.push_back(fmt::format("{} ({}) leaves its box ({})", name_of(item), place(item.rect), place(item.allowed)));
}

bool overlap(const Rect& a, const Rect& b) {
  constexpr float kTouching = 2;
  const Rect common = a.intersect(b);
  return common.w > kTouching && common.h > kTouching;
}

}  // namespace

std::vector<std::string> breaches(const Probe& probe, const InvariantRules& rules) {
  std::vector<std::string> out;
  std::set<std::string> ids;
  std::vector<const ProbeItem*> targets, texts;
  int primaries = 0;
  for (const ProbeItem& item : probe.items()) {
    if (!item.id.empty() && !ids.insert(item.id).second)
      out.push_back(fmt::format("the id {} is given twice", item.id));
    if (reachable(item)) {
      check_target(item, rules, out);
      targets.push_back(&item);
    }
    if (item.role == Role::primary && !item.covered) ++primaries;
    if (item.role == Role::text && !item.covered && !item.visible.empty() && item.rect.w > 0) {
      check_text(item, rules, out);
      texts.push_back(&item);
    }
  }
  if (rules.primaries >= 0 && primaries != rules.primaries)
    out.push_back(fmt::format("there are {} primary actions instead of {}", primaries, rules.primaries));
  for (std::size_t i = 0; i < targets.size(); ++i)
    for (std::size_t k = i + 1; k < targets.size(); ++k)
      if (overlap(targets[i]->visible, targets[k]->visible))
        out.push_back(fmt::format("{} and {} overlap", name_of(*targets[i]), name_of(*targets[k])));
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t k = i + 1; k < texts.size(); ++k)
      if (overlap(texts[i]->visible, texts[k]->visible))
        out.push_back(fmt::format("{} runs into {}", name_of(*texts[i]), name_of(*texts[k])));
  return out;
}

std::vector<std::string> breaches(const Ui& ui, int primaries) {
  const Options& options = ui.options();
  InvariantRules rules;
  rules.screen = {static_cast<float>(options.width), static_cast<float>(options.height)};
  rules.mm_per_px = options.mm_per_px;
  rules.min_text_px = options.text_size == TextSize::large ? 59 : 38;
  rules.primaries = primaries;
  std::vector<std::string> out = breaches(ui.probe(), rules);
  if (const auto missing = ui.stats().glyphs_missing; missing > 0)
    out.push_back(fmt::format("{} characters are in no font", missing));
  for (const std::string& key : ui.strings().missing())
    out.push_back(fmt::format("the text \"{}\" does not exist", key));
  return out;
}

std::vector<std::string> faint_texts(Driver& driver, double least) {
  Probe& probe = driver.ui().probe();
  probe.hide_texts(true);
  driver.frames(1);
  const PixelView under = driver.pixels();
  const std::vector<ProbeItem> items = probe.items();
  probe.hide_texts(false);
  driver.frames(1);
  std::vector<std::string> out;
  for (const ProbeItem& item : items) {
    if (item.role != Role::text || item.covered || item.visible.empty()) continue;
    const Rect box = item.visible.intersect({0, 0, static_cast<float>(under.width), static_cast<float>(under.height)});
    double worst = 21;
    std::uint32_t last = 0;  // neighbours are often equal
    for (int y = static_cast<int>(box.y); y < static_cast<int>(box.bottom()); ++y)
      for (int x = static_cast<int>(box.x); x < static_cast<int>(box.right()); ++x) {
        const std::uint32_t p = under.pixels[static_cast<std::ptrdiff_t>(y) * under.pitch + x];
        if (p == last) continue;
        last = p;
        const Rgba ground{static_cast<std::uint8_t>(p >> 16), static_cast<std::uint8_t>(p >> 8),
                          static_cast<std::uint8_t>(p), 255};
        worst = std::min(worst, contrast(item.colour, ground));
      }
    if (worst < least) out.push_back(fmt::format("{} has a contrast of {:.2f}", name_of(item), worst));
  }
  return out;
}

}  // namespace station::ui
