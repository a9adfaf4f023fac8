#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Arguments = std::vector<std::string>;

TEST(ProgramSoak, AShortSoakIsWatchedAuditedAndCalledABurst) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, {"soak", "gemm", "--param", "n=32", "--for", "4500ms", "--warmup",
                                                  "10ms", "--ambient", "21.5", "--json"});
  ASSERT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json run = json::parse(result.out);
  EXPECT_EQ(run.at("scenario").at("kind"), "multi");
  EXPECT_EQ(run.at("placement").at("shared"), true);
  const json& soak = run.at("soak");
  EXPECT_EQ(soak.at("ambient_c"), 21.5);
  if (soak.at("audit").is_object()) {
    EXPECT_EQ(soak.at("audit").at("burst_only"), true);
    EXPECT_THAT(soak.at("audit").at("loops"), SizeIs(20));
    EXPECT_THAT(soak.at("verdict").at("evidence").at(0).get<std::string>(), HasSubstr("Burst only"));
  } else {  // a machine so crowded that its points hold too few queries
    EXPECT_THAT(soak.at("no_audit").get<std::string>(), HasSubstr("points are too few for 20 loops"));
  }
  EXPECT_TRUE(soak.at("energy").size() > 0 || soak.at("no_energy").is_string());
  for (const json& absence : soak.at("absences")) {
    EXPECT_FALSE(absence.at("reason").get<std::string>().empty()) << absence;
  }
}

TEST(ProgramSoak, AnEmulatedSoakSaysSoAndHasNoEnergy) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, {"soak", "gemm", "--param", "n=32", "--for", "1s", "--warmup", "10ms",
                                                  "--scenario", "single", "--emulate-envelope", "phone", "--json"});
  ASSERT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json run = json::parse(result.out);
  EXPECT_EQ(run.at("emulated").at("envelope").at("name"), "phone");
  EXPECT_EQ(run.at("soak").at("watch").at("temperature_of"), "EMULATED phone");
  EXPECT_EQ(run.at("soak").at("trip_temperature_c"), 43.0);
  EXPECT_THAT(run.at("soak").at("no_energy").get<std::string>(), HasSubstr("the emulated clock spins"));
  EXPECT_THAT(folder.files(), ::testing::Contains(HasSubstr("emulated-phone")));
}

TEST(ProgramSoak, ThePlanSaysWhatTheModelExpects) {
  const ScratchFolder folder;
  const ProgramResult phone = run_assay(folder, {"soak", "gemm", "--emulate-envelope", "phone", "--dry-run"});
  EXPECT_THAT(phone.out, HasSubstr("EMULATED phone: full load trips it after 38"));
  EXPECT_THAT(phone.out, HasSubstr("projected; values assumed, not measured"));
  EXPECT_THAT(run_assay(folder, {"soak", "gemm", "--emulate-envelope", "server", "--dry-run"}).out,
              HasSubstr("EMULATED server: no load trips it"));
}

TEST(ProgramSoak, ACameraIsPaced) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(
      folder, {"soak", "synthetic", "--law", "constant", "--mean", "1ms", "--scenario", "server", "--arrivals",
               "cameras:1x100:aligned", "--late-frames", "drop", "--for", "1s", "--warmup", "1ms", "--json"});
  EXPECT_THAT(result.exit_code, ::testing::AnyOf(0, 3)) << result.err;
  const json run = json::parse(result.out);
  EXPECT_EQ(run.at("frames").at("frames"), 101);
  EXPECT_EQ(run.at("frames").at("late_frames"), "drop");
  EXPECT_EQ(run.at("frames").at("display").at("refreshes"), 101);
  EXPECT_EQ(run.at("scenario").at("arrivals"), "cameras:1x100:aligned");
  EXPECT_EQ(run.at("result").at("errors").size(), 0U);
}

TEST(ProgramSoak, ARunWithoutOneSaysSo) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, {"run", "null", "--duration", "50ms", "--warmup", "1ms", "--json"});
  EXPECT_TRUE(json::parse(result.out).at("soak").is_null());
}

TEST(ProgramSoak, NonsenseIsRefusedInOneLine) {
  const ScratchFolder folder;
  for (const auto& [arguments, line] : std::vector<std::pair<Arguments, std::string>>{
           {{"soak", "gemm", "--for", "soon"}, "--for: "},
           {{"soak", "gemm", "--for", "0s"}, "--for: "},
           {{"soak", "gemm", "--scenario", "offline"}, "--soak: Offline's one query has no course over time"},
           {{"soak", "gemm", "--scenario", "server", "--rate", "100"}, "--soak: with random arrivals"},
           {{"soak", "gemm", "--ambient", "warm"}, "--ambient: 'warm': expected degrees Celsius"},
           {{"soak", "gemm", "--ambient", "400"}, "--ambient: '400': expected degrees Celsius"},
           {{"run", "gemm", "--ambient", "20"}, "--ambient: only a soak notes the temperature of the room"},
           {{"soak", "gemm", "--threads", "many"}, "--threads: "},
           {{"soak", "nothing"}, "nothing"}}) {
    const ProgramResult result = run_assay(folder, arguments);
    EXPECT_EQ(result.exit_code, 2) << line;
    EXPECT_THAT(result.err, HasSubstr(line));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

}  // namespace
}  // namespace assay
