#include "kernels/output_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

void OutputComparison::compare(std::uint32_t sample, std::size_t element, long double expected, long double found) {
  ++compared_;
  const long double size = std::max(std::fabs(expected), static_cast<long double>(scale_));
  const long double difference = std::fabs(found - expected) / size;
  const double error =
      std::isnan(difference) ? std::numeric_limits<double>::infinity() : static_cast<double>(difference);
  worst_ = std::max(worst_, error);
  if (error > tolerance_ && !failed_) {
    failed_ = true;
    first_failure_.detail = fmt::format("sample {}, element {}: expected {:.9g}, found {:.9g}", sample, element,
                                        static_cast<double>(expected), static_cast<double>(found));
  }
}

OutputCheck OutputComparison::result() const {
  OutputCheck check = first_failure_;
  check.passed = compared_ > 0 && !failed_;
  check.worst_relative_error = worst_;
  check.tolerance = tolerance_;
  if (compared_ == 0) {
    check.detail = "no element was compared";
  }
  return check;
}

}  // namespace assay
