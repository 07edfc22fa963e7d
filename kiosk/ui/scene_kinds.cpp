#include "kiosk/ui/scene_kinds.h"

#include <cstddef>

namespace station::ui::scene {

namespace {

using enum State;

constexpr std::array kRiding{ride,      stop,  push,  State::phone, one_hand, no_hands,
                             look_back, tired, drunk, fallen,       passenger};
constexpr std::array kScooter{parked, fallen, canopy, modified};
constexpr std::array kWalking{walk, stand, child, elder, injured};
constexpr std::array kPolice{stand, stop, go};
constexpr std::array kCar{drive, brake, State::left, State::right, hazard, door_open, parked};
constexpr std::array kCab{drive, brake, State::left, State::right, hazard, door_open};
constexpr std::array kHeavy{drive, brake, State::left, State::right};
constexpr std::array kLight{red, yellow, green, off, cycle};
constexpr std::array kWalkLight{red, green, off, cycle};
constexpr std::array kDoor{closed, open, blocked};
constexpr std::array kElevator{closed, open};
constexpr std::array kCabinet{swap, charge};
constexpr std::array kSocket{ok, on, bad};
constexpr std::array kPlate{ok, missing, delivery, covered};
constexpr std::array kHelmet{ok, open, cracked, class_a, class_b};
constexpr std::array kHelmetStep{straight, buckle, liner};
constexpr std::array kPhone{order, State::map, call, off};
constexpr std::array kBottle{water, beer};
constexpr std::array kCargo{closed, open, State::high};
constexpr std::array kBattery{ok, hot, swollen};
constexpr std::array kFire{flame, smoke};
constexpr std::array kEye{open, closed};
constexpr std::array kDocument{State::plain, law, appeal, receipt};
constexpr std::array kIdCard{ok, child};
constexpr std::array kHand{palm, grip};

#define STATION_SCENE_NAME(name) #name,
constexpr std::array kKindNames{STATION_SCENE_KINDS(STATION_SCENE_NAME)};
constexpr std::array kStateNames{STATION_SCENE_STATES(STATION_SCENE_NAME)};
constexpr std::array kGroundNames{STATION_SCENE_GROUNDS(STATION_SCENE_NAME)};
#undef STATION_SCENE_NAME

}  // namespace

KindRule rule_of(Kind kind) {
  switch (kind) {
    case Kind::rider:
    case Kind::rider_no_helmet:
      return {kAllViews, kAt | kColour | kLoad, kRiding};
    case Kind::scooter:
      return {kAllViews, kAt | kColour | kLoad, kScooter};
    case Kind::pedestrian:
      return {kAllViews, kAt | kColour, kWalking};
    case Kind::police:
      return {kAllViews, kAt, kPolice};
    case Kind::car:
      return {kAllViews, kAt | kColour, kCar};
    case Kind::taxi:
    case Kind::ambulance:
      return {kAllViews, kAt, kCab};
    case Kind::bus:
    case Kind::truck:
      return {kAllViews, kAt | kColour, kHeavy};
    case Kind::traffic_light:
    case Kind::bike_light:
      return {kAllViews, kAt | kLane, kLight};
    case Kind::walk_light:
      return {kAllViews, kAt, kWalkLight};
    case Kind::sign:
      return {kAllViews, kAt | kSignName, {}};
    case Kind::stop_line:
    case Kind::zebra:
      return {kTopView | kAheadView, kAt | kSize, {}};
    case Kind::crossroad:
      return {kAheadView, kAt | kSize, {}};
    case Kind::ball:
    case Kind::cone:
    case Kind::tree:
    case Kind::lamp:
      return {kAllViews, kAt, {}};
    case Kind::building:
      return {kSideView, kAt | kSize | kColour, {}};
    case Kind::door_exit:
      return {kSideView, kAt, kDoor};
    case Kind::elevator:
      return {kSideView, kAt, kElevator};
    case Kind::cabinet:
      return {kSideView, kAt, kCabinet};
    case Kind::charger_socket:
      return {kBothViews, kAt, kSocket};
    case Kind::plate:
      return {kBothViews, kAt | kText, kPlate};
    case Kind::arrow:
      return {kBothViews, kPoints | kTone | kWidth, {}};
    case Kind::label:
      return {kBothViews, kAt | kText | kNeedsText | kTone | kPointer, {}};
    case Kind::highlight:
      return {kBothViews, kAt | kSize | kTone, {}};
    case Kind::blind_zone:
      return {kBothViews, kPoints, {}};
    case Kind::dimension:
      return {kBothViews, kFromTo | kText | kTone, {}};
    case Kind::braking_bar:
      return {kBothViews, kAt | kBars | kSize, {}};
    case Kind::speedometer:
      return {kBothViews, kAt | kValue | kGauge, {}};
    case Kind::clock:
      return {kBothViews, kAt | kValue | kText, {}};
    case Kind::rain:
      return {kBothViews, kNoField, {}};
    case Kind::helmet:
      return {kBothViews, kAt | kColour, kHelmet};
    case Kind::helmet_step:
      return {kBothViews, kAt, kHelmetStep};
    case Kind::phone:
      return {kBothViews, kAt, kPhone};
    case Kind::bottle:
      return {kBothViews, kAt, kBottle};
    case Kind::cargo_box:
      return {kBothViews, kAt | kColour, kCargo};
    case Kind::battery:
      return {kBothViews, kAt, kBattery};
    case Kind::fire:
      return {kBothViews, kAt, kFire};
    case Kind::eye:
      return {kBothViews, kAt, kEye};
    case Kind::document:
      return {kBothViews, kAt | kText, kDocument};
    case Kind::ticket:
      return {kBothViews, kAt | kText, {}};
    case Kind::id_card:
      return {kBothViews, kAt, kIdCard};
    case Kind::hand:
      return {kBothViews, kAt, kHand};
    case Kind::tick:
    case Kind::cross:
    case Kind::pill:
    case Kind::extinguisher:
    case Kind::bed:
    case Kind::scales:
    case Kind::shield:
    case Kind::money:
    case Kind::triangle:
    case Kind::bolt:
    case Kind::camera:
    case Kind::heart:
      break;
  }
  return {kBothViews, kAt, {}};
}

GroundRule rule_of(Ground ground) {
  switch (ground) {
    case Ground::plain:
      return {kBothViews, true};
    case Ground::junction:
    case Ground::t_junction:
    case Ground::roundabout:
    case Ground::road:
    case Ground::blocked_lane:
    case Ground::expressway:
    case Ground::parking:
      return {kTopView, false};
    case Ground::road_no_bike_lane:
      return {kTopView | kAheadView, false};
    case Ground::bike_lane:
      return {kSideView | kAheadView, false};
    case Ground::street:
    case Ground::crossing:
    case Ground::night_road:
    case Ground::shop:
    case Ground::charging_yard:
      return {kSideView, false};
    case Ground::station_indoor:
    case Ground::corridor:
      return {kSideView, true};
  }
  return {};
}

std::string_view name_of(Kind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}
std::string_view name_of(State state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}
std::string_view name_of(Ground ground) {
  return kGroundNames.at(static_cast<std::size_t>(ground));
}

}  // namespace station::ui::scene
