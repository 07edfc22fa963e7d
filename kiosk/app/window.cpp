#include "kiosk/app/window.h"

#include <SDL.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace station::app {

using base::Errc;
using Kind = ui::TouchEvent::Kind;

namespace {

constexpr std::int64_t kMouse = -1;

bool no_display() { return !std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY"); }

base::Result<void> refuse(const char* what) {
  const char* hint = no_display() ? "no DISPLAY or WAYLAND_DISPLAY is set; start it from a desktop session, from a text console with "
                                    "SDL_VIDEODRIVER=kmsdrm, or use --headless --script FILE"
                                  : "is the display reachable for this user? --headless --script FILE needs none";
  return base::fail(Errc::unavailable, fmt::format("{}: {} ({})", what, SDL_GetError(), hint));
}

// A character as on a US layout, or a line break for Enter and Tab; other keys are nothing.
void take_key(const SDL_Keysym& key, WindowInput& input) {
  constexpr std::string_view kPlain = "`1234567890-=[]\\;',./", kShifted = "~!@#$%^&*()_+{}|:\"<>?";
  if (key.sym == SDLK_RETURN || key.sym == SDLK_KP_ENTER || key.sym == SDLK_TAB) input.keys.push_back('\n');
  if (key.sym <= 32 || key.sym >= 127) return;
  char c = static_cast<char>(key.sym);
  const auto at = kPlain.find(c);
  if ((key.mod & KMOD_SHIFT) != 0) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (at != std::string_view::npos) c = kShifted[at];
  }
  input.keys.push_back(c);
}

void set_hints() {
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");        // main stops the program
  SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");        // a finger is a finger
  SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
  SDL_SetHint(SDL_HINT_QUIT_ON_LAST_WINDOW_CLOSE, "0");
  SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
  SDL_SetHint(SDL_HINT_GRAB_KEYBOARD, "1");
  SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
  SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "1");
}

// A desktop lower than the picture shows the window smaller, in whole hundredths.
SDL_Point window_size(const WindowOptions& options) {
  SDL_Rect usable{};
  if (SDL_GetDisplayUsableBounds(0, &usable) != 0 || usable.h <= 0) return {options.width, options.height};
  const int by_height = (usable.h - 48) * 100 / options.height, by_width = usable.w * 100 / options.width;
  const int percent = std::clamp(std::min(by_height, by_width), 20, 100);
  return {options.width * percent / 100, options.height * percent / 100};
}

}  // namespace

base::Result<std::unique_ptr<Window>> Window::open(const WindowOptions& options) {
  std::unique_ptr<Window> window(new Window(options));
  if (auto ok = window->start(); !ok) return tl::unexpected(ok.error());
  return window;
}

base::Result<void> Window::start() {
  set_hints();
  if (SDL_InitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS) != 0) return refuse("no window can be opened");
  // SDL falls back to drivers that show nothing; a station must not run unseen unless somebody asked for it.
  const std::string driver = SDL_GetCurrentVideoDriver();
  if ((driver == "offscreen" || driver == "dummy") && !std::getenv("SDL_VIDEODRIVER")) {
    SDL_SetError("there is no display");
    return refuse("no window can be opened");
  }
  wake_event_ = SDL_RegisterEvents(1);
  const SDL_Point size = window_size(options_);
  const Uint32 flags = options_.fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_BORDERLESS | SDL_WINDOW_KEYBOARD_GRABBED
                                           : static_cast<Uint32>(SDL_WINDOW_RESIZABLE);
  window_ = SDL_CreateWindow(options_.title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, size.x, size.y,
                             flags | SDL_WINDOW_ALLOW_HIGHDPI);
  if (!window_) return refuse("no window can be opened");
  // Pixels are ready-made; a software surface is enough and costs no graphics memory.
  renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_PRESENTVSYNC);
  if (!renderer_) renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_SOFTWARE);
  if (!renderer_) return refuse("the window cannot be drawn into");
  texture_ = SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, options_.width, options_.height);
  if (!texture_) return refuse("the window cannot be drawn into");
  SDL_RenderSetLogicalSize(renderer_, options_.width, options_.height);
  SDL_SetRenderDrawColor(renderer_, 0, 0, 0, 255);
  SDL_DisableScreenSaver();
  SDL_StopTextInput();
  if (options_.fullscreen) SDL_ShowCursor(SDL_DISABLE);
  return {};
}

