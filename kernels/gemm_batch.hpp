#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kernels/array.hpp"
#include "kernels/gemm_batch_loop.hpp"
#include "kernels/kernel.hpp"
#include "kernels/xsmm_kernel.hpp"

namespace assay {

/// Many small matrix products, as in block-sparse solvers and in models cut into heads. By LIBXSMM or our own code; in
/// a run neither allocates or locks. A sample is a batch of left matrices; the right ones are common to all.
template <class Real>
class GemmBatch : public Kernel {
 public:
  static constexpr std::size_t kLargestN = 64;
  static constexpr std::size_t kMostProducts = 65536;

  struct Shape {
    std::size_t n = 32;
    std::size_t count = 32;
  };
  /// library: "xsmm", "own", or "auto" for the one that is fastest on this shape, measured when it is first asked.
  /// Throws std::invalid_argument unless n is a multiple of kBatchStep up to kLargestN and count in [1, kMostProducts],
  /// and with the reason if the library is not here.
  explicit GemmBatch(Shape shape, std::string_view library = "auto");

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {2 * shape_.n * batch_size()}; }
  /// The matrices of a batch read, their products written.
  [[nodiscard]] Bytes traffic() const override { return {3 * batch_size() * sizeof(Real)}; }
  [[nodiscard]] Bytes bus_traffic() const override { return {4 * batch_size() * sizeof(Real)}; }
  [[nodiscard]] Bytes memory_per_worker() const override { return {(kSamples + 2) * batch_size() * sizeof(Real)}; }
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of an element: n products of two deviates uniform in [-1, 1).
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<Real> output() { return c_.span(); }

 private:
  static constexpr std::size_t kSamples = 4;

  [[nodiscard]] std::size_t batch_size() const { return shape_.count * shape_.n * shape_.n; }

  Shape shape_;
  XsmmKernel<Real> xsmm_ = nullptr;  ///< nullptr: our own code
  KernelIdentity identity_;
  Array<Real> a_;  ///< kSamples batches
  Array<Real> b_;
  Array<Real> c_;
};

extern template class GemmBatch<float>;
extern template class GemmBatch<double>;

[[nodiscard]] std::unique_ptr<Kernel> make_gemm_batch(const std::map<std::string, std::string>& parameters);

}  // namespace assay
