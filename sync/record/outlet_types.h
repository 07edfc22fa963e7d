#pragma once

#include <string_view>

// Facts of e-bike charging at outlets. Bodies: README.md of this folder.
namespace station::record {

inline constexpr std::string_view kOutletIntended = "outlet.intended";
inline constexpr std::string_view kOutletStarted = "outlet.started";
inline constexpr std::string_view kOutletFailed = "outlet.failed";
inline constexpr std::string_view kOutletSettled = "outlet.settled";
inline constexpr std::string_view kOutletEstimated = "outlet.estimated";
inline constexpr std::string_view kOutletOrphan = "outlet.orphan";
inline constexpr std::string_view kOutletDisputed = "outlet.disputed";
inline constexpr std::string_view kFireApproval = "outlet.fire_approval";

}  // namespace station::record
