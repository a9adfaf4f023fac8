#include "kernels/layernorm.hpp"

#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"

namespace assay {

void LayerNorm::prepare(std::uint64_t seed) {
  RowKernel::prepare(seed);
  gain_ = Array<float>(shape().columns);
  shift_ = Array<float>(shape().columns);
  fill_uniform(gain_.span(), {seed, 1}, {0.5, 1.5});
  fill_uniform(shift_.span(), {seed, 2}, {});
}

void LayerNorm::run(std::span<const std::uint32_t> samples) noexcept {
  layer_norm({.x = input(samples[0]),
              .gain = gain_.data(),
              .shift = shift_.data(),
              .y = output().data(),
              .rows = shape().rows,
              .columns = shape().columns});
}

// With u = 2^-24 and n columns, sums err by at most n u times the sum of sizes (Higham, Accuracy and Stability, 2002,
// section 4.2): the mean by n u / 2, since |x| is 1/2 on average, and 1.8 times that in units of the deviation 0.58;
// the variance by (n + 4) u of itself, the inverse root by half of that and 3 u. A normalised element is at most 1.8,
// a gain 1.5: 1.5 (0.9 n + 1.8 (n / 2 + 5)) u, and 3 u for the last steps and the rounding of a probe. The figures hold
// for rows as long as 64 to within a quarter, which 3.5 n in place of 2.7 n covers.
double LayerNorm::tolerance() const { return (3.5 * static_cast<double>(shape().columns) + 20) * 0x1.0p-24; }

std::vector<double> LayerNorm::reference_row(std::span<const float> x) const {
  return reference_layer_norm(std::vector<double>(x.begin(), x.end()), gain_.span(), shift_.span());
}

std::unique_ptr<Kernel> make_layernorm(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("layernorm"), parameters);
  const std::uint64_t rows = given.integer("rows", {1, RowKernel::kMostRows});
  const std::uint64_t columns = given.integer("columns", {kRowColumnStep, RowKernel::kMostColumns, kRowColumnStep});
  given.throw_if_bad();
  return std::make_unique<LayerNorm>(RowKernel::Shape{.rows = rows, .columns = columns});
}

}  // namespace assay
