#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/roofline_measurement.hpp"

namespace assay {

/// A measurement as a busy two-core Zen 3 guest would give it: compute, bandwidth, dial, latency and dots on one and
/// two threads, eight rounds, noise that only slows, one sample in twenty contaminated. Seeded: the same on every
/// machine. Invented numbers of real size, for tests of what shows them.
[[nodiscard]] RooflineMeasurement sample_roofline();

/// A few subjects with five rounds of five samples, every member set: what the golden file holds.
[[nodiscard]] RooflineMeasurement small_roofline();

/// One subject whose samples are given: `rates[r]` are those of round r, in work (or bytes) per second, with a steady
/// clock of 3.2 GHz.
struct SubjectShape {
  std::string id = "subject";
  SubjectKind kind = SubjectKind::compute;
  std::string level{};
  std::string mix = "fma";
  std::string dtype = "f64";
  std::string isa = "avx2";
  std::string work_unit = "flop";
  std::size_t threads = 1;
  double work = 0.0;   ///< an iteration
  double bytes = 0.0;  ///< an iteration
};
[[nodiscard]] RooflineSubject subject_of(const SubjectShape& shape, const std::vector<std::vector<double>>& rates);

/// `rounds` rounds of `samples` samples that are all `rate`.
[[nodiscard]] std::vector<std::vector<double>> constant_rates(double rate, std::size_t rounds = 5,
                                                              std::size_t samples = 5);

}  // namespace assay
