#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loadgen/system_under_test.hpp"
#include "scenarios/serving/request_lengths.hpp"
#include "scenarios/serving/waiting_line.hpp"

namespace assay {

/// Prompts as a sample library: lengths by a law, tokens by a hash of seed, sample and position, so that none is held
/// in memory. The first part of each prompt may be the same in all.
class ServingSamples final : public QuerySampleLibrary {
 public:
  struct Options {
    RequestLengths lengths = RequestLengths::fixed(1, 1);
    std::uint64_t seed = 0;
    std::uint32_t count = 1024;
    double shared_share = 0.0;  ///< of each prompt, 0 to 1
    std::uint64_t vocabulary = 1;
  };
  explicit ServingSamples(const Options& options);

  [[nodiscard]] std::string name() const override { return options_.lengths.name() + " prompts"; }
  [[nodiscard]] std::uint64_t total_sample_count() const override { return options_.count; }
  [[nodiscard]] std::uint64_t performance_sample_count() const override { return options_.count; }
  void load_samples(std::span<const QuerySampleIndex>) override {}
  void unload_samples(std::span<const QuerySampleIndex>) override {}

  [[nodiscard]] const RequestLength& length_of(QuerySampleIndex sample) const { return lengths_[sample]; }
  /// What a scheduler needs of it.
  [[nodiscard]] ServingRequest request_of(QuerySampleIndex sample) const;
  [[nodiscard]] std::uint32_t token(QuerySampleIndex sample, std::uint32_t position) const noexcept;
  [[nodiscard]] std::uint32_t longest_output() const;
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  [[nodiscard]] std::uint32_t shared_tokens(QuerySampleIndex sample) const noexcept {
    return static_cast<std::uint32_t>(options_.shared_share * lengths_[sample].prompt);
  }

  Options options_;
  std::vector<RequestLength> lengths_;
};

}  // namespace assay
