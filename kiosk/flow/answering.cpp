#include "kiosk/flow/answering.h"

#include <algorithm>
#include <numeric>

#include "sync/record/pack.h"

namespace station::flow {

using rules::QuestionKind;

namespace {

constexpr std::size_t kLongestNumber = 8, kLongestText = 24;

std::size_t options_of(QuestionKind kind, const record::Question* question, const std::vector<int>& order) {
  if (kind == QuestionKind::text) return question ? question->tiles.size() : 0;
  return order.size();
}

}  // namespace

void Answering::begin(QuestionKind kind, const record::Question* question, std::vector<int> order) {
  *this = {};
  kind_ = kind;
  question_ = question;
  order_ = std::move(order);
  if (kind_ == QuestionKind::match && question_) chosen_.assign(question_->lefts.size(), -1);
}

void Answering::begin(const record::Question& question) {
  std::vector<int> order(question.options.size());
  std::iota(order.begin(), order.end(), 0);
  // Authored orders and matches stand there solved: they begin in the middle.
  if (question.kind == QuestionKind::order || question.kind == QuestionKind::match)
    std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>((order.size() + 1) / 2), order.end());
  begin(question.kind, &question, std::move(order));
}

bool Answering::on_action(const Action& action, BootTime now) {
  if (kind_ == QuestionKind::hazard) return clip(action, now);
  if (settled_) return false;
  if (const auto* c = std::get_if<ChooseOption>(&action)) return choose(c->option);
  if (const auto* s = std::get_if<ChooseSlot>(&action)) {
    if (kind_ != QuestionKind::match || s->slot < 0 || static_cast<std::size_t>(s->slot) >= chosen_.size())
      return false;
    slot_ = s->slot;
    chosen_[static_cast<std::size_t>(slot_)] = -1;
    return true;
  }
  return type(action);
}

bool Answering::choose(int option) {
  if (option < 0 || static_cast<std::size_t>(option) >= options_of(kind_, question_, order_)) return false;
  if (kind_ == QuestionKind::match) {
    put_beside(option);
    return true;
  }
  const auto at = std::find(chosen_.begin(), chosen_.end(), option);
  if (at != chosen_.end()) {
    chosen_.erase(at);
  } else {
    const bool one =
        kind_ == QuestionKind::single || kind_ == QuestionKind::judgement || kind_ == QuestionKind::hotspot;
    if (one) chosen_.clear();
    chosen_.push_back(option);
  }
  return true;
}

// A right side stands at one place only; the next empty left side waits for the next one.
void Answering::put_beside(int option) {
  if (chosen_.empty()) return;
  std::replace(chosen_.begin(), chosen_.end(), option, -1);
  chosen_[static_cast<std::size_t>(slot_)] = option;
  for (std::size_t i = 1; i <= chosen_.size(); ++i) {
    const std::size_t next = (static_cast<std::size_t>(slot_) + i) % chosen_.size();
    if (chosen_[next] >= 0) continue;
    slot_ = static_cast<int>(next);
    return;
  }
}

bool Answering::type(const Action& action) {
  const bool number = kind_ == QuestionKind::numeric;
  if (!number && kind_ != QuestionKind::text) return false;
  const std::size_t longest = number ? kLongestNumber : kLongestText;
  if (const auto* key = std::get_if<Key>(&action)) {
    if (typed_.size() < longest) typed_ += key->digit;
  } else if (const auto* text = std::get_if<TypeText>(&action)) {
    if (number && (text->text != "." || typed_.find('.') != std::string::npos)) return true;
    if (typed_.size() + text->text.size() <= longest) typed_ += number && typed_.empty() ? "0." : text->text;
  } else if (std::holds_alternative<EraseKey>(action)) {
    if (!typed_.empty()) typed_.pop_back();
    if (!chosen_.empty()) chosen_.pop_back();
  } else if (std::holds_alternative<ClearKeys>(action)) {
    typed_.clear();
    chosen_.clear();
  } else {
    return false;
  }
  return true;
}

