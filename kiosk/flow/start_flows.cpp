// From the idle screen to the home screen and back: attract, keypad, refusal, greeting, home, farewell, help.
#include <algorithm>

#include "kiosk/flow/flows.h"

namespace station::flow {

namespace {

// Screens that go away by themselves share a deadline.
class TimedFlow : public Flow {
 public:
  explicit TimedFlow(BootTime end) : end_(end) {}
  IdlePolicy idle() const override { return IdlePolicy::own; }
  Move on_tick(Desk& desk) override {
    if (desk.now() < end_) return Stay{};
    return Leave{};
  }

 protected:
  int seconds_left(const Desk& desk) const { return seconds_until(end_, desk.now()); }

 private:
  BootTime end_;
};

class AttractFlow final : public Flow {
 public:
  explicit AttractFlow(std::optional<Message> message) : message_(std::move(message)) {}
  Screen screen(const Desk&) const override { return AttractScreen{message_}; }
  IdlePolicy idle() const override { return IdlePolicy::own; }
  Move on_action(const Action& action, Desk&) override {
    if (const auto* go = std::get_if<Go>(&action); go && go->to == Place::keypad) return Open{make_keypad()};
    return Stay{};
  }

 private:
  std::optional<Message> message_;
};

constexpr std::size_t kLongestLogin = 11;
constexpr std::size_t kShortestLogin = 6;
constexpr std::size_t kShortestPin = 6;
constexpr std::size_t kLongestPin = 12;

// Number, then PIN. What was typed lives here and dies with the flow.
class KeypadFlow final : public Flow {
 public:
  Screen screen(const Desk&) const override {
    KeypadScreen s;
    s.purpose = purpose_;
    s.digits = digits();
    s.ready = ready();
    s.busy = request_ != 0;
    s.message = message_;
    return s;
  }

  Move on_action(const Action& action, Desk& desk) override {
    if (request_ != 0) return Stay{};
    if (const auto* key = std::get_if<Key>(&action)) {
      if (digits().size() < (purpose_ == KeypadPurpose::login ? kLongestLogin : kLongestPin)) digits() += key->digit;
      message_.reset();
    } else if (std::holds_alternative<EraseKey>(action)) {
      if (!digits().empty()) digits().pop_back();
    } else if (std::holds_alternative<ClearKeys>(action)) {
      digits().clear();
    } else if (std::holds_alternative<SubmitKeys>(action) && ready()) {
      if (purpose_ == KeypadPurpose::login) {
        purpose_ = KeypadPurpose::pin;
      } else {
        request_ = desk.ask(EnterPin{login_, pin_});
        pin_.clear();
      }
    } else if (std::holds_alternative<Back>(action)) {
      if (purpose_ == KeypadPurpose::login) return Leave{};
      purpose_ = KeypadPurpose::login;
      pin_.clear();
      message_.reset();
    }
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    if (reply.id != request_ || request_ == 0) return Stay{};
    request_ = 0;
    if (const auto* refusal = std::get_if<Refusal>(&reply.outcome)) {
      const RefusalWords words = words_for(*refusal);
      if (refusal->reason == RefusalReason::locked) return Leave{make_refused(words.message, words.hint_key, desk)};
      message_ = words.message;
    }
    return Stay{};
  }

 private:
  std::string& digits() { return purpose_ == KeypadPurpose::login ? login_ : pin_; }
  const std::string& digits() const { return purpose_ == KeypadPurpose::login ? login_ : pin_; }
  bool ready() const { return digits().size() >= (purpose_ == KeypadPurpose::login ? kShortestLogin : kShortestPin); }

  KeypadPurpose purpose_ = KeypadPurpose::login;
  std::string login_, pin_;
  std::uint64_t request_ = 0;
  std::optional<Message> message_;
};

class RefusedFlow final : public TimedFlow {
 public:
  RefusedFlow(Message message, std::string hint_key, const Desk& desk)
      : TimedFlow(desk.now() + desk.settings.result), message_(std::move(message)), hint_key_(std::move(hint_key)) {}
  Screen screen(const Desk& desk) const override { return RefusedScreen{message_, hint_key_, seconds_left(desk)}; }
  Move on_action(const Action& action, Desk&) override {
    if (const auto* go = std::get_if<Go>(&action); go && go->to == Place::keypad) return Open{make_keypad()};
    if (std::holds_alternative<Back>(action)) return Leave{};
    return Stay{};
  }

 private:
  Message message_;
  std::string hint_key_;
};

class GreetingFlow final : public TimedFlow {
 public:
  GreetingFlow(const Welcome& welcome, const Desk& desk)
      : TimedFlow(desk.now() + desk.settings.result),
        already_here_(welcome.already_here),
        points_gained_(welcome.points_gained) {}
  Screen screen(const Desk& desk) const override {
    return GreetingScreen{*desk.rider, already_here_, points_gained_, seconds_left(desk)};
  }

