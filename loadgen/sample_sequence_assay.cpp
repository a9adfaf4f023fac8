#include <algorithm>
#include <numeric>
#include <vector>

#include "harness/random_bits.hpp"
#include "loadgen/sample_sequence.hpp"

namespace assay {

namespace {

/// Positions that run through fresh permutations of [0, size), one after the other.
class Permutations {
 public:
  explicit Permutations(std::uint64_t size) : order_(size), next_(size) {
    std::iota(order_.begin(), order_.end(), std::uint64_t{0});
  }

  std::uint64_t next(RandomBits& bits) {
    if (next_ == order_.size()) {
      bits.shuffle(std::span(order_));
      next_ = 0;
    }
    return order_[next_++];
  }

 private:
  std::vector<std::uint64_t> order_;
  std::uint64_t next_;
};

class AssaySequence final : public SampleSequence {
 public:
  AssaySequence(const TestSettings& settings, const LoadableSet& set)
      : settings_(settings),
        set_(set),
        stride_(settings.scenario == Scenario::multi_stream ? settings.samples_per_query : 1),
        starts_((set.size + stride_ - 1) / stride_),
        samples_(set.size),
        bits_(settings.seeds.sample_index) {}

  void next_query(std::span<QuerySampleIndex> samples) override {
    if (settings_.scenario == Scenario::multi_stream) {
      const std::uint64_t start = start_of_query();
      for (std::uint64_t i = 0; i < samples.size(); ++i) {
        samples[i] = set_.samples[start + i];
      }
    } else if (settings_.scenario == Scenario::offline && settings_.selection == SampleSelection::with_replacement &&
               settings_.mode == TestMode::performance) {
      // The loaded set in its order, again and again: Offline has no randomness of its own.
      for (std::uint64_t i = 0; i < samples.size(); ++i) {
        samples[i] = set_.samples[i % set_.size];
      }
    } else {
      for (QuerySampleIndex& sample : samples) {
        sample = set_.samples[position()];
      }
    }
  }

 private:
  [[nodiscard]] bool each_once() const {
    return settings_.mode == TestMode::accuracy || settings_.selection == SampleSelection::unique;
  }

  std::uint64_t start_of_query() {
    if (each_once()) {
      return starts_.next(bits_) * stride_;
    }
    return position();
  }

  std::uint64_t position() {
    if (each_once() || settings_.selection == SampleSelection::equal_issue) {
      return samples_.next(bits_);
    }
    return settings_.selection == SampleSelection::same ? settings_.same_index : bits_.below(set_.size);
  }

  TestSettings settings_;
  LoadableSet set_;
  std::uint64_t stride_;
  Permutations starts_;
  Permutations samples_;
  RandomBits bits_;
};

}  // namespace

std::unique_ptr<SampleSequence> make_assay_sequence(const TestSettings& settings, const LoadableSet& set) {
  return std::make_unique<AssaySequence>(settings, set);
}

}  // namespace assay
