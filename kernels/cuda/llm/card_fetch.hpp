#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/cuda/cuda_call.cuh"
#include "kernels/cuda/llm/llm_kernels.hpp"

namespace assay::cuda {

/// The card's numbers on the host, for checks.

template <class Value>
std::vector<Value> fetch(const Value* from, std::size_t count) {
  std::vector<Value> values(count);
  ASSAY_CUDA(cudaMemcpy(values.data(), from, count * sizeof(Value), cudaMemcpyDeviceToHost));
  return values;
}

[[nodiscard]] inline std::vector<double> in_double(const std::vector<float>& x) { return {x.begin(), x.end()}; }

/// A row of a product's input, with its scale.
[[nodiscard]] std::vector<double> fetch_input(const ProductInputRows& input, std::size_t row, std::size_t columns);
/// A row of a product's output, with the scales where they are still to be applied.
[[nodiscard]] std::vector<double> fetch_output(const ProductOutput& output, std::size_t row, std::size_t columns);
[[nodiscard]] std::vector<double> fetch_queries(const std::uint16_t* from, std::size_t count, CacheFormat format);
[[nodiscard]] std::vector<double> fetch_key(const CacheView& cache, std::uint32_t page, std::uint32_t kv_head,
                                            std::uint32_t slot);
[[nodiscard]] std::vector<double> fetch_value(const CacheView& cache, std::uint32_t page, std::uint32_t kv_head,
                                              std::uint32_t slot);
/// A binary16.
[[nodiscard]] double f16_value(std::uint16_t bits);

}  // namespace assay::cuda
