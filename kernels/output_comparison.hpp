#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.hpp"

namespace assay {

/// Collects element by element how far an output is from its reference. An element passes if
/// |found - expected| <= tolerance * max(|expected|, scale); a NaN never passes.
class OutputComparison {
 public:
  OutputComparison(double tolerance, double scale) : tolerance_(tolerance), scale_(scale) {}

  void compare(std::uint32_t sample, std::size_t element, long double expected, long double found);

  /// Passed if every element did and there was at least one.
  [[nodiscard]] OutputCheck result() const;

 private:
  double tolerance_;
  double scale_;
  std::size_t compared_ = 0;
  double worst_ = 0.0;
  OutputCheck first_failure_;
  bool failed_ = false;
};

/// Index of the `i`-th probed element of an output of `elements`: the first, the last and equally spaced between.
constexpr std::size_t probe_position(std::size_t i, std::size_t elements) {
  return i * (elements - 1) / (Kernel::kProbeSize - 1);
}

}  // namespace assay
