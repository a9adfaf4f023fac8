#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "kernels/gpu/gpu_device.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// What this card, or this version of a library, cannot do at all.
class GpuUnsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A stretch of steps as the card's own clock saw it.
struct GpuStretch {
  double device_s = 0.0;
  double host_s = 0.0;
  std::optional<double> sm_clock_hz;  ///< absent where the stretch was too short to tell
  std::uint64_t steps = 0;
};

/// A work of the GPU library as a kernel: run() and repeat() return when the card has finished. The parameter "device"
/// says which one. What fails on the card makes the kernel failed(), with the library's words.
class GpuKernel final : public Kernel {
 public:
  /// `work` is the library's name of it, `settings` go to it as they are. Throws std::invalid_argument for what the
  /// library does not take, GpuUnsupported for what this card cannot do, std::runtime_error for what failed.
  GpuKernel(const GpuDevice& device, const std::string& name, const std::string& work,
            const std::map<std::string, std::string>& settings);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override;
  [[nodiscard]] WorkUnit work_unit() const override;
  [[nodiscard]] Bytes traffic() const override { return Bytes{shape_.traffic_bytes}; }
  /// Of the host; the card's is memory_of_card().
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return shape_.samples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] bool failed() const noexcept override { return failed_; }
  [[nodiscard]] std::string failure() const override;
  void repeat(std::uint64_t iterations) noexcept override;
  [[nodiscard]] RepeatStep repeat_step() const override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override { return shape_.tolerance; }
  [[nodiscard]] double output_scale() const override { return shape_.output_scale; }
  [[nodiscard]] OutputCheck verify() override;

  [[nodiscard]] Bytes memory_of_card() const { return Bytes{shape_.memory_bytes}; }
  [[nodiscard]] const GpuDevice& device() const { return device_; }
  /// repeat(), and what the card's clock said of it. Throws std::runtime_error if it failed.
  [[nodiscard]] GpuStretch timed_repeat(std::uint64_t steps);

 private:
  struct Closer {
    const AssayGpuPlugin* table;
    void operator()(AssayGpuWork* work) const { table->work_close(work); }
  };

  void read_settings();
  void note(const AssayGpuStatus& status) noexcept;

  GpuDevice device_;
  std::string work_name_;
  std::unique_ptr<AssayGpuWork, Closer> work_;
  AssayGpuShape shape_{};
  KernelIdentity identity_;
  bool failed_ = false;
  AssayGpuStatus failure_{};  ///< of the first call that failed
};

}  // namespace assay
