#include <array>

#include "kernels/attention.hpp"
#include "kernels/chase.hpp"
#include "kernels/conv2d.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/dial.hpp"
#include "kernels/dot_peak.hpp"
#include "kernels/fma.hpp"
#include "kernels/gather.hpp"
#include "kernels/gemm.hpp"
#include "kernels/gemm_batch.hpp"
#include "kernels/gemv.hpp"
#include "kernels/kernel.hpp"
#include "kernels/layernorm.hpp"
#include "kernels/llm/llama_decode.hpp"
#include "kernels/mlp.hpp"
#include "kernels/models/ar_frame.hpp"
#include "kernels/models/network_kernel.hpp"
#include "kernels/models/ssdlite.hpp"
#include "kernels/peak.hpp"
#include "kernels/softmax.hpp"
#include "kernels/stream.hpp"
#include "kernels/tiny/ds_cnn.hpp"
#include "kernels/tiny/isolation.hpp"

namespace assay {
namespace {

constexpr const char* kNetworkLibraries = "onednn, openblas (f32), own; auto: the fastest, by a short measurement";

}  // namespace

std::span<const KernelEntry> kernel_catalogue() {
  static const std::array catalogue{
      KernelEntry{"mlp",
                  "A small perceptron of rectified layers, f32: the default lighthouse; gains from batching.",
                  {{"width", "inputs and outputs of every layer", "512"}, {"layers", "number of layers", "3"}},
                  make_mlp},
      KernelEntry{"resnet50",
                  "ResNet-50 v1.5, seeded weights: image classification on a server, 8.2 Gflop an image.",
                  {{"side", "height and width of the image: 224, 160, 96 or 32", "224"},
                   {"dtype", "f32 or i8 (bytes)", "f32"},
                   {"library", kNetworkLibraries, "auto"}},
                  make_resnet50},
      KernelEntry{"mobilenet_v2",
                  "MobileNetV2, seeded weights: image classification on a phone, 0.6 Gflop an image.",
                  {{"width", "of the layers: 1.0, 0.75 or 0.5", "1.0"},
                   {"side", "height and width of the image: 224, 160, 96 or 32", "224"},
                   {"dtype", "f32 or i8 (bytes)", "f32"},
                   {"library", kNetworkLibraries, "auto"}},
                  make_mobilenet_v2},
      KernelEntry{"ssdlite",
                  "SSDLite on MobileNetV2, seeded weights: a camera's frame of 320 x 192 to boxes.",
                  {{"width", "of the layers: 0.5, 0.75 or 1.0", "0.5"},
                   {"dtype", "f32 or i8 (bytes)", "f32"},
                   {"library", kNetworkLibraries, "auto"}},
                  make_ssdlite},
      KernelEntry{"ar_frame",
                  "A text detector and a recogniser, seeded weights: one frame of a translating phone.",
                  {{"width", "of the detector's layers: 0.75, 0.5 or 1.0", "0.75"},
                   {"crops", "places that are read, 1 to 8", "2"},
                   {"dtype", "f32 or i8 (bytes)", "f32"},
                   {"library", kNetworkLibraries, "auto"}},
                  make_ar_frame},
      KernelEntry{"gemm",
                  "Dense square matrix product by the library that is fastest here: what real code reaches.",
                  {{"n", "rows and columns", "256"},
                   {"dtype", "f32, f64, bf16, i8 (unsigned x signed bytes) or s8 (signed bytes)", "f32"},
                   {"library", "openblas, blis, onednn, xsmm, own; auto: the fastest, by a short measurement", "auto"}},
                  make_gemm},
      KernelEntry{"gemm_batch",
                  "Many small matrix products: what is left of the peak without large panels.",
                  {{"n", "rows and columns of each, a multiple of 8 up to 64", "32"},
                   {"count", "products a run", "32"},
                   {"dtype", "f32 or f64", "f32"},
                   {"library", "xsmm, own; auto: the fastest, by a short measurement", "auto"}},
                  make_gemm_batch},
      KernelEntry{"conv2d",
                  "Dense convolution of one image, f32, stride 1: the bulk of an image network.",
                  {{"side", "height and width of the output", "56"},
                   {"filter", "taps in each direction, 3 or 1", "3"},
                   {"channels_in", "channels of the input", "64"},
                   {"channels_out", "channels of the output", "64"},
                   {"library", "onednn, own; auto: the fastest, by a short measurement", "auto"}},
                  make_conv2d},
      KernelEntry{"depthwise",
                  "Depthwise convolution of 3 x 3, f32: little work a byte, as in mobile networks.",
                  {{"side", "height and width of the output", "112"}, {"channels", "a multiple of 8", "32"}},
                  make_depthwise},
      KernelEntry{"softmax",
                  "Softmax of each row of a matrix, f32: exponentials.",
                  {{"rows", "of the matrix", "128"}, {"columns", "of the matrix, a multiple of 64", "1024"}},
                  make_softmax},
      KernelEntry{"layernorm",
                  "Layer normalisation of each row of a matrix, f32: reductions.",
                  {{"rows", "of the matrix", "128"}, {"columns", "of the matrix, a multiple of 64", "1024"}},
                  make_layernorm},
      KernelEntry{"attention",
                  "One token's attention over a cache of keys and values: a decode step's bandwidth.",
                  {{"heads", "of the queries, a multiple of kv_heads", "32"},
                   {"kv_heads", "of the cache; fewer than heads: grouped queries", "8"},
                   {"head_dim", "elements of a head, a multiple of 64", "128"},
                   {"context", "tokens in the cache, a multiple of 64", "4096"},
                   {"dtype", "of the cache, f32 or bf16", "f32"}},
                  make_attention},
      KernelEntry{"gemv",
                  "Weights larger than the last-level cache times a vector: bandwidth; gains from batching.",
                  {{"size", "bytes of weights; auto: 1.25 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
                   {"dtype", "of the weights, f32 or bf16", "f32"}},
                  make_gemv},
      KernelEntry{"llama_decode",
                  "One iteration of a Llama decoder of the true shape, seeded weights: a token for each sequence.",
                  {{"preset", "llama3-70b, llama3-8b, llama3.2-1b, tiny (169 M) or verify (8 M)", "tiny"},
                   {"weights", "of the layers and the head: int8, bf16 or int4", "int8"},
                   {"kv", "of the cache: bf16 or int8", "bf16"},
                   {"batch", "sequences of an iteration", "1"},
                   {"context", "tokens that each sees, its own included", "128"},
                   {"threads", "of one worker, on the CPUs that the process may use", "1"},
                   {"held", "layers with weights of their own; auto: all that fit, at least 8", "auto"}},
                  make_llama_decode},
      KernelEntry{"ds_cnn",
                  "Keyword spotting of MLPerf Tiny on a second of speech: a small trained network.",
                  {{"model", "clean: trained in quiet rooms; robust: in noise and echo", "clean"},
                   {"dtype", "i8 (weights and values) or f32", "i8"},
                   {"simd", "widest (of this processor) or scalar", "widest"}},
                  make_ds_cnn},
      KernelEntry{"isolation",
                  "One 10 ms frame of a small trained recurrent network that isolates speech.",
                  {{"dtype", "of the weights, i8 or f32; values are f32", "i8"}},
                  make_isolation},
      KernelEntry{
          "triad",
          "STREAM triad a = b + s c, f64: memory bandwidth.",
          {{"size", "bytes of the three arrays; auto: 4 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
           {"stores", "regular, or streaming past the caches", "regular"}},
          make_triad},
      KernelEntry{"stream",
                  "Loads and stores of one mix, f64: the bandwidth of each memory level.",
                  {{"mix", "load, store, update (in place), copy, scale, add or triad", "load"},
                   {"streams", "of load: parts of the memory read at the same time, 1 to 4", "1"},
                   {"stores", "regular, or streaming past the caches", "regular"},
                   {"size", "bytes of all operands; auto: 4 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
                   {"pages", "huge, or small: 4 KiB", "huge"},
                   {"simd", "instruction set: auto, avx512, avx2, sse, neon, sve; down to scalar or sse2", "auto"}},
                  make_stream},
      KernelEntry{"dial",
                  "Loads and FMAs in a set proportion: the points between the roofs.",
                  {{"intensity", "flop/byte, one of 16 from 0.0625 to 32", "1"},
                   {"dtype", "f64 or f32", "f64"},
                   {"size", "bytes of the operands; auto: 4 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
                   {"pages", "huge, or small: 4 KiB", "huge"},
                   {"simd", "instruction set: auto, avx512, avx2, sse, neon, sve; down to scalar or sse2", "auto"}},
                  make_dial},
      KernelEntry{"chase",
                  "Dependent loads on a random cycle of lines: the latency of each memory level.",
                  {{"size", "bytes of the lines; auto: 4 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
                   {"pages", "huge, or small: 4 KiB", "huge"}},
                  make_chase},
      KernelEntry{"gather",
                  "Sums of random rows of a table, f32: the embedding lookups of a recommendation model.",
                  {{"size", "bytes of the table; auto: 4 x the last-level cache, 64MiB to 1/8 of memory", "auto"},
                   {"row", "bytes of a row, a multiple of 64", "256"},
                   {"lookups", "rows of one sum", "64"}},
                  make_gather},
      KernelEntry{"fma",
                  "Chains of fused multiply-adds in registers: the peak arithmetic rate.",
                  {{"dtype", "f64 or f32", "f64"}, {"iterations", "steps of each chain", "10000"}},
                  make_fma},
      KernelEntry{"peak",
                  "Chains of one mix of instructions in registers: what the pipes of one vector width reach.",
                  {{"dtype", "f64 or f32", "f64"},
                   {"mix", "fma, fma+add, mul+add, add; auto: the best of a matrix product", "auto"},
                   {"simd", "scalar, sse, avx2, avx512, neon, sve; auto: the widest here", "auto"},
                   {"iterations", "of the loop", "10000"}},
                  make_peak},
      KernelEntry{
          "dot_peak",
          "Products of bytes or bfloat16 summed in registers or tiles: the peak rate in few bits.",
          {{"dtype", "i8 or bf16", "i8"},
           {"mix", "dot: products summed in 32 bits; maddubs: the bare vpmaddubsw, no roof of a GEMM", "dot"},
           {"simd", "scalar, avx2, avx_vnni, avx512_vnni, avx512_bf16, amx, neon_dot; auto: the best here", "auto"},
           {"iterations", "steps of each accumulator", "10000"}},
          make_dot_peak},
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
