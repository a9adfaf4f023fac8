#include "lab/workbench/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::string kLine(64, 'a');
const std::string kApiToken = "0123456789abcdef0123456789abcdef";

class FakeDesk : public LabDesk {
 public:
  std::string tracks() override { return R"([{"track":"edge"}])"; }
  std::string machine() override { return R"({"label":"bench"})"; }
  std::string state(const std::string& track) override { return R"({"track":")" + track + R"("})"; }
  void begin(const std::string& track, const std::string& nonce) override { begun.emplace_back(track + "/" + nonce); }
  void lock(const AskedLock& wish) override { locks.push_back(wish); }
  PlannedRun plan(const AskedRun& wish) override {
    if (locks.empty()) {
      throw DeskRefusal(kLocked, "lock a prediction first");
    }
    runs.push_back(wish);
    return {.arguments = {"assay", "lab", "run"}, .title = "a run", .seconds = 12.0};
  }
  std::string evidence(const std::string& track, const std::string& id) override {
    if (locks.empty()) {
      throw DeskRefusal(kLocked, "lock a prediction first");
    }
    return R"({"track":")" + track + R"(","id":")" + id + R"("})";
  }
  std::string chart(const std::string& track, const std::string& id, const std::string& name) override {
    if (locks.empty()) {
      throw DeskRefusal(kLocked, "lock a prediction first");
    }
    if (name != "roofline") {
      throw DeskRefusal(kNotFound, "this run has no such chart");
    }
    return "<svg>" + track + id + "</svg>";
  }
  std::string calibration(const std::string& track) override {
    if (track == "tiny") {
      throw DeskRefusal(kNotFound, "no prediction of a number is revealed yet");
    }
    return "<svg/>";
  }
  void reflect(const AskedTexts& wish) override { texts.push_back(wish); }
  void decide(const AskedTexts& wish) override { texts.push_back(wish); }
  void write_export(const std::string& track) override {
    if (track == "tiny") {
      throw DeskRefusal(kConflict, "part 2: no reflection");
    }
    exported.push_back(track);
  }
  std::string report(const std::string& track, const std::string& format) override {
    if (exported.empty()) {
      throw DeskRefusal(kConflict, "nothing was exported yet");
    }
    return track + format;
  }

  std::vector<std::string> begun;
  std::vector<AskedLock> locks;
  std::vector<AskedRun> runs;
  std::vector<AskedTexts> texts;
  std::vector<std::string> exported;
};

class FakeMeasuring : public Measuring {
 public:
  void start(const AskedRun& wish, const PlannedRun& plan) override {
    if (!started.empty()) {
      throw DeskRefusal(kConflict, "a measurement runs");
    }
    started.push_back(wish.run + " " + plan.arguments.back());
  }
  void stop() override { started.clear(); }
  std::string status() const override { return R"({"run":null,"last":null})"; }

  std::vector<std::string> started;
};

class ApiTest : public ::testing::Test {
 protected:
  HttpResponse ask(const std::string& method, const std::string& path, const std::string& query = "",
                   const std::string& body = "") {
    return api.answer({.method = method,
                       .path = path,
                       .query = query,
                       .host = "127.0.0.1:4711",
                       .authorization = "Bearer " + kApiToken,
                       .body = body});
  }
  HttpResponse post(const std::string& path, const std::string& body) { return ask("POST", path, "", body); }
  static std::string error_of(const HttpResponse& response) {
    return nlohmann::json::parse(response.body).at("error").get<std::string>();
  }

  FakeDesk desk;
  FakeMeasuring measuring;
  int changes = 0;
  std::string doctor;
  Api api{
      {.token = kApiToken, .port = 4711},
      {.desk = desk, .measuring = measuring, .changed = [this] { ++changes; }, .doctor = [this] { return doctor; }}};
};

TEST_F(ApiTest, GivesTheWholeStateInOneAnswer) {
  const auto state = nlohmann::json::parse(ask("GET", "/api/state", "track=edge").body);
  EXPECT_EQ(state.at("schema"), "assay/workbench/1");
  EXPECT_EQ(state.at("lab").at("track"), "edge");
  EXPECT_EQ(state.at("machine").at("label"), "bench");
  EXPECT_TRUE(nlohmann::json::parse(ask("GET", "/api/state").body).at("lab").is_null());
}

