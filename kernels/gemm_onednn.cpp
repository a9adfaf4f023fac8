// oneDNN behind the interface of gemm_library.hpp. Its prototypes are declared here: those of the matrix products are
// the same in versions 2 and 3.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>

#include "kernels/gemm_library.hpp"
#include "kernels/openmp_threads.hpp"
#include "kernels/shared_library.hpp"

namespace assay {
namespace {

struct OneDnnVersion {  // dnnl_version_t
  int major, minor, patch;
  const char* hash;
  unsigned cpu_runtime, gpu_runtime;
};

using Sgemm = int (*)(char trans_a, char trans_b, std::int64_t m, std::int64_t n, std::int64_t k, float alpha,
                      const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c,
                      std::int64_t ldc);
/// Exported without a prototype in any header; probed before it is offered.
using Bf16Gemm = int (*)(char trans_a, char trans_b, std::int64_t m, std::int64_t n, std::int64_t k, float alpha,
                         const BFloat16* a, std::int64_t lda, const BFloat16* b, std::int64_t ldb, float beta, float* c,
                         std::int64_t ldc);
template <class A>
using ByteGemm = int (*)(char trans_a, char trans_b, char offset_c, std::int64_t m, std::int64_t n, std::int64_t k,
                         float alpha, const A* a, std::int64_t lda, A offset_a, const std::int8_t* b, std::int64_t ldb,
                         std::int8_t offset_b, float beta, std::int32_t* c, std::int64_t ldc, const std::int32_t* co);

constexpr int kSuccess = 0;

struct OneDnn {
  OpenMpThreads threads;
  Sgemm sgemm = nullptr;
  Bf16Gemm bf16 = nullptr;
  ByteGemm<std::uint8_t> u8s8 = nullptr;
  ByteGemm<std::int8_t> s8s8 = nullptr;
  std::string version;
  bool does_bf16 = false;
};

const char* name_of_isa(int isa) {  // dnnl_cpu_isa_t
  switch (isa) {
    case 0x1:
      return "sse41";
    case 0x3:
      return "avx";
    case 0x7:
      return "avx2";
    case 0x27:
      return "avx512_core";
    case 0x67:
      return "avx512_core_vnni";
    case 0xe7:
      return "avx512_core_bf16";
    case 0x3e7:
      return "avx512_core_amx";
    case 0x407:
      return "avx2_vnni";
    default:
      return nullptr;
  }
}

/// The function declines where the processor lacks AVX-512; the product of two small matrices shows that it is the one
/// we mean.
bool multiplies_bf16(const OneDnn& dnn) {
  constexpr std::size_t kN = 4;
  std::array<BFloat16, kN * kN> a{};
  std::array<BFloat16, kN * kN> b{};
  std::array<float, kN * kN> c{};
  for (std::size_t i = 0; i < kN * kN; ++i) {
    a[i] = BFloat16(static_cast<double>(i % 5));
    b[i] = BFloat16(static_cast<double>(i % 7));
  }
  const OpenMpThreads::One one(dnn.threads);
  if (dnn.bf16 == nullptr ||
      dnn.bf16('N', 'N', kN, kN, kN, 1.0F, a.data(), kN, b.data(), kN, 0.0F, c.data(), kN) != kSuccess) {
    return false;
  }
  for (std::size_t i = 0; i < kN * kN; ++i) {
    float sum = 0;
    for (std::size_t k = 0; k < kN; ++k) {
      sum += static_cast<float>(a[i / kN * kN + k]) * static_cast<float>(b[k * kN + i % kN]);
    }
    if (sum != c[i]) {
      return false;
    }
  }
  return true;
}

Reading<OneDnn> open_library() {
  const Reading<SharedLibrary> library = SharedLibrary::open({"libdnnl.so.2", "libdnnl.so.3", "libdnnl.so"});
  if (!library) {
    return Unavailable{library.reason()};
  }
  const auto version = library->function<const OneDnnVersion* (*)()>("dnnl_version");
  const auto effective_isa = library->function<int (*)()>("dnnl_get_effective_cpu_isa");
  OneDnn dnn{.threads = OpenMpThreads(*library),
             .sgemm = library->function<Sgemm>("dnnl_sgemm"),
             .bf16 = library->function<Bf16Gemm>("dnnl_gemm_bf16bf16f32"),
             .u8s8 = library->function<ByteGemm<std::uint8_t>>("dnnl_gemm_u8s8s32"),
             .s8s8 = library->function<ByteGemm<std::int8_t>>("dnnl_gemm_s8s8s32")};
  if (version == nullptr || effective_isa == nullptr || dnn.sgemm == nullptr || dnn.u8s8 == nullptr ||
      dnn.s8s8 == nullptr) {
    return Unavailable{library->name() + " lacks a function of oneDNN that is needed"};
  }
  const OneDnnVersion& v = *version();
  const int isa = effective_isa();
  const char* const isa_name = name_of_isa(isa);
  dnn.version = fmt::format("oneDNN {}.{}.{}, {}", v.major, v.minor, v.patch,
                            isa_name != nullptr ? isa_name : fmt::format("isa {:#x}", isa));
  dnn.does_bf16 = multiplies_bf16(dnn);
  return dnn;
}

const Reading<OneDnn>& library_here() {
  static const Reading<OneDnn> library = open_library();
  return library;
}

Reading<std::string> offer(GemmType type) {
  const Reading<OneDnn>& library = library_here();
  if (!library) {
    return Unavailable{library.reason()};
  }
  if (type == GemmType::f64) {
    return Unavailable{fmt::format("{} multiplies no f64", library->version)};
  }
  if (type == GemmType::bf16 && !library->does_bf16) {
    return Unavailable{fmt::format("{} multiplies no bf16 on this processor", library->version)};
  }
  return library->version;
}

class OneDnnRoutine final : public GemmRoutine {
 public:
  OneDnnRoutine(const OneDnn& dnn, GemmType type, std::size_t n)
      : dnn_(dnn), type_(type), n_(static_cast<std::int64_t>(n)) {}

