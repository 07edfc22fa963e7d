#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kiosk/ui/ui.h"
#include "sync/base/result.h"

struct SDL_Window;
struct SDL_Renderer;
struct SDL_Texture;
union SDL_Event;

namespace station::app {

struct WindowOptions {
  std::string title;
  int width = 1080, height = 1920;  // of the upright picture; a smaller desktop shows it scaled
  bool fullscreen = true;           // without frame and pointer; no key and no gesture closes it
};

// What came in since the last wait.
struct WindowInput {
  std::vector<ui::TouchEvent> touches;  // in pixels of the picture
  std::vector<char> keys;               // characters typed on a keyboard, line breaks included; never for the picture
  bool exposed = false;                 // the picture was lost and has to be presented whole
  bool closed = false;                  // never in fullscreen
};

// The only place that knows SDL. One thread, except wake().
class Window {
 public:
  // `unavailable` with a hint when there is no display.
  static base::Result<std::unique_ptr<Window>> open(const WindowOptions& options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Sleeps until input, wake() or `limit`.
  WindowInput wait(std::chrono::milliseconds limit);
  // From any thread. Many calls before the next wait() are one.
  void wake();

  // Puts the changed rectangles of the picture on the panel; `whole` puts all of it.
  void present(const ui::PixelView& picture, const std::vector<ui::PixelRect>& changed, bool whole);
  // What draws: "software", "opengl" …, for the log.
  std::string renderer() const;

 private:
  explicit Window(const WindowOptions& options) : options_(options) {}
  base::Result<void> start();
  void take(const SDL_Event& event, WindowInput& input);
  ui::TouchEvent touch(ui::TouchEvent::Kind kind, std::int64_t finger, float x, float y) const;

  const WindowOptions options_;
  SDL_Window* window_ = nullptr;
  SDL_Renderer* renderer_ = nullptr;
  SDL_Texture* texture_ = nullptr;
  unsigned wake_event_ = 0;
  bool pressed_ = false;
};

}  // namespace station::app
