#include "analysis/comparison_html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/comparison_chart.hpp"
#include "analysis/report_assets.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/comparison_samples.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

RunComparison slower() { return compare_runs(five_repeats("A"), five_repeats("B", 1.1)); }

TEST(ComparisonHtml, AdmitsItsStyleAndNothingElse) {
  const std::string page = comparison_html(slower());
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; style-src 'sha256-" + sha256_base64(report_style()) +
                              "'; base-uri 'none'; form-action 'none'\""));
  EXPECT_THAT(page, HasSubstr("<style>" + std::string(report_style()) + "</style>"));
  for (const char* outside :
       {"<script", "src=", "url(", "@import", "<link", "style=\"", "onload", "http-equiv=\"ref"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside))) << outside;
  }
}

TEST(ComparisonHtml, ShowsVerdictChartAndTable) {
  const std::string page = comparison_html(slower(), {"left out: x.run.json"});
  EXPECT_THAT(page, AllOf(HasSubstr("<span class=\"chip invalid\">SLOWER</span>"), HasSubstr("<svg class=\"picture\""),
                          HasSubstr("class=\"whisker\""), HasSubstr("throughput [samples/s]"),
                          HasSubstr("left out: x.run.json"), HasSubstr("regression verdict")));
  EXPECT_LT(page.size(), 40'000U);
}

TEST(ComparisonHtml, EscapesEveryTextOfAFile) {
  const auto hostile = [](ComparisonSide side) {
    for (RunDocument& run : side.runs) {
      run.workload = kHostileLabel;
      run.workload_parameters = {{kHostileLabel, kHostileLabel}};
      run.machine_identity.label = kHostileLabel;
      run.emulated = EnvelopeRecord{.name = kHostileLabel, .source = kHostileLabel};
    }
    return side;
  };
  ComparisonSide other = hostile(five_repeats(kHostileLabel, 1.1));
  other.system = kHostileLabel;
  other.runs[0].machine.kernel_release = kHostileLabel;
  for (const bool comparable : {true, false}) {
    for (RunDocument& run : other.runs) {
      run.workload_version = comparable ? 2 : 3;
    }
    const std::string page = comparison_html(compare_runs(hostile(five_repeats("A")), other), {kHostileLabel});
    EXPECT_THAT(page, AllOf(Not(HasSubstr("<img")), Not(HasSubstr("</script>")), HasSubstr("&lt;/script&gt;")));
  }
}

TEST(ComparisonHtml, OfWhatDoesNotCompareHasReasonsAndNoRatio) {
  ComparisonSide b = five_repeats("B");
  for (RunDocument& run : b.runs) {
    run.workload_parameters["width"] = "512";
  }
  EXPECT_THAT(comparison_html(compare_runs(five_repeats("A"), b)),
              AllOf(HasSubstr("NOT COMPARABLE"), HasSubstr("workload parameter width: 1024 in A, 512 in B"),
                    Not(HasSubstr("<svg"))));
}

TEST(RatioTicks, AreEvenStepsOfALogarithmWithOneAmongThem) {
  EXPECT_THAT(ratio_ticks(0.8, 1.25), ElementsAre(DoubleNear(0.8264, 1e-4), DoubleNear(0.9091, 1e-4), 1.0,
                                                  DoubleNear(1.1, 1e-9), DoubleNear(1.21, 1e-9)));
  EXPECT_THAT(ratio_ticks(0.25, 4.0), ElementsAre(0.25, 0.5, 1.0, 2.0, 4.0));
}

TEST(RatioChart, EndsAWideIntervalInThePicture) {
  const RunComparison comparison = compare_runs(side_of("A", {1.0, 40.0}), side_of("B", {1.0, 50.0}));
  const std::string svg = ratio_chart(comparison.blocks[0], 0.03).str();
  EXPECT_THAT(svg, AllOf(HasSubstr("H610.0"), Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
}

}  // namespace
}  // namespace assay
