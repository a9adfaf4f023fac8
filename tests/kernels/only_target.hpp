#pragma once

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>
#include <functional>

#include "kernels/simd_choice.hpp"

namespace assay::test_support {

/// Lets dynamic dispatch see one instruction set only, until the end of the scope.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) { set(target); }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;
  ~OnlyTarget() { set(0); }

 private:
  static void set(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

/// Calls `check` with the loops of each instruction set that this processor has, the portable ones among them.
inline void with_every_simd_target(const std::function<void()>& check) {
  for (const SimdChoice& choice : simd_choices()) {
    SCOPED_TRACE(choice.name);
    const OnlyTarget only(choice.target);
    check();
  }
}

}  // namespace assay::test_support
