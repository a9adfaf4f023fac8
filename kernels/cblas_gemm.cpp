#include "kernels/cblas_gemm.hpp"

#include <fmt/format.h>

namespace assay {
namespace {

constexpr int kRowMajor = 101;  // the values that every cblas.h gives its enumerators
constexpr int kNoTranspose = 111;

template <class Real, class Function>
class CblasGemm final : public GemmRoutine {
 public:
  CblasGemm(Function gemm, std::size_t n) : gemm_(gemm), n_(static_cast<int>(n)) {}

  void multiply(const void* a, const void* b, void* c) noexcept override {
    gemm_(kRowMajor, kNoTranspose, kNoTranspose, n_, n_, n_, Real{1}, static_cast<const Real*>(a), n_,
          static_cast<const Real*>(b), n_, Real{0}, static_cast<Real*>(c), n_);
  }

 private:
  Function gemm_;
  int n_;
};

}  // namespace

Reading<std::string> cblas_offer(const Reading<CblasLibrary>& library, GemmType type) {
  if (!library) {
    return Unavailable{library.reason()};
  }
  if (type != GemmType::f32 && type != GemmType::f64) {
    return Unavailable{fmt::format("{} multiplies f32 and f64 only", library->version)};
  }
  return library->version;
}

std::unique_ptr<GemmRoutine> cblas_routine(const CblasLibrary& library, GemmType type, std::size_t n) {
  if (type == GemmType::f32) {
    return std::make_unique<CblasGemm<float, CblasSgemm>>(library.sgemm, n);
  }
  return std::make_unique<CblasGemm<double, CblasDgemm>>(library.dgemm, n);
}

}  // namespace assay
