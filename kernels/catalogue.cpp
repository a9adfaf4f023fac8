#include <array>

#include "kernels/fma.hpp"
#include "kernels/gemm.hpp"
#include "kernels/gemv.hpp"
#include "kernels/kernel.hpp"
#include "kernels/mlp.hpp"
#include "kernels/triad.hpp"

namespace assay {

std::span<const KernelEntry> kernel_catalogue() {
  static const std::array catalogue{
      KernelEntry{"mlp",
                  "A small perceptron of rectified layers, f32: the default lighthouse; gains from batching.",
                  {{"width", "inputs and outputs of every layer", "512"}, {"layers", "number of layers", "3"}},
                  make_mlp},
      KernelEntry{"gemm",
                  "Dense square matrix product by OpenBLAS: what real code reaches below the FMA peak.",
                  {{"n", "rows and columns", "256"}, {"dtype", "f32 or f64", "f32"}},
                  make_gemm},
      KernelEntry{"gemv",
                  "Weights larger than the last-level cache times a vector: bandwidth; gains from batching.",
                  {{"size", "bytes of weights; auto: 1.25 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
                   {"dtype", "of the weights, f32 or bf16", "f32"}},
                  make_gemv},
      KernelEntry{
          "triad",
          "STREAM triad a = b + s c, f64: memory bandwidth.",
          {{"size", "bytes of the three arrays; auto: 4 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
           {"stores", "regular, or streaming past the caches", "regular"}},
          make_triad},
      KernelEntry{"fma",
                  "Chains of fused multiply-adds in registers: the peak arithmetic rate.",
                  {{"dtype", "f64 or f32", "f64"}, {"iterations", "steps of each chain", "10000"}},
                  make_fma},
  };
  return catalogue;
}

const KernelEntry* find_kernel(std::string_view name) {
  for (const KernelEntry& entry : kernel_catalogue()) {
    if (entry.name == name) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace assay
