#include "kernels/cuda/fma_work.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cuda/fma_kernels.cuh"
#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/settings.hpp"
#include "kernels/cuda/timed_work.cuh"

namespace assay::cuda {
namespace {

constexpr std::uint64_t kDefaultIterations = 16384;
constexpr std::uint32_t kBlocksEach = 2;  // 2048 threads: all that a multiprocessor holds on sm_80, 90 and 100

/// m = 1 - 1/iterations, rounded: after the chain a start has shrunk to a third and not to nothing, so that the sum
/// tells how many steps were made. Every step rounds by at most half a unit of a value below 2, and m < 1 does not let
/// the errors grow, so that iterations x epsilon bounds a chain, and eight of them the sum.
template <class T>
class FmaWork final : public TimedWork {
 public:
  FmaWork(std::int32_t device, std::string dtype, std::uint32_t iterations, std::uint32_t multiprocessors)
      : TimedWork(device),
        dtype_(std::move(dtype)),
        iterations_(iterations),
        multiprocessors_(multiprocessors),
        m_(static_cast<T>(1.0 - 1.0 / iterations)) {}

  [[nodiscard]] AssayGpuShape shape() const override {
    AssayGpuShape shape{};
    shape.unit = ASSAY_GPU_FLOP;
    shape.work = 2.0 * static_cast<double>(threads()) * kFmaChains * iterations_;
    shape.step_work = shape.work;
    shape.traffic_bytes = threads() * (kFmaChains + 2) * sizeof(T);
    shape.step_traffic_bytes = shape.traffic_bytes;
    shape.memory_bytes = shape.traffic_bytes;
    shape.samples = 1;
    shape.tolerance = bound() + std::numeric_limits<float>::epsilon();
    shape.output_scale = 1.0;
    return shape;
  }

  [[nodiscard]] Settings settings() const override {
    return {{"dtype", dtype_},
            {"iterations", std::to_string(iterations_)},
            {"multiprocessors", multiprocessors_ == 0 ? "auto" : std::to_string(multiprocessors_)},
            {"fact:blocks of 1024 threads", std::to_string(blocks())}};
  }

  void probe(std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      T value = 0;
      ASSAY_CUDA(cudaMemcpyAsync(&value, out_.as<T>() + probe_place(i, threads()), sizeof value, cudaMemcpyDeviceToHost,
                                 stream()));
      wait();
      values[i] = static_cast<float>(value);
    }
  }

  /// Step by step in f64, where the check of the whole output takes the closed form.
  void reference(std::uint32_t sample, std::span<float, ASSAY_GPU_PROBE_VALUES> values) override {
    require(sample);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t thread = probe_place(i, threads());
      const double c = static_cast<T>(uniform_at(chain_seed(), kFmaChains * threads() + thread) / iterations_);
      double sum = 0.0;
      for (std::uint64_t chain = 0; chain < kFmaChains; ++chain) {
        double x = static_cast<T>(uniform_at(chain_seed(), chain * threads() + thread));
        for (std::uint32_t step = 0; step < iterations_; ++step) {
          x = x * static_cast<double>(m_) + c;
        }
        sum += x;
      }
      values[i] = static_cast<float>(sum);
    }
  }

  [[nodiscard]] AssayGpuCheck verify() override {
    require(0);
    ASSAY_CUDA(cudaMemsetAsync(out_.data(), 0xff, out_.bytes(), stream()));
    launch(0);
    const DeviceTally tally(stream());
    const auto m = static_cast<double>(m_);
    check_fma(out_.as<T>(), starts_.as<T>(), m, std::pow(m, iterations_), blocks(), bound(), tally.get(), stream());
    return tally.read(threads(), bound());
  }

 protected:
  void fill(std::uint64_t) override {
    starts_ = DeviceMemory(threads() * (kFmaChains + 1) * sizeof(T));
    out_ = DeviceMemory(threads() * sizeof(T));
    fill_fma(starts_.as<T>(), blocks(), iterations_, chain_seed(), stream());
    ASSAY_CUDA(cudaMemsetAsync(out_.data(), 0xff, out_.bytes(), stream()));
  }

  void launch(std::uint32_t) override {
    launch_fma(out_.as<T>(), starts_.as<T>(), m_, iterations_, blocks(), stream());
  }

  [[nodiscard]] std::uint32_t samples() const override { return 1; }

 private:
  [[nodiscard]] std::uint64_t chain_seed() const { return stream_seed(seed(), 0, 3); }
  [[nodiscard]] std::uint32_t blocks() const {
    return multiprocessors_ == 0 ? kBlocksEach * static_cast<std::uint32_t>(facts().multiprocessors) : multiprocessors_;
  }
  [[nodiscard]] std::uint64_t threads() const { return std::uint64_t{blocks()} * kFmaThreads; }
  [[nodiscard]] double bound() const {
    return kFmaChains * static_cast<double>(iterations_) * static_cast<double>(std::numeric_limits<T>::epsilon());
  }

  std::string dtype_;
  std::uint32_t iterations_;
  std::uint32_t multiprocessors_;  ///< 0: all
  T m_;
  DeviceMemory starts_;
  DeviceMemory out_;
};

}  // namespace

std::unique_ptr<Work> make_fma(std::int32_t device, const Settings& settings) {
  const SettingReader reader("gpu_fma", settings, {"dtype", "iterations", "multiprocessors"});
  const std::string dtype = reader.choice("dtype", {"f64", "f32"});
  const auto iterations =
      static_cast<std::uint32_t>(reader.count("iterations", kDefaultIterations, kFmaUnroll, std::uint64_t{1} << 24U));
  if (iterations % kFmaUnroll != 0) {
    reader.refuse("iterations", std::to_string(iterations), "a multiple of " + std::to_string(kFmaUnroll));
  }
  const auto chosen = settings.find("multiprocessors");
  const auto multiprocessors = chosen == settings.end() || chosen->second == "auto"
                                   ? 0U
                                   : static_cast<std::uint32_t>(reader.count("multiprocessors", 0, 1, 1024));
  if (dtype == "f32") {
    return std::make_unique<FmaWork<float>>(device, dtype, iterations, multiprocessors);
  }
  return std::make_unique<FmaWork<double>>(device, dtype, iterations, multiprocessors);
}

}  // namespace assay::cuda
