// OpenBLAS behind the interface of gemm_library.hpp.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "kernels/cblas_gemm.hpp"
#include "kernels/shared_library.hpp"

namespace assay {
namespace {

Reading<CblasLibrary> open_library() {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libopenblas.so.0", "libopenblas.so"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  const auto set_threads = library->function<void (*)(int)>("openblas_set_num_threads");
  const auto config = library->function<char* (*)()>("openblas_get_config");
  const auto core = library->function<char* (*)()>("openblas_get_corename");
  CblasLibrary blas{.sgemm = library->function<CblasSgemm>("cblas_sgemm"),
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

Reading<std::string> offer(GemmType type) { return cblas_offer(openblas_library(), type); }

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) {
  return cblas_routine(*openblas_library(), type, n);
}

Bytes workspace(GemmType /*type*/, std::size_t /*n*/) { return {}; }

}  // namespace

// The thread count is the library's own process-wide state: it is set once, before anything is multiplied.
const Reading<CblasLibrary>& openblas_library() {
  static const Reading<CblasLibrary> library = open_library();
  return library;
}

const GemmLibrary& openblas_gemm() {
  static const GemmLibrary library{"openblas", "libopenblas0", offer, routine, workspace};
  return library;
}

}  // namespace assay