TEST_F(ApiTest, LocksAPredictionAndTellsThePages) {
  const HttpResponse response =
      post("/api/locks", R"({"track":"edge","part":2,"question":"p99","number":12.5,"because":"bell","sure":true})");
  EXPECT_EQ(response.status, 201U);
  ASSERT_EQ(desk.locks.size(), 1U);
  EXPECT_EQ(desk.locks[0].part, 2U);
  EXPECT_EQ(desk.locks[0].question, "p99");
  EXPECT_EQ(desk.locks[0].number, 12.5);
  EXPECT_EQ(desk.locks[0].sure, true);
  EXPECT_EQ(changes, 1);
}

TEST_F(ApiTest, RunsNothingAndShowsNothingBeforeALock) {
  const std::string run = R"({"track":"edge","part":2,"run":"tail","controls":{"noise":4}})";
  EXPECT_EQ(post("/api/runs", run).status, 423U);
  EXPECT_TRUE(measuring.started.empty());
  EXPECT_EQ(ask("GET", "/api/runs/" + kLine, "track=edge").status, 423U);

  desk.locks.emplace_back();
  EXPECT_EQ(post("/api/runs", run).status, 202U);
  EXPECT_THAT(measuring.started, ElementsAre("tail run"));
  EXPECT_THAT(desk.runs[0].controls, ElementsAre(Pair("noise", 4.0)));
  EXPECT_EQ(nlohmann::json::parse(ask("GET", "/api/runs/" + kLine, "track=edge").body).at("id"), kLine);
  EXPECT_EQ(post("/api/runs", run).status, 409U);
  EXPECT_EQ(ask("DELETE", "/api/runs/current").status, 202U);
}

TEST_F(ApiTest, TakesReflectionsAndTheDecision) {
  EXPECT_EQ(post("/api/reflections", R"({"track":"edge","part":1,"texts":{"why":"because"}})").status, 201U);
  EXPECT_EQ(post("/api/decisions", R"({"track":"edge","texts":{"metric":"p99"}})").status, 201U);
  EXPECT_EQ(post("/api/labs", R"({"track":"edge","nonce":"W7"})").status, 201U);
  ASSERT_EQ(desk.texts.size(), 2U);
  EXPECT_EQ(desk.texts[0].part, 1U);
  EXPECT_THAT(desk.texts[1].texts, ElementsAre(Pair("metric", "p99")));
  EXPECT_THAT(desk.begun, ElementsAre("edge/W7"));
}

TEST_F(ApiTest, SaysWhatIsWrongWithABody) {
  EXPECT_EQ(post("/api/locks", "").status, 400U);
  EXPECT_EQ(post("/api/locks", "[1,2").status, 400U);
  EXPECT_EQ(post("/api/locks", "[]").status, 400U);
  EXPECT_THAT(error_of(post("/api/locks", R"({"track":"edge","part":-1,"question":"q"})")), HasSubstr("part"));
  EXPECT_THAT(error_of(post("/api/runs", R"({"track":"edge","part":1,"run":"r","controls":{"noise":"4"}})")),
              HasSubstr("controls.noise"));
  EXPECT_EQ(post("/api/locks", std::string(1000, '[')).status, 400U);
  EXPECT_TRUE(desk.locks.empty());
  EXPECT_EQ(changes, 0);
}

TEST_F(ApiTest, ExportsOnlyWhereItIsAskedTo) {
  const HttpResponse nothing = ask("GET", "/api/report", "track=edge&format=html");
  EXPECT_EQ(nothing.status, 409U);
  EXPECT_EQ(error_of(nothing), "nothing was exported yet");
  EXPECT_TRUE(desk.exported.empty()) << "a GET writes nothing";
  const HttpResponse incomplete = post("/api/exports", R"({"track":"tiny"})");
  EXPECT_EQ(incomplete.status, 409U);
  EXPECT_EQ(error_of(incomplete), "part 2: no reflection");
  EXPECT_EQ(changes, 0);
  EXPECT_EQ(post("/api/exports", R"({"track":"edge"})").status, 201U);
  EXPECT_THAT(desk.exported, ElementsAre("edge"));
  EXPECT_EQ(changes, 1);
  const HttpResponse report = ask("GET", "/api/report", "track=edge&format=html");
  EXPECT_EQ(report.body, "edgehtml");
  EXPECT_TRUE(std::ranges::any_of(report.headers, [](const auto& header) {
    return header.first == "Content-Disposition" && header.second.starts_with("attachment");
  }));
  EXPECT_EQ(ask("GET", "/api/report", "track=edge&format=exe").status, 400U);
  EXPECT_EQ(ask("GET", "/api/exports").status, 404U);
}

