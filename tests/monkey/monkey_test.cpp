// Somebody who does anything at all, at the whole program: touches, drags, cards, numbers, doors, cables, faults, time.
// A failure names the life; STATION_LIVES=<n> plays that one alone, STATION_LIVES=1-2000 a million deeds.
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/app/station_rig.h"

using namespace station;

namespace {

constexpr int kDeedsInALife = 500;

struct Person {
  const char *id, *uid, *login, *pin, *role, *name;
};
// Names that no text of the program contains.
const Person kPeople[] = {{"R1", "04A23B7C", "13800001207", "204816", "rider", "Amber"},
                          {"R2", "04B11122", "13800002208", "315927", "rider", "Birch"},
                          {"M1", "04C0FFEE", "13800003309", "426038", "maintainer", "Cedar"}};

// from → screens that may follow, from tests/monkey/screens.txt.
std::map<std::string, std::set<std::string>> allowed_graph() {
  std::map<std::string, std::set<std::string>> out;
  std::ifstream file(std::string(STATION_SOURCE_DIR) + "/tests/monkey/screens.txt");
  REQUIRE(file);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string from, to;
    words >> from;
    REQUIRE(from.ends_with(":"));
    from.pop_back();
    while (words >> to) out[from].insert(to);
  }
  return out;
}

class Life {
 public:
  Life(std::uint64_t seed, const std::map<std::string, std::set<std::string>>& graph)
      : seed_(seed), dice_(seed), rig_(seed), graph_(graph) {
    rig_.content();
    for (const Person& p : kPeople) rig_.rider(p.id, p.uid, p.login, p.pin, p.role, p.name);
    rig_.course("C1", "R1", "training", 2);
    rig_.course("C2", "R2", "warning", 1);
    screen_ = rig_.stage().screen_name();
  }

  // Empty, or what went wrong.
  std::string live(std::set<std::string>& seen) {
    for (int i = 0; i < kDeedsInALife; ++i) {
      std::string deed;
      if (!act(deed)) break;  // the day is over
      deeds_.push_back(std::move(deed));
      if (std::string wrong = look(seen); !wrong.empty()) return wrong + "\n" + story();
    }
    if (!strange_.empty()) return "ways that screens.txt does not know:\n" + fmt::format("  {}", fmt::join(strange_, "\n  "));
    rig_.stage().shut();
    const std::string difference = rig_.difference_from_log();
    return difference.empty() ? "" : "views differ from the log: " + difference + "\n" + story();
  }

 private:
  std::uint64_t pick(std::uint64_t n) { return dice_.below(n); }

  std::string story() {
    std::string out = "life " + std::to_string(seed_) + ", the last deeds:";
    for (std::size_t i = deeds_.size() > 15 ? deeds_.size() - 15 : 0; i < deeds_.size(); ++i) out += "\n  " + deeds_[i];
    return out + "\n" + rig_.stage().seen();
  }

  void touch(std::string& deed) {
    ui::Driver& driver = rig_.stage().driver();
    const std::vector<std::string> targets = driver.probe().targets();
    if (!targets.empty() && pick(10) < 8) {
      deed = "tap " + targets[pick(targets.size())];
      (void)driver.tap(deed.substr(4));  // covered, scrolled away or busy: a person would try, too
    } else if (pick(3) == 0) {
      deed = "drag";
      driver.drag(anywhere(), anywhere(), 2 + static_cast<int>(pick(6)));
    } else {
      deed = "touch somewhere";
      (void)driver.tap_at(anywhere());
    }
  }
  ui::Point anywhere() { return {static_cast<float>(pick(1080)), static_cast<float>(pick(1920))}; }

  void card(std::string& deed) {
    app::Hands& hands = *rig_.stage().devices().hands();
    const std::uint64_t which = pick(std::size(kPeople) + 1);
    const std::string uid = which < std::size(kPeople) ? kPeople[which].uid : "04DEAD01";
    deed = "card " + uid;
    hands.take_card();
    rig_.stage().pass(base::Milliseconds(300));
    if (!hands.lay_card(uid)) deed += " (no reader)";
    if (which < std::size(kPeople)) tapped_ = kPeople[which].name;
  }

  void number(std::string& deed) {
    ui::Driver& driver = rig_.stage().driver();
    const Person& p = kPeople[pick(std::size(kPeople))];
    const bool pin = pick(2) == 0;
    deed = std::string("type ") + (pin ? p.pin : p.login);
    if (!pin) typed_ = p.name;
    if (driver.type(pin ? p.pin : p.login)) (void)driver.tap("keypad.submit");
  }

