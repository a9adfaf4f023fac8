// BLIS behind the interface of gemm_library.hpp.
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

#include "kernels/cblas_gemm.hpp"
#include "kernels/shared_library.hpp"

namespace assay {
namespace {

Reading<CblasLibrary> open_library() {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libblis.so.4", "libblis.so.5", "libblis.so"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  const auto set_threads = library->function<void (*)(std::int64_t)>("bli_thread_set_num_threads");
  const auto version = library->function<const char* (*)()>("bli_info_get_version_str");
  const auto integer_bits = library->function<std::int64_t (*)()>("bli_info_get_blas_int_type_size");
  const auto arch_id = library->function<int (*)()>("bli_arch_query_id");
  const auto arch_name = library->function<const char* (*)(int)>("bli_arch_string");
  CblasLibrary blis{.sgemm = library->function<CblasSgemm>("cblas_sgemm"),
                    .dgemm = library->function<CblasDgemm>("cblas_dgemm")};
  if (set_threads == nullptr || version == nullptr || integer_bits == nullptr || arch_id == nullptr ||
      arch_name == nullptr || blis.sgemm == nullptr || blis.dgemm == nullptr) {
    return Unavailable{library->name() + " lacks a function of BLIS that is needed"};
  }
  if (integer_bits() != 32) {
    return Unavailable{library->name() + " takes 64-bit sizes; one with 32-bit sizes is needed"};
  }
  set_threads(1);  // for the whole process, whatever OMP_NUM_THREADS says
  blis.version = fmt::format("BLIS {}, {}", version(), arch_name(arch_id()));
  return blis;
}

const Reading<CblasLibrary>& library_here() {
  static const Reading<CblasLibrary> library = open_library();
  return library;
}

Reading<std::string> offer(GemmType type) { return cblas_offer(library_here(), type); }

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) { return cblas_routine(*library_here(), type, n); }

Bytes workspace(GemmType /*type*/, std::size_t /*n*/) { return {}; }

}  // namespace

const GemmLibrary& blis_gemm() {
  static const GemmLibrary library{"blis", "libblis4-openmp", offer, routine, workspace};
  return library;
}

}  // namespace assay