TEST_F(ApiTest, HandsOutChartsBehindTheSameLock) {
  const std::string roofline = "/api/runs/" + kLine + "/charts/roofline";
  EXPECT_EQ(ask("GET", roofline, "track=edge").status, 423U);
  desk.locks.emplace_back();
  const HttpResponse chart = ask("GET", roofline, "track=edge");
  EXPECT_EQ(chart.status, 200U);
  EXPECT_EQ(chart.type, "image/svg+xml");
  EXPECT_EQ(chart.body, "<svg>edge" + kLine + "</svg>");
  for (const char* const path : {"/charts/page", "/charts/", "/charts", "/charts/../roofline", "/other/roofline"}) {
    EXPECT_EQ(ask("GET", "/api/runs/" + kLine + path, "track=edge").status, 404U) << path;
  }
  EXPECT_EQ(ask("GET", "/api/runs/x/charts/roofline", "track=edge").status, 404U);
  EXPECT_EQ(ask("GET", "/api/calibration", "track=edge").type, "image/svg+xml");
  EXPECT_EQ(ask("GET", "/api/calibration", "track=tiny").status, 404U);
}

TEST_F(ApiTest, AnAuditTakesTheSystemsThatThePageChose) {
  desk.locks.emplace_back();
  EXPECT_EQ(post("/api/runs", R"({"track":"edge","part":3,"run":"audit","systems":["system_a",7]})").status, 400U);
  EXPECT_EQ(
      post("/api/runs", R"({"track":"edge","part":3,"run":"audit","systems":["system_a","datasheet:h200"]})").status,
      202U);
  EXPECT_THAT(desk.runs.back().systems, ElementsAre("system_a", "datasheet:h200"));
}

TEST_F(ApiTest, AnswersForTheDoctorOnceItHasListened) {
  EXPECT_EQ(ask("GET", "/api/doctor").status, 202U);
  doctor = R"({"schema":"assay/doctor/1"})";
  EXPECT_EQ(ask("GET", "/api/doctor").body, doctor);
}

TEST_F(ApiTest, KnowsItsAddressesAndNoFileOfTheMachine) {
  EXPECT_TRUE(ask("GET", "/api/events").is_event_stream);
  EXPECT_EQ(ask("GET", "/").type, "text/html; charset=utf-8");
  EXPECT_EQ(ask("GET", "/kit/histogram.js").type, "text/javascript; charset=utf-8");
  EXPECT_EQ(ask("POST", "/").status, 405U);
  EXPECT_EQ(ask("PUT", "/api/locks").status, 405U);
  EXPECT_EQ(ask("GET", "/api/locks").status, 404U);
  for (const char* path : {"/../etc/passwd", "/%2e%2e/etc/passwd", "//", "/index.html/..", "/api/runs/", "/api/runs/-1",
                           "/api/runs/../../x", "/api/runs/1x", "/api/nothing", "/api"}) {
    EXPECT_EQ(ask("GET", path).status, 404U) << path;
  }
}

TEST_F(ApiTest, ProtectsEveryAnswerAndRefusesStrangers) {
  const auto is_protected = [](const HttpResponse& response) {
    return std::ranges::any_of(response.headers,
                               [](const auto& header) { return header.first == "Content-Security-Policy"; });
  };
  EXPECT_TRUE(is_protected(ask("GET", "/")));
  EXPECT_TRUE(is_protected(ask("GET", "/nothing")));
  const HttpResponse stranger = api.answer({.method = "GET", .path = "/api/state", .host = "127.0.0.1:4711"});
  EXPECT_EQ(stranger.status, 401U);
  EXPECT_TRUE(is_protected(stranger));
  EXPECT_EQ(api.answer({.method = "GET", .path = "/", .host = "evil.example:4711"}).status, 403U);
}

}  // namespace
}  // namespace assay
