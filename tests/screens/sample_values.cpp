#include <stdexcept>

#include "tests/screens/samples.h"

namespace station::test {

using namespace flow;
using namespace std::chrono_literals;

std::shared_ptr<const record::Content> shipped_content() {
  auto content = std::make_shared<record::Content>();
  const auto files = record::read_content_folder(std::string(STATION_SOURCE_DIR) + "/assets");
  if (!files) throw std::runtime_error(files.error().message);
  const auto problems = record::check_content(*files, {}, *content);
  if (!problems.empty()) throw std::runtime_error(record::to_text(problems.front()));
  return content;
}

UtcTime sample_now() {
  UtcTime now;
  base::parse_iso8601("2026-11-25T14:32:00+08:00", now);
  return now;
}

Frame sample_frame(bool signed_in) {
  Frame f;
  f.now = sample_now();
  f.signed_in = signed_in;
  f.station.id = "440902-007";
  f.station.name = "文明北路骑手驿站";
  f.station.ports = {{"P1", PortState::busy, 47},  {"P2", PortState::free, 0},  {"P3", PortState::free, 0},
                     {"P4", PortState::busy, 112}, {"P5", PortState::fault, 0}, {"P6", PortState::free, 0},
                     {"P7", PortState::free, 0},   {"P8", PortState::busy, 1}};
  f.station.boxes = {{BoxSize::small, 5, 12}, {BoxSize::medium, 3, 8}, {BoxSize::large, 1, 4}};
  f.station.present = 6;
  f.station.riders = 12'840;
  f.station.pack_version = 1;
  f.station.log_size = 18'204;
  f.sync.online = true;
  f.sync.last_success = f.now - 2min;
  return f;
}

RiderView sample_rider() {
  RiderView r;
  r.subject = "r-1207";
  r.name = "王师傅";
  r.last4 = "1207";
  r.has_pin = true;
  r.visit = "v-1";
  r.visit_since = sample_now() - 25min;
  r.visits = 46;
  r.points = 1285;
  r.credits = 4;
  r.lessons_done = {"L01", "L04", "L06", "L10"};
  return r;
}

CourseView training_course(const record::Content& content, CourseStage stage, int credited_min) {
  CourseView c;
  c.course = "c-22";
  c.kind = CourseKind::training;
  c.stage = stage;
  c.level = 2;
  c.required_s = 1800;
  c.credited_s = credited_min * 60;
  c.deadline = sample_now() + 24h * 6;
  c.violations = {{"v-1", "2007", "不按照交通信号规定通行", "文明北路与油城五路口", sample_now() - 24h * 9},
                  {"v-2", "2004", "逆向行驶", "光华南路", sample_now() - 24h * 40}};
  c.lessons = {"L01", "L02"};
  c.lessons_done = {"L01"};
  c.resume_lesson = "L02";
  c.resume_step = content.lesson("L02") ? content.lesson("L02")->steps[1].id : "";
  return c;
}

CourseView warning_course() {
  CourseView c;
  c.course = "c-11";
  c.kind = CourseKind::warning;
  c.stage = CourseStage::assigned;
  c.level = 1;
  c.questions = 0;
  c.deadline = sample_now() + 24h * 13;
  c.violations = {{"v-1", "2007", "不按照交通信号规定通行", "文明北路与油城五路口", sample_now() - 24h * 2}};
  return c;
}

CourseView throttle_course(const std::string& decision) {
  CourseView c;
  c.course = "c-33";
  c.kind = CourseKind::throttle;
  c.stage = CourseStage::human;
  c.level = 3;
  c.required_s = 1800;
  c.credited_s = 1800;
  c.deadline = sample_now() + 24h * 2;
  c.violations = {{"v-1", "2007", "不按照交通信号规定通行", "文明北路与油城五路口", sample_now() - 24h * 2},
                  {"v-2", "2004", "逆向行驶", "光华南路", sample_now() - 24h * 40},
                  {"v-3", "2006", "违反规定使用其他车辆专用车道", "人民北路", sample_now() - 24h * 90}};
  c.decision = decision;
  if (!decision.empty()) {
    c.reviewer = "李警官";
    c.decision_reason = decision == "throttle" ? "三次违法属实，已电话告知本人" : "第二次记录有误，按两次处理";
  }
  return c;
}

CertificateView sample_certificate() {
  CertificateView v;
  v.number = "4409022611250000700014";
  v.course = "c-22";
  v.text =
      "RSC1|4409022611250000700014|r-1207|c-22|training-1|2026-11-25T06:20:11Z|95|9f3c2a7b51d0e864|440902-007|k1|"
      "mW3nJx0Yk2uVt7b9qRzL4sHc8dEfGaPoIyUvTxWq1Zr5NcBvM0lKjHgFdSaQwErTyUiOpLkJhGfDsAzXcVbNmQ";
  v.at = sample_now() - 12min;
  v.score_percent = 95;
  return v;
}

PaperView sample_paper(const record::Content& content) {
  PaperView p;
  p.course = "c-22";
  p.attempt = "a-1";
  for (const auto& [id, q] : content.questions) {
    if (p.questions.size() == 20) break;
    if (!id.starts_with('Q')) continue;  // choices and judgements; the other kinds have samples of their own
    QuestionView v;
    v.item = id;
    v.multiple = q.multiple;
    for (int i = 0; i < static_cast<int>(q.options.size()); ++i) v.order.push_back(i);
    p.questions.push_back(std::move(v));
  }
  return p;
}

}  // namespace station::test
