#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "kiosk/flow/action.h"
#include "kiosk/flow/screen.h"
#include "kiosk/ui/scene_model.h"
#include "kiosk/ui/ui.h"

namespace station::record {
struct Content;
}

// Draws what the flows want shown and says what the person did. No disk, no devices, no clock.
namespace station::screens {

// What a person set in the bottom bar. It belongs to their session.
// The street outside: at night a white screen blinds. A rider's choice of high contrast goes before it.
enum class Light : std::uint8_t { day, night };

struct Preferences {
  std::string language = "zh";
  bool large_text = false;
  bool contrast = false;
  bool voice = false;
  bool operator==(const Preferences&) const = default;
};

// Parsed lesson scenes of one content pack; nothing personal. A scene that cannot be parsed is left out.
class SceneShelf {
 public:
  const ui::scene::Scene* find(const record::Content& content, const std::string& id);

 private:
  std::string pack_;
  std::map<std::string, std::unique_ptr<ui::scene::Scene>, std::less<>> scenes_;
};

// What screens remember from frame to frame, owned by the program. Everything but the scenes belongs to the session.
struct ScreenState {
  Preferences preferences;
  std::string port;        // chosen on the charging screen, not started yet
  bool help_open = false;  // help lies over a screen that must not be left (study, open door)
  SceneShelf scenes;

  // The next rider finds nothing of the last.
  void end_session(const Preferences& of_the_station);
};

// Draws one frame between begin_frame and end_frame, dialogs and bars included. At most one action a frame. Keys of the
// bottom bar change `state.preferences`; call apply() after the frame. `content` may be null until a pack was applied.
std::optional<flow::Action> draw(ui::Canvas& canvas, const flow::Screen& screen, const flow::Frame& frame,
                                 const record::Content* content, ScreenState& state);

// Brings language, theme, text size and voice of `ui` in line; cheap when nothing changed. Not inside a frame. An error
// names the file of the language or theme that cannot be read; the others are applied.
base::Result<void> apply(const Preferences& preferences, ui::Ui& ui, Light light = Light::day);

}  // namespace station::screens
