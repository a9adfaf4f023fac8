#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/unavailable.hpp"
#include "harness/units.hpp"
#include "kernels/bfloat16.hpp"
#include "kernels/input_values.hpp"

namespace assay {

/// What a product multiplies and what it adds up in: bf16 in float, bytes in 32-bit integers.
enum class GemmType { f32, f64, bf16, u8s8, s8s8 };
[[nodiscard]] std::string_view name_of(GemmType type);  ///< the value of a kernel's dtype: "f32", ..., "i8", "s8"

/// The elements of A, B and C = A B, found by the element of A, and the inputs that a kernel fills them with. Bytes
/// leave out the top bit: x86 processors without VNNI add pairs of byte products in 16 bits, which saturates (255 x 127
/// x 2 > 32767), and libraries take that into account no more than their users do.
template <class Element>
struct GemmElements;

template <>
struct GemmElements<float> {
  using B = float;
  using C = float;
  static constexpr GemmType kType = GemmType::f32;
  static constexpr UniformRange kRangeA{};
  static constexpr UniformRange kRangeB{};
};
template <>
struct GemmElements<double> {
  using B = double;
  using C = double;
  static constexpr GemmType kType = GemmType::f64;
  static constexpr UniformRange kRangeA{};
  static constexpr UniformRange kRangeB{};
};
template <>
struct GemmElements<BFloat16> {
  using B = BFloat16;
  using C = float;
  static constexpr GemmType kType = GemmType::bf16;
  static constexpr UniformRange kRangeA{};
  static constexpr UniformRange kRangeB{};
};
template <>
struct GemmElements<std::uint8_t> {
  using B = std::int8_t;
  using C = std::int32_t;
  static constexpr GemmType kType = GemmType::u8s8;
  static constexpr UniformRange kRangeA{0, 128};
  static constexpr UniformRange kRangeB{-64, 64};
};
template <>
struct GemmElements<std::int8_t> {
  using B = std::int8_t;
  using C = std::int32_t;
  static constexpr GemmType kType = GemmType::s8s8;
  static constexpr UniformRange kRangeA{-64, 64};
  static constexpr UniformRange kRangeB{-64, 64};
};

/// C = A B, square, dense and row-major, by one library on the calling thread alone.
class GemmRoutine {
 public:
  GemmRoutine() = default;
  GemmRoutine(const GemmRoutine&) = delete;
  GemmRoutine& operator=(const GemmRoutine&) = delete;
  virtual ~GemmRoutine() = default;

  /// a, b, c: n x n elements of the type and size that the routine was made for; 64-byte aligned, not overlapping.
  virtual void multiply(const void* a, const void* b, void* c) noexcept = 0;
};

/// A way to multiply matrices. The libraries are opened when they are first asked for anything, and are told once to
/// compute on the calling thread alone: parallelism is the business of the pinned workers.
struct GemmLibrary {
  std::string_view name;     ///< the value of a kernel's parameter `library`
  std::string_view package;  ///< of Debian, that brings it
  /// The version and the code path that it chose for this processor, or why it cannot do this type here.
  Reading<std::string> (*offer)(GemmType type);
  /// A routine of the calling thread. Only for a type that is offered.
  std::unique_ptr<GemmRoutine> (*routine)(GemmType type, std::size_t n);
  Bytes (*workspace)(GemmType type, std::size_t n);  ///< memory of one routine, apart from what the library keeps
};

/// OpenBLAS, BLIS, oneDNN, LIBXSMM and our own code, in the order in which they are preferred where they are equal.
[[nodiscard]] std::span<const GemmLibrary> gemm_libraries();

/// Throws std::invalid_argument if there is none of that name.
[[nodiscard]] const GemmLibrary& gemm_library(std::string_view name);

[[nodiscard]] const GemmLibrary& openblas_gemm();
[[nodiscard]] const GemmLibrary& blis_gemm();
[[nodiscard]] const GemmLibrary& onednn_gemm();
[[nodiscard]] const GemmLibrary& xsmm_gemm();
[[nodiscard]] const GemmLibrary& own_gemm();

}  // namespace assay
