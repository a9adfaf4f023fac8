#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/random_bits.hpp"
#include "harness/steady_clock.hpp"
#include "kernels/gpu/gpu_kernel.hpp"
#include "scenarios/interference/interference.hpp"

namespace assay {

/// What a knob means on a GPU, where the victim's kernels run on the same card:
///   background  multiply-add chains on all multiprocessors for this share of the time
///   memory      copies within the card's memory at this rate, bytes read and written
///   noise       bursts of such chains at random, each as long on the card
///   ctxsw       launches of kernels that do nothing, at this rate
struct GpuDose {
  Knob knob = Knob::background;
  double amount = 0.0;    ///< in the knob's unit
  Nanoseconds length{0};  ///< of a burst
};
[[nodiscard]] GpuDose gpu_dose_of(Knob knob, const InterferenceRequest& request);

/// How long to wait, in seconds, before the next piece so that `done` in the knob's unit keeps to `amount` a second:
/// 0 when it is due.
[[nodiscard]] double wait_for_dose(double amount, double elapsed_s, double done);

/// A thread of this process that loads the card through a stream of its own, beside the victim's: the card runs both
/// where it has room. Its use is by the card's clock: "cpu_time" is the time in which its kernels ran,
/// "voluntary_switches" are its launches.
class GpuInjector final : public Injector {
 public:
  /// Its thread runs on `cpu`. Returns once it injects. Throws std::runtime_error if the card cannot do it.
  GpuInjector(const GpuDevice& device, const GpuDose& dose, int cpu, std::uint64_t seed);
  ~GpuInjector() override;

  [[nodiscard]] int cpu() const override { return cpu_; }
  [[nodiscard]] std::optional<InjectorUse> use() const override;
  [[nodiscard]] std::string scheduling() const override { return "a stream of ordinary priority"; }
  [[nodiscard]] std::string source() const override { return "own, on " + device_.name(); }
  [[nodiscard]] std::vector<Nanoseconds> lengths(std::uint64_t since) const override;

 private:
  void inject(const std::stop_token& stop);
  void do_piece();
  [[nodiscard]] double done() const;

  GpuDevice device_;
  GpuDose dose_;
  int cpu_;
  RandomBits random_;
  std::unique_ptr<GpuKernel> kernel_;
  std::uint64_t steps_of_piece_ = 1;
  SteadyClock clock_{{.spin_margin = Nanoseconds{0}}};
  mutable std::mutex mutex_;
  InjectorUse use_;
  std::vector<Nanoseconds> lengths_;
  bool gone_ = false;
  std::jthread thread_;  ///< last: it uses all of the above
};

/// Starts injectors on that card. Their threads keep off the CPU that is named for the victim, where another is
/// allowed.
[[nodiscard]] InjectorFactory gpu_injectors(const GpuDevice& device);

}  // namespace assay