 private:
  bool already_here_;
  int points_gained_;
};

class HomeFlow final : public Flow {
 public:
  explicit HomeFlow(std::optional<Message> message) : message_(std::move(message)) {}
  Screen screen(const Desk& desk) const override { return HomeScreen{*desk.rider, message_}; }

 private:
  std::optional<Message> message_;
};

class FarewellFlow final : public TimedFlow {
 public:
  FarewellFlow(const RiderView& rider, const Desk& desk)
      : TimedFlow(desk.now() + desk.settings.result),
        name_(rider.name),
        minutes_(static_cast<int>(std::max<std::int64_t>(0, (desk.clock.utc() - rider.visit_since).count() / 60'000))) {}
  Screen screen(const Desk& desk) const override { return FarewellScreen{name_, minutes_, seconds_left(desk)}; }
  Move on_action(const Action& action, Desk&) override {
    if (std::holds_alternative<Back>(action)) return Leave{};
    return Stay{};
  }

 private:
  std::string name_;
  int minutes_;
};

class HelpFlow final : public Flow {
 public:
  Screen screen(const Desk&) const override { return HelpScreen{}; }
  Move on_action(const Action& action, Desk&) override {
    if (std::holds_alternative<Back>(action)) return Home{};
    return Stay{};
  }
};

class MaintainerFlow final : public Flow {
 public:
  Screen screen(const Desk& desk) const override { return MaintainerScreen{desk.rider ? desk.rider->name : ""}; }
  Move on_action(const Action& action, Desk&) override {
    if (std::holds_alternative<Back>(action)) return Leave{};
    return Stay{};
  }
};

class OutOfServiceFlow final : public Flow {
 public:
  explicit OutOfServiceFlow(std::string detail) : detail_(std::move(detail)) {}
  Screen screen(const Desk&) const override { return OutOfServiceScreen{detail_}; }
  IdlePolicy idle() const override { return IdlePolicy::own; }
  bool holds_screen() const override { return true; }

 private:
  std::string detail_;
};

}  // namespace

std::unique_ptr<Flow> make_attract(std::optional<Message> message) { return std::make_unique<AttractFlow>(std::move(message)); }
std::unique_ptr<Flow> make_keypad() { return std::make_unique<KeypadFlow>(); }
std::unique_ptr<Flow> make_refused(Message message, std::string hint_key, const Desk& desk) {
  return std::make_unique<RefusedFlow>(std::move(message), std::move(hint_key), desk);
}
std::unique_ptr<Flow> make_greeting(const Welcome& welcome, const Desk& desk) {
  return std::make_unique<GreetingFlow>(welcome, desk);
}
std::unique_ptr<Flow> make_home(std::optional<Message> message) { return std::make_unique<HomeFlow>(std::move(message)); }
std::unique_ptr<Flow> make_farewell(const RiderView& rider, const Desk& desk) {
  return std::make_unique<FarewellFlow>(rider, desk);
}
std::unique_ptr<Flow> make_help() { return std::make_unique<HelpFlow>(); }
std::unique_ptr<Flow> make_maintainer() { return std::make_unique<MaintainerFlow>(); }
std::unique_ptr<Flow> make_out_of_service(std::string detail) { return std::make_unique<OutOfServiceFlow>(std::move(detail)); }

RefusalWords words_for(const Refusal& refusal) {
  switch (refusal.reason) {
    case RefusalReason::unknown_card: return {{"refused.unknown_card", {}, true}, "refused.unknown_card.hint"};
    case RefusalReason::unknown_login:
    case RefusalReason::wrong_pin:
      return {{"refused.wrong_pin", {std::to_string(refusal.tries_left)}, true}, "refused.wrong_pin.hint"};
    case RefusalReason::locked:
      if (!refusal.wait) return {{"refused.locked_centre", {}, true}, "refused.locked_centre.hint"};
      return {{"refused.locked", {std::to_string((refusal.wait->count() + 59'999) / 60'000)}, true}, "refused.locked.hint"};
    case RefusalReason::random_uid: return {{"refused.random_uid", {}, true}, "refused.random_uid.hint"};
    case RefusalReason::not_allowed: return {{"refused.not_allowed", {}, true}, "refused.not_allowed.hint"};
    case RefusalReason::two_cards: return {{"refused.two_cards", {}, true}, "refused.two_cards.hint"};
    case RefusalReason::unreadable: return {{"refused.unreadable", {}, true}, "refused.unreadable.hint"};
    case RefusalReason::other_rider: return {{"refused.other_rider", {}, true}, "refused.other_rider.hint"};
  }
  return {{"refused.unreadable", {}, true}, "refused.unreadable.hint"};
}

}  // namespace station::flow
