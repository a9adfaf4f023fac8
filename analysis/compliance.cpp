#include "analysis/compliance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "analysis/format.hpp"
#include "analysis/welch_ratio.hpp"

namespace assay {

namespace {

/// Median service time of each run that has one.
std::vector<double> service_times(const std::vector<RunDocument>& runs) {
  std::vector<double> times;
  times.reserve(runs.size());
  for (const RunDocument& run : runs) {
    const auto found = run.service_time.percentiles_s.find("p50");
    if (found != run.service_time.percentiles_s.end() && found->second.point && *found->second.point > 0.0) {
      times.push_back(*found->second.point);
    }
  }
  return times;
}

/// `b` over `a`.
EstimateRecord ratio_of(const std::vector<double>& a, const std::vector<double>& b) {
  EstimateRecord ratio{.confidence = kUsualConfidence};
  if (a.empty() || b.empty()) {
    ratio.reason = "a run has no service time";
    return ratio;
  }
  const WelchRatio seen = welch_ratio({.a = a, .b = b});
  ratio.point = seen.ratio;
  if (!seen.has_interval()) {
    ratio.reason = "needs two runs of each kind";
    return ratio;
  }
  const double half_width = seen.half_width(kUsualConfidence);
  ratio.lower = std::exp(seen.log_ratio - half_width);
  ratio.upper = std::exp(seen.log_ratio + half_width);
  return ratio;
}

/// The ratios that honest work may have.
struct Allowed {
  double lowest = 0.0;
  double highest = 0.0;
};

ComplianceVerdict verdict_of(const EstimateRecord& ratio, const Allowed& allowed) {
  if (!ratio.lower || !ratio.upper) {
    return ComplianceVerdict::undecided;
  }
  if (*ratio.upper < allowed.lowest || *ratio.lower > allowed.highest) {
    return ComplianceVerdict::invalid;
  }
  return *ratio.lower >= allowed.lowest && *ratio.upper <= allowed.highest ? ComplianceVerdict::passed
                                                                           : ComplianceVerdict::undecided;
}

std::string test_ratio_text(const EstimateRecord& ratio) {
  if (!ratio.point) {
    return "not available: " + ratio.reason;
  }
  return ratio.lower ? fmt::format("{:.3f} [{:.3f}, {:.3f}]", *ratio.point, *ratio.lower, *ratio.upper)
                     : fmt::format("{:.3f} ({})", *ratio.point, ratio.reason);
}

ComplianceTest compare(ComplianceTest test, const std::vector<double>& reference, const std::vector<double>& other,
                       const Allowed& allowed) {
  test.ratio = ratio_of(reference, other);
  test.verdict = verdict_of(test.ratio, allowed);
  test.finding = fmt::format("takes {} times as long as the reference; within {:.3f} and {} is honest",
                             test_ratio_text(test.ratio), allowed.lowest,
                             std::isinf(allowed.highest) ? "any" : fmt::format("{:.3f}", allowed.highest));
  if (test.verdict == ComplianceVerdict::undecided) {
    test.finding += "; more --pairs would tell";
  }
  return test;
}

ComplianceTest answers_test(const ComplianceRuns& runs) {
  ComplianceTest test{.id = "answers", .title = "every answer that was kept, against its reference"};
  std::uint64_t checked = 0;
  for (const auto* const kind : {&runs.reference, &runs.same_sample, &runs.other_seeds, &runs.first_time}) {
    for (const RunDocument& run : *kind) {
      if (run.output_check.starts_with("none")) {
        test.finding = "not checked: " + run.output_check;
        return test;
      }
      const bool wrong = std::ranges::any_of(run.invalid_reasons,
                                             [](const InvalidReason& reason) { return reason.code == "output_check"; });
      if (wrong || !run.output_check.starts_with("ok")) {
        test.verdict = ComplianceVerdict::invalid;
        test.finding = run.output_check;
        return test;
      }
      ++checked;
    }
  }
  test.verdict = ComplianceVerdict::passed;
  test.finding = fmt::format("right in {} runs, {} of them with every sample", checked, runs.first_time.size());
  return test;
}

}  // namespace

std::string name_of(ComplianceVerdict verdict) {
  constexpr std::array kNames{"PASS", "INVALID", "UNDECIDED"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

double compliance_tolerance(double service_time_s) {
  constexpr double kShort = 200e-6;
  return service_time_s <= kShort ? 0.2 : 0.1;
}

std::vector<ComplianceTest> judge_compliance(const ComplianceRuns& runs) {
  if (runs.reference.empty() || runs.same_sample.empty() || runs.other_seeds.empty() || runs.first_time.empty()) {
    throw std::invalid_argument("compliance: a run of each kind is needed");
  }
  const std::vector<double> reference = service_times(runs.reference);
  const double usual = reference.empty() ? 0.0 : *std::ranges::min_element(reference);
  const double tolerance = 1.0 + compliance_tolerance(usual);
  const double any = std::numeric_limits<double>::infinity();
  std::vector<ComplianceTest> tests{answers_test(runs)};
  tests.push_back(compare({.id = "same_sample", .title = "one sample, again and again (TEST04): a remembered answer"},
                          reference, service_times(runs.same_sample), {.lowest = 1.0 / tolerance, .highest = any}));
  tests.push_back(compare({.id = "other_seeds", .title = "seeds that nobody knew (TEST05): a known schedule"},
                          reference, service_times(runs.other_seeds),
                          {.lowest = 1.0 / tolerance, .highest = tolerance}));
  tests.push_back(compare({.id = "first_time", .title = "every sample for the first time: a remembered data set"},
                          reference, service_times(runs.first_time), {.lowest = 0.0, .highest = kRememberedFactor}));
  return tests;
}

ComplianceVerdict overall(const std::vector<ComplianceTest>& tests) {
  const auto any = [&](ComplianceVerdict verdict) {
    return std::ranges::find(tests, verdict, &ComplianceTest::verdict) != tests.end();
  };
  if (any(ComplianceVerdict::invalid)) {
    return ComplianceVerdict::invalid;
  }
  return tests.empty() || any(ComplianceVerdict::undecided) ? ComplianceVerdict::undecided : ComplianceVerdict::passed;
}

std::string compliance_text(const std::string& workload, const std::vector<ComplianceTest>& tests) {
  std::string text = fmt::format("does {} do its work in every query? {}\n\n", workload, name_of(overall(tests)));
  for (const ComplianceTest& test : tests) {
    text += fmt::format("{:<9}  {}\n           {}\n", name_of(test.verdict), test.title, test.finding);
  }
  return text;
}

}  // namespace assay
