#include "scenarios/serving/serving_samples.hpp"

#include <algorithm>

#include "harness/random_bits.hpp"

namespace assay {

ServingSamples::ServingSamples(const Options& options) : options_(options), lengths_(options.count) {
  for (std::uint32_t i = 0; i < options.count; ++i) {
    lengths_[i] = options.lengths.of(options.seed, i);
  }
}

ServingRequest ServingSamples::request_of(QuerySampleIndex sample) const {
  return {.prompt_tokens = lengths_[sample].prompt,
          .output_tokens = lengths_[sample].output,
          .shared_tokens = shared_tokens(sample),
          .prefix = options_.seed,
          .sample = sample};
}

std::uint32_t ServingSamples::token(QuerySampleIndex sample, std::uint32_t position) const noexcept {
  const std::uint64_t owner = position < shared_tokens(sample) ? 0 : std::uint64_t{sample} + 1;
  const std::uint64_t bits = split_mix(split_mix(options_.seed ^ split_mix(owner)) ^ position);
  return static_cast<std::uint32_t>(bits % options_.vocabulary);
}

std::uint32_t ServingSamples::longest_output() const {
  return std::ranges::max_element(lengths_, {}, &RequestLength::output)->output;
}

}  // namespace assay
