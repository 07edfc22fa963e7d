#include "kiosk/ui/internal/raster.h"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kiosk/ui/driver.h"
#include "kiosk/ui/png.h"
#include "kiosk/ui/rotation.h"
#include "sync/base/file.h"
#include "tests/app/temp_dir.h"
#include "tests/ui/samples.h"

using namespace station;
using namespace station::ui;
using namespace station::ui::internal;

namespace {

constexpr int kWidth = 200, kHeight = 140;

// A screen-like mixture: rectangles, 1:1 and stretched masks, shaded and slivered triangles, one picture.
class RandomScene {
 public:
  RandomScene() : alpha_(64 * 64), picture_(16 * 16) {
    for (std::size_t i = 0; i < alpha_.size(); ++i)
      alpha_[i] = static_cast<std::uint8_t>((i * 37 + i / 64 * 11) & 0xFF);
    for (std::size_t i = 0; i < picture_.size(); ++i)
      picture_[i] = static_cast<std::uint32_t>(0x80000000u + i * 0x00F13D27u);
    masks_ = {alpha_.data(), nullptr, 64, 64, 1};
    colours_ = {nullptr, picture_.data(), 16, 16, 1};
  }

  void make(std::mt19937& random, int shapes) {
    scene.clear();
    for (int i = 0; i < shapes; ++i) add(random);
  }
  // One shape is replaced: what most frames of a screen are like.
  void change(std::mt19937& random) {
    if (scene.batches.empty()) return;
    Batch& batch = scene.batches[random() % scene.batches.size()];
    scene.vertices[batch.first_vertex].x += static_cast<float>(random() % 7) - 3;
    scene.vertices[batch.first_vertex].colour ^= 0x00000F00u;
  }

  Scene scene;

 private:
  void add(std::mt19937& random) {
    auto coordinate = [&](int most) {
      return static_cast<float>(static_cast<int>(random() % static_cast<unsigned>(most * 16))) / 8.0f -
             static_cast<float>(most) / 2;
    };
    auto colour = [&] { return static_cast<std::uint32_t>(random()) | (random() % 3 == 0 ? 0xFF000000u : 0); };
    Batch batch;
    batch.first_vertex = static_cast<std::uint32_t>(scene.vertices.size());
    batch.first_index = static_cast<std::uint32_t>(scene.indices.size());
    batch.texture = random() % 6 == 0 ? &colours_ : &masks_;
    batch.clip_right = kWidth;
    batch.clip_bottom = kHeight;
    if (random() % 4 == 0) {
      batch.clip_left = coordinate(kWidth) / 2 + 40;
      batch.clip_top = coordinate(kHeight) / 2 + 30;
      batch.clip_right = batch.clip_left + 70;
      batch.clip_bottom = batch.clip_top + 60;
    }
    if (random() % 2 == 0) {
      const bool whole = random() % 2 == 0;
      float x = coordinate(kWidth), y = coordinate(kHeight), w = 1 + static_cast<float>(random() % 90),
            h = 1 + static_cast<float>(random() % 70);
      if (whole) {
        x = std::round(x);
        y = std::round(y);
      }
      float u0 = 0.5f, v0 = 0.5f, u1 = 0.5f, v1 = 0.5f;
      if (random() % 3 != 0) {
        u0 = v0 = 0;
        u1 = whole ? std::min(1.0f, w / 64) : 0.9f;
        v1 = whole ? std::min(1.0f, h / 64) : 0.7f;
      }
      const std::uint32_t c = colour();
      scene.vertices.insert(
          scene.vertices.end(),
          {{x, y, u0, v0, c}, {x + w, y, u1, v0, c}, {x + w, y + h, u1, v1, c}, {x, y + h, u0, v1, c}});
      scene.indices.insert(scene.indices.end(), {0, 1, 2, 0, 2, 3});
      batch.index_count = 6;
    } else {
      const bool sliver = random() % 4 == 0, textured = random() % 5 == 0;
      const Vertex a{coordinate(kWidth), coordinate(kHeight), 0, 0, colour()};
      for (int i = 0; i < 3; ++i) {
        Vertex v{coordinate(kWidth), coordinate(kHeight), 0, 0, random() % 2 == 0 ? a.colour : colour()};
        if (sliver) v.x = a.x + static_cast<float>(i) * 0.3f;
        if (textured) {
          v.u = coordinate(1);
          v.v = coordinate(1);
        }
        scene.vertices.push_back(v);
      }
      scene.indices.insert(scene.indices.end(), {0, 1, 2});
      batch.index_count = 3;
    }
    scene.batches.push_back(batch);
  }

  std::vector<std::uint8_t> alpha_;
  std::vector<std::uint32_t> picture_;
  Texture masks_, colours_;
};

using Pixels = std::vector<std::uint32_t>;

PixelView view_of(Pixels& pixels, int width, int height) {
  return {pixels.data(), width, height, width};
}

std::size_t different(const Pixels& a, const Pixels& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) ++count;
  return count;
}

