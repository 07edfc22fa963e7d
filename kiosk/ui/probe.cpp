#include "kiosk/ui/probe.h"

namespace station::ui {

const char* to_string(Role role) {
  switch (role) {
    case Role::primary:
      return "primary";
    case Role::button:
      return "button";
    case Role::key:
      return "key";
    case Role::option:
      return "option";
    case Role::row:
      return "row";
    case Role::toggle:
      return "toggle";
    case Role::bar:
      return "bar";
    case Role::text:
      return "text";
    case Role::icon:
      return "icon";
    case Role::image:
      return "image";
    case Role::ring:
      return "ring";
    case Role::progress:
      return "progress";
    case Role::list:
      return "list";
    case Role::input:
      return "input";
    case Role::chip:
      return "chip";
    case Role::banner:
      return "banner";
    case Role::qr:
      return "qr";
    case Role::dialog:
      return "dialog";
  }
  return "";
}

const ProbeItem* Probe::find(std::string_view id) const {
  for (const ProbeItem& item : items_)
    if (item.id == id) return &item;
  return nullptr;
}

std::vector<std::string> Probe::targets() const {
  std::vector<std::string> out;
  for (const ProbeItem& item : items_)
    if (item.target && item.enabled && !item.covered && !item.visible.empty()) out.push_back(item.id);
  return out;
}

std::string Probe::text() const {
  std::string out;
  for (const ProbeItem& item : items_) {
    if (item.role != Role::text || item.visible.empty()) continue;
    out += item.label;
    out += '\n';
  }
  return out;
}

bool Probe::shows(std::string_view part_of_a_text) const {
  for (const ProbeItem& item : items_)
    if (item.role == Role::text && !item.visible.empty() && item.label.find(part_of_a_text) != std::string::npos)
      return true;
  return false;
}

void Probe::clear() {
  items_.clear();
  screen_.clear();
}

}  // namespace station::ui
