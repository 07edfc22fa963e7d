#pragma once

#include "kiosk/flow/flow.h"
#include "kiosk/flow/keeper.h"

namespace station::flow {

// The rider's side of the kiosk as a whole: who is at the screen, which flow runs, when the session ends by itself.
// Pure: all that happens comes in by on(), all that is to be done comes out as effects. One thread.
class Visit {
 public:
  Visit(const base::Clock& clock, base::Random& random, Settings settings);
  ~Visit();

  void set_content(std::shared_ptr<const record::Content> content) { desk_.content = std::move(content); }

  Effects on(const Input& input);

  Screen screen() const;
  Frame frame() const;
  // When on(Tick{}) must be called at the latest for what is on the screen now; at most one second ahead.
  BootTime next_tick() const;

 private:
  void on_card(const devices::CardPresented& card);
  void on_code(Message message, const std::string& hint_key);
  void on_reply(const Reply& reply);
  void on_action(const Action& action);
  void on_tick();
  void follow(Move move);
  void sign_out(std::unique_ptr<Flow> then);
  bool handle_common(const Action& action);
  void check_idle();
  bool personal() const { return desk_.rider.has_value(); }

  Desk desk_;
  Keeper keeper_;
  SyncView sync_;
  std::unique_ptr<Flow> flow_;
  BootTime last_touch_{};
  std::uint64_t tap_request_ = 0;  // the check-in that is being decided
  bool out_of_service_ = false;
};

}  // namespace station::flow
