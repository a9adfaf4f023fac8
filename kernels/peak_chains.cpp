#include "kernels/peak_chains.hpp"

#include <algorithm>

#include "kernels/simd_cap.hpp"

namespace assay {

std::string_view name_of(PeakMix mix) {
  switch (mix) {
    case PeakMix::fma:
      return "fma";
    case PeakMix::fma_add:
      return "fma+add";
    case PeakMix::mul_add:
      return "mul+add";
    case PeakMix::add:
      return "add";
  }
  return "";
}

std::vector<PeakLoop> peak_loops(std::span<const std::string_view> isa) {
  std::vector<PeakLoop> loops = native_peak_loops();
  std::erase_if(loops, [isa](const PeakLoop& loop) {
    return !is_within_simd_cap(loop.simd) || (!loop.needs.empty() && std::ranges::find(isa, loop.needs) == isa.end());
  });
  return loops;
}

}  // namespace assay
