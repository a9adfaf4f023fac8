// BLIS behind the interface of gemm_library.hpp; its prototypes are declared here.
#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "kernels/gemm_library.hpp"
#include "kernels/shared_library.hpp"

namespace assay {
namespace {

struct Blis {
  CblasSgemm sgemm = nullptr;
  CblasDgemm dgemm = nullptr;
  std::string version;
};

Reading<Blis> open_library() {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libblis.so.4", "libblis.so.5", "libblis.so"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  const auto set_threads = library->function<void (*)(std::int64_t)>("bli_thread_set_num_threads");
  const auto version = library->function<const char* (*)()>("bli_info_get_version_str");
  const auto integer_bits = library->function<std::int64_t (*)()>("bli_info_get_blas_int_type_size");
  const auto arch_id = library->function<int (*)()>("bli_arch_query_id");
  const auto arch_name = library->function<const char* (*)(int)>("bli_arch_string");
  Blis blis{.sgemm = library->function<CblasSgemm>("cblas_sgemm"),
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

const Reading<Blis>& library_here() {
  static const Reading<Blis> library = open_library();
  return library;
}

Reading<std::string> offer(GemmType type) {
  const Reading<Blis>& library = library_here();
  if (!library) {
    return Unavailable{library.reason()};
  }
  if (type != GemmType::f32 && type != GemmType::f64) {
    return Unavailable{fmt::format("{} multiplies f32 and f64 only", library->version)};
  }
  return library->version;
}

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) {
  const Blis& blis = *library_here();
  return type == GemmType::f32 ? make_cblas_gemm(blis.sgemm, n) : make_cblas_gemm(blis.dgemm, n);
}

Bytes workspace(GemmType /*type*/, std::size_t /*n*/) { return {}; }

}  // namespace

const GemmLibrary& blis_gemm() {
  static const GemmLibrary library{"blis", "libblis4-openmp", offer, routine, workspace};
  return library;
}

}  // namespace assay
