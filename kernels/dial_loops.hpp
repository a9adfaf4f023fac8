#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace assay {

/// The settings of the dial [flop/byte of loads]: from a sixteenth, far below any ridge, to where arithmetic rules.
inline constexpr std::array<double, 16> kDialIntensities = {0.0625, 0.125, 0.25, 0.5, 0.75, 1,  1.5, 2,
                                                            3,      4,     6,    8,   12,   16, 24,  32};

/// FMAs a loaded element of a setting, in eighths. Below 8 several loads share one.
template <class Real>
constexpr std::size_t dial_eighths(std::size_t setting) {
  return static_cast<std::size_t>(kDialIntensities.at(setting) * sizeof(Real) / 2 * 8);
}

/// Every setting's blocks of loads divide this many vectors of 512 bits.
inline constexpr std::size_t kDialBlockLoads = 48;
template <class Real>
inline constexpr std::size_t kDialStep = kDialBlockLoads * 64 / sizeof(Real);

/// How the loop of one setting and instruction set distributes its FMAs: a block loads `block_loads` vectors of `lanes`
/// elements; FMA number j of it goes to chain j % chains, lane by lane, and uses the load floor(j / FMAs a load).
struct DialShape {
  std::size_t chains = 0;  ///< vectors
  std::size_t lanes = 0;
  std::size_t block_loads = 0;
};

/// Chains x <- x * factor + v, where v are the loaded elements: `elements` of them, a multiple of kDialStep<Real>.
/// `state` holds the chains, chains x lanes elements, before and after; 64-byte aligned.
template <class Real>
struct DialPass {
  const Real* source = nullptr;
  std::size_t elements = 0;
  Real factor = 0;
  Real* state = nullptr;
  std::uint64_t passes = 1;
};

template <class Real>
struct DialLoop {
  void (*run)(const DialPass<Real>& pass) = nullptr;
  DialShape shape;
};

struct DialLoopChoice {
  std::int64_t target = 0;  ///< of simd_choice()
  std::size_t setting = 0;  ///< index into kDialIntensities
};

/// Work: dial_eighths() / 4 flops an element. The factor must be such that the chains stay bounded. The compiler can
/// neither merge the chains, which start from what `state` holds, nor drop or double a load: a test counts the
/// instructions. Allocates nothing.
[[nodiscard]] DialLoop<float> find_dial_loop_f32(const DialLoopChoice& choice);
[[nodiscard]] DialLoop<double> find_dial_loop_f64(const DialLoopChoice& choice);

/// The same chains one step after another, for references and for counting operations. `state`: before and after.
template <class Number, class Real>
void reference_dial(const DialPass<Real>& pass, const DialShape& shape, std::size_t eighths, std::span<Number> state) {
  const Number factor(pass.factor);
  const std::size_t block = shape.block_loads * shape.lanes;
  for (std::size_t first = 0; first < pass.elements; first += block) {
    std::size_t step = 0;
    for (std::size_t load = 0; load < shape.block_loads; ++load) {
      const Real* const loaded = pass.source + first + load * shape.lanes;
      for (; 8 * (step + 1) <= eighths * (load + 1); ++step) {
        for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
          Number& x = state[step % shape.chains * shape.lanes + lane];
          x = x * factor + Number(loaded[lane]);
        }
      }
    }
  }
}

}  // namespace assay
