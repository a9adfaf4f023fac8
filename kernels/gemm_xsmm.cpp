// LIBXSMM behind the interface of gemm_library.hpp. It writes code for one small product at run time; a large matrix is
// cut into blocks that are copied together first, as its authors do (Heinecke et al., SC 2016, section III).
#include <algorithm>
#include <array>
#include <string>

#include "kernels/array.hpp"
#include "kernels/gemm_library.hpp"
#include "kernels/xsmm_kernel.hpp"

namespace assay {
namespace {

constexpr std::size_t kSide = 64;    ///< of a block of C
constexpr std::size_t kDepth = 256;  ///< of the blocks of A and B: C is read and written once for so many steps

/// Edges of the blocks of n: whole ones and what remains at the end.
struct Cut {
  std::size_t size;
  std::size_t step;
  [[nodiscard]] std::size_t at(std::size_t begin) const { return std::min(step, size - begin); }
};

template <class Real>
class XsmmGemm final : public GemmRoutine {
 public:
  explicit XsmmGemm(std::size_t n) : n_(n), packed_a_(kSide * n), packed_b_(n * n) {
    const std::size_t side_rest = n % kSide;
    const std::size_t depth_rest = n % kDepth;
    for (const std::size_t rows : {kSide, side_rest}) {
      for (const std::size_t columns : {kSide, side_rest}) {
        for (const std::size_t depth : {kDepth, depth_rest}) {
          if (rows > 0 && columns > 0 && depth > 0 && rows <= n && columns <= n && depth <= n) {
            for (const bool adds : {false, true}) {
              kernel({rows, columns, depth, adds}) = xsmm_kernel<Real>(
                  {.rows = rows, .columns = columns, .depth = depth, .c_row_length = n, .adds = adds});
            }
          }
        }
      }
    }
  }

  void multiply(const void* a, const void* b, void* c) noexcept override {
    const Cut side{n_, kSide};
    const Cut depth{n_, kDepth};
    pack_b(static_cast<const Real*>(b), side, depth);
    for (std::size_t i = 0; i < n_; i += kSide) {
      pack_a(static_cast<const Real*>(a) + i * n_, side.at(i), depth);
      for (std::size_t j = 0; j < n_; j += kSide) {
        Real* const block = static_cast<Real*>(c) + i * n_ + j;
        for (std::size_t k = 0; k < n_; k += kDepth) {
          const auto multiply_block = kernel({side.at(i), side.at(j), depth.at(k), k > 0});
          multiply_block(packed_b_.data() + j * n_ + k * side.at(j), packed_a_.data() + k * side.at(i), block);
        }
      }
    }
  }

 private:
  struct Block {
    std::size_t rows, columns, depth;
    bool adds;
  };
  XsmmKernel<Real>& kernel(Block block) {
    const auto index = (block.rows == kSide ? 0U : 1U) + (block.columns == kSide ? 0U : 2U) +
                       (block.depth == kDepth ? 0U : 4U) + (block.adds ? 8U : 0U);
    return kernels_[index];
  }

  void pack_a(const Real* rows, std::size_t height, Cut depth) {
    Real* to = packed_a_.data();
    for (std::size_t k = 0; k < n_; k += kDepth) {
      for (std::size_t i = 0; i < height; ++i) {
        to = std::copy_n(rows + i * n_ + k, depth.at(k), to);
      }
    }
  }

  void pack_b(const Real* b, Cut side, Cut depth) {
    Real* to = packed_b_.data();
    for (std::size_t j = 0; j < n_; j += kSide) {
      for (std::size_t k = 0; k < n_; k += kDepth) {
        for (std::size_t row = k; row < k + depth.at(k); ++row) {
          to = std::copy_n(b + row * n_ + j, side.at(j), to);
        }
      }
    }
  }

  std::size_t n_;
  Array<Real> packed_a_;  ///< a row of blocks, each contiguous
  Array<Real> packed_b_;  ///< all blocks, a column of them after the other
  std::array<XsmmKernel<Real>, 16> kernels_{};
};

Reading<std::string> offer(GemmType type) {
  if (type != GemmType::f32 && type != GemmType::f64) {
    return Unavailable{"LIBXSMM is used for f32 and f64 only"};
  }
  return xsmm_version();
}

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) {
  if (type == GemmType::f32) {
    return std::make_unique<XsmmGemm<float>>(n);
  }
  return std::make_unique<XsmmGemm<double>>(n);
}

Bytes workspace(GemmType type, std::size_t n) {
  return {(kSide * n + n * n) * (type == GemmType::f32 ? sizeof(float) : sizeof(double))};
}

}  // namespace

const GemmLibrary& xsmm_gemm() {
  static const GemmLibrary library{"xsmm", "libxsmm-dev", offer, routine, workspace};
  return library;
}

}  // namespace assay
