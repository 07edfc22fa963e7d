// The examples and published vectors of the learning rules, literal, and what is wrong with input.
#include <nlohmann/json.hpp>

#include "tests/tool/rig.h"

using namespace station::tool::test;
using Json = nlohmann::json;

namespace {

Ran run(std::vector<std::string> line, const std::string& input) {
  return Rig().run(std::move(line), input);
}
Json json_of(const Ran& ran) {
  INFO(ran.err);
  return Json::parse(ran.out);
}

const std::string kGift =
    "// 路口题 [id:demo-1] [tag:路口]\n::路口::绿灯亮但前方路口堵死，应当{\n=在路口外等候#对\n~%-50%跟车挤过去#错\n"
    "####见实施条例第六十八条\n}\n\n骑车时{~可以 =不得}手中持物。\n\n::限速::非机动车道内最高时速（公里）？{#15:0 =%50%15:1#接近}\n";

const std::string kPaper =
    R"({"course_id":"retrain-2","course_version":"3","rider_id":"R0001","attempt_no":1,"salt":"",
 "blueprint":[{"topic":"L01","count":2,"critical":1},{"topic":"L12","count":1}],"used":[],
 "items":[{"id":"Q01","version":2,"topic":"L01","options":4},{"id":"Q02","version":1,"topic":"L01","options":2,"shuffle":false},
  {"id":"Q03","version":1,"topic":"L01","options":4,"critical":true},
  {"id":"Q33","version":5,"topic":"L12","options":4},{"id":"Q34","version":1,"topic":"L12","options":4}]})";

}  // namespace

TEST_CASE("questions in GIFT become JSON and GIFT again", "[tool]") {
  const auto imported = run({"gift-import", "--json"}, kGift);
  CHECK(imported.status == 0);
  const Json items = json_of(imported);
  REQUIRE(items.size() == 3);
  CHECK(items[0]["idnumber"] == "demo-1");
  CHECK(items[0]["single"] == true);
  CHECK(items[0]["answers"][1]["fraction"] == -0.5);
  CHECK(items[0]["generalfeedback"] == "见实施条例第六十八条");
  CHECK(items[1]["text"] == "骑车时_____手中持物。");
  CHECK(items[1]["name"].is_null());
  CHECK(items[2]["answers"][1] ==
        Json({{"answer", 15}, {"tolerance", 1}, {"fraction", 0.5}, {"feedback", "接近"}, {"feedbackformat", "moodle"}}));
  const auto exported = run({"gift-export", "-"}, imported.out);
  CHECK(exported.status == 0);
  CHECK(exported.out ==
        "// question: demo-1  name: 路口\n// [id:demo-1] [tag:路口]\n::路口::绿灯亮但前方路口堵死，应当{\n"
        "\t=在路口外等候#对\n\t~%-50%跟车挤过去#错\n\t####见实施条例第六十八条\n}\n\n"
        "// question: 2  name: \n骑车时_____手中持物。{\n\t~可以\n\t=不得\n}\n\n"
        "// question: 3  name: 限速\n::限速::非机动车道内最高时速（公里）？{#\n\t=%100%15:0#\n\t=%50%15:1#接近\n}\n\n");
  CHECK(run({"gift-import", "--json"}, exported.out).out == imported.out);
}

