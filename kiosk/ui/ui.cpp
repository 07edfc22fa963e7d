#include "kiosk/ui/ui.h"

#include <imgui.h>

#include <algorithm>
#include <cfloat>
#include <cstddef>
#include <cstring>

#include "kiosk/ui/internal/bake.h"
#include "kiosk/ui/internal/engine.h"
#include "sync/base/check.h"

namespace station::ui {

using base::Result;
using internal::Engine;

namespace internal {

namespace {

// The atlas is one region of ours beside the drawing library's white texel: shadows and glow in its first rows, glyphs
// below. Text is laid out by ourselves, so the library needs no font of ours.
void build_atlas(Engine& e) {
  constexpr int kWidth = 2044, kHeight = 1960;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Flags |= ImFontAtlasFlags_NoMouseCursors | ImFontAtlasFlags_NoBakedLines;
  atlas.TexDesiredWidth = 2048;
  atlas.AddFontDefault();
  const int region = atlas.AddCustomRectRegular(kWidth, kHeight);
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  atlas.GetTexDataAsAlpha8(&pixels, &width, &height);
  const ImFontAtlasCustomRect& rect = *atlas.GetCustomRectByIndex(region);
  STATION_CHECK(rect.IsPacked(), "the region of the glyphs fits into the atlas");
  e.atlas = {pixels, nullptr, width, height, 0};
  std::uint8_t* corner = pixels + static_cast<std::ptrdiff_t>(rect.Y) * width + rect.X;
  bake_softness(corner, width);
  e.baked = {rect.X, rect.X + kShadowTexels + 1, rect.X + 2 * (kShadowTexels + 1), rect.Y};
  const int below = kShadowTexels + 1;
  e.glyphs->use_region(
      {corner + static_cast<std::ptrdiff_t>(below) * width, width, rect.X, rect.Y + below, kWidth, kHeight - below});
}

void set_up_library(Engine& e) {
  e.context = ImGui::CreateContext();
  ImGui::SetCurrentContext(e.context);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  io.UserData = &e;
  io.DisplaySize = {static_cast<float>(e.options.width), static_cast<float>(e.options.height)};
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowPadding = {0, 0};
  style.WindowBorderSize = 0;
  style.WindowRounding = 0;
  style.WindowMinSize = {1, 1};
  style.AntiAliasedLinesUseTex = false;
  style.CircleTessellationMaxError = 0.2f;
  build_atlas(e);
}

void copy_scene(const ImDrawData& data, const Texture& atlas, Scene& out) {
  static_assert(sizeof(Vertex) == sizeof(ImDrawVert) && sizeof(std::uint16_t) == sizeof(ImDrawIdx));
  static_assert(offsetof(Vertex, u) == offsetof(ImDrawVert, uv) &&
                offsetof(Vertex, colour) == offsetof(ImDrawVert, col));
  out.clear();
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    const auto first_vertex = out.vertices.size(), first_index = out.indices.size();
    out.vertices.resize(first_vertex + static_cast<std::size_t>(list.VtxBuffer.Size));
    if (list.VtxBuffer.Size > 0)
      std::memcpy(static_cast<void*>(&out.vertices[first_vertex]), list.VtxBuffer.Data,
                  static_cast<std::size_t>(list.VtxBuffer.size_in_bytes()));
    out.indices.insert(out.indices.end(), list.IdxBuffer.begin(), list.IdxBuffer.end());
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.ElemCount == 0 || command.UserCallback) continue;
      const auto* texture = static_cast<const Texture*>(command.GetTexID());
      out.batches.push_back({static_cast<std::uint32_t>(first_vertex) + command.VtxOffset,
                             static_cast<std::uint32_t>(first_index) + command.IdxOffset, command.ElemCount,
                             command.ClipRect.x, command.ClipRect.y, command.ClipRect.z, command.ClipRect.w,
                             texture ? texture : &atlas});
    }
  }
}

std::uint32_t pixel_of(Rgba c) {
  return 0xFF000000u | static_cast<std::uint32_t>(c.r) << 16 | static_cast<std::uint32_t>(c.g) << 8 | c.b;
}

}  // namespace

Engine::~Engine() {
  if (context) ImGui::DestroyContext(context);
}

}  // namespace internal

