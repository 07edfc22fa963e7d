#include "kiosk/app/kiosk.h"

#include <algorithm>

#include "sync/base/log.h"

namespace station::app {

using namespace std::chrono_literals;

namespace {

constexpr auto kMovesFor = 20s;   // the idle picture, after somebody was there
constexpr auto kForgetsIn = 60s;  // language and theme that somebody chose without signing in

// What of a frame is drawn: the clock shows minutes.
flow::Frame drawn(flow::Frame f) {
  f.now = std::chrono::floor<std::chrono::minutes>(f.now);
  return f;
}

// A scene asks for its frames by itself; its time alone is no change.
flow::Screen drawn(flow::Screen s) {
  if (auto* lesson = std::get_if<flow::LessonScreen>(&s)) lesson->step_time_ms = 0;
  return s;
}

bool same_picture(const flow::Frame& a, const flow::Frame& b) {
  return a.now == b.now && a.idle_seconds_left == b.idle_seconds_left && a.signed_in == b.signed_in && a.sync == b.sync &&
         a.station == b.station;
}

}  // namespace

flow::SyncView sync_view(const client::SyncState& state) {
  flow::SyncView v;
  v.last_success = state.last_success();
  v.waiting = state.waiting;
  v.online = state.trouble() == client::SyncTrouble::none && v.last_success.has_value();
  v.why = client::to_key(state.trouble());
  return v;
}

Kiosk::Kiosk(Parts parts, flow::Settings settings)
    : parts_(std::move(parts)), visit_(parts_.clock, parts_.random, settings), due_(parts_.clock.mono()), touched_(due_) {
  screens_.preferences = parts_.preferences;
}

void Kiosk::put(const flow::Input& input) {
  flow::Effects effects = visit_.on(input);
  for (auto& request : effects.requests) waiting_.push_back(std::move(request));
  for (const auto& command : effects.commands) parts_.hub.command(command);
  post_waiting();
}

// Order counts: a later request never overtakes one that waits.
void Kiosk::post_waiting() {
  while (!waiting_.empty() && parts_.ledger.post(waiting_.front())) {
    waiting_.pop_front();
    ++asked_;
  }
}

void Kiosk::pump() {
  for (bool more = true; more;) {
    more = false;
    post_waiting();
    while (auto reply = parts_.ledger.take_reply()) {
      --asked_;
      more = true;
      storage_failed_ = storage_failed_ || std::holds_alternative<flow::StorageFailed>(reply->outcome);
      put(*reply);
    }
    if (auto news = parts_.ledger.take_news()) {
      more = true;
      if (news->station.log_size > station_.log_size && parts_.log_grew) parts_.log_grew();
      station_ = news->station;
      if (content_ != news->content) visit_.set_content(content_ = news->content);
      put(news->station);
    }
    while (auto event = parts_.events.try_take()) {
      more = true;
      if (std::holds_alternative<devices::CardPresented>(*event)) touched_ = parts_.clock.mono();
      put(*event);
    }
    if (parts_.clock.mono() >= due_) {
      more = true;
      put(flow::Tick{});
      due_ = visit_.next_tick();
    }
  }
  if (!waiting_.empty()) due_ = std::min(due_, parts_.clock.mono() + 20ms);
  look();
}

// Compares what would be drawn with what is shown; nothing is drawn while nothing changes.
void Kiosk::look() {
  flow::Screen screen = drawn(visit_.screen());
  flow::Frame frame = drawn(visit_.frame());
  const auto idle = parts_.clock.mono() - touched_;
  if (was_signed_in_ && !frame.signed_in) end_session();
  if (!frame.signed_in && idle >= kForgetsIn && screens_.preferences != parts_.preferences) end_session();
  was_signed_in_ = frame.signed_in;
  const bool moves = parts_.may_move && (frame.signed_in || idle < kMovesFor);
  if (moves != moving_) parts_.ui.set_animation((moving_ = moves) ? ui::Animation::on : ui::Animation::off);
  if (screen == shown_ && same_picture(frame, shown_frame_)) return;
  shown_ = std::move(screen);
  shown_frame_ = std::move(frame);
  parts_.ui.wake();
}

screens::Light Kiosk::light() const {
  const int hour = base::local_time(parts_.clock.utc()).hour;
  const auto [from, to] = parts_.night;
  const bool night = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
  return night ? screens::Light::night : screens::Light::day;
}

void Kiosk::end_session() {
  parts_.ui.end_session();
  screens_.end_session(parts_.preferences);
  frames_since_lift_ = -1;
}

void Kiosk::touch(const ui::TouchEvent& event) {
  touched_ = parts_.clock.mono();
  parts_.ui.touch(event);
  if (event.kind == ui::TouchEvent::Kind::up) frames_since_lift_ = 0;
}

ui::FrameInfo Kiosk::frame(float seconds) {
  if (auto ok = screens::apply(screens_.preferences, parts_.ui, light()); !ok) spdlog::error("{}", ok.error().message);
  ui::Canvas& canvas = parts_.ui.begin_frame(seconds);
  std::optional<flow::Action> action = screens::draw(canvas, visit_.screen(), visit_.frame(), content_.get(), screens_);
  const ui::FrameInfo info = parts_.ui.end_frame();
  // A touch that acted on nothing still says that somebody is there.
  if (frames_since_lift_ >= 0 && (action || ++frames_since_lift_ > 2)) {
    if (!action) action = flow::AnyTouch{};
    frames_since_lift_ = -1;
  }
  if (action) {
    put(*action);
    parts_.ui.wake();
    pump();
  }
  return info;
}

// Numbered apart from the flows' own requests; the keeper carries the answers on like any other.
bool Kiosk::shut_ports() {
  constexpr std::uint64_t kOwn = std::uint64_t{1} << 62;
  if (!shutting_) {
    std::uint64_t id = kOwn;
    for (const flow::RunningCharge& charge : station_.charges)
      waiting_.push_back({id++, flow::IntendCharge{"", charge.port, false, "restart"}});
  }
  shutting_ = true;
  pump();
  return station_.charges.empty() && waiting_.empty() && asked_ == 0;
}

}  // namespace station::app