TEST_CASE("a lint report names what would be rejected", "[tool]") {
  const std::string bad =
      "::甲::头盔应当{~挂在车把上 ~放在餐箱里 ~挂在车把上}\n\n::乙::缺右括号{=对\n\n::丙::头盔应当{=扣好 ~挂着}\n";
  const auto lint = run({"gift-import", "--lint"}, bad);
  CHECK(lint.status == 1);
  Json report = json_of(lint);
  const Json expected = Json::parse(
      R"({"questions":2,"categories":0,"parse_errors":[{"line":3,"error":"brace"}],"no_correct_option":["甲"],"numeric_catch_all":[],
 "duplicate_options_in_item":["甲"],"duplicate_stems_groups":1,"surplus_duplicate_stems":1,"option_count_histogram":{"2":1,"3":1}})");
  for (const auto& [key, value] : expected.items()) CHECK(report[key] == value);
  const auto plain = run({"gift-import"}, bad);
  CHECK(plain.status == 1);
  CHECK(plain.out.find("standard input:3: rejected (brace)") != std::string::npos);
  CHECK(plain.out.find("standard input: 0 accepted, 1 as draft, 2 rejected") != std::string::npos);
  CHECK(run({"gift-import", "--json"}, bad).status == 1);
  CHECK(run({"gift-import", "--json", "--lint"}, bad).status == 2);
  CHECK(run({"gift-import", "--json"}, "a\xFF").status == 2);
  CHECK(run({"gift-import", "--json", "/nowhere/bank.gift"}, "").status == 2);
  CHECK(run({"gift-export"}, "{}").status == 2);
  CHECK(run({"gift-export"}, R"([{"type":"essay"}])").status == 2);
}

TEST_CASE("memory states come from histories", "[tool]") {
  const std::string heading = "weights\treviews\tstability\tdifficulty\tinterval_at_0.9\tretrievability_after_7d\n";
  const auto ran = run({"fsrs"},
                       "weights\treviews\nfsrs6_default\t3@0 3@3 1@10\nfsrs6_default\t2@0 2@0 4@0\nfsrs5_default\t3@0 3@4\n");
  CHECK(ran.status == 0);
  CHECK(ran.out == heading +
                       "fsrs6_default\t3@0 3@3 1@10\t1.666140748\t7.392238132\t1.666140748\t0.7774041574\n"
                       "fsrs6_default\t2@0 2@0 4@0\t2.298151362\t5.636501343\t2.298151362\t0.8079715811\n"
                       "fsrs5_default\t3@0 3@4\t12.94993144\t5.272967931\t12.94993144\t0.9420581515\n");
  CHECK(run({"fsrs", "--retention", "0.85"}, "fsrs6_default\t3@0\n").out.find("interval_at_0.85") != std::string::npos);

  const auto bad = run({"fsrs"}, "fsrs6_default\t3@0\nmine\t3@0\nfsrs6_default\t5@0\nfsrs6_default\t3@0 3@-1\nfsrs6_default\n");
  CHECK(bad.status == 1);
  CHECK(std::count(bad.out.begin(), bad.out.end(), '\n') == 2);
  CHECK(bad.err.find("standard input:2: there are no weights named \"mine\"") != std::string::npos);
  CHECK(bad.err.find("standard input:3: \"5@0\" is no review") != std::string::npos);
  CHECK(bad.err.find("standard input:4:") != std::string::npos);
  CHECK(bad.err.find("standard input:5:") != std::string::npos);
  CHECK(run({"fsrs"}, "free text\n").status == 2);
  CHECK(run({"fsrs"}, "").status == 0);
  CHECK(run({"fsrs", "--retention", "2"}, "").status == 2);
}

TEST_CASE("weights come from a file by name", "[tool]") {
  Rig rig;
  const std::string file = rig.write("w.json", R"({"old":[0.4,0.6,2.4,5.8,4.93,0.94,0.86,0.01,1.49,0.14,0.94,2.18,0.05,0.34,1.26,0.29,2.61],
 "zeroed":[0.212,1.2931,2.3065,8.2956,6.4133,0.8334,3.0194,0.001,1.8722,0.1666,0.796,1.4835,0.0614,0.2629,1.6483,0.6014,1.8729,0,0,0,0.1542]})");
  const auto ran = rig.run({"fsrs", "--weights", file}, "zeroed\t1@0 3@0 3@1 3@3 3@8 3@21\nold\t3@0\n");
  CHECK(ran.status == 0);
  CHECK(ran.out.find("\t53.335") != std::string::npos);
  CHECK(ran.out.find("old\t3@0\t2.4\t") != std::string::npos);
  rig.write("w.json", R"({"short":[1,2,3]})");
  const auto refused = rig.run({"fsrs", "--weights", file}, "");
  CHECK(refused.status == 2);
  CHECK(refused.err.find("short: weights: expected 17, 19 or 21 numbers, got 3") != std::string::npos);
  CHECK(rig.run({"fsrs", "--weights", rig.file("none")}, "").status == 2);
}

