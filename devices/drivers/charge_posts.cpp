#include "devices/drivers/charge_posts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "devices/drivers/charge_post.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace dny = codec::dny;

namespace {

constexpr std::size_t kMostStrangers = 8;
constexpr auto kStrangerGone = 30min;

}  // namespace

std::string complaint_about(const ChargePostsSettings& settings) {
  if (settings.listen.empty()) return "charging posts need an address to listen on";
  if (settings.posts.empty()) return "at least one charging post";
  std::set<std::uint32_t> devices;
  std::set<std::string> names, outlets;
  for (const ChargePostSettings& post : settings.posts) {
    const std::string at = fmt::format("charging post \"{}\": ", post.name);
    if (post.name.empty() || !names.insert(post.name).second) return at + "the name is empty or used twice";
    const int ports = dny::most_ports(dny::kind_of(post.device));
    if (ports == 0) return at + fmt::format("{:08X} is not the physical ID of a charging device", post.device);
    if (dny::is_fallback_number(dny::number_of(post.device)))
      return at + "its number is the one that devices with damaged memory fall back to; have it numbered again";
    if (!devices.insert(post.device).second) return at + "its physical ID is used twice";
    if (post.most_w < 1 || post.most_w > 60'000) return at + "its power is between 1 and 60000 W";
    std::set<int> numbers;
    for (const auto& outlet : post.outlets) {
      if (outlet.name.empty() || !outlets.insert(outlet.name).second) return at + "an outlet's name is empty or used twice";
      if (outlet.port < 1 || outlet.port > ports || !numbers.insert(outlet.port).second)
        return at + fmt::format("outlet {}: its port is not between 1 and {}, or used twice", outlet.name, ports);
      if (outlet.most_w < 1 || outlet.most_w > 3500)
        return at + fmt::format("outlet {}: its power is between 1 and 3500 W", outlet.name);
    }
    if (post.outlets.empty()) return at + "at least one outlet";
  }
  return {};
}

struct ChargePosts::Impl final : ChargePostWire::Owner {
  Impl(ChargePostsSettings s, std::unique_ptr<link::Listener> listener, const base::Clock& c, EventSink e)
      : settings(std::move(s)), clock(c), sink(std::move(e)), faults(sink), wire(std::move(listener), listed(), *this) {
    const ChargePost::Around around{wire, faults, sink, clock,
                                    [this](const std::string& post, const std::string& what) { alarm(post, what); }};
    for (const ChargePostSettings& post : settings.posts)
      posts.push_back(std::make_unique<ChargePost>(post, around, clock.mono()));
  }

  std::set<ChargePostWire::DeviceId> listed() const {
    std::set<ChargePostWire::DeviceId> out;
    for (const ChargePostSettings& post : settings.posts) out.insert(post.device);
    return out;
  }
  ChargePost* post_of(ChargePostWire::DeviceId device) {
    for (const auto& post : posts)
      if (post->settings().device == device) return post.get();
    return nullptr;
  }
  ChargePost* post_with(const std::string& outlet) {
    for (const auto& post : posts)
      if (post->outlet(outlet)) return post.get();
    return nullptr;
  }

  // Fire first: everything off, at every post, and it stays off.
  void alarm(const std::string& post, const std::string& what) {
    const BootTime now = clock.mono();
    alarmed.insert(post);
    faults.raise("post.alarm", post, what, now);
    for (const auto& one : posts) one->cut_all("alarm", now);
  }

  void on_connected(ChargePostWire::DeviceId device, const std::string& peer, bool twice, BootTime now) override {
    if (ChargePost* post = post_of(device)) post->on_connected(peer, twice, now);
  }
  void on_lost(ChargePostWire::DeviceId device, const std::string& why, BootTime now) override {
    if (ChargePost* post = post_of(device)) post->on_lost(why, now);
  }
  void on_frame(const dny::Frame& frame, BootTime now) override {
    if (ChargePost* post = post_of(frame.device)) post->on_frame(frame, now);
  }
  void on_reply(std::uint64_t order, const dny::Frame* reply, BootTime now) override {
    for (const auto& post : posts)
      if (post->on_reply(order, reply, now)) return;
  }
  void on_stranger(ChargePostWire::DeviceId device, const std::string& peer, BootTime now) override {
    const auto known = std::find_if(strangers.begin(), strangers.end(), [&](const auto& s) { return s.first == device; });
    if (known != strangers.end()) {
      known->second = now;
      return;
    }
    if (strangers.size() >= kMostStrangers) return;
    strangers.emplace_back(device, now);
    const std::string detail = fmt::format(
        "{} number {} from {}{}", dny::to_string(dny::kind_of(device)), dny::number_of(device), peer,
        dny::is_fallback_number(dny::number_of(device)) ? "; its memory is damaged, it has a number that others have too"
                                                        : "; not in the list of posts");
    faults.raise("post.stranger", fmt::format("{:08X}", device), detail, now);
  }
  void on_listening(bool well, const std::string& why, BootTime now) override {
    faults.set(!well, "post.listen", settings.name, why, now);
  }

  const ChargePostsSettings settings;
  const base::Clock& clock;
  const EventSink sink;
  FaultSet faults;
  ChargePostWire wire;
  std::vector<std::unique_ptr<ChargePost>> posts;
  std::set<std::string> alarmed;  // names of posts
  std::vector<std::pair<ChargePostWire::DeviceId, BootTime>> strangers;
};

ChargePosts::ChargePosts(ChargePostsSettings settings, std::unique_ptr<link::Listener> listener, const base::Clock& clock,
                         EventSink sink) {
  STATION_CHECK(complaint_about(settings).empty(), "the caller checks the settings");
  impl_ = std::make_unique<Impl>(std::move(settings), std::move(listener), clock, std::move(sink));
}

ChargePosts::~ChargePosts() = default;

std::string ChargePosts::name() const { return impl_->settings.name; }

Serves ChargePosts::serves() const {
  Serves serves;
  for (const ChargePostSettings& post : impl_->settings.posts)
    for (const auto& outlet : post.outlets) serves.outlets.push_back(outlet.name);
  return serves;
}

void ChargePosts::handle(const devices::Command& command) {
  const BootTime now = impl_->clock.mono();
  if (const auto* start = std::get_if<devices::StartOutlet>(&command)) {
    if (ChargePost* post = impl_->post_with(start->outlet)) post->start(*start, !impl_->alarmed.empty(), now);
  } else if (const auto* stop = std::get_if<devices::StopOutlet>(&command)) {
    if (ChargePost* post = impl_->post_with(stop->outlet)) post->outlet(stop->outlet)->stop(*stop, now);
  } else if (const auto* resume = std::get_if<devices::ResumeOutlet>(&command)) {
    if (ChargePost* post = impl_->post_with(resume->outlet)) {
      post->outlet(resume->outlet)->resume(*resume, now);
      if (!impl_->alarmed.empty()) post->outlet(resume->outlet)->cut("alarm", now);
    }
  } else if (const auto* stored = std::get_if<devices::SettlementStored>(&command)) {
    for (const auto& post : impl_->posts) post->settlement_stored(stored->outlet, stored->order, now);
  } else if (const auto* latch = std::get_if<devices::LatchFault>(&command)) {
    if (latch->code == "outlet.welded") {
      if (ChargePost* post = impl_->post_with(latch->place))
        post->outlet(latch->place)->latch_welded("found welded before the restart", now);
    } else if (latch->code == "post.alarm") {
      impl_->alarm(latch->place, "alarm from before the restart");
    }
  }
}

BootTime ChargePosts::step(BootTime now) {
  impl_->wire.poll(now);
  BootTime next = impl_->wire.wake(now);
  for (const auto& post : impl_->posts) next = std::min(next, post->tick(now));
  std::erase_if(impl_->strangers, [&](const auto& stranger) {
    if (now - stranger.second < kStrangerGone) return false;
    impl_->faults.clear("post.stranger", fmt::format("{:08X}", stranger.first), now);
    return true;
  });
  // Ticks may have queued orders.
  next = std::min(next, impl_->wire.wake(now));
  return std::max(next, now + 1ms);
}

bool ChargePosts::acknowledge(const std::string& code, const std::string& place) {
  const BootTime now = impl_->clock.mono();
  if (code == "post.alarm") {
    if (impl_->alarmed.erase(place) == 0) return false;
    impl_->faults.clear(code, place, now);
    return true;
  }
  for (const auto& post : impl_->posts)
    if (post->acknowledge(code, place, now)) return true;
  return false;
}

std::vector<DeviceHealth> ChargePosts::health() const {
  std::vector<DeviceHealth> all;
  for (const auto& post : impl_->posts) all.push_back(post->health());
  return all;
}

}  // namespace station::drivers
