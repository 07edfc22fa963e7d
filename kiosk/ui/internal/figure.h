#pragma once

#include <cstdint>

#include "kiosk/ui/internal/pen.h"
#include "kiosk/ui/scene_model.h"

// People and vehicles of the illustrations, from the side and from above. Side figures stand on local (0, 0), face
// right, 100 units = 1 m, y upwards is negative. Top figures have their middle at (0, 0) and head right.
namespace station::ui::figure {

struct Dye {
  ImU32 light;
  ImU32 dark;
};
Dye dye_of(scene::Colour colour);

enum class HeadWear : std::uint8_t { none, helmet, police_cap, cap };
enum class Hair : std::uint8_t { shorn, long_, grey };

struct Clothes {
  Dye top = dye_of(scene::Colour::orange);
  ImU32 trousers = rgb(0x26365F);
  ImU32 shoes = rgb(0xFFFFFF);
  ImU32 skin = rgb(0xFFD2B0);
  Dye hat = dye_of(scene::Colour::blue);
  HeadWear head_wear = HeadWear::none;
  Hair hair = Hair::shorn;
  bool stripes = false;  // reflective bands
};

// Where the joints that matter are; knees and elbows follow.
struct Posture {
  Point hip, shoulder, head;
  Point near_hand, far_hand, near_foot, far_foot;
  float head_turn = 0;      // degrees, clockwise
  bool looks_back = false;  // face to the left
  float foot_turn = 0;
  float size = 1;  // of limbs: children are smaller
  bool eyes_closed = false;
};

void person_far_side(const Pen& pen, const Posture& posture, const Clothes& clothes);
void person_near_side(const Pen& pen, const Posture& posture, const Clothes& clothes);
void person_near_arm(const Pen& pen, const Posture& posture, const Clothes& clothes);
// A head of radius 14 with its middle at (0, 0).
void head(const Pen& pen, const Clothes& clothes, bool eyes_closed = false);
Posture walking(float travelled);  // also standing: travelled 0 gives a light stride
Posture standing();

struct Motion {
  float travelled = 0;  // local units, for wheels and legs
  float seconds = 0;    // for blinking and swaying
  bool moving = false;
  bool night = false;  // lights on
};

struct RiderLook {
  scene::State state = scene::State::ride;
  Dye jacket = dye_of(scene::Colour::orange);
  scene::Load load = scene::Load::box;
  bool helmet = true;
};

void rider_side(const Pen& pen, const RiderLook& look, const Motion& motion);
void rider_top(const Pen& pen, const RiderLook& look, const Motion& motion);
void scooter_side(const Pen& pen, const RiderLook& look, const Motion& motion);  // parked: states of `scooter`
void scooter_top(const Pen& pen, const RiderLook& look, const Motion& motion);

struct PersonLook {
  scene::State state = scene::State::walk;
  Dye top = dye_of(scene::Colour::blue);
};
void pedestrian_side(const Pen& pen, const PersonLook& look, const Motion& motion);
void pedestrian_top(const Pen& pen, const PersonLook& look, const Motion& motion);
void police_side(const Pen& pen, scene::State state, const Motion& motion);
void police_top(const Pen& pen, scene::State state, const Motion& motion);

struct VehicleLook {
  scene::Kind kind = scene::Kind::car;
  scene::State state = scene::State::drive;
  Dye paint = dye_of(scene::Colour::blue);
};
void vehicle_side(const Pen& pen, const VehicleLook& look, const Motion& motion);
void vehicle_top(const Pen& pen, const VehicleLook& look, const Motion& motion);

// From behind or, `front`, from the front; stand on (0, 0), 100 units = 1 m. `door_left`: which door is open.
void vehicle_end(const Pen& pen, const VehicleLook& look, const Motion& motion, bool front, bool door_left);
void rider_end(const Pen& pen, const RiderLook& look, const Motion& motion, bool front);
void person_end(const Pen& pen, const PersonLook& look, const Motion& motion, bool front);
float length_of(scene::Kind kind);  // of a vehicle from the side
float width_of(scene::Kind kind);   // from behind

// Small things that also ride along.
void phone(const Pen& pen, float height, ImU32 screen);
void lightning(const Pen& pen, float height, ImU32 colour);  // middle at (0, 0)

}  // namespace station::ui::figure
