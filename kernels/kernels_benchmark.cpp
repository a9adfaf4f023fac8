// Every kernel of the catalogue under Google Benchmark: a second opinion on each number, by another timer and another
// stopping rule. Takes the flags of Google Benchmark.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/blas.hpp"
#include "kernels/kernel.hpp"
#include "kernels/simd_target.hpp"

namespace {

/// The kernel in memory: one at a time, and kept while Google Benchmark calls a function again to find its number of
/// iterations, because preparing gigabytes takes longer than measuring them.
class PreparedKernel {
 public:
  assay::Kernel& get(const assay::KernelEntry& entry) {
    if (entry_ != &entry) {
      kernel_.reset();  // before the next one takes its memory
      kernel_ = entry.make({});
      kernel_->prepare(1);
      entry_ = &entry;
    }
    return *kernel_;
  }

 private:
  const assay::KernelEntry* entry_ = nullptr;
  std::unique_ptr<assay::Kernel> kernel_;
};

void measure(benchmark::State& state, assay::Kernel& kernel) {
  std::vector<std::uint32_t> samples(static_cast<std::size_t>(state.range(0)));
  std::iota(samples.begin(), samples.end(), 0U);
  for ([[maybe_unused]] auto iteration : state) {
    kernel.run(samples);
    benchmark::ClobberMemory();
  }
  const auto rate = [](std::uint64_t amount) {
    return benchmark::Counter(static_cast<double>(amount), benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["flop/s"] = rate(kernel.work().count * samples.size());
  state.counters["bytes/s"] = rate(kernel.traffic_of_batch(samples.size()).count);
  std::string label;
  for (const auto& [name, value] : kernel.identity().parameters) {
    label += fmt::format("{}{}={}", label.empty() ? "" : " ", name, value);
  }
  state.SetLabel(label);
}

}  // namespace

int main(int argc, char** argv) {
  PreparedKernel prepared;
  for (const assay::KernelEntry& entry : assay::kernel_catalogue()) {
    const auto largest_batch = static_cast<std::int64_t>(entry.make({})->max_batch());
    auto* const registered = benchmark::RegisterBenchmark(
        entry.name.c_str(), [&](benchmark::State& state) { measure(state, prepared.get(entry)); });
    registered->ArgName("batch")->Arg(1)->UseRealTime()->Unit(benchmark::kMicrosecond);
    if (largest_batch > 1) {
      registered->Arg(largest_batch);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::AddCustomContext("simd", assay::simd_target());
  benchmark::AddCustomContext("blas", assay::blas_implementation());
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
