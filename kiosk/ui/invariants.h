#pragma once

#include <string>
#include <vector>

#include "kiosk/ui/probe.h"

namespace station::ui {

class Driver;
class Ui;

// What every screen must keep, in every theme, language and text size.
struct InvariantRules {
  Size screen{1080, 1920};
  float mm_per_px = 0.248f;
  float min_target_mm = 20;  // both directions
  float min_text_px = 38;    // 3/16 inch capital height on 21.5"; 59 with large text
  int primaries = 1;         // exactly that many primary actions that are not under a dialog; -1: not checked
};

// One sentence for each breach, empty when all is well: targets too small, overlapping or leaving the screen, ids given
// twice, text too small, cut or leaving its box, texts of one screen running into each other, wrong number of primary
// actions, targets without a label.
std::vector<std::string> breaches(const Probe& probe, const InvariantRules& rules);

// The same with the panel and text size of `ui`, and also: glyphs that no font has, string keys that do not exist.
std::vector<std::string> breaches(const Ui& ui, int primaries = 1);

// Texts that stand out less than `least` (WCAG: 4.5, in high contrast 7) from some pixel of what lies under them: drawn
// grounds, gradients and pictures count as they are seen. Draws two frames more.
std::vector<std::string> faint_texts(Driver& driver, double least);

}  // namespace station::ui
