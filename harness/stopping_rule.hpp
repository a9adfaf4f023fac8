#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// What a rule is shown after each sample.
struct SamplingState {
  std::span<const double> clean_values;  ///< in the order of measuring
  std::uint64_t observation_count = 0;   ///< the contaminated ones included
  Nanoseconds elapsed{0};                ///< since the first sample
};

/// Decides when enough was measured, from numbers alone: it neither waits nor reads a clock.
class StoppingRule {
 public:
  StoppingRule() = default;
  StoppingRule(const StoppingRule&) = delete;
  StoppingRule& operator=(const StoppingRule&) = delete;
  virtual ~StoppingRule() = default;

  /// Why to stop, in words for the result; nothing to go on.
  [[nodiscard]] virtual std::optional<std::string> reason_to_stop(const SamplingState& state) const = 0;
};

/// After a time, whatever was measured.
class StopAfterTime final : public StoppingRule {
 public:
  explicit StopAfterTime(Nanoseconds limit) : limit_(limit) {}
  [[nodiscard]] std::optional<std::string> reason_to_stop(const SamplingState& state) const override;

 private:
  Nanoseconds limit_;
};

/// After so many clean samples.
class StopAfterRepetitions final : public StoppingRule {
 public:
  explicit StopAfterRepetitions(std::uint64_t count) : count_(count) {}
  [[nodiscard]] std::optional<std::string> reason_to_stop(const SamplingState& state) const override;

 private:
  std::uint64_t count_;
};

/// When the 95 % interval of the median (by order statistics, ranks n/2 -+ 0.98 sqrt(n)) is narrower than
/// `relative_width` of the median, and at least `least` clean samples are there.
class StopWhenNarrow final : public StoppingRule {
 public:
  StopWhenNarrow(double relative_width, std::uint64_t least) : relative_width_(relative_width), least_(least) {}
  [[nodiscard]] std::optional<std::string> reason_to_stop(const SamplingState& state) const override;

 private:
  double relative_width_;
  std::uint64_t least_;
};

/// As soon as one of several says so.
class StopWhenAny final : public StoppingRule {
 public:
  explicit StopWhenAny(std::vector<std::unique_ptr<StoppingRule>> rules) : rules_(std::move(rules)) {}
  [[nodiscard]] std::optional<std::string> reason_to_stop(const SamplingState& state) const override;

 private:
  std::vector<std::unique_ptr<StoppingRule>> rules_;
};

}  // namespace assay
