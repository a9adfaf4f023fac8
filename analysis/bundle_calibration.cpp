#include "analysis/bundle_calibration.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/format.hpp"
#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostFailed = 1000;

std::string age_text(double age_s) {
  constexpr double kHour = 3600.0;
  constexpr double kDay = 24.0 * kHour;
  if (age_s < kHour) {
    return fmt::format("{:.0f} min", age_s / 60.0);
  }
  return age_s < 2.0 * kDay ? fmt::format("{:.1f} h", age_s / kHour) : fmt::format("{:.1f} days", age_s / kDay);
}

}  // namespace

ordered_json calibration_json(const BundleCalibration& calibration) {
  if (!calibration.selftest) {
    return {{"selftest", nullptr}, {"not_available", calibration.not_available}};
  }
  const SelftestSummary& selftest = *calibration.selftest;
  return {{"selftest",
           {{"id", selftest.id},
            {"created", selftest.created},
            {"age_s", json_number(selftest.age_s)},
            {"tool_revision", selftest.tool_revision},
            {"full", selftest.full},
            {"passed", selftest.passed},
            {"failed", selftest.failed},
            {"not_possible", selftest.not_possible},
            {"failed_checks", selftest.failed_checks},
            {"file", selftest.file},
            {"sha256", selftest.sha256}}},
          {"not_available", nullptr}};
}

BundleCalibration read_calibration(const Field& field) {
  BundleCalibration calibration;
  if (field.absent()) {
    calibration.not_available = "the bundle is of before there were self-tests";
    return calibration;
  }
  calibration.not_available = field.member("not_available").text_or_empty();
  const Field selftest = field.member("selftest");
  if (selftest.absent()) {
    if (calibration.not_available.empty()) {
      field.member("not_available").fail("the reason why there is no self-test");
    }
    return calibration;
  }
  if (!calibration.not_available.empty()) {
    field.member("not_available").fail("null beside a self-test");
  }
  SelftestSummary summary{.id = selftest.member("id").text(),
                          .created = selftest.member("created").text(),
                          .age_s = selftest.member("age_s").non_negative(),
                          .tool_revision = selftest.member("tool_revision").text(),
                          .full = selftest.member("full").boolean(),
                          .passed = selftest.member("passed").count(),
                          .failed = selftest.member("failed").count(),
                          .not_possible = selftest.member("not_possible").count(),
                          .failed_checks = selftest.member("failed_checks").texts(),
                          .file = selftest.member("file").text(),
                          .sha256 = selftest.member("sha256").text()};
  if (summary.failed_checks.size() > kMostFailed) {
    selftest.member("failed_checks").fail("at most 1000 checks");
  }
  // Whoever packs a bundle chooses its paths.
  if (summary.file != kBundledSelftest) {
    selftest.member("file").fail(kBundledSelftest);
  }
  calibration.selftest = std::move(summary);
  return calibration;
}

std::string calibration_text(const BundleCalibration& calibration) {
  if (!calibration.selftest) {
    return "not available: " + calibration.not_available;
  }
  const SelftestSummary& selftest = *calibration.selftest;
  std::string text = fmt::format("selftest of {}, {} before: {} PASS, {} FAIL, {} NOT POSSIBLE HERE", selftest.created,
                                 age_text(selftest.age_s), selftest.passed, selftest.failed, selftest.not_possible);
  if (!selftest.failed_checks.empty()) {
    text += fmt::format(" (failed: {})", fmt::join(selftest.failed_checks, ", "));
  }
  return text;
}

}  // namespace assay
