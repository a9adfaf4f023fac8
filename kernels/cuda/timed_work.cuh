#pragma once

#include <memory>
#include <string>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/stretch_timer.cuh"
#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// What the works share: a device, a stream, and stretches of steps timed by events.
class TimedWork : public Work {
 public:
  explicit TimedWork(std::int32_t device);

  void prepare(std::uint64_t seed) final;
  void run(std::span<const std::uint32_t> samples) override;
  [[nodiscard]] AssayGpuTiming repeat(std::uint64_t steps) override;

 protected:
  /// Takes and fills the memory on stream(); prepare() waits for it and then runs sample 0 once.
  virtual void fill(std::uint64_t seed) = 0;
  /// Puts one run on `sample` into the stream.
  virtual void launch(std::uint32_t sample) = 0;
  /// Distinct inputs, which the steps of repeat() take in turn.
  [[nodiscard]] virtual std::uint32_t samples() const = 0;
  /// Launches that one step is, for the timer.
  [[nodiscard]] virtual std::uint64_t launches_of_step() const { return 1; }

  [[nodiscard]] cudaStream_t stream() const { return on_device_->stream.get(); }
  [[nodiscard]] StretchTimer& timer() { return on_device_->timer; }
  [[nodiscard]] const AssayGpuFacts& facts() const { return facts_; }
  void wait() const { on_device_->stream.wait(); }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  /// Throws if prepare() has not run or `sample` is none.
  void require(std::uint32_t sample) const;

 private:
  struct OnDevice {
    Stream stream;
    StretchTimer timer;
  };

  AssayGpuFacts facts_;
  std::unique_ptr<OnDevice> on_device_;
  std::uint64_t seed_ = 0;
  std::uint64_t next_step_ = 0;
};

/// `count` places from the first to the last of `size`, evenly: where probes look.
[[nodiscard]] std::uint64_t probe_place(std::size_t index, std::uint64_t size);

/// |value - expected| / max(|expected|, scale); infinite where either is no number.
[[nodiscard]] double relative_error(double value, double expected, double scale);

}  // namespace assay::cuda
