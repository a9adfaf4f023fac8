#include "kernels/gemm_library.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

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

std::string_view name_of(GemmType type) {
  switch (type) {
    case GemmType::f32:
      return "f32";
    case GemmType::f64:
      return "f64";
    case GemmType::bf16:
      return "bf16";
    case GemmType::u8s8:
      return "i8";
    case GemmType::s8s8:
      return "s8";
  }
  return "";
}

std::span<const GemmLibrary> gemm_libraries() {
  static const std::array libraries{openblas_gemm(), blis_gemm(), onednn_gemm(), xsmm_gemm(), own_gemm()};
  return libraries;
}

const GemmLibrary& gemm_library(std::string_view name) {
  for (const GemmLibrary& library : gemm_libraries()) {
    if (library.name == name) {
      return library;
    }
  }
  throw std::invalid_argument(fmt::format("there is no library '{}' of matrix products", name));
}

std::unique_ptr<GemmRoutine> make_cblas_gemm(CblasSgemm sgemm, std::size_t n) {
  return std::make_unique<CblasGemm<float, CblasSgemm>>(sgemm, n);
}

std::unique_ptr<GemmRoutine> make_cblas_gemm(CblasDgemm dgemm, std::size_t n) {
  return std::make_unique<CblasGemm<double, CblasDgemm>>(dgemm, n);
}

}  // namespace assay
