#pragma once

#include <span>
#include <string>

#include "kernels/kernel.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// What came of comparing the responses of a run with references in higher precision.
struct ResponseCheck {
  bool passed = false;
  std::uint64_t checked_count = 0;
  double worst_relative_error = 0.0;
  double tolerance = 0.0;
  std::string detail;  ///< the first response that was wrong; empty if passed

  /// "ok 3.1e-06 (bound 1e-05), 256 responses" or what failed.
  [[nodiscard]] std::string text() const;
};

/// Compares each kept response with the kernel's reference for its sample. A run that kept no response is not passed:
/// nothing was checked.
[[nodiscard]] ResponseCheck check_responses(std::span<const LoggedResponse> responses, const Kernel& kernel);

}  // namespace assay