// What another program prints.
std::string output_of(const std::string& command) {
  std::string out;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  REQUIRE(pipe);
  std::array<char, 512> part{};
  while (const std::size_t n = std::fread(part.data(), 1, part.size(), pipe.get())) out.append(part.data(), n);
  return out;
}

}  // namespace

TEST_CASE("Redrawing what changed equals redrawing everything, in every pixel of random scenes", "[raster]") {
  std::mt19937 random(20261125);
  RandomScene scene;
  Rasteriser partial, whole;
  Pixels a(kWidth * kHeight), b(kWidth * kHeight);
  std::uint64_t drawn = 0;
  for (int frame = 0; frame < 400; ++frame) {
    if (frame % 20 == 0)
      scene.make(random, 30);
    else
      scene.change(random);
    partial.render(scene.scene, view_of(a, kWidth, kHeight), 0xFFE8EEF9u);
    drawn += partial.pixels_drawn();
    whole.invalidate();
    whole.render(scene.scene, view_of(b, kWidth, kHeight), 0xFFE8EEF9u);
    REQUIRE(different(a, b) == 0);
  }
  CHECK(drawn < 400u * kWidth * kHeight * 9 / 10);
}

TEST_CASE("Damage is nothing for an equal scene, everything for another buffer or a new texture generation",
          "[raster]") {
  std::mt19937 random(7);
  RandomScene scene;
  scene.make(random, 12);
  Rasteriser rasteriser;
  Pixels a(kWidth * kHeight), b(kWidth * kHeight);
  CHECK(rasteriser.render(scene.scene, view_of(a, kWidth, kHeight), 0).size() == 1);
  CHECK(rasteriser.render(scene.scene, view_of(a, kWidth, kHeight), 0).empty());
  CHECK(rasteriser.pixels_drawn() == 0);
  CHECK_FALSE(rasteriser.render(scene.scene, view_of(b, kWidth, kHeight), 0).empty());
  CHECK(different(a, b) == 0);
  CHECK_FALSE(rasteriser.render(scene.scene, view_of(b, kWidth, kHeight), 1).empty());  // another clear colour
}

TEST_CASE("An opaque rectangle fills exactly the pixels whose centres it holds", "[raster]") {
  Texture white{nullptr, nullptr, 1, 1, 0};
  const std::uint8_t full = 255;
  white.alpha = &full;
  Scene scene;
  const std::uint32_t red = 0xFF0000FFu;  // red in the low byte
  scene.vertices = {{2.5f, 1.49f, 0, 0, red}, {5.5f, 1.49f, 0, 0, red}, {5.5f, 4, 0, 0, red}, {2.5f, 4, 0, 0, red}};
  scene.indices = {0, 1, 2, 0, 2, 3};
  scene.batches = {{0, 0, 6, 0, 0, 8, 8, &white}};
  Pixels pixels(64);
  Rasteriser().render(scene, view_of(pixels, 8, 8), 0xFF000000u);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) {
      const bool in = x >= 2 && x <= 4 && y >= 1 && y <= 3;
      INFO(x << "," << y);
      CHECK(pixels[static_cast<std::size_t>(y * 8 + x)] == (in ? 0xFFFF0000u : 0xFF000000u));
    }
}

TEST_CASE("Two triangles that share an edge neither overlap nor leave a gap", "[raster]") {
  Texture white{nullptr, nullptr, 1, 1, 0};
  const std::uint8_t full = 255;
  white.alpha = &full;
  std::mt19937 random(3);
  auto place = [&] { return static_cast<float>(random() % 640) / 10.0f; };
  for (int round = 0; round < 40; ++round) {
    Scene scene;
    const std::uint32_t half = 0x80FFFFFFu;
    // A fan around one point covers its neighbourhood once: half-transparent white over black shows any overlap.
    const float x = 20 + place() / 4, y = 20 + place() / 4;
    scene.vertices = {{x, y, 0, 0, half},
                      {-40, -60, 0, 0, half},
                      {120, -50, 0, 0, half},
                      {110, 130, 0, 0, half},
                      {-50, 120, 0, 0, half}};
    scene.indices = {0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 1};
    scene.batches = {{0, 0, 12, 0, 0, 64, 64, &white}};
    Pixels pixels(64 * 64);
    Rasteriser().render(scene, view_of(pixels, 64, 64), 0xFF000000u);
    for (const std::uint32_t p : pixels) REQUIRE(p == pixels[0]);
  }
}

