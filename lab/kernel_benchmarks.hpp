#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/sampling_team.hpp"
#include "scenarios/prepared_kernels.hpp"

namespace benchmark {  // NOLINT(readability-identifier-naming): the library's own
class State;
}

namespace assay {

/// Kernels registered with Google Benchmark, measured by our sampler in manual time. An iteration of Google Benchmark
/// is one step of the kernel; its time is that of a clean sample of many steps divided by them, so that it decides how
/// many samples are enough and computes its statistics, and never times anything itself.
class KernelBenchmarks {
 public:
  /// `memory` is what prepared kernels may keep together while others are measured.
  explicit KernelBenchmarks(Bytes memory) : kernels_(memory) {}
  KernelBenchmarks(const KernelBenchmarks&) = delete;
  KernelBenchmarks& operator=(const KernelBenchmarks&) = delete;
  ~KernelBenchmarks();

  /// Registers "NAME[/PARAMETER:VALUE...]/batch:1" and, where the kernel takes more than one sample at once, the same
  /// for its largest batch. Makes the kernel to learn that, but prepares nothing. A kernel that cannot be made here is
  /// registered all the same and skipped with the reason; if `asked_for`, std::invalid_argument of make() goes through.
  void add(const KernelChoice& choice, bool asked_for);

  /// Who takes the samples, set before the benchmarks run. Once `stop` says so the benchmark that runs and those
  /// behind it are skipped as "interrupted", and the library still ends its files.
  void use(Sampler& sampler, std::function<bool()> stop) {
    sampler_ = &sampler;
    stop_ = std::move(stop);
  }

  /// Every counter that a benchmark may have.
  [[nodiscard]] static std::vector<std::string> counter_names();

 private:
  struct Item {
    KernelChoice choice;
    std::size_t batch = 1;
    std::uint64_t steps_per_sample = 0;  ///< kept between calls, so that all repetitions take equal samples
    std::string unavailable;             ///< why it cannot be measured; empty if it can
  };

  void add_item(Item item);
  void measure(benchmark::State& state, Item& item);

  PreparedKernels kernels_;
  std::deque<Item> items_;  ///< Google Benchmark holds references to them
  Sampler* sampler_ = nullptr;
  std::function<bool()> stop_;
};

}  // namespace assay
