// Where no loop is written in assembly: scalar chains that the compiler may neither merge nor vectorise. The vectors of
// such an architecture are shown by the kernel `fma`.
#include <array>
#include <cmath>
#include <cstring>

#include "kernels/peak_chains.hpp"

namespace assay {

namespace {

constexpr std::size_t kRegisterBytes = 16;

// A register for floating point, where GCC's letter for one is known here; elsewhere memory, which is slower.
#if defined(__riscv)
#define ASSAY_SAME_REGISTER "+f"
#elif defined(__powerpc64__)
#define ASSAY_SAME_REGISTER "+d"
#else
#define ASSAY_SAME_REGISTER "+m"
#endif

/// Hides a value from the optimiser for one moment, in the register where it is.
template <class Real>
void hide(Real& value) {
  asm volatile("" : ASSAY_SAME_REGISTER(value));
}
#undef ASSAY_SAME_REGISTER

template <class Real, PeakMix mix>
void run_chains(const PeakState& state) noexcept {
  constexpr PeakShape kShape = shape_of(mix);
  constexpr std::size_t kStride = kRegisterBytes / sizeof(Real);
  auto* const memory = static_cast<Real*>(state.chains);
  const Real factor = static_cast<const Real*>(state.operands)[0];
  const Real addend = static_cast<const Real*>(state.operands)[kStride];
  std::array<Real, kShape.chains()> x{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = memory[i * kStride];
  }
  for (std::uint64_t n = 0; n < state.iterations; ++n) {
    for (std::size_t step = 0; step < kShape.product_steps; ++step) {
      for (std::size_t i = 0; i < kShape.product_chains; ++i) {
        x[i] = kShape.fused ? std::fma(x[i], factor, addend) : x[i] * factor;
        hide(x[i]);
      }
    }
    for (std::size_t step = 0; step < kShape.sum_steps; ++step) {
      for (std::size_t i = kShape.product_chains; i < kShape.chains(); ++i) {
        x[i] += addend;
        hide(x[i]);
      }
    }
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    memory[i * kStride] = x[i];
  }
}

}  // namespace

std::vector<PeakLoop> native_peak_loops() {
  return {{"scalar", "f64", PeakMix::add, kRegisterBytes, run_chains<double, PeakMix::add>, "", {}},
          {"scalar", "f64", PeakMix::mul_add, kRegisterBytes, run_chains<double, PeakMix::mul_add>, "", {}},
          {"scalar", "f64", PeakMix::fma, kRegisterBytes, run_chains<double, PeakMix::fma>, "", {}},
          {"scalar", "f32", PeakMix::add, kRegisterBytes, run_chains<float, PeakMix::add>, "", {}},
          {"scalar", "f32", PeakMix::mul_add, kRegisterBytes, run_chains<float, PeakMix::mul_add>, "", {}},
          {"scalar", "f32", PeakMix::fma, kRegisterBytes, run_chains<float, PeakMix::fma>, "", {}}};
}

}  // namespace assay
