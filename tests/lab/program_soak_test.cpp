#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::run_assay;
using testing::ScratchFolder;
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
  ASSERT_TRUE(soak.at("audit").is_object()) << soak.at("no_audit");
  EXPECT_EQ(soak.at("audit").at("burst_only"), true);
  EXPECT_THAT(soak.at("audit").at("loops"), SizeIs(20));
  EXPECT_THAT(soak.at("verdict").at("evidence").at(0).get<std::string>(), HasSubstr("Burst only"));
  EXPECT_TRUE(soak.at("energy").size() > 0 || soak.at("no_energy").is_string());
  for (const json& absence : soak.at("absences")) {
    EXPECT_FALSE(absence.at("reason").get<std::string>().empty()) << absence;
  }
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
