#include "kernels/dots.hpp"

namespace assay {
namespace {

DotVariant gemm(const char* n, const char* dtype) {
  return {
      .kernel = "gemm", .parameters = {{"n", n}, {"dtype", dtype}}, .label = std::string("gemm ") + n, .dtype = dtype};
}

}  // namespace

std::vector<DotVariant> dot_variants() {
  return {
      gemm("256", "f32"),
      gemm("512", "f32"),
      gemm("256", "f64"),
      gemm("512", "f64"),
      gemm("256", "i8"),
      gemm("512", "i8"),
      {"gemm_batch", {{"n", "16"}, {"dtype", "f32"}}, "gemm_batch 16", "f32"},
      {"gemm_batch", {{"n", "32"}, {"dtype", "f32"}}, "gemm_batch 32", "f32"},
      {"gemm_batch", {{"n", "32"}, {"dtype", "f64"}}, "gemm_batch 32", "f64"},
      {"gemv", {{"dtype", "f32"}}, "gemv", "f32"},
      {"gemv", {{"dtype", "bf16"}}, "gemv bf16", "f32"},
      {"conv2d", {{"filter", "3"}}, "conv2d 3x3", "f32"},
      {"conv2d", {{"filter", "1"}, {"channels_out", "256"}}, "conv2d 1x1", "f32"},
      {"depthwise", {}, "depthwise 3x3", "f32"},
      {"softmax", {}, "softmax", "f32"},
      {"layernorm", {}, "layernorm", "f32"},
      {"attention", {{"dtype", "f32"}}, "attention", "f32"},
      {"mlp", {}, "mlp", "f32"},
  };
}

}  // namespace assay
