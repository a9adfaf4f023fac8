// Which loop the parameters of dot_peak mean on this processor.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "kernels/dot_peak.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/simd_cap.hpp"

namespace assay {
namespace {

struct Choice {
  std::string dtype;
  std::string mix;
  std::string simd;

  [[nodiscard]] bool means(const DotPeakLoop& loop) const {
    return loop.dtype == dtype && name_of(loop.mix) == mix && (simd == "auto" || loop.simd == simd);
  }
  [[nodiscard]] std::string text() const { return fmt::format("dtype={} mix={} simd={}", dtype, mix, simd); }
};

/// Throws in words that say what the choice needs and what this processor has.
[[noreturn]] void refuse(const Choice& choice, const std::vector<std::string>& isa) {
  std::vector<std::string_view> needed;
  std::vector<std::string> known{"dtype=i8 mix=dot simd=scalar"};
  for (const DotPeakLoop& loop : native_dot_peak_loops()) {
    if (choice.means(loop)) {
      needed.push_back(loop.needs);
    }
    known.push_back(fmt::format("dtype={} mix={} simd={}", loop.dtype, name_of(loop.mix), loop.simd));
  }
  if (needed.empty()) {
    throw std::invalid_argument(
        fmt::format("dot_peak: there is no loop for {}; this build has: {}", choice.text(), fmt::join(known, ", ")));
  }
  throw std::invalid_argument(fmt::format(
      "dot_peak: {} needs {}, which this processor lacks; it has: {}", choice.text(), fmt::join(needed, " or "),
      isa.empty() ? "no extension known here" : fmt::format("{}", fmt::join(isa, ", "))));
}

DotPeakLoop chosen(const Choice& choice) {
  const std::vector<std::string> isa = usable_simd_extensions();
  std::vector<DotPeakLoop> loops = dot_peak_loops(isa);
  std::erase_if(loops, [&choice](const DotPeakLoop& loop) { return !choice.means(loop); });
  if (loops.empty()) {
    refuse(choice, isa);
  }
  std::string refusal;
  while (!loops.empty()) {
    refusal = loops.back().tiles ? tile_refusal() : "";
    if (refusal.empty()) {
      return loops.back();
    }
    loops.pop_back();
  }
  throw std::invalid_argument(fmt::format("dot_peak: {} is not possible: {}", choice.text(), refusal));
}

}  // namespace

std::unique_ptr<Kernel> make_dot_peak(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("dot_peak"), parameters);
  const Choice choice{.dtype = given.choice("dtype", {"i8", "bf16"}),
                      .mix = given.choice("mix", {"dot", "maddubs"}),
                      .simd = given.choice("simd", {"auto", "scalar", "avx2", "avx_vnni", "avx512_vnni", "avx512_bf16",
                                                    "amx", "neon_dot"})};
  const std::uint64_t iterations = given.integer("iterations", {1, DotPeak::kMostIterations});
  given.throw_if_bad();
  return std::make_unique<DotPeak>(chosen(choice), iterations);
}

}  // namespace assay