TEST_CASE("a review log gives one line a card", "[tool]") {
  const auto ran = run({"fsrs", "--log"},
                       "review_time,card_id,review_rating,note\n"
                       "2026-11-04T08:00:00+08:00,a,3,later\n"
                       "2026-11-01T08:00:00+08:00,b,3,\n"
                       "2026-11-01T00:00:00+00:00,a,3,\"first, of a\"\n"
                       "2026-11-14T00:00:01Z,a,1,\n"
                       "never,a,1,\n"
                       "2026-11-14T00:00:01Z,a,7,\n");
  CHECK(ran.status == 1);
  CHECK(ran.out == "card_id\treviews\tstability\tdifficulty\na\t3\t1.666140748\t7.392238132\nb\t1\t2.3065\t2.11810397\n");
  CHECK(ran.err.find("standard input:6: review_time") != std::string::npos);
  CHECK(ran.err.find("standard input:7: review_rating") != std::string::npos);
  const auto other = run({"fsrs", "--log"}, "a,b\n1,2\n");
  CHECK(other.status == 2);
  CHECK(other.err.find("names no column card_id") != std::string::npos);
}

TEST_CASE("a schedule says when each review is due", "[tool]") {
  const auto ran = run({"fsrs", "--schedule"}, "card\tstep\trating\treview_at_s\nc\t0\t3\t0\nc\t1\t3\t600\nc\t2\t1\t173400\nc\t3\t2\t174000\nc\t4\t4\t260400\n");
  CHECK(ran.status == 0);
  CHECK(ran.out.find("c\t0\t3\t0\tLearning\t600\t") != std::string::npos);
  CHECK(ran.out.find("c\t1\t3\t600\tReview\t172800\t") != std::string::npos);
  CHECK(ran.out.find("c\t2\t1\t173400\tRelearning\t600\t") != std::string::npos);
  CHECK(ran.out.find("c\t3\t2\t174000\tRelearning\t900\t") != std::string::npos);
  CHECK(ran.out.ends_with("c\t4\t4\t260400\tReview\t259200\t3.165071426\t7.655895954\n"));
  const auto none = run({"fsrs", "--schedule", "--learning-steps", "", "--relearning-steps", ""}, "c\t0\t3\t0\n");
  CHECK(none.out.find("\tReview\t172800\t") != std::string::npos);
  CHECK(run({"fsrs", "--schedule", "--learning-steps", "x"}, "").status == 2);
  const auto bad = run({"fsrs", "--schedule"}, "c\t0\t3\t600\nc\t1\t3\t0\nc\t1\n");
  CHECK(bad.status == 1);
  CHECK(bad.err.find(":2: review_at_s: lies before") != std::string::npos);
}

