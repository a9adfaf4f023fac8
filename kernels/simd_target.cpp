#include "kernels/simd_target.hpp"

#include <hwy/highway.h>

namespace assay {

std::string simd_target() {
  // A lower bit is a better target; dynamic dispatch takes the lowest that was compiled and is supported.
  const auto usable = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(usable & -usable);
}

}  // namespace assay
