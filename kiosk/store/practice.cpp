#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>

#include "kiosk/store/parts.h"
#include "sync/record/pack.h"
#include "sync/record/types.h"
#include "sync/rules/daily.h"

namespace station::store {

using namespace std::chrono_literals;

namespace {

std::vector<rules::PastReview> reviews_of(Core& core, const std::string& subject) {
  std::vector<rules::PastReview> out;
  auto q = core.db.query("SELECT item, rating, at_utc FROM review WHERE subject=? ORDER BY seq").bind(subject);
  while (q.row()) out.push_back({q.text(0), static_cast<rules::Rating>(q.integer(1)), q.integer(2)});
  return out;
}

// Codes and lessons of the rider's courses: what they were stopped for.
struct Weak {
  std::set<std::string> codes, lessons;
  bool fits(const record::Question& q) const {
    return lessons.contains(q.lesson) ||
           std::any_of(q.codes.begin(), q.codes.end(), [&](const auto& code) { return codes.contains(code); });
  }
};

Weak weak_points(const flow::RiderView& rider) {
  Weak out;
  for (const flow::CourseView& c : rider.courses) {
    if (c.stage == flow::CourseStage::withdrawn) continue;
    out.lessons.insert(c.lessons.begin(), c.lessons.end());
    for (const flow::ViolationView& v : c.violations) out.codes.insert(v.code);
  }
  return out;
}

int answered_on(Core& core, const std::string& subject, const std::string& day) {
  return static_cast<int>(core.db.query("SELECT COUNT(*) FROM review WHERE subject=?1 AND day=?2 AND place='daily'")
                              .bind(subject)
                              .bind(day)
                              .number());
}

// What is left of today's: ten at most, and new ones up to five, those already answered today included.
std::vector<std::string> todays(Core& core, const flow::RiderView& rider, const record::Content& content) {
  const std::string& subject = rider.subject;
  const std::string day = local_day(core.utc());
  const auto done = static_cast<std::size_t>(answered_on(core, subject, day));
  rules::DailyLimits limits;
  if (done >= limits.most) return {};
  limits.most -= done;
  limits.least -= std::min(limits.least, done);
  const Weak weak = weak_points(rider);
  std::vector<rules::DailyItem> items;
  for (const auto& [id, q] : content.questions)
    if (q.validity.covers(core.identity.station, day)) items.push_back({id, weak.fits(q)});
  return rules::choose_daily(items, reviews_of(core, subject), subject, day, core.utc_ms(), limits);
}

std::vector<int> practice_order(Core& core, const record::Question& q) {
  std::vector<int> order(q.options.size());
  std::iota(order.begin(), order.end(), 0);
  if (q.shuffle)
    for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[core.random.below(i + 1)]);
  return order;
}

bool answered_before(Core& core, const std::string& subject, UtcTime day) {
  return answered_on(core, subject, local_day(day)) > 0;
}

}  // namespace

int daily_due(Core& core, const flow::RiderView& rider) {
  const auto content = core.content(core.pack_version);
  return content ? static_cast<int>(todays(core, rider, *content).size()) : 0;
}

Outcome open_daily(Core& core, const flow::OpenDaily& d) {
  const auto content = core.content(core.pack_version);
  if (!content) return flow::NotNow{"daily.no_content", {}};
  flow::DailyView view;
  view.content = content;
  flow::RiderView rider;
  rider.subject = d.subject;
  add_courses(core, rider);
  for (const std::string& id : todays(core, rider, *content)) {
    const record::Question& q = *content->question(id);
    view.questions.push_back({id, q.version, q.multiple, practice_order(core, q)});
  }
  const UtcTime now = core.utc();
  view.weekday = (base::local_time(now).weekday + 6) % 7;
  for (int i = 0; i <= view.weekday; ++i)
    view.week[static_cast<std::size_t>(i)] = answered_before(core, d.subject, now - 24h * (view.weekday - i));
  const bool today = answered_before(core, d.subject, now);
  for (int back = today ? 0 : 1; back < 1000 && answered_before(core, d.subject, now - 24h * back); ++back)
    ++view.days_in_row;
  return flow::DailyOpened{std::move(view)};
}

Outcome practise(Core& core, const flow::Practise& d) {
  const auto content = core.content(core.pack_version);
  const record::Question* q = content ? content->question(d.item) : nullptr;
  if (!q) return flow::NotNow{"daily.no_content", {}};
  const bool right = rules::is_right(q->key(), d.response);
  const auto rating = static_cast<int>(rules::rating_of(right, d.took_ms, 0, 0));  // no median is known here
  const UtcTime now = core.utc();
  const std::uint64_t seq = core.log.append(
      record::kPracticeAnswered, d.subject, "",
      fmt::format(R"({{"where":{},"item":{},"version":{},"pack":{},{},"right":{},"rating":{},"ms":{}}})",
                  json_text(d.where), json_text(q->id), q->version, core.pack_version,
                  rules::response_members(q->kind, d.response), right, rating, d.took_ms));
  core.db.query("INSERT INTO review VALUES(?,?,?,?,?,?,?)")
      .bind(d.subject)
      .bind(q->id)
      .bind(seq)
      .bind(base::to_ms(now))
      .bind(local_day(now))
      .bind(d.where)
      .bind(rating)
      .done();
  const int days = rules::days_until_next(q->id, reviews_of(core, d.subject), d.subject);
  return flow::Practised{right, days, rider_view(core, d.subject)};
}

}  // namespace station::store
