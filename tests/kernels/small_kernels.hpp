#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "harness/cpu_features.hpp"
#include "kernels/dot_peak_loops.hpp"
#include "kernels/kernel.hpp"
#include "kernels/simd_choice.hpp"

namespace assay::test_support {

/// A kernel of the catalogue with sizes that a test can afford, in each of its variants.
struct SmallKernel {
  std::string name;
  std::map<std::string, std::string> parameters;

  [[nodiscard]] std::unique_ptr<Kernel> make() const { return find_kernel(name)->make(parameters); }
};

/// dot_peak with each loop that this machine can run.
inline std::vector<SmallKernel> small_dot_peaks() {
  std::vector<SmallKernel> kernels;
  for (const DotPeakLoop& loop : dot_peak_loops(simd_extensions())) {
    if (!loop.tiles || tile_refusal().empty()) {
      kernels.push_back({"dot_peak",
                         {{"dtype", std::string(loop.dtype)},
                          {"mix", std::string(name_of(loop.mix))},
                          {"simd", std::string(loop.simd)},
                          {"iterations", "1000"}}});
    }
  }
  return kernels;
}

inline std::vector<SmallKernel> small_kernels() {
  std::vector<SmallKernel> kernels{
      {"mlp", {{"width", "64"}}},
      {"mlp", {{"width", "192"}, {"layers", "4"}}},
      {"gemm", {{"n", "37"}}},
      {"gemm", {{"n", "64"}, {"dtype", "f64"}}},
      {"gemv", {{"size", "128KiB"}}},
      {"gemv", {{"size", "64KiB"}, {"dtype", "bf16"}}},
      {"triad", {{"size", "96KiB"}}},
      {"triad", {{"size", "96KiB"}, {"stores", "streaming"}}},
      {"stream", {{"mix", "load"}, {"size", "8KiB"}}},
      {"stream", {{"mix", "load"}, {"size", "96KiB"}, {"streams", "2"}, {"pages", "small"}}},
      {"stream", {{"mix", "load"}, {"size", "192KiB"}, {"streams", "3"}}},
      {"stream", {{"mix", "load"}, {"size", "256KiB"}, {"streams", "4"}}},
      {"stream", {{"mix", "store"}, {"size", "8KiB"}}},
      {"stream", {{"mix", "store"}, {"size", "64KiB"}, {"stores", "streaming"}}},
      {"stream", {{"mix", "update"}, {"size", "8KiB"}}},
      {"stream", {{"mix", "update"}, {"size", "256KiB"}}},
      {"stream", {{"mix", "copy"}, {"size", "8KiB"}}},
      {"stream", {{"mix", "copy"}, {"size", "256KiB"}, {"stores", "streaming"}, {"pages", "small"}}},
      {"stream", {{"mix", "scale"}, {"size", "8KiB"}}},
      {"stream", {{"mix", "scale"}, {"size", "64KiB"}, {"stores", "streaming"}}},
      {"stream", {{"mix", "add"}, {"size", "96KiB"}}},
      {"stream", {{"mix", "add"}, {"size", "96KiB"}, {"stores", "streaming"}}},
      {"stream", {{"mix", "triad"}, {"size", "192KiB"}}},
      {"stream", {{"mix", "triad"}, {"size", "192KiB"}, {"stores", "streaming"}}},
      {"stream", {{"mix", "triad"}, {"size", "96KiB"}, {"simd", simd_choices().back().name}}},
      {"dial", {{"intensity", "0.0625"}, {"size", "6KiB"}}},
      {"dial", {{"intensity", "0.25"}, {"size", "6KiB"}}},
      {"dial", {{"intensity", "0.75"}, {"size", "192KiB"}}},
      {"dial", {{"intensity", "32"}, {"size", "3KiB"}, {"pages", "small"}}},
      {"dial", {{"intensity", "0.0625"}, {"size", "6KiB"}, {"dtype", "f32"}}},
      {"dial", {{"intensity", "0.75"}, {"size", "9KiB"}, {"dtype", "f32"}}},
      {"dial", {{"intensity", "4"}, {"size", "6KiB"}, {"dtype", "f32"}, {"simd", simd_choices().back().name}}},
      {"chase", {{"size", "16KiB"}}},
      {"chase", {{"size", "512KiB"}, {"pages", "small"}}},
      {"gather", {{"size", "64KiB"}}},
      {"gather", {{"size", "96KiB"}, {"row", "192"}, {"lookups", "2"}}},
      {"fma", {{"iterations", "100"}}},
      {"fma", {{"iterations", "1000"}, {"dtype", "f32"}}},
      {"gemm", {{"n", "41"}, {"dtype", "bf16"}}},
      {"gemm", {{"n", "41"}, {"dtype", "i8"}}},
      {"gemm", {{"n", "41"}, {"dtype", "s8"}}},
      {"gemm", {{"n", "103"}, {"library", "own"}}},
      {"gemm", {{"n", "50"}, {"dtype", "f64"}, {"library", "own"}}},
      {"gemm", {{"n", "35"}, {"dtype", "bf16"}, {"library", "own"}}},
      {"gemm", {{"n", "35"}, {"dtype", "i8"}, {"library", "own"}}},
      {"gemm", {{"n", "35"}, {"dtype", "s8"}, {"library", "own"}}},
      {"gemm_batch", {{"n", "24"}, {"count", "3"}}},
      {"gemm_batch", {{"n", "8"}, {"count", "5"}, {"library", "own"}}},
      {"gemm_batch", {{"n", "40"}, {"count", "2"}, {"dtype", "f64"}, {"library", "own"}}},
      {"conv2d", {{"side", "8"}, {"channels_in", "16"}, {"channels_out", "24"}}},
      {"conv2d", {{"side", "9"}, {"channels_in", "3"}, {"channels_out", "37"}, {"library", "own"}}},
      {"conv2d", {{"side", "4"}, {"filter", "1"}, {"channels_in", "16"}, {"library", "own"}}},
      {"depthwise", {{"side", "7"}, {"channels", "24"}}},
      {"depthwise", {{"side", "10"}, {"channels", "64"}}},
      {"mobilenet_v2", {{"width", "0.5"}, {"side", "32"}}},
      {"mobilenet_v2", {{"width", "0.5"}, {"side", "32"}, {"dtype", "i8"}, {"library", "own"}}},
      {"softmax", {{"rows", "5"}, {"columns", "192"}}},
      {"layernorm", {{"rows", "5"}, {"columns", "192"}}},
      {"attention", {{"heads", "4"}, {"kv_heads", "2"}, {"head_dim", "64"}, {"context", "128"}}},
      {"attention", {{"heads", "3"}, {"kv_heads", "3"}, {"head_dim", "128"}, {"context", "64"}, {"dtype", "bf16"}}},
      {"llama_decode", {{"preset", "verify"}, {"weights", "bf16"}, {"batch", "2"}, {"context", "21"}, {"held", "2"}}},
      {"ds_cnn", {}},
      {"ds_cnn", {{"model", "robust"}, {"dtype", "f32"}}},
      {"ds_cnn", {{"model", "robust"}, {"simd", "scalar"}}},
      {"isolation", {}},
      {"isolation", {{"dtype", "f32"}}},
      {"peak", {{"iterations", "100"}}},
      {"peak", {{"iterations", "70"}, {"dtype", "f32"}, {"mix", "mul+add"}}},
      {"peak", {{"iterations", "50"}, {"simd", "scalar"}, {"mix", "add"}}}};
#if !defined(__x86_64__)  // an arm64 has no streaming stores
  std::erase_if(kernels, [](const SmallKernel& kernel) { return kernel.parameters.contains("stores"); });
#endif
  for (SmallKernel& kernel : small_dot_peaks()) {
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

/// For the names of parameterised tests and for messages: "gemm dtype=f64 n=64".
inline std::string describe(const SmallKernel& kernel) {
  std::string text = kernel.name;
  for (const auto& [name, value] : kernel.parameters) {
    text += " " + name + "=" + value;
  }
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const SmallKernel& kernel) { return out << describe(kernel); }

}  // namespace assay::test_support
