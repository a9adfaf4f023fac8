#include "kernels/softmax.hpp"

#include "kernels/kernel_parameters.hpp"

namespace assay {

void Softmax::run(std::span<const std::uint32_t> samples) noexcept {
  softmax({.x = input(samples[0]), .y = output().data(), .rows = shape().rows, .columns = shape().columns});
}

// With u = 2^-24: the difference to the maximum is below 8 and rounded to within 8 u, which is the relative error that
// it gives its exponential; the exponential's own is 4 u. The sum of positive terms adds at most n u to the error of
// its terms (Higham, Accuracy and Stability, 2002, section 4.2), division and multiplication 2 u, and a probe rounds
// once more: 2 (8 + 4) + n + 3.
double Softmax::tolerance() const { return (static_cast<double>(shape().columns) + 27) * 0x1.0p-24; }

std::vector<double> Softmax::reference_row(std::span<const float> x) const {
  return reference_softmax(std::vector<double>(x.begin(), x.end()));
}

std::unique_ptr<Kernel> make_softmax(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("softmax"), parameters);
  const std::uint64_t rows = given.integer("rows", {1, RowKernel::kMostRows});
  const std::uint64_t columns = given.integer("columns", {kRowColumnStep, RowKernel::kMostColumns, kRowColumnStep});
  given.throw_if_bad();
  return std::make_unique<Softmax>(RowKernel::Shape{.rows = rows, .columns = columns});
}

}  // namespace assay