TEST_CASE("item statistics come from marks", "[tool]") {
  const std::string marks = "attempt,s1,s2,s3\nmaxmark,1,1,2\n1,1,1,2\n2,1,0,2\n3,0,1,1\n4,0,0,0\n";
  const std::string heading =
      "slot,facility,sd,effectiveweight,covariance,markvariance,othermarkvariance,discriminationindex,covariancemax,"
      "discriminativeefficiency\n";
  CHECK(run({"item-analysis"}, marks).out ==
        heading +
            "s1,0.5,0.5773502692,31.71581066,0.5,0.3333333333,1.583333333,68.82472016,0.5,100\n"
            "s2,0.5,0.5773502692,24.5669613,0.1666666667,0.3333333333,2.25,19.24500897,0.8333333333,20\n"
            "s3,0.625,0.9574271078,43.71722804,0.6666666667,0.9166666667,0.6666666667,85.28028654,0.6666666667,100\n");
  const Json quiz = json_of(run({"item-analysis", "--quiz"}, marks));
  CHECK(quiz["n"] == 4);
  CHECK(quiz["mean"] == 2.25);
  CHECK(quiz["median"] == 2.5);
  CHECK(quiz["sd"].get<double>() == Approx(1.7078251277));
  CHECK(quiz["skewness"].get<double>() == Approx(-0.7528371991));
  CHECK(quiz["kurtosis"].get<double>() == Approx(0.3428571429));
  CHECK(quiz["cic"].get<double>() == Approx(68.5714285714));
  CHECK(quiz["errorratio"].get<double>() == Approx(56.0611910581));
  CHECK(quiz["standarderror"].get<double>() == Approx(0.9574271078));

  const std::string described = "attempt,d,a,b,total\r\nmaxmark,0,1,1,2\r\n1,0,1,0,9\r\n2,0,0,1,9\r\n3,0,1,1,9\r\n4,,1,,9\r\n";
  CHECK(run({"item-analysis"}, described).out ==
        heading +
            "d,,,0,,,,,,\n"
            "a,0.75,0.5,41.42135624,-0.1666666667,0.25,0.3333333333,-57.73502692,0.1666666667,-100\n"
            "b,0.5,0.5773502692,58.57864376,-0.1666666667,0.3333333333,0.25,-57.73502692,0.1666666667,-100\n");
  const Json second = json_of(run({"item-analysis", "--quiz"}, described));
  CHECK(second["cic"].get<double>() == Approx(-266.6666666667));
  CHECK(second["errorratio"].get<double>() == Approx(191.4854215513));

  const auto bad = run({"item-analysis"}, marks + "5,1,x,1\n6,1\n");
  CHECK(bad.status == 1);
  CHECK(bad.out == run({"item-analysis"}, marks).out);
  CHECK(bad.err.find("standard input:7: \"x\" is no mark") != std::string::npos);
  CHECK(bad.err.find("standard input:8: 2 columns where the heading has 4") != std::string::npos);
  CHECK(run({"item-analysis"}, "id,a\n").status == 2);
  CHECK(run({"item-analysis"}, "").status == 2);
  CHECK(run({"item-analysis"}, "attempt,a\nmaxmark,-1\n").status == 2);
}