bool Answering::clip(const Action& action, BootTime now) {
  if (std::holds_alternative<StartClip>(action)) {
    const bool again = settled_ && stage_ != ClipStage::replay;
    if (stage_ != ClipStage::ready && !again) return false;
    stage_ = again ? ClipStage::replay : ClipStage::playing;
    clip_since_ = now;
    return true;
  }
  if (!std::holds_alternative<TapClip>(action)) return false;
  if (stage_ == ClipStage::playing && question_ && clip_ms(now) < question_->clip_ms) taps_.push_back(clip_ms(now));
  return true;
}

bool Answering::on_tick(BootTime now) {
  if (!clip_runs() || !question_ || clip_ms(now) < question_->clip_ms) return false;
  const bool first = stage_ == ClipStage::playing;
  stage_ = ClipStage::played;
  return first;
}

std::int64_t Answering::clip_ms(BootTime now) const {
  if (!question_ || stage_ == ClipStage::ready) return 0;
  if (stage_ == ClipStage::played) return question_->clip_ms;
  return std::clamp<std::int64_t>((now - clip_since_).count(), 0, question_->clip_ms);
}

bool Answering::complete() const {
  switch (kind_) {
    case QuestionKind::match:
      return !chosen_.empty() && std::find(chosen_.begin(), chosen_.end(), -1) == chosen_.end();
    case QuestionKind::order:
      return !order_.empty() && chosen_.size() == order_.size();
    case QuestionKind::numeric:
      return !typed_.empty() && typed_.back() != '.';
    case QuestionKind::text:
      return !typed_.empty() || !chosen_.empty();
    case QuestionKind::hazard:
      return stage_ == ClipStage::played;
    default:
      return !chosen_.empty();
  }
}

rules::Response Answering::response() const {
  rules::Response out;
  out.taps = taps_;
  if (kind_ == QuestionKind::text) {
    out.text = typed_;
    for (const int tile : chosen_) out.text += question_->tiles[static_cast<std::size_t>(tile)].zh;
    return out;
  }
  out.text = typed_;
  for (const int shown : chosen_) out.chosen.push_back(shown < 0 ? -1 : order_[static_cast<std::size_t>(shown)]);
  return out;
}

void Answering::write(AnswerView& view, BootTime now) const {
  view.order = order_;
  view.chosen = chosen_;
  view.slot = slot_;
  view.typed = typed_;
  view.clip = {stage_, clip_ms(now), taps_};
  view.complete = complete();
}

namespace {

// Words of the tiles, the first that fits each time; false where they do not make up the text.
bool tap_tiles(const record::Question& question, std::string_view text, std::vector<Action>& out) {
  while (!text.empty()) {
    const auto fits = [&](const record::LocalText& tile) { return text.starts_with(tile.zh); };
    const auto tile = std::find_if(question.tiles.begin(), question.tiles.end(), fits);
    if (tile == question.tiles.end()) return false;
    out.push_back(ChooseOption{static_cast<int>(tile - question.tiles.begin())});
    text.remove_prefix(tile->zh.size());
  }
  return true;
}

}  // namespace

std::vector<Action> touches_for(const record::Question& question, const std::vector<int>& order,
                                const rules::Response& response) {
  std::vector<Action> out;
  if (question.kind == QuestionKind::hazard) return {StartClip{}};
  if (!question.tiles.empty()) {
    if (!tap_tiles(question, response.text, out)) out = {ChooseOption{0}};
    return out;
  }
  if (question.kind == QuestionKind::numeric || question.kind == QuestionKind::text) {
    for (const char c : response.text)
      out.push_back(c >= '0' && c <= '9' ? Action(Key{c}) : Action(TypeText{std::string(1, c)}));
    return out;
  }
  for (std::size_t i = 0; i < response.chosen.size(); ++i) {
    const auto shown = std::find(order.begin(), order.end(), response.chosen[i]);
    if (shown == order.end()) continue;
    if (question.kind == QuestionKind::match) out.push_back(ChooseSlot{static_cast<int>(i)});
    out.push_back(ChooseOption{static_cast<int>(shown - order.begin())});
  }
  return out;
}

}  // namespace station::flow
