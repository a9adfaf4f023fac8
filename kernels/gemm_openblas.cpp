// OpenBLAS behind the interface of gemm_library.hpp. Its prototypes are declared here, so that building needs no
// header of it and running needs the library alone.
#include <fmt/format.h>

#include <string>

#include "kernels/gemm_library.hpp"
#include "kernels/shared_library.hpp"

namespace assay {
namespace {

struct OpenBlas {
  CblasSgemm sgemm = nullptr;
  CblasDgemm dgemm = nullptr;
  std::string version;
};

Reading<OpenBlas> open_library() {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libopenblas.so.0", "libopenblas.so"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  const auto set_threads = library->function<void (*)(int)>("openblas_set_num_threads");
  const auto config = library->function<char* (*)()>("openblas_get_config");
  const auto core = library->function<char* (*)()>("openblas_get_corename");
  OpenBlas blas{.sgemm = library->function<CblasSgemm>("cblas_sgemm"),
                .dgemm = library->function<CblasDgemm>("cblas_dgemm")};
  if (set_threads == nullptr || config == nullptr || core == nullptr || blas.sgemm == nullptr ||
      blas.dgemm == nullptr) {
    return Unavailable{library->name() + " lacks a function of OpenBLAS that is needed"};
  }
  // "OpenBLAS 0.3.21 " and then build options.
  const std::string configuration = config();
  if (configuration.find("USE64BITINT") != std::string::npos) {
    return Unavailable{library->name() + " takes 64-bit sizes; one with 32-bit sizes is needed"};
  }
  set_threads(1);
  const std::size_t name_end = configuration.find(' ');
  const std::size_t version_end = configuration.find(' ', name_end == std::string::npos ? 0 : name_end + 1);
  blas.version = fmt::format("{}, {}", configuration.substr(0, version_end), core());
  return blas;
}

/// The thread count is the library's own process-wide state: it is set once, before anything is multiplied.
const Reading<OpenBlas>& library_here() {
  static const Reading<OpenBlas> library = open_library();
  return library;
}

Reading<std::string> offer(GemmType type) {
  const Reading<OpenBlas>& library = library_here();
  if (!library) {
    return Unavailable{library.reason()};
  }
  if (type != GemmType::f32 && type != GemmType::f64) {
    return Unavailable{fmt::format("{} multiplies f32 and f64 only", library->version)};
  }
  return library->version;
}

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) {
  const OpenBlas& blas = *library_here();
  return type == GemmType::f32 ? make_cblas_gemm(blas.sgemm, n) : make_cblas_gemm(blas.dgemm, n);
}

Bytes workspace(GemmType /*type*/, std::size_t /*n*/) { return {}; }

}  // namespace

const GemmLibrary& openblas_gemm() {
  static const GemmLibrary library{"openblas", "libopenblas0", offer, routine, workspace};
  return library;
}

}  // namespace assay
