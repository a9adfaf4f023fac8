#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>

namespace assay {

/// Random numbers that are the same on every standard library: the generator is specified by the C++ standard bit for
/// bit, its distributions are not, so the distributions are written out here. What remains platform-dependent is the
/// last bit of std::log and std::pow.
class RandomBits {
 public:
  explicit RandomBits(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] std::uint64_t bits() { return engine_(); }

  /// Uniform in (0, 1], a multiple of 2^-53: safe for a logarithm.
  [[nodiscard]] double unit() {
    constexpr double kUlp = 1.0 / 9007199254740992.0;
    return static_cast<double>((engine_() >> 11) + 1) * kUlp;
  }

  /// Uniform in [0, bound), without bias; bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t value = engine_();
    while (value < rejected) {
      value = engine_();
    }
    return value % bound;
  }

  [[nodiscard]] double exponential();  ///< mean 1
  [[nodiscard]] double normal();       ///< mean 0, standard deviation 1; Marsaglia's polar method
  /// Mean `shape`, scale 1; shape > 0. Source: Marsaglia and Tsang, ACM TOMS 26(3), 2000.
  [[nodiscard]] double gamma(double shape);

  /// Fisher and Yates.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(i)]);
    }
  }

 private:
  std::mt19937_64 engine_;
  double spare_normal_ = 0.0;
  bool has_spare_normal_ = false;
};

/// A well-mixed 64-bit hash of a counter: independent values without a generator's state.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
constexpr std::uint64_t split_mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace assay
