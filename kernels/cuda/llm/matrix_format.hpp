#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/cuda/llm/llm_interface.h"
#include "kernels/cuda/llm/llm_kernels.hpp"
#include "kernels/cuda/llm/weight_values.hpp"

namespace assay::cuda {

/// How a matrix is stored, row-major. int4: groups of kInt4Group columns along a row, each with a scale.
enum class MatrixFormat : std::uint8_t { bf16, f8, int4 };

/// All that depends on the format of the layers' matrices, in one place.
struct FormatTraits {
  MatrixFormat format;
  std::int32_t code;               ///< AssayLlmFormat
  const char* name;                ///< in results
  std::uint32_t bits;              ///< of an element
  std::uint32_t scales_of_row;     ///< beside those of groups
  std::uint32_t group;             ///< columns that share a scale; 0: none do
  ActivationFormat inputs;         ///< of its products
  const char* inputs_name;         ///< in results
  std::uint32_t least_capability;  ///< of a card whose matrix units multiply it
  char plan_letter;                ///< of the plan that holds all of it
  const char* label;               ///< in the plan's label; empty: it goes without saying

  /// Columns of a row are a multiple of it: 16 bytes of inputs, or a group.
  [[nodiscard]] constexpr std::uint32_t columns_step() const { return group > 0 ? group : 16; }
  [[nodiscard]] constexpr std::size_t row_bytes(std::uint32_t columns) const { return std::size_t{columns} * bits / 8; }
  [[nodiscard]] constexpr std::uint32_t row_scales(std::uint32_t columns) const {
    return group > 0 ? columns / group : scales_of_row;
  }
  [[nodiscard]] constexpr std::uint64_t matrix_bytes(std::uint32_t rows, std::uint32_t columns) const {
    return rows * (std::uint64_t{row_bytes(columns)} + row_scales(columns) * sizeof(float));
  }
};

inline constexpr FormatTraits kBf16Format{.format = MatrixFormat::bf16,
                                          .code = ASSAY_LLM_BF16,
                                          .name = "bf16",
                                          .bits = 16,
                                          .scales_of_row = 0,
                                          .group = 0,
                                          .inputs = ActivationFormat::bf16,
                                          .inputs_name = "bf16",
                                          .least_capability = 80,
                                          .plan_letter = 'B',
                                          .label = ""};
inline constexpr FormatTraits kF8Format{.format = MatrixFormat::f8,
                                        .code = ASSAY_LLM_F8,
                                        .name = "fp8 (e4m3, one scale a row)",
                                        .bits = 8,
                                        .scales_of_row = 1,
                                        .group = 0,
                                        .inputs = ActivationFormat::f8,
                                        .inputs_name = "e4m3, one scale a token and product",
                                        .least_capability = 89,
                                        .plan_letter = 'A',
                                        .label = ""};
inline constexpr FormatTraits kInt4Format{.format = MatrixFormat::int4,
                                          .code = ASSAY_LLM_INT4,
                                          .name = "W4A16 (4 bits, one scale for 128 columns)",
                                          .bits = 4,
                                          .scales_of_row = 0,
                                          .group = kInt4Group,
                                          .inputs = ActivationFormat::bf16,
                                          .inputs_name = "bf16",
                                          .least_capability = 80,
                                          .plan_letter = 'C',
                                          .label = "W4A16"};
/// In the order of MatrixFormat.
inline constexpr std::array<FormatTraits, 3> kMatrixFormats{kBf16Format, kF8Format, kInt4Format};

[[nodiscard]] constexpr const FormatTraits& traits_of(MatrixFormat format) {
  return kMatrixFormats[static_cast<std::size_t>(format)];
}

/// Returns nullptr where `code` is no AssayLlmFormat.
[[nodiscard]] constexpr const FormatTraits* find_format(std::int32_t code) {
  for (const FormatTraits& one : kMatrixFormats) {
    if (one.code == code) {
      return &one;
    }
  }
  return nullptr;
}

/// Of options that were checked: bf16 for what is none.
[[nodiscard]] constexpr const FormatTraits& format_of(std::int32_t code) {
  const FormatTraits* const found = find_format(code);
  return found != nullptr ? *found : kBf16Format;
}

/// Rows of inputs stored as a matrix is.
[[nodiscard]] constexpr MatrixFormat matrix_format_of(ActivationFormat inputs) {
  return inputs == ActivationFormat::f8 ? MatrixFormat::f8 : MatrixFormat::bf16;
}

}  // namespace assay::cuda
