#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/flow/screen.h"
#include "sync/record/pack.h"

// Realistic values of every screen in its steps and stages: for the tests of screens and for the gallery.
namespace station::test {

struct Sample {
  std::string name;  // "charge-running"; the screen's name, then the state
  flow::Screen screen;
  flow::Frame frame;
  int primaries = 1;  // filled actions that are not under a dialog
};

// The shipped lessons, questions and scenes, with those left out by place and time still in it.
std::shared_ptr<const record::Content> shipped_content();

// The moment of all samples: Wednesday 25 November 2026, 14:32 in China.
flow::UtcTime sample_now();
flow::Frame sample_frame(bool signed_in = true);
flow::RiderView sample_rider();
flow::CourseView training_course(const record::Content& content, flow::CourseStage stage = flow::CourseStage::studying,
                                 int credited_min = 18);
flow::CourseView warning_course();
flow::CourseView throttle_course(const std::string& decision = "");
flow::CertificateView sample_certificate();
flow::PaperView sample_paper(const record::Content& content);

// Every screen, each in its states.
std::vector<Sample> all_samples(const record::Content& content);
// Adds questions of every kind, daily questions, hazard clips and results; part of all_samples().
void add_practice(std::vector<Sample>& out, const record::Content& content);
// Every hazard clip at eight moments, for looking at them.
std::vector<Sample> all_clips(const record::Content& content);
// Every text step and every question of the content as the lesson screen shows it.
std::vector<Sample> all_steps(const record::Content& content);
// Every question as an examination shows it.
std::vector<Sample> all_exam_questions(const record::Content& content);

}  // namespace station::test
