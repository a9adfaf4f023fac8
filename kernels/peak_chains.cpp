#include "kernels/peak_chains.hpp"

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

}  // namespace assay
