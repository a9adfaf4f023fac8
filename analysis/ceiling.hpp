#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/percentile.hpp"
#include "analysis/roofline_measurement.hpp"
#include "analysis/round_bootstrap.hpp"

namespace assay {

struct RooflineFitOptions {
  BootstrapPlan bootstrap{};
  /// A roof is the 0.95-quantile of clean samples: noise only slows, and a maximum rises with the number of samples.
  Percentile roof = Percentile::of_parts_per_million(950'000);
  /// Clean ones. Below 20 the 0.95-quantile is the maximum, which noise that only slows leaves right.
  std::uint64_t fewest_samples = 10;
};

/// Whether a ceiling may stand in a roofline.
enum class CeilingState {
  usable,
  unavailable,      ///< this machine does not have it
  wrong_output,     ///< the kernel's results were not right
  too_few_samples,  ///< clean ones
  implausible,      ///< faster than the core can be: the measurement is broken
};
[[nodiscard]] const char* name_of(CeilingState state);

struct SampleCounts {
  std::uint64_t clean = 0;
  std::uint64_t rounds = 0;                           ///< with a clean sample
  std::map<std::string, std::uint64_t> contaminated;  ///< by name_of(Contamination)

  [[nodiscard]] std::uint64_t all() const;
};

/// What one subject reached. Rates in `unit` per second of all threads together; of a latency, seconds an access, whose
/// roof is the 0.05-quantile and whose best is the least.
struct Ceiling {
  std::size_t subject = 0;  ///< index in RooflineMeasurement::subjects
  std::string id;           ///< of the subject
  std::string unit;         ///< "flop/s", "op/s", "B/s", "access/s" or "s"
  CeilingState state = CeilingState::usable;
  std::string problem;         ///< why it is not usable, in words
  EstimateRecord roof;         ///< 0.95-quantile of the clean samples
  EstimateRecord expected;     ///< their median
  std::optional<double> best;  ///< the maximum
  /// With the lines that regular stores read first; bandwidth subjects only.
  std::optional<EstimateRecord> bus_roof;
  std::optional<EstimateRecord> bus_expected;
  /// Work or bytes per clock cycle of all threads together, by the highest clock measured beside any clean sample; of
  /// a latency, cycles an access. Without a point, and with the reason, where no clock was measured.
  EstimateRecord roof_per_cycle;
  EstimateRecord expected_per_cycle;
  std::optional<double> clock_hz;              ///< median over the clean samples of the highest of their round
  std::optional<double> intensity;             ///< flop/byte or op/byte, where there are both
  std::optional<double> injected_bytes_per_s;  ///< loaded latency: median
  /// The fastest sample of all, contaminated or not: what is disturbed is slowed, so the roof is not below it. Absent
  /// for a latency.
  std::optional<double> fastest_sample;
  SampleCounts counts;
  std::vector<double> log_roof_draws;  ///< of the bootstrap, for ratios; empty without an interval

  [[nodiscard]] bool usable() const { return state == CeilingState::usable; }
};

/// The ceiling of measurement.subjects[index]. Contaminated samples are counted and used for nothing.
[[nodiscard]] Ceiling ceiling_of(const RooflineMeasurement& measurement, std::size_t index,
                                 const RooflineFitOptions& options);

/// True if the subject's output check passed or was not made: "" or a text that starts with "ok".
[[nodiscard]] bool output_is_right(const RooflineSubject& subject);

}  // namespace assay
