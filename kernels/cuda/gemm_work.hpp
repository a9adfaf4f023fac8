#pragma once

#include <memory>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// "gemm": a dense product by cuBLASLt, the fastest of the algorithms that it proposes for this shape on this card.
/// Settings: dtype bf16, f16, tf32, f8 (e4m3, from capability 8.9), i8 or f64; n, and m and k where they differ from
/// it, multiples of 16; candidates that race. Outputs are bf16, f16, f32, bf16, i32 and f64.
[[nodiscard]] std::unique_ptr<Work> make_gemm_work(std::int32_t device, const Settings& settings);

}  // namespace assay::cuda
