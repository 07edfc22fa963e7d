#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kiosk/ui/driver.h"
#include "kiosk/ui/pictures.h"
#include "tests/ui/samples.h"

// The figures of the drawing: ui_bench. Times are processor time of this process; ratios hold on any machine.
namespace {

using namespace station;
using namespace station::ui;

const std::filesystem::path kRoot = STATION_SOURCE_DIR;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_nsec) / 1e6;
}

double wall_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Median of `count` runs.
template <class Work>
double median_ms(int count, Work work) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const double from = cpu_ms();
    work();
    times.push_back(cpu_ms() - from);
  }
  std::nth_element(times.begin(), times.begin() + count / 2, times.end());
  return times[static_cast<std::size_t>(count / 2)];
}

double resident_mb() {
  std::ifstream status("/proc/self/statm");
  long pages = 0, resident = 0;
  status >> pages >> resident;
  return static_cast<double>(resident) * 4096 / 1e6;
}

}  // namespace

int main() {
  const auto samples = tests::samples();
  const auto& home = samples.front().draw;
  const double start = wall_ms(), start_cpu = cpu_ms();
  const auto ui = tests::open_ui(kRoot);
  const double opened = wall_ms();
  std::vector<std::uint32_t> pixels(1080u * 1920u);
  const PixelView view{pixels.data(), 1080, 1920, 1080};
  home(ui->begin_frame(1.0f / 60));
  ui->end_frame();
  ui->render(view);
  std::printf("start to first frame     %7.1f ms wall (%.1f opening, %.1f drawing), %.1f ms processor\n",
              wall_ms() - start, opened - start, wall_ms() - opened, cpu_ms() - start_cpu);
  std::printf("glyphs of the first home %7llu, triangles %llu\n",
              static_cast<unsigned long long>(ui->stats().glyphs_made),
              static_cast<unsigned long long>(ui->stats().triangles));

  ui->set_animation(Animation::off);
  auto frame = [&](const std::function<void(Canvas&)>& draw) {
    draw(ui->begin_frame(1.0f / 60));
    ui->end_frame();
    ui->render(view);
  };
  for (int i = 0; i < 5; ++i) frame(home);
  double full_home = 0;
  for (const auto& sample : samples) {
    frame(sample.draw);
    const double build = median_ms(40, [&] {
      sample.draw(ui->begin_frame(1.0f / 60));
      ui->end_frame();
    });
    const double full = median_ms(40, [&] {
      ui->invalidate();
      frame(sample.draw);
    });
    const double still = median_ms(40, [&] { frame(sample.draw); });
    if (sample.name == "home") full_home = full;
    std::printf("%-10s build %6.2f  full redraw %6.2f  unchanged %5.2f ms  %6llu triangles\n", sample.name.c_str(),
                build, full, still, static_cast<unsigned long long>(ui->stats().triangles));
  }
  // One tile of the home changes: its count goes up and down.
  int n = 0;
  auto changing = [&](Canvas& c) {
    home(c);
    c.text(Point{84, 1090}, std::to_string(n), {.type = Type::number});
  };
  frame(changing);
  const double tile = median_ms(60, [&] {
    n = (n + 1) % 10;
    frame(changing);
  });
  std::printf("one tile changes         %7.2f ms, %.1f %% of a full redraw, %llu pixels\n", tile,
              100 * tile / full_home, static_cast<unsigned long long>(ui->stats().pixels_drawn));
  ui->set_animation(Animation::on);
  for (int i = 0; i < 120; ++i) frame(home);
  const double moving = median_ms(40, [&] { frame(home); });
  std::printf("hero moving              %7.2f ms a frame, %llu pixels\n", moving,
              static_cast<unsigned long long>(ui->stats().pixels_drawn));

  // The waiting home: the hero comes to rest, then nothing is drawn.
  int waiting = 0;
  double slept = 0;
  const double waiting_from = cpu_ms();
  for (double t = 0; t < 90;) {
    home(ui->begin_frame(static_cast<float>(slept)));
    const FrameInfo info = ui->end_frame();
    ui->render(view);
    if (t > 30) ++waiting;
    slept = info.animating ? 1.0 / 60 : info.next_frame_s >= 0 ? static_cast<double>(info.next_frame_s) : 90;
    t += slept;
  }
  std::printf("waiting home             %7d frames in the minute after the first half, %.0f ms for the 90 s\n", waiting,
              cpu_ms() - waiting_from);

  // Nothing changes: no frame is asked for.
  const auto& still = samples[3].draw;
  int frames = 0;
  for (int i = 0; i < 300; ++i) frame(still);
  for (int i = 0; i < 60 * 60; ++i)
    if (ui->needs_frame()) {
      frame(still);
      ++frames;
    }
  std::printf("frames in a still minute %7d\n", frames);

  double slowest = 0, sum = 0;
  std::string worst;
  const auto scenes = tests::shipped_scenes(kRoot);
  for (const auto& named : scenes) {
    std::int64_t ms = 0;
    const double each = median_ms(6, [&] {
      ms += 83;
      frame([&](Canvas& c) {
        c.begin_screen("bench");
        draw_scene(c, {48, 230, 984, 551}, named.scene, ms);
        c.end_screen();
      });
    });
    sum += each;
    if (each > slowest) {
      slowest = each;
      worst = named.id;
    }
  }
  std::printf("scenes                   %7.2f ms a moving frame on average, slowest %.2f (%s)\n",
              sum / static_cast<double>(scenes.size()), slowest, worst.c_str());
  std::printf("resident memory          %7.1f MB, frame of %.1f MB included\n", resident_mb(),
              static_cast<double>(pixels.size() * 4) / 1e6);
  return 0;
}