Window::~Window() {
  if (texture_) SDL_DestroyTexture(texture_);
  if (renderer_) SDL_DestroyRenderer(renderer_);
  if (window_) SDL_DestroyWindow(window_);
  SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS);
}

std::string Window::renderer() const {
  SDL_RendererInfo info{};
  SDL_GetRendererInfo(renderer_, &info);
  return info.name ? info.name : "?";
}

ui::TouchEvent Window::touch(Kind kind, std::int64_t finger, float x, float y) const { return {kind, finger, x, y}; }

void Window::take(const SDL_Event& event, WindowInput& input) {
  const auto w = static_cast<float>(options_.width), h = static_cast<float>(options_.height);
  switch (event.type) {
    // Finger positions are normalised to the picture (logical size), mouse positions are given in its pixels.
    case SDL_FINGERDOWN:
      input.touches.push_back(touch(Kind::down, event.tfinger.fingerId, event.tfinger.x * w, event.tfinger.y * h));
      break;
    case SDL_FINGERMOTION:
      input.touches.push_back(touch(Kind::move, event.tfinger.fingerId, event.tfinger.x * w, event.tfinger.y * h));
      break;
    case SDL_FINGERUP:
      input.touches.push_back(touch(Kind::up, event.tfinger.fingerId, event.tfinger.x * w, event.tfinger.y * h));
      break;
    case SDL_MOUSEBUTTONDOWN:
      if (event.button.which == SDL_TOUCH_MOUSEID || event.button.button != SDL_BUTTON_LEFT) break;
      pressed_ = true;
      input.touches.push_back(touch(Kind::down, kMouse, static_cast<float>(event.button.x), static_cast<float>(event.button.y)));
      break;
    case SDL_MOUSEMOTION:
      if (!pressed_ || event.motion.which == SDL_TOUCH_MOUSEID) break;
      input.touches.push_back(touch(Kind::move, kMouse, static_cast<float>(event.motion.x), static_cast<float>(event.motion.y)));
      break;
    case SDL_MOUSEBUTTONUP:
      if (!pressed_ || event.button.button != SDL_BUTTON_LEFT) break;
      pressed_ = false;
      input.touches.push_back(touch(Kind::up, kMouse, static_cast<float>(event.button.x), static_cast<float>(event.button.y)));
      break;
    case SDL_KEYDOWN:
      if (event.key.repeat == 0) take_key(event.key.keysym, input);
      break;
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_EXPOSED || event.window.event == SDL_WINDOWEVENT_SIZE_CHANGED) input.exposed = true;
      if (event.window.event == SDL_WINDOWEVENT_CLOSE && !options_.fullscreen) input.closed = true;
      break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET: input.exposed = true; break;
    default: break;
  }
}

WindowInput Window::wait(std::chrono::milliseconds limit) {
  WindowInput input;
  SDL_Event event;
  if (limit.count() > 0 ? SDL_WaitEventTimeout(&event, static_cast<int>(limit.count())) == 0 : SDL_PollEvent(&event) == 0) return input;
  do take(event, input);
  while (SDL_PollEvent(&event) != 0);
  return input;
}

void Window::wake() {
  if (SDL_HasEvent(wake_event_)) return;
  SDL_Event event{};
  event.type = wake_event_;
  SDL_PushEvent(&event);
}

void Window::present(const ui::PixelView& picture, const std::vector<ui::PixelRect>& changed, bool whole) {
  const int pitch = picture.pitch * static_cast<int>(sizeof(std::uint32_t));
  if (whole) {
    SDL_UpdateTexture(texture_, nullptr, picture.pixels, pitch);
  } else {
    for (const ui::PixelRect& r : changed) {
      const SDL_Rect rect{r.x, r.y, r.w, r.h};
      SDL_UpdateTexture(texture_, &rect, picture.pixels + static_cast<std::ptrdiff_t>(r.y) * picture.pitch + r.x, pitch);
    }
  }
  SDL_RenderClear(renderer_);
  SDL_RenderCopy(renderer_, texture_, nullptr, nullptr);
  SDL_RenderPresent(renderer_);
}

}  // namespace station::app