  void trouble(std::string& deed) {
    app::Hands& hands = *rig_.stage().devices().hands();
    static constexpr const char *kBox[] = {"close", "open", "jam", "heal"}, *kPort[] = {"over-current", "stick", "heal"};
    const std::string box = "A0" + std::to_string(1 + pick(6)), port = "P" + std::to_string(1 + pick(4));
    switch (pick(6)) {
      case 0: {
        const bool in = pick(2) == 0;
        deed = in ? "plug the reader" : "unplug the reader";
        return hands.plug_reader(in);
      }
      case 1: {
        const bool alive = pick(3) != 0;
        deed = alive ? "the board works" : "the board is silent";
        return hands.board_alive(alive);
      }
      case 2:
        deed = std::string("box ") + kBox[pick(4)] + " " + box;
        return void(hands.box(deed.substr(4, deed.find(' ', 4) - 4), box));
      case 3:
        deed = std::string("port ") + kPort[pick(3)] + " " + port;
        return void(hands.port(deed.substr(5, deed.find(' ', 5) - 5), port));
      case 4: {
        flow::SyncView sync;
        sync.online = pick(2) == 0;
        sync.waiting = pick(500);
        if (!sync.online) sync.why = "sync.network_down";
        deed = sync.online ? "the network is there" : "the network is gone";
        return rig_.stage().kiosk().sync_changed(sync);
      }
      default:
        deed = "all doors are closed";
        hands.close_all_doors();
    }
  }

  bool act(std::string& deed) {
    const std::uint64_t what = pick(100);
    if (what < 70) {
      touch(deed);
    } else if (what < 78) {
      card(deed);
    } else if (what < 82) {
      number(deed);
    } else if (what < 88) {
      trouble(deed);
    } else {
      constexpr int kWaits[] = {20, 300, 1000, 6000, 31'000, 61'000, 190'000};
      const base::Milliseconds wait(kWaits[pick(std::size(kWaits))]);
      deed = "wait " + std::to_string(wait.count()) + " ms";
      if (!rig_.stage().pass(wait)) return false;
    }
    rig_.stage().driver().frames(2);
    return true;
  }

  // What must hold whatever was done.
  std::string look(std::set<std::string>& seen) {
    const std::string now = rig_.stage().screen_name();
    if (now == "out_of_service") return "the station went out of service";
    if (now != screen_) {
      seen.insert(screen_ + " → " + now);
      const auto from = graph_.find(screen_);
      if (from == graph_.end() || !from->second.contains(now))
        strange_.insert(screen_ + " → " + now + " by: " + deeds_.back() + " (life " + std::to_string(seed_) + ")");
      screen_ = now;
    }
    return strangers();
  }

  // A name on the screen is the name of the one who is signed in, who laid a card or typed a number last.
  std::string strangers() {
    const ui::Probe& probe = rig_.stage().driver().probe();
    const bool signed_in = rig_.stage().kiosk().visit().frame().signed_in;
    std::set<std::string> names;
    for (const Person& p : kPeople)
      if (probe.shows(p.name)) names.insert(p.name);
    if (names.size() > 1) return "two people's names are on one screen";
    if (!signed_in) owner_.clear();
    if (names.empty()) return "";
    const std::string& name = *names.begin();
    if (!signed_in && screen_ != "farewell") return "nobody is signed in and " + name + " is named";
    if (screen_ == "farewell") return "";
    if (name == owner_) return "";
    if (name != tapped_ && name != typed_) return name + " is named, but did not come";
    owner_ = name;
    return "";
  }

  const std::uint64_t seed_;
  base::SeededRandom dice_;
  test::StationRig rig_;
  const std::map<std::string, std::set<std::string>>& graph_;
  std::vector<std::string> deeds_;
  std::set<std::string> strange_;  // ways that the graph does not know
  std::string screen_, owner_, tapped_, typed_;
};

}  // namespace

TEST_CASE("whatever is done at the station, it goes its ways, names no stranger and keeps its books", "[monkey]") {
  const char* wish = std::getenv("STATION_LIVES");
  const std::string lives = wish ? wish : "1-12";
  const std::uint64_t first = std::strtoull(lives.c_str(), nullptr, 10);
  const std::size_t dash = lives.find('-');
  const std::uint64_t last = dash == std::string::npos ? first : std::strtoull(lives.c_str() + dash + 1, nullptr, 10);
  const auto graph = allowed_graph();
  std::set<std::string> seen;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const std::string wrong = Life(seed, graph).live(seen);
    if (!wrong.empty()) FAIL_CHECK("life " << seed << ": " << wrong);
  }
  if (last - first < 10) return;
  CHECK(seen.size() > 30);  // who goes nowhere proves nothing
}