TEST_CASE("Whole screens redrawn by damage equal whole screens redrawn, over changes, touches and themes", "[raster]") {
  std::mt19937 random(11);
  const auto samples = tests::samples();
  const auto a = tests::open_ui(STATION_SOURCE_DIR), b = tests::open_ui(STATION_SOURCE_DIR);
  Pixels left(1080u * 1920u), right(1080u * 1920u);
  std::size_t shown = 0;
  for (int frame = 0; frame < 48; ++frame) {
    if (frame % 8 == 0) shown = static_cast<std::size_t>(frame / 8 * 2) % samples.size();
    const bool touched = frame % 8 == 4;
    for (Ui* ui : {a.get(), b.get()}) {
      if (frame == 24) REQUIRE(ui->set_theme(ThemeName::high_contrast));
      if (frame == 32) REQUIRE(ui->set_theme(ThemeName::normal));
      if (frame % 8 == 7) ui->touch({TouchEvent::Kind::up, 1, 540, 1000});
    }
    if (touched) {
      const TouchEvent press{TouchEvent::Kind::down, 1, static_cast<float>(60 + random() % 900),
                             static_cast<float>(300 + random() % 1500)};
      a->touch(press);
      b->touch(press);
    }
    for (Ui* ui : {a.get(), b.get()}) {
      samples[shown].draw(ui->begin_frame(1.0f / 60));
      ui->end_frame();
    }
    a->render(view_of(left, 1080, 1920));
    b->invalidate();
    b->render(view_of(right, 1080, 1920));
    REQUIRE(std::memcmp(left.data(), right.data(), left.size() * 4) == 0);
  }
}

TEST_CASE("A frame is written as PNG, the same pixels as the same bytes", "[png]") {
  Pixels pixels(30 * 20, 0xFF2458F5u);
  pixels[31] = 0xFFFFFFFFu;
  const PixelView view{pixels.data(), 29, 20, 30};  // the last column is beyond the frame
  const auto one = encode_png(view), two = encode_png(view);
  REQUIRE(one);
  CHECK(*one == *two);
  CHECK(one->substr(0, 8) == "\x89PNG\r\n\x1A\n");
  const auto hash = pixel_hash(view);
  pixels[29] = 0;  // outside
  CHECK(pixel_hash(view) == hash);
  pixels[28] = 0;
  CHECK(pixel_hash(view) != hash);
  const test::TempDir folder;
  REQUIRE(write_png(folder.path() / "a.png", view));
  CHECK(base::read_file(folder.path() / "a.png", 1 << 20)->size() > 60);
  CHECK_FALSE(write_png(folder.path() / "no/such/folder/a.png", view));
  CHECK_FALSE(encode_png({pixels.data(), 0, 0, 0}));
}

TEST_CASE("A drawn QR code decodes to its text in both themes", "[qr]") {
  const std::string text = "https://station.example/c/7QK2-M4XJ-9RTP?sig=MEUCIQDx0c8b7T1VqYd3&k=驿站";
  const test::TempDir folder;
  for (const ThemeName theme : {ThemeName::normal, ThemeName::high_contrast}) {
    Options options;
    options.theme = theme;
    const auto ui = tests::open_ui(STATION_SOURCE_DIR, options);
    bool drawn = false;
    Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) { drawn = c.qr({240, 400, 600, 600}, text); }));
    driver.frames(2);
    CHECK(drawn);
    const auto file = folder.path() / "qr.png";
    REQUIRE(driver.shot(file));
    CHECK(output_of("zbarimg -q --raw -Sdisable -Sqrcode.enable '" + file.string() + "' 2>/dev/null") == text + "\n");
    // A module is at least a millimetre, so that phones read it from arm's length.
    CHECK(driver.probe().find("qr")->value * ui->options().mm_per_px >= 1);
  }
}

TEST_CASE("A text that is too long for a QR code is refused", "[qr]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  Canvas& c = ui->begin_frame(0.016f);
  CHECK_FALSE(c.qr({0, 0, 600, 600}, std::string(4000, 'x')));
  ui->end_frame();
}

TEST_CASE("A turned panel shows every pixel at its place, and a touch finds its way back", "[rotation]") {
  constexpr int kW = 7, kH = 5;
  Pixels upright(kW * kH);
  for (std::size_t i = 0; i < upright.size(); ++i) upright[i] = static_cast<std::uint32_t>(i + 1);
  for (const Turn turn : {Turn::none, Turn::right, Turn::half, Turn::left}) {
    const PixelRect size = turned_frame(kW, kH, turn);
    Pixels panel(static_cast<std::size_t>(size.w * size.h));
    // In two pieces, as damage comes.
    const PixelRect left = copy_turned(view_of(upright, kW, kH), {0, 0, 3, kH}, view_of(panel, size.w, size.h), turn);
    copy_turned(view_of(upright, kW, kH), {3, 0, kW - 3, kH}, view_of(panel, size.w, size.h), turn);
    CHECK(left.w * left.h == 3 * kH);
    for (int y = 0; y < size.h; ++y)
      for (int x = 0; x < size.w; ++x) {
        const Point p = upright_point({static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f}, kW, kH, turn);
        const auto at = static_cast<std::size_t>(static_cast<int>(p.y) * kW + static_cast<int>(p.x));
        REQUIRE(panel[static_cast<std::size_t>(y * size.w + x)] == upright[at]);
      }
  }
  // Turned to the right, the upper left corner is the upper right one of the panel.
  Pixels panel(kW * kH);
  copy_turned(view_of(upright, kW, kH), {0, 0, kW, kH}, view_of(panel, kH, kW), Turn::right);
  CHECK(panel[kH - 1] == upright[0]);
}
