#include "loadgen/loadable_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>

#include "harness/random_bits.hpp"

namespace assay {

namespace {

void shuffle(std::vector<QuerySampleIndex>& samples, const TestSettings& settings) {
  if (settings.stream == RandomStream::mlperf) {
    std::mt19937 engine(static_cast<std::mt19937::result_type>(settings.seeds.sample_library));
    std::shuffle(samples.begin(), samples.end(), engine);
  } else {
    RandomBits bits(settings.seeds.sample_library);
    bits.shuffle(std::span(samples));
  }
}

void append_padding(LoadableSet& set, std::uint64_t padding) {
  for (std::uint64_t i = 0; i < padding; ++i) {
    set.samples.push_back(set.samples[i]);
  }
}

}  // namespace

std::vector<LoadableSet> make_loadable_sets(const TestSettings& settings, std::uint64_t library_total,
                                            std::uint64_t library_performance) {
  const std::uint64_t wanted =
      settings.performance_sample_count != 0 ? settings.performance_sample_count : library_performance;
  const std::uint64_t set_size = std::min(wanted, library_total);
  if (set_size == 0) {
    throw std::invalid_argument(
        fmt::format("sample library: {} samples in all, {} at once; both must be at least 1", library_total, wanted));
  }
  const bool all_sets = settings.mode == TestMode::accuracy;
  std::vector<QuerySampleIndex> order(all_sets ? library_total : set_size);
  std::iota(order.begin(), order.end(), QuerySampleIndex{0});
  shuffle(order, settings);

  const std::uint64_t padding = settings.scenario == Scenario::multi_stream && settings.samples_per_query > 0
                                    ? settings.samples_per_query - 1
                                    : 0;
  std::vector<LoadableSet> sets;
  for (std::uint64_t begin = 0; begin < order.size(); begin += set_size) {
    const std::uint64_t end = std::min<std::uint64_t>(begin + set_size, order.size());
    LoadableSet set{.samples = {order.begin() + static_cast<std::ptrdiff_t>(begin),
                                order.begin() + static_cast<std::ptrdiff_t>(end)},
                    .size = end - begin};
    append_padding(set, padding);
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace assay
