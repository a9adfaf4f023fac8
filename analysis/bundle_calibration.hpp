#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_file_field.hpp"

namespace assay {

/// What a self-test on the same machine said of the instrument with which a bundle was measured.
struct SelftestSummary {
  std::string id;
  std::string created;        ///< ISO 8601, UTC
  double age_s = 0.0;         ///< when the bundle was begun
  std::string tool_revision;  ///< of the instrument that tested itself: may differ from the bundle's
  bool full = false;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t not_possible = 0;
  std::vector<std::string> failed_checks;  ///< their ids
  std::string file;                        ///< its copy in the bundle
  std::string sha256;                      ///< of that file's bytes
};

/// The instrument's calibration of a bundle.
struct BundleCalibration {
  std::optional<SelftestSummary> selftest;
  std::string not_available = kNone;  ///< why there is none; empty where there is one

  static constexpr const char* kNone = "no selftest was run here";
};

/// The name of the self-test's copy in a bundle.
inline constexpr const char* kBundledSelftest = "selftest.json";

[[nodiscard]] nlohmann::ordered_json calibration_json(const BundleCalibration& calibration);
/// Absent in bundles of before it: not available, with that reason.
[[nodiscard]] BundleCalibration read_calibration(const Field& field);

/// "selftest of 2026-11-27, 3.2 hours before: 25 PASS, 0 FAIL, 1 NOT POSSIBLE HERE" or "not available: ...".
[[nodiscard]] std::string calibration_text(const BundleCalibration& calibration);

}  // namespace assay
