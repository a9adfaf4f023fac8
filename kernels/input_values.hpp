#pragma once

#include <cstdint>
#include <span>

#include "kernels/bfloat16.hpp"

namespace assay {

/// Which input of a kernel a value belongs to: equal seeds with different streams give unrelated values.
struct InputStream {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
};

/// Interval of a uniform distribution, [lowest, highest).
struct UniformRange {
  double lowest = -1.0;
  double highest = 1.0;
};

/// Fills `values` with uniform deviates. Each is a function of seed, stream and index alone (a counter-based
/// generator), so equal arguments give equal values in every instance, thread and build.
void fill_uniform(std::span<float> values, InputStream stream, UniformRange range);
void fill_uniform(std::span<double> values, InputStream stream, UniformRange range);
void fill_uniform(std::span<BFloat16> values, InputStream stream, UniformRange range);
/// Whole numbers: lowest, ..., highest - 1.
void fill_uniform(std::span<std::uint8_t> values, InputStream stream, UniformRange range);
void fill_uniform(std::span<std::int8_t> values, InputStream stream, UniformRange range);

}  // namespace assay
