#include "analysis/histogram_bins.hpp"

#include <fmt/format.h>

#include <optional>

#include "analysis/log_linear_histogram.hpp"

namespace assay {

std::vector<std::pair<std::uint32_t, std::uint64_t>> read_histogram_bins(const Field& counts) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> bins;
  std::optional<std::uint64_t> previous;
  for (const Field& bin : counts.elements()) {
    const auto pair = bin.elements();
    if (pair.size() != 2) {
      bin.fail("a pair of bin index and count");
    }
    const std::uint64_t index = pair[0].count();
    if (index >= LogLinearHistogram::kBinCount || (previous && index <= *previous)) {
      pair[0].fail(fmt::format("a bin index below {} and above the one before", LogLinearHistogram::kBinCount));
    }
    previous = index;
    bins.emplace_back(static_cast<std::uint32_t>(index), pair[1].count());
  }
  return bins;
}

}  // namespace assay