  void multiply(const void* a, const void* b, void* c) noexcept override {
    const OpenMpThreads::One one(dnn_.threads);
    const std::int32_t no_offset = 0;
    switch (type_) {
      case GemmType::f32:
        dnn_.sgemm('N', 'N', n_, n_, n_, 1.0F, static_cast<const float*>(a), n_, static_cast<const float*>(b), n_, 0.0F,
                   static_cast<float*>(c), n_);
        return;
      case GemmType::bf16:
        dnn_.bf16('N', 'N', n_, n_, n_, 1.0F, static_cast<const BFloat16*>(a), n_, static_cast<const BFloat16*>(b), n_,
                  0.0F, static_cast<float*>(c), n_);
        return;
      case GemmType::u8s8:
        dnn_.u8s8('N', 'N', 'F', n_, n_, n_, 1.0F, static_cast<const std::uint8_t*>(a), n_, 0,
                  static_cast<const std::int8_t*>(b), n_, 0, 0.0F, static_cast<std::int32_t*>(c), n_, &no_offset);
        return;
      case GemmType::s8s8:
        dnn_.s8s8('N', 'N', 'F', n_, n_, n_, 1.0F, static_cast<const std::int8_t*>(a), n_, 0,
                  static_cast<const std::int8_t*>(b), n_, 0, 0.0F, static_cast<std::int32_t*>(c), n_, &no_offset);
        return;
      case GemmType::f64:
        return;  // not offered
    }
  }

 private:
  const OneDnn& dnn_;
  GemmType type_;
  std::int64_t n_;
};

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) {
  return std::make_unique<OneDnnRoutine>(*library_here(), type, n);
}

Bytes workspace(GemmType /*type*/, std::size_t /*n*/) { return {}; }

}  // namespace

const GemmLibrary& onednn_gemm() {
  static const GemmLibrary library{"onednn", "libdnnl2", offer, routine, workspace};
  return library;
}

}  // namespace assay
