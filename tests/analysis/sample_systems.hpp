#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/bundle_file.hpp"

namespace assay {

/// A system made by hand: invented numbers, for tests of what compares them.
struct SampleSystem {
  std::string id = "01JDEXAMPLE0000000000000A1";
  std::string label = "box";
  SystemKind kind = SystemKind::measured;
  SystemLimits limits{};
  std::vector<double> samples_per_s{4500.0, 4510.0, 4490.0};  ///< of each Offline run, step "offline"
  std::vector<double> p99_s{0.010, 0.0101, 0.0099};           ///< of each SingleStream run, step "single"
  double peak_flops_per_s = 200e9;
  double bandwidth_bytes_per_s = 10e9;
  std::uint64_t flops = 1'000'000;    ///< of a sample
  std::uint64_t traffic = 2'000'000;  ///< bytes
  double warm_up_s = 0.5;
  std::size_t threads = 1;
};

/// High peak, low bandwidth: its roof allows 5,000 samples/s.
[[nodiscard]] SampleSystem tall_system();
/// Low peak (50 Gflop/s), high bandwidth (20 GB/s): its roof allows 10,000 samples/s. The two tie at 5 flop/byte.
[[nodiscard]] SampleSystem wide_system();

/// As load_bundle() would give it: three Offline and three SingleStream runs, and a roofline of five rounds.
[[nodiscard]] LoadedBundle sample_bundle(const SampleSystem& system);

/// The bundle as a folder, its digests right. Returns the folder.
std::filesystem::path write_sample_bundle(const SampleSystem& system, const std::filesystem::path& folder);

}  // namespace assay