Ui::Ui(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Ui::~Ui() = default;

Result<std::unique_ptr<Ui>> Ui::create(const Options& options) {
  auto engine = std::make_unique<Engine>(options);
  auto theme = Theme::load(options.themes, options.theme);
  if (!theme) return tl::unexpected(theme.error());
  engine->theme = *theme;
  auto strings = StringTable::load(options.strings, options.language);
  if (!strings) return tl::unexpected(strings.error());
  engine->strings = std::move(*strings);
  auto glyphs = internal::Glyphs::open(options.fonts);
  if (!glyphs) return tl::unexpected(glyphs.error());
  engine->glyphs = std::move(*glyphs);
  internal::set_up_library(*engine);
  return std::unique_ptr<Ui>(new Ui(std::move(engine)));
}

void Ui::touch(const TouchEvent& event) {
  engine_->touches.push(event);
  engine_->quiet = 0;
  wake();
}

void Ui::wake() {
  engine_->settle = 3;
}

bool Ui::needs_frame() const {
  return engine_->settle > 0 || engine_->moving || engine_->touches.pending();
}

Canvas& Ui::begin_frame(float seconds) {
  Engine& e = *engine_;
  ImGui::SetCurrentContext(e.context);
  if (e.glyphs->full()) e.glyphs->clear();
  ++e.frame;
  e.seconds = std::clamp(seconds, 0.0001f, 0.05f);
  e.quiet += std::max(seconds, 0.0f);
  if (e.animated()) e.time += static_cast<double>(e.seconds);
  if (e.lively()) e.decor_time += static_cast<double>(e.seconds);
  e.pointer_was_down = e.pointer.down;
  // In its very first frame the drawing library does not know yet what lies under the finger.
  if (e.frame > 1) e.pointer = e.touches.next_frame();
  if (e.pointer.down != e.pointer_was_down) e.settle = 3;

  ImGuiIO& io = ImGui::GetIO();
  io.DeltaTime = e.seconds;
  io.MouseDown[0] = e.pointer.down;
  io.MousePos = e.pointer.at ? internal::vec(*e.pointer.at) : ImVec2(-FLT_MAX, -FLT_MAX);
  ImGui::NewFrame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::Begin("screen", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse);
  e.list = ImGui::GetWindowDrawList();
  e.begin();
  return e.canvas;
}

FrameInfo Ui::end_frame() {
  Engine& e = *engine_;
  ImGui::SetCurrentContext(e.context);
  e.end();
  ImGui::End();
  ImGui::Render();
  e.list = nullptr;
  if (e.settle > 0) --e.settle;
  e.info.animating = needs_frame() || e.glyphs->full();
  e.info.next_frame_s = e.next_frame_s;
  return e.info;
}

const std::vector<PixelRect>& Ui::render(const PixelView& frame) {
  Engine& e = *engine_;
  ImGui::SetCurrentContext(e.context);
  STATION_CHECK(!e.list && e.frame > 0, "a frame is complete before it is rendered");
  e.atlas.generation = e.glyphs->generation();
  internal::copy_scene(*ImGui::GetDrawData(), e.atlas, e.scene);
  return e.rasteriser.render(e.scene, frame, internal::pixel_of(e.theme[Token::page_bottom]));
}

void Ui::invalidate() {
  engine_->rasteriser.invalidate();
  wake();
}

Result<void> Ui::set_language(std::string_view language) {
  auto strings = StringTable::load(engine_->options.strings, language);
  if (!strings) return tl::unexpected(strings.error());
  engine_->strings = std::move(*strings);
  engine_->options.language = language;
  wake();
  return {};
}

Result<void> Ui::set_theme(ThemeName name) {
  auto theme = Theme::load(engine_->options.themes, name);
  if (!theme) return tl::unexpected(theme.error());
  engine_->theme = *theme;
  engine_->options.theme = name;
  wake();
  return {};
}

void Ui::set_text_size(TextSize size) {
  engine_->options.text_size = size;
  wake();
}

void Ui::set_animation(Animation animation) {
  engine_->options.animation = animation;
  wake();
}

void Ui::set_explore(bool on) {
  engine_->explore = on;
  engine_->focus.clear();
  wake();
}

const std::string& Ui::language() const {
  return engine_->options.language;
}
TextSize Ui::text_size() const {
  return engine_->options.text_size;
}
bool Ui::explore() const {
  return engine_->explore;
}
const Options& Ui::options() const {
  return engine_->options;
}

void Ui::end_session() {
  engine_->touches.clear();
  engine_->springs.clear();
  engine_->scrolls.clear();
  engine_->focus.clear();
  wake();
}

Probe& Ui::probe() {
  return engine_->probe;
}
const Probe& Ui::probe() const {
  return engine_->probe;
}
const StringTable& Ui::strings() const {
  return engine_->strings;
}
const Theme& Ui::theme() const {
  return engine_->theme;
}

Ui::Stats Ui::stats() const {
  return {engine_->frame, engine_->glyphs->made(), engine_->glyphs->missing(), engine_->rasteriser.triangles(),
          engine_->rasteriser.pixels_drawn()};
}

}  // namespace station::ui
