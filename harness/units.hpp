#pragma once

#include <compare>
#include <cstdint>

#include "harness/time.hpp"

namespace assay {

/// Memory traffic or capacity in bytes. A strong type: it does not mix with work or with plain counts.
struct Bytes {
  std::uint64_t count = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
};

/// Arithmetic work in floating-point operations. A fused multiply-add counts as two.
struct Flops {
  std::uint64_t count = 0;
  friend constexpr auto operator<=>(Flops, Flops) = default;
};

struct BytesPerSecond {
  double value = 0.0;
  friend constexpr auto operator<=>(BytesPerSecond, BytesPerSecond) = default;
};

struct FlopsPerSecond {
  double value = 0.0;
  friend constexpr auto operator<=>(FlopsPerSecond, FlopsPerSecond) = default;
};

/// Work per traffic [flop/byte], the abscissa of a roofline.
struct OperationalIntensity {
  double flops_per_byte = 0.0;
  friend constexpr auto operator<=>(OperationalIntensity, OperationalIntensity) = default;
};

constexpr Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
constexpr Bytes operator*(Bytes a, std::uint64_t n) { return {a.count * n}; }
constexpr Flops operator+(Flops a, Flops b) { return {a.count + b.count}; }
constexpr Flops operator*(Flops a, std::uint64_t n) { return {a.count * n}; }

constexpr BytesPerSecond operator/(Bytes traffic, Nanoseconds elapsed) {
  return {static_cast<double>(traffic.count) / seconds(elapsed)};
}
constexpr FlopsPerSecond operator/(Flops work, Nanoseconds elapsed) {
  return {static_cast<double>(work.count) / seconds(elapsed)};
}
constexpr OperationalIntensity operator/(Flops work, Bytes traffic) {
  return {static_cast<double>(work.count) / static_cast<double>(traffic.count)};
}

}  // namespace assay
