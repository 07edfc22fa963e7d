#pragma once

#include <string>
#include <variant>

#include "kiosk/flow/views.h"

// What a person did on the screen. Screens return at most one action per frame; flows decide what it means.
namespace station::flow {

struct Back {};
struct GoHome {};
struct SignOut {};   // end the session, stay checked in
struct CheckOut {};  // leave the station
struct StillHere {}; // answer to "还在吗？"
struct AnyTouch {};  // a touch without other meaning; study counts it as activity

enum class Place { keypad, charge, locker, lessons, course, record, complaint, help, maintainer, daily, hazards };
struct Go {
  Place to;
  std::string id;  // course for Place::course and Place::complaint, else empty
};

struct Key {
  char digit;  // '0'…'9'
};
struct EraseKey {};
struct ClearKeys {};
struct SubmitKeys {};

struct ChoosePort {
  std::string port;
};
struct StopCharge {};

struct ChooseSize {
  BoxSize size;
};
struct OpenLease {
  std::string lease;
  bool finish = true;  // false: access without ending the lease
};
struct BoxUsed {
  bool used;  // deposit: things are inside. Pick-up: true = emptied
};
struct TryAgain {};

struct StartLesson {
  std::string lesson;
  std::string course;  // empty: voluntary
};
struct NextStep {};
struct PreviousStep {};
struct ChooseOption {
  int option;  // index as shown
};
struct ChooseSlot {
  int slot;  // match: the left side that gets the next right side
};
struct TypeText {
  std::string text;  // short answers: what a key stands for; numbers: "."
};
struct StartClip {  // also: play it again, in practice
  bool test = false;  // list of clips: several in a row, without feedback until the end
  std::string question;  // list of clips: which one
};
struct TapClip {};  // a hazard begins to develop
struct ConfirmAnswer {};
struct TouchTarget {};  // the presence target
struct NewOrder {};     // an order arrived: pause and leave
struct PauseStudy {};

struct ConfirmWarning {};
struct StartExam {};
struct ShowCertificate {
  std::string number;
};
struct ChooseCategory {
  std::string category;
};
struct FileComplaint {};

using Action =
    std::variant<Back, GoHome, SignOut, CheckOut, StillHere, AnyTouch, Go, Key, EraseKey, ClearKeys, SubmitKeys, ChoosePort,
                 StopCharge, ChooseSize, OpenLease, BoxUsed, TryAgain, StartLesson, NextStep, PreviousStep, ChooseOption,
                 ConfirmAnswer, TouchTarget, NewOrder, PauseStudy, ConfirmWarning, StartExam, ShowCertificate,
                 ChooseCategory, FileComplaint, ChooseSlot, TypeText, StartClip, TapClip>;

}  // namespace station::flow
