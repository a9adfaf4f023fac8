#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "harness/random_bits.hpp"
#include "harness/steady_clock.hpp"
#include "kernels/gpu/gpu_kernel.hpp"
#include "scenarios/interference/injector.hpp"
#include "scenarios/interference/interference_request.hpp"

namespace assay {

/// What a knob means on a GPU, where the victim's kernels run on the same card:
///   background  multiply-add chains on all multiprocessors for this share of the time
///   memory      copies within the card's memory at this rate, bytes read and written
///   noise       bursts of such chains at random, each as long on the card
///   ctxsw       launches of kernels that do nothing, at this rate
///   pcie        copies between page-locked memory of the host and the card at this rate, both directions at once
struct GpuDose {
  Knob knob = Knob::background;
  double amount = 0.0;    ///< in the knob's unit
  Nanoseconds length{0};  ///< of a burst
};
[[nodiscard]] GpuDose gpu_dose_of(Knob knob, const InterferenceRequest& request);

/// How long to wait, in seconds, before the next piece so that `done` in the knob's unit keeps to `amount` a second:
/// 0 when it is due.
[[nodiscard]] double wait_for_dose(double amount, double elapsed_s, double done);

/// The load itself, a piece at a time through a stream of its own; of one thread. Its use is by the card's clock:
/// "cpu_time" is from the first to the last of a piece's kernels, what the card did for others in between included;
/// "voluntary_switches" are its launches.
class GpuLoad {
 public:
  /// Throws std::runtime_error if the card cannot do it.
  GpuLoad(const GpuDevice& device, const GpuDose& dose, std::uint64_t seed);

  /// Until `should_stop`, which is asked every 20 ms at least. `note` is told what a piece was.
  void inject(const std::function<bool()>& should_stop, const std::function<void(const InjectorUse&)>& note);

 private:
  [[nodiscard]] double done() const;
  [[nodiscard]] InjectorUse do_piece();

  GpuDose dose_;
  RandomBits random_;
  std::unique_ptr<GpuKernel> kernel_;
  std::uint64_t steps_of_piece_ = 1;
  InjectorUse use_;  ///< so far
  SteadyClock clock_{{.spin_margin = Nanoseconds{0}}};
};

}  // namespace assay
