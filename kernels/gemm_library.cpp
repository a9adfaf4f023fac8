#include "kernels/gemm_library.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace assay {
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

}  // namespace assay
