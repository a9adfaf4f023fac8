#include "kernels/gemm_own.hpp"

#include "kernels/array.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

template <class Element>
class OwnGemm final : public GemmRoutine {
 public:
  explicit OwnGemm(std::size_t n) : n_(n), panel_a_(kOwnPanelA), panel_b_(own_panel_b(n)) {}

  void multiply(const void* a, const void* b, void* c) noexcept override {
    own_product({.n = n_,
                 .a = static_cast<const Element*>(a),
                 .b = static_cast<const typename GemmElements<Element>::B*>(b),
                 .c = static_cast<typename GemmElements<Element>::C*>(c),
                 .panel_a = panel_a_.data(),
                 .panel_b = panel_b_.data()});
  }

 private:
  std::size_t n_;
  Array<typename OwnProduct<Element>::Real> panel_a_;
  Array<typename OwnProduct<Element>::Real> panel_b_;
};

Reading<std::string> offer(GemmType type) {
  const char* const arithmetic = type == GemmType::f32 || type == GemmType::f64 ? "" : ", computes in f32";
  return "own code, " + simd_target() + arithmetic;
}

std::unique_ptr<GemmRoutine> routine(GemmType type, std::size_t n) {
  switch (type) {
    case GemmType::f32:
      return std::make_unique<OwnGemm<float>>(n);
    case GemmType::f64:
      return std::make_unique<OwnGemm<double>>(n);
    case GemmType::bf16:
      return std::make_unique<OwnGemm<BFloat16>>(n);
    case GemmType::u8s8:
      return std::make_unique<OwnGemm<std::uint8_t>>(n);
    case GemmType::s8s8:
      return std::make_unique<OwnGemm<std::int8_t>>(n);
  }
  return nullptr;
}

Bytes workspace(GemmType type, std::size_t n) {
  return {(kOwnPanelA + own_panel_b(n)) * (type == GemmType::f64 ? sizeof(double) : sizeof(float))};
}

}  // namespace

const GemmLibrary& own_gemm() {
  static const GemmLibrary library{"own", "", offer, routine, workspace};
  return library;
}

}  // namespace assay
