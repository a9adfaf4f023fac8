#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

// CUDA's words for g++: enough of them to run the kernels of kernels/cuda/llm on the CPU, a block at a time, its
// threads as fibers that switch where a warp or a block works together. What a kernel computes is then tested where
// there is no card; how fast, and what races between blocks would do, is not.

#define __host__
#define __device__
#define __global__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)

#if defined(__aarch64__) && !defined(__clang__) && __GNUC__ < 13
using float16 = __fp16;  // for C++ this GCC has the other name on x86-64 only
#else
using float16 = _Float16;
#endif

struct uint2 {
  std::uint32_t x, y;
};
struct alignas(16) uint4 {
  std::uint32_t x, y, z, w;
};
struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline uint2 make_uint2(std::uint32_t x, std::uint32_t y) { return {x, y}; }
inline uint4 make_uint4(std::uint32_t x, std::uint32_t y, std::uint32_t z, std::uint32_t w) { return {x, y, z, w}; }
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

struct dim3 {
  dim3(std::uint32_t x_size = 1, std::uint32_t y_size = 1, std::uint32_t z_size = 1)
      : x(x_size), y(y_size), z(z_size) {}
  std::uint32_t x, y, z;
};

namespace assay::on_host {

/// Where the running thread is.
struct Place {
  dim3 thread, block, threads, blocks;
};
Place& here();

/// Every lane of the warp gives a word and gets what `combine` makes of all 32 for it.
using Words = std::uint64_t[32];
void warp_meets(const void* given, std::size_t size,
                void (*combine)(const std::byte* all, std::size_t size, void* context), void* context);
/// All 32 values of the warp, in the order of its lanes.
template <class Value>
struct OfWarp {
  Value lane[32];
};
template <class Value>
OfWarp<Value> gather(const Value& mine) {
  OfWarp<Value> all;
  warp_meets(
      &mine, sizeof mine, [](const std::byte* values, std::size_t, void* to) { std::memcpy(to, values, sizeof all); },
      &all);
  return all;
}
/// Waits for the block; the sum of what its threads give.
int block_meets(int given);

}  // namespace assay::on_host

#define threadIdx (assay::on_host::here().thread)
#define blockIdx (assay::on_host::here().block)
#define blockDim (assay::on_host::here().threads)
#define gridDim (assay::on_host::here().blocks)

inline void __syncthreads() { (void)assay::on_host::block_meets(0); }
inline int __syncthreads_or(int value) { return assay::on_host::block_meets(value != 0 ? 1 : 0) != 0 ? 1 : 0; }
template <class Value>
Value __shfl_xor_sync(unsigned, Value value, int lanes) {
  return assay::on_host::gather(value).lane[(threadIdx.x % 32) ^ static_cast<unsigned>(lanes)];
}
inline int __any_sync(unsigned, int predicate) {
  const auto all = assay::on_host::gather(predicate);
  return std::any_of(all.lane, all.lane + 32, [](int one) { return one != 0; }) ? 1 : 0;
}
template <class Value>
Value __ldg(const Value* from) {
  return *from;
}
template <class Value>
Value __ldcg(const Value* from) {
  return *from;
}
template <class Value>
void __stcg(Value* to, Value value) {
  *to = value;
}
inline unsigned long long atomicAdd(unsigned long long* to, unsigned long long value) {
  const unsigned long long before = *to;
  *to += value;
  return before;
}
/// The bytes of y and x, of which each of the selector's four nibbles names one.
inline std::uint32_t __byte_perm(std::uint32_t x, std::uint32_t y, std::uint32_t selector) {
  const std::uint64_t bytes = std::uint64_t{y} << 32U | x;
  std::uint32_t result = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    result |= static_cast<std::uint32_t>(bytes >> (8U * (selector >> (4U * i) & 7U)) & 255U) << (8U * i);
  }
  return result;
}
inline float rsqrtf(float x) { return 1.0F / std::sqrt(x); }
inline std::uint32_t min(std::uint32_t a, std::uint32_t b) { return std::min(a, b); }
