#include "kernels/row_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/input_values.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {

RowKernel::RowKernel(const char* name, Shape shape, double range) : shape_(shape), range_(range) {
  if (shape.rows < 1 || shape.rows > kMostRows || shape.columns < kRowColumnStep || shape.columns > kMostColumns ||
      shape.columns % kRowColumnStep != 0) {
    throw std::invalid_argument(
        fmt::format("{}: rows {} must be in the range from 1 to {} and columns {} a multiple of {} up to {}", name,
                    shape.rows, kMostRows, shape.columns, kRowColumnStep, kMostColumns));
  }
  identity_ = {.name = name,
               .version = 1,
               .parameters = {{"rows", std::to_string(shape.rows)}, {"columns", std::to_string(shape.columns)}},
               .facts = {{"simd", simd_target()}}};
}

void RowKernel::prepare(std::uint64_t seed) {
  inputs_ = Array<float>(kSamples * matrix_size());
  output_ = Array<float>(matrix_size());
  fill_uniform(inputs_.span(), {seed, 0}, {-range_, range_});
  std::fill(output_.span().begin(), output_.span().end(), 0.0F);
}

Kernel::Probe RowKernel::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output_.data()[probe_position(i, matrix_size())];
  }
  return found;
}

Kernel::Probe RowKernel::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, matrix_size());
    const std::size_t row = at / shape_.columns;
    const auto y = reference_row({input(sample) + row * shape_.columns, shape_.columns});
    expected[i] = static_cast<float>(y[at % shape_.columns]);
  }
  return expected;
}

OutputCheck RowKernel::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  for (std::size_t row = 0; row < shape_.rows; ++row) {
    const auto expected = reference_row({input(sample) + row * shape_.columns, shape_.columns});
    for (std::size_t i = 0; i < shape_.columns; ++i) {
      const std::size_t at = row * shape_.columns + i;
      comparison.compare(sample, at, expected[i], output_.data()[at]);
    }
  }
  return comparison.result();
}

}  // namespace assay
