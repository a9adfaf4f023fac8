#include "harness/sample_length.hpp"

#include <algorithm>
#include <stdexcept>

namespace assay {

std::uint64_t iterations_for_sample(Sampler& sampler, const TeamWork& work, std::span<const std::size_t> threads,
                                    Nanoseconds sample) {
  constexpr int kTries = 2;
  constexpr std::int64_t kTelling = 8;  // an eighth of a sample is long enough to scale from
  constexpr std::uint64_t kGrowth = 4;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40U;
  if (sample <= Nanoseconds::zero()) {
    throw std::invalid_argument("the length of a sample must be above 0");
  }
  for (std::uint64_t iterations = 1; iterations < kMost; iterations *= kGrowth) {
    Nanoseconds shortest = Nanoseconds::max();
    for (int i = 0; i < kTries; ++i) {
      shortest = std::min(shortest, sampler.sample(work, {.threads = threads, .iterations = iterations}).elapsed);
    }
    if (shortest >= sample / kTelling) {
      const double scale = seconds(sample) / seconds(shortest);
      return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(scale * static_cast<double>(iterations)));
    }
  }
  return kMost;
}

}  // namespace assay
