#pragma once

#include <cstdint>
#include <string_view>

// Material Design icons (fonts-material-design-icons-iconfont) by their own names.
namespace station::ui {

// name, code point
#define STATION_ICONS(X)           \
  X(add_a_photo, 0xe439)           \
  X(alt_route, 0xf184)             \
  X(archive, 0xe149)               \
  X(arrow_back, 0xe5c4)            \
  X(arrow_forward, 0xe5c8)         \
  X(assignment, 0xe85d)            \
  X(backspace, 0xe14a)             \
  X(badge, 0xea67)                 \
  X(battery_charging_full, 0xe1a3) \
  X(bed, 0xefdf)                   \
  X(block, 0xe14b)                 \
  X(bolt, 0xea0b)                  \
  X(build, 0xe869)                 \
  X(call_split, 0xe0b6)            \
  X(chat, 0xe0b7)                  \
  X(check, 0xe5ca)                 \
  X(chevron_left, 0xe5cb)          \
  X(chevron_right, 0xe5cc)         \
  X(close, 0xe5cd)                 \
  X(cloud_done, 0xe2bf)            \
  X(cloud_off, 0xe2c1)             \
  X(contactless, 0xea71)           \
  X(contrast, 0xeb37)              \
  X(credit_card, 0xe870)           \
  X(description, 0xe873)           \
  X(dialpad, 0xe0bc)               \
  X(directions_walk, 0xe536)       \
  X(dns, 0xe875)                   \
  X(done_all, 0xe877)              \
  X(door_front, 0xeffd)            \
  X(edit_road, 0xef4d)             \
  X(electric_moped, 0xeb1d)        \
  X(emoji_events, 0xea23)          \
  X(error, 0xe000)                 \
  X(ev_station, 0xe56d)            \
  X(favorite, 0xe87d)              \
  X(feedback, 0xe87f)              \
  X(flag, 0xe153)                  \
  X(format_size, 0xe245)           \
  X(gavel, 0xe90e)                 \
  X(group, 0xe7ef)                 \
  X(help, 0xe887)                  \
  X(history, 0xe889)               \
  X(home, 0xe88a)                  \
  X(hourglass_empty, 0xe88b)       \
  X(inbox, 0xe156)                 \
  X(info, 0xe88e)                  \
  X(inventory_2, 0xe1a1)           \
  X(keyboard, 0xe312)              \
  X(keyboard_arrow_down, 0xe313)   \
  X(keyboard_arrow_up, 0xe316)     \
  X(lan, 0xeb2f)                   \
  X(local_fire_department, 0xef55) \
  X(local_shipping, 0xe558)        \
  X(lock, 0xe897)                  \
  X(lock_open, 0xe898)             \
  X(logout, 0xe9ba)                \
  X(memory, 0xe322)                \
  X(more_horiz, 0xe5d3)            \
  X(nfc, 0xe1bb)                   \
  X(nights_stay, 0xea46)           \
  X(no_drinks, 0xf1a5)             \
  X(notifications, 0xe7f4)         \
  X(pause, 0xe034)                 \
  X(payments, 0xef63)              \
  X(person, 0xe7fd)                \
  X(phone, 0xe0cd)                 \
  X(phonelink_off, 0xe327)         \
  X(place, 0xe55f)                 \
  X(play_arrow, 0xe037)            \
  X(power, 0xe63c)                 \
  X(priority_high, 0xe645)         \
  X(qr_code_2, 0xe00a)             \
  X(qr_code_scanner, 0xf206)       \
  X(quiz, 0xf04c)                  \
  X(receipt_long, 0xef6e)          \
  X(redeem, 0xe8b1)                \
  X(report, 0xe160)                \
  X(report_problem, 0xe8b2)        \
  X(restaurant, 0xe56c)            \
  X(router, 0xe328)                \
  X(schedule, 0xe8b5)              \
  X(school, 0xe80c)                \
  X(sd_card, 0xe623)               \
  X(shield, 0xe9e0)                \
  X(sick, 0xf220)                  \
  X(smartphone, 0xe32c)            \
  X(speed, 0xe9e4)                 \
  X(sports_motorsports, 0xea2d)    \
  X(star, 0xe838)                  \
  X(storage, 0xe1db)               \
  X(swap_horiz, 0xe8d4)            \
  X(sync, 0xe627)                  \
  X(thunderstorm, 0xebdb)          \
  X(timer, 0xe425)                 \
  X(touch_app, 0xe913)             \
  X(traffic, 0xe565)               \
  X(translate, 0xe8e2)             \
  X(two_wheeler, 0xe9f9)           \
  X(usb, 0xe1e0)                   \
  X(verified, 0xef76)              \
  X(visibility, 0xe8f4)            \
  X(visibility_off, 0xe8f5)        \
  X(volume_off, 0xe04f)            \
  X(volume_up, 0xe050)             \
  X(warning, 0xe002)               \
  X(water_drop, 0xe798)            \
  X(wifi_off, 0xe648)              \
  X(work, 0xe8f9)                  \
  X(workspace_premium, 0xe7af)     \
  X(wrong_location, 0xef78)

enum class Icon : std::uint32_t {
  none = 0,
#define STATION_ICON(name, code) name = code,
  STATION_ICONS(STATION_ICON)
#undef STATION_ICON
};

// By the name that content uses, for example "two_wheeler"; Icon::none when there is no such icon.
Icon icon_named(std::string_view name);

}  // namespace station::ui
