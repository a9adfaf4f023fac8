#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "loadgen/sample_sequence.hpp"

// std::shuffle and std::uniform_int_distribution are not specified bit for bit; LoadGen's stream is what libstdc++
// makes of them.
#ifndef __GLIBCXX__
#error "the MLPerf compatible sample stream needs libstdc++"
#endif

namespace assay {

namespace {

using Positions = std::vector<std::uint64_t>;

Positions shuffled_starts(std::uint64_t size, std::uint64_t stride, std::mt19937& engine) {
  Positions starts;
  for (std::uint64_t i = 0; i < size; i += stride) {
    starts.push_back(i);
  }
  std::shuffle(starts.begin(), starts.end(), engine);
  return starts;
}

Positions concatenated_permutations(std::uint64_t count, std::uint64_t size, std::mt19937& engine) {
  Positions permutation(size);
  std::iota(permutation.begin(), permutation.end(), std::uint64_t{0});
  Positions all;
  for (std::uint64_t i = 0; i < count; i += size) {
    std::shuffle(permutation.begin(), permutation.end(), engine);
    all.insert(all.end(), permutation.begin(), permutation.end());
  }
  return all;
}

class MlperfSequence final : public SampleSequence {
 public:
  MlperfSequence(const TestSettings& settings, const LoadableSet& set, std::uint64_t min_queries)
      : settings_(settings),
        set_(set),
        engine_(static_cast<std::mt19937::result_type>(settings.seeds.sample_index)),
        uniform_(0, static_cast<int>(set.size) - 1) {
    const std::uint64_t stride = settings.scenario == Scenario::multi_stream ? settings.samples_per_query : 1;
    if (settings.mode == TestMode::accuracy) {
      accuracy_ = shuffled_starts(set.size, stride, engine_);
    }
    unique_ = shuffled_starts(set.size, stride, engine_);
    equal_issue_ = concatenated_permutations(min_queries, set.samples.size(), engine_);
  }

  void next_query(std::span<QuerySampleIndex> samples) override {
    if (settings_.scenario == Scenario::offline) {
      fill_offline(samples);
    } else if (settings_.scenario == Scenario::multi_stream) {
      const std::uint64_t start = next_position(/*equal_issue=*/false);
      for (std::uint64_t i = 0; i < samples.size(); ++i) {
        samples[i] = set_.samples[start + i];
      }
    } else {
      for (QuerySampleIndex& sample : samples) {
        sample = set_.samples[next_position(settings_.selection == SampleSelection::equal_issue)];
      }
    }
    ++query_;
  }

 private:
  std::uint64_t next_position(bool equal_issue) {
    if (settings_.selection == SampleSelection::unique) {
      return unique_.at(query_);
    }
    if (settings_.selection == SampleSelection::same) {
      return settings_.same_index;
    }
    if (equal_issue) {
      return equal_issue_.at(query_ % equal_issue_.size());
    }
    if (settings_.mode == TestMode::accuracy) {
      return accuracy_.at(query_);
    }
    return static_cast<std::uint64_t>(uniform_(engine_));
  }

  void fill_offline(std::span<QuerySampleIndex> samples) {
    if (settings_.selection == SampleSelection::same) {
      std::fill(samples.begin(), samples.end(), set_.samples[settings_.same_index]);
      return;
    }
    const std::uint64_t size = set_.samples.size();
    for (std::uint64_t i = 0; i < samples.size(); ++i) {
      samples[i] = set_.samples[i % size];
    }
    if (settings_.selection == SampleSelection::equal_issue) {
      for (std::uint64_t begin = 0; begin + size <= samples.size(); begin += size) {
        const auto repeat = samples.subspan(begin, size);
        std::shuffle(repeat.begin(), repeat.end(), engine_);
      }
    }
  }

  TestSettings settings_;
  LoadableSet set_;
  std::mt19937 engine_;
  std::uniform_int_distribution<int> uniform_;
  Positions accuracy_;
  Positions unique_;
  Positions equal_issue_;
  std::uint64_t query_ = 0;
};

}  // namespace

std::unique_ptr<SampleSequence> make_mlperf_sequence(const TestSettings& settings, const LoadableSet& set,
                                                     std::uint64_t min_queries) {
  return std::make_unique<MlperfSequence>(settings, set, min_queries);
}

}  // namespace assay
