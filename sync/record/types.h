#pragma once

#include <string_view>

// Names of the facts that stations write and of the directives that the centre sends. Bodies: README.md of this folder.
namespace station::record {

// Up: the station's log.
inline constexpr std::string_view kStationStarted = "station.started";
inline constexpr std::string_view kClockAnchored = "clock.anchored";
inline constexpr std::string_view kCheckedIn = "visit.checked_in";
inline constexpr std::string_view kCheckedOut = "visit.checked_out";
inline constexpr std::string_view kIdentityRefused = "identity.refused";
inline constexpr std::string_view kIdentityLocked = "identity.locked";
inline constexpr std::string_view kPointsEarned = "points.earned";
inline constexpr std::string_view kChargeIntended = "charge.intended";
inline constexpr std::string_view kChargeStarted = "charge.started";
inline constexpr std::string_view kChargeFailed = "charge.failed";
inline constexpr std::string_view kChargeEnded = "charge.ended";
inline constexpr std::string_view kLeaseStarted = "lease.started";
inline constexpr std::string_view kLeaseEnded = "lease.ended";
inline constexpr std::string_view kBoxIntended = "box.intended";
inline constexpr std::string_view kBoxResult = "box.result";
inline constexpr std::string_view kWarningConfirmed = "warning.confirmed";
inline constexpr std::string_view kCourseIdentified = "course.identified";
inline constexpr std::string_view kAttendance = "attendance.";  // + start tick input check_shown check_ok check_missed id_ok pause end
inline constexpr std::string_view kLessonCompleted = "lesson.completed";
inline constexpr std::string_view kLessonResumed = "lesson.resumed";
inline constexpr std::string_view kLessonAbandoned = "lesson.abandoned";
inline constexpr std::string_view kPracticeAnswered = "practice.answered";
inline constexpr std::string_view kExamItem = "exam.item";
inline constexpr std::string_view kExamOpened = "exam.opened";
inline constexpr std::string_view kExamAnswered = "exam.answered";
inline constexpr std::string_view kExamClosed = "exam.closed";
inline constexpr std::string_view kCertificateIssued = "certificate.issued";
inline constexpr std::string_view kComplaintFiled = "complaint.filed";
inline constexpr std::string_view kFaultRaised = "device.fault_raised";
inline constexpr std::string_view kFaultCleared = "device.fault_cleared";
inline constexpr std::string_view kContentApplied = "content.applied";
inline constexpr std::string_view kContentRefused = "content.refused";
inline constexpr std::string_view kFeedRefused = "feed.refused";

// Down: the centre's feed.
inline constexpr std::string_view kFeedRider = "rider.upsert";
inline constexpr std::string_view kFeedRiderRemoved = "rider.remove";
inline constexpr std::string_view kFeedCourse = "course.assign";
inline constexpr std::string_view kFeedCourseWithdrawn = "course.withdraw";
inline constexpr std::string_view kFeedProgress = "course.progress";
inline constexpr std::string_view kFeedReview = "course.review";
inline constexpr std::string_view kFeedCertificate = "certificate.state";
inline constexpr std::string_view kFeedPoints = "points.balance";
inline constexpr std::string_view kFeedPack = "pack.publish";
inline constexpr std::string_view kFeedStationKey = "station.key";
inline constexpr std::string_view kFeedUnlock = "identity.unlock";

}  // namespace station::record
