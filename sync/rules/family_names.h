#pragma once

#include <array>
#include <string_view>

namespace station::rules {

// Family names of two characters: they are not cut in half when a rider is addressed.
inline constexpr std::array<std::string_view, 26> kLongFamilyNames{
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "宇文", "长孙",
    "夏侯", "端木", "轩辕", "南宫", "独孤", "司空", "太史", "百里", "东郭", "呼延", "闻人", "澹台", "濮阳"};

}  // namespace station::rules
