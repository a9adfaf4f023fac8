#pragma once

#include <cmath>
#include <cstdint>

namespace assay::test_support {

/// A number that counts the floating-point operations done with it: a loop written for any scalar, run on this one,
/// shows how much work it is. Conversions and comparisons are free, as they are in Kernel::work(); a division, a square
/// root and an exponential are one operation each, however many instructions they take.
class CountingScalar {
 public:
  CountingScalar() = default;
  explicit CountingScalar(double value) : value_(value) {}

  friend CountingScalar operator+(CountingScalar a, CountingScalar b) { return counted(a.value_ + b.value_); }
  friend CountingScalar operator-(CountingScalar a, CountingScalar b) { return counted(a.value_ - b.value_); }
  friend CountingScalar operator*(CountingScalar a, CountingScalar b) { return counted(a.value_ * b.value_); }
  friend CountingScalar operator/(CountingScalar a, CountingScalar b) { return counted(a.value_ / b.value_); }
  friend CountingScalar sqrt(CountingScalar a) { return counted(std::sqrt(a.value_)); }
  friend CountingScalar exp(CountingScalar a) { return counted(std::exp(a.value_)); }
  friend bool operator<(CountingScalar a, CountingScalar b) { return a.value_ < b.value_; }

  [[nodiscard]] double value() const { return value_; }

  /// Operations of this thread while `loop` runs.
  template <class Loop>
  [[nodiscard]] static std::uint64_t operations_of(Loop loop) {
    const std::uint64_t before = done;
    loop();
    return done - before;
  }

 private:
  static CountingScalar counted(double value) {
    ++done;
    return CountingScalar(value);
  }

  static inline thread_local std::uint64_t done = 0;
  double value_ = 0.0;
};

}  // namespace assay::test_support