TEST_CASE("hazard clips are scored", "[tool]") {
  const auto ran = run({"hazard-score"},
                       R"({"cases":[{"name":"x","hazards":[[8000,12000]],"taps_ms":[7990,8050,11999]},
 {"hazards":[[1500,2500]],"taps_ms":[1000,1400,1800,2200,2600,3000]},
 {"hazards":[[4000,6500]],"taps_ms":[0,1000,2000,3000,4000,5120,6000]},
 {"hazards":[[4000,6500]],"taps_ms":[0,1000,2000,3000,4000,5121,6000]}]})");
  CHECK(ran.status == 0);
  CHECK(json_of(ran) == Json::parse(R"([{"void":null,"scores":[1],"total":1},{"void":"burst","scores":[0],"total":0},
 {"void":"regular","scores":[0],"total":0},{"void":null,"scores":[5],"total":5}])"));
  CHECK(run({"hazard-score"}, R"({"hazards":[],"taps_ms":[]})").out == "{\"void\":null,\"scores\":[],\"total\":0}\n");
  const auto bad = run({"hazard-score"}, R"([{"hazards":[],"taps_ms":[]},{"hazards":[[1,2]],"taps_ms":[1,"2"]}])");
  CHECK(bad.status == 2);
  CHECK(bad.out.empty());
  CHECK(bad.err == "standard input: case 2: taps_ms[1]: is no whole number\n");
  CHECK(run({"hazard-score"}, "{\"hazards\":[[1]],\"taps_ms\":[]}").status == 2);
  CHECK(run({"hazard-score"}, "nothing").status == 2);
  CHECK(run({"hazard-score"}, "7").status == 2);
  CHECK(run({"hazard-score"}, std::string(100'000, '[')).status == 2);
}

TEST_CASE("study time is credited from evidence", "[tool]") {
  const auto ran = run({"time-on-task"}, R"([
 {"streams":[{"boot_utc_ms":1000000,"events":[{"t":0,"k":"start"},{"t":5000,"k":"tick"},{"t":8000,"k":"input"},{"t":10000,"k":"tick"},{"t":15000,"k":"tick"}]}]},
 {"streams":[{"boot_utc_ms":0,"events":[{"t":0,"k":"start"},{"t":10000,"k":"tick"},{"t":20000,"k":"tick"},{"t":30000,"k":"tick"},{"t":33000,"k":"check_shown"},
  {"t":40000,"k":"tick"},{"t":50000,"k":"tick"},{"t":60000,"k":"tick"},{"t":63000,"k":"check_missed"},{"t":64000,"k":"input"},{"t":70000,"k":"end"}]}]},
 {"streams":[{"boot_utc_ms":1000000,"events":[{"t":0,"k":"start"},{"t":10000,"k":"tick","media":true},{"t":20000,"k":"end","media":true}]},
  {"boot_utc_ms":1015000,"events":[{"t":0,"k":"start"},{"t":12000,"k":"tick"},{"t":24001,"k":"end"}]}]}])");
  CHECK(ran.status == 0);
  CHECK(json_of(ran) == Json::parse(R"([{"seconds":15,"overlap_flag":false},{"seconds":6,"overlap_flag":false},{"seconds":27,"overlap_flag":true}])"));
  const auto bad = run({"time-on-task"}, R"({"streams":[{"boot_utc_ms":0,"events":[{"t":0,"k":"start"},{"t":1,"k":"jump"}]}]})");
  CHECK(bad.status == 2);
  CHECK(bad.err == "standard input: streams[0].events[1].k: is no kind of event\n");
  CHECK(run({"time-on-task"}, R"({"streams":[{"events":[]}]})").status == 2);
}

TEST_CASE("papers are drawn as the rules say", "[tool]") {
  const auto first = run({"paper-draw"}, kPaper);
  CHECK(first.status == 0);
  CHECK(json_of(first) == Json::parse(R"({"seed":"23fd5a8581f226a8c7f3d667307a71995341a9793f75c4d5e699df2be6d31684",
 "items":[{"id":"Q34","version":1,"order":[3,0,1,2]},{"id":"Q03","version":1,"order":[0,1,3,2]},{"id":"Q02","version":1,"order":[0,1]}],
 "repeated":[],"problems":[]})"));
  Json again = Json::parse(kPaper);
  again["attempt_no"] = 2;
  again["used"] = {"Q01", "Q03", "Q34"};
  const Json second = json_of(run({"paper-draw"}, again.dump()));
  CHECK(second["seed"] == "5233743647b27e9ef5bae99dbe3b6153d265a8ddebb26f4d9f7c175ce5275aca");
  CHECK(second["items"] == Json::parse(R"([{"id":"Q03","version":1,"order":[1,2,0,3]},{"id":"Q02","version":1,"order":[0,1]},{"id":"Q33","version":5,"order":[1,0,2,3]}])"));
  CHECK(second["repeated"] == Json({"Q03"}));
  again["blueprint"][1]["count"] = 9;
  const auto short_of = run({"paper-draw"}, again.dump());
  CHECK(short_of.status == 1);
  CHECK_FALSE(json_of(short_of)["problems"].empty());
  again["items"][0].erase("topic");
  const auto bad = run({"paper-draw"}, again.dump());
  CHECK(bad.status == 2);
  CHECK(bad.err == "standard input: items[0].topic: is no text\n");
}

TEST_CASE("statements and verb orders are judged", "[tool]") {
  const std::string statement =
      R"({"actor":{"account":{"homePage":"https://r.example.cn","name":"R7"}},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"https://r.example.cn/l/L01"}})";
  std::string relative = statement;
  relative.replace(relative.find("https://r.example.cn/l/L01"), 26, "L01");
  const auto ran = run({"xapi-validate"}, "[" + statement + "," + relative + ",{\"name\":\"x\",\"statement\":" + statement + "},3]");
  CHECK(ran.status == 1);
  CHECK(ran.out == "[{\"valid\":true,\"error\":null},{\"valid\":false,\"error\":\"object.id: is no IRI\"},"
                   "{\"valid\":true,\"error\":null},{\"valid\":false,\"error\":\"statement: is no object\"}]\n");
  CHECK(run({"xapi-validate"}, statement).status == 0);
  const auto order = run({"cmi5-check"},
                         R"({"session_sequences":[{"verbs":["initialized","passed","terminated"]},{"verbs":["initialized","terminated","passed"]}],
 "registration_sequences":[{"sessions":[["initialized","completed","abandoned"],["initialized","passed","terminated"]]}]})");
  CHECK(order.status == 1);
  CHECK(json_of(order) == Json::parse(R"({"session_sequences":[true,false],"registration_sequences":[true]})"));
  CHECK(run({"cmi5-check"}, R"({"session_sequences":[{"verbs":["initialized","terminated"]}]})").status == 0);
  CHECK(run({"cmi5-check"}, R"({"session_sequences":[{}]})").status == 2);
  CHECK(run({"cmi5-check"}, "[]").status == 2);
}

TEST_CASE("damaged input never ends in anything but an answer and a status", "[tool]") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"gift-import", "--json"}, kGift},
      {{"gift-import"}, kGift},
      {{"gift-export"}, run({"gift-import", "--json"}, kGift).out},
      {{"fsrs"}, "weights\treviews\nfsrs6_default\t3@0 3@3 1@10\n"},
      {{"fsrs", "--log"}, "card_id,review_rating,review_time\na,3,2026-11-04T08:00:00+08:00\n"},
      {{"fsrs", "--schedule"}, "c\t0\t3\t0\nc\t1\t3\t600\n"},
      {{"item-analysis"}, "attempt,s1,s2\nmaxmark,1,2\n1,1,2\n2,0,1\n3,1,\"0\"\n"},
      {{"item-analysis", "--quiz"}, "attempt,s1,s2\n1,1,2\n2,0,1\n"},
      {{"hazard-score"}, R"({"cases":[{"hazards":[[8000,12000]],"taps_ms":[7990,8050,11999]}]})"},
      {{"time-on-task"}, R"({"streams":[{"boot_utc_ms":1000000,"events":[{"t":0,"k":"start"},{"t":10000,"k":"end","media":true}]}]})"},
      {{"paper-draw"}, kPaper},
      {{"xapi-validate"}, R"([{"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://x.cn/v"},"object":{"id":"http://x.cn/q1"}}])"},
      {{"cmi5-check"}, R"({"session_sequences":[{"verbs":["initialized","terminated"]}],"registration_sequences":[{"sessions":[["initialized"]]}]})"}};
  station::base::SeededRandom random(9);
  Rig rig;
  for (const auto& [line, input] : cases)
    for (int round = 0; round < 15; ++round) {
      std::string bytes = input;
      for (std::uint64_t n = random.below(4) + 1; n > 0 && !bytes.empty(); --n) {
        const std::size_t at = random.below(bytes.size());
        switch (random.below(4)) {
          case 0:
            bytes[at] = static_cast<char>(random.below(256));
            break;
          case 1:
            bytes.erase(at, random.below(8));
            break;
          case 2:
            bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(12)));
            break;
          default:
            bytes.insert(at, std::string("9999999999999999999"));
            break;
        }
      }
      const auto ran = rig.run(line, bytes);
      INFO(line[0] << ": " << bytes);
      CHECK(ran.status <= 2);
      CHECK((ran.status == 0 || line[0] == "xapi-validate" || line[0] == "cmi5-check" || line[0] == "gift-import" ||
             line[0] == "paper-draw" || !ran.err.empty()));
    }
}
