// Rotary positions, and keys and values into the pages of the cache.
#include "kernels/cuda/llm/card_numbers.cuh"
#include "kernels/cuda/llm/launch.cuh"

namespace assay::cuda {
namespace {

constexpr unsigned kThreads = 256;

/// Two values, rounded for the cache.
template <CacheFormat kFormat>
struct CacheElement;

template <>
struct CacheElement<CacheFormat::bf16> {
  using Bits = std::uint16_t;
  static __device__ Bits from(float value) { return static_cast<Bits>(packed_bf16(value, 0.0F) & 0xffffU); }
  static __device__ std::uint32_t query(float low, float high) { return packed_bf16(low, high); }
};

template <>
struct CacheElement<CacheFormat::f8> {
  using Bits = std::uint8_t;
  static __device__ Bits from(float value) { return __nv_cvt_float_to_fp8(value, __NV_SATFINITE, __NV_E4M3); }
  // Queries are multiplied with keys in binary16: those are far below its largest value, 65504, and it has 3 bits more
  // than bf16.
  static __device__ std::uint32_t query(float low, float high) { return packed_f16(low, high); }
};

__device__ __forceinline__ float2 two_values(const ProductOutput& output, std::size_t row, std::uint32_t size,
                                             std::uint32_t column) {
  float2 values = bf16_pair(*reinterpret_cast<const std::uint32_t*>(output.values + row * size + column));
  if (output.channel_scales != nullptr) {
    const float2 channel = *reinterpret_cast<const float2*>(output.channel_scales + column);
    const float token = output.token_scales[row];
    values = make_float2(values.x * channel.x * token, values.y * channel.y * token);
  }
  return values;
}

// A thread turns the pairs (i, i + dim / 2) and (i + 1, i + 1 + dim / 2) of a head; a row has several blocks.
template <CacheFormat kFormat, int kDim>
__global__ void __launch_bounds__(kThreads) rotate_kernel(RotateWork work) {
  using Element = CacheElement<kFormat>;
  using Bits = typename Element::Bits;
  constexpr std::uint32_t kHalf = kDim / 2;
  constexpr std::uint32_t kUnits = kHalf / 2;  // of a head
  const std::size_t row = blockIdx.x;
  const StepRow of = work.rows[row];
  const std::uint32_t kv_heads = work.cache.kv_heads;
  const std::uint32_t size = (work.heads + 2 * kv_heads) * kDim;
  const std::uint32_t page = work.pages[of.page_offset + of.position / kTokensPerPage];
  const std::uint32_t slot = of.position % kTokensPerPage;
  const float* const cosines = work.cosines + static_cast<std::size_t>(of.position) * kHalf;
  const float* const sines = work.sines + static_cast<std::size_t>(of.position) * kHalf;
  const std::uint32_t head = (blockIdx.y * kThreads + threadIdx.x) / kUnits;
  const std::uint32_t i = threadIdx.x % kUnits * 2;
  if (head >= work.heads + 2 * kv_heads) {
    return;
  }
  static_assert(kThreads % kUnits == 0);
  const float2 first = two_values(work.qkv, row, size, head * kDim + i);
  const float2 second = two_values(work.qkv, row, size, head * kDim + kHalf + i);
  if (head >= work.heads + kv_heads) {
    Bits* const plane = reinterpret_cast<Bits*>(
        block_of<kDim, sizeof(Bits)>(work.cache, page, head - work.heads - kv_heads) + kPlaneBytes<kDim, sizeof(Bits)>);
    plane[i * kTokensPerPage + slot] = Element::from(first.x);
    plane[(i + 1) * kTokensPerPage + slot] = Element::from(first.y);
    plane[(kHalf + i) * kTokensPerPage + slot] = Element::from(second.x);
    plane[(kHalf + i + 1) * kTokensPerPage + slot] = Element::from(second.y);
    return;
  }
  const float2 cosine = *reinterpret_cast<const float2*>(cosines + i);
  const float2 sine = *reinterpret_cast<const float2*>(sines + i);
  const float2 low = make_float2(first.x * cosine.x - second.x * sine.x, first.y * cosine.y - second.y * sine.y);
  const float2 high = make_float2(second.x * cosine.x + first.x * sine.x, second.y * cosine.y + first.y * sine.y);
  if (head < work.heads) {
    std::uint16_t* const to = work.queries + (row * work.heads + head) * kDim;
    *reinterpret_cast<std::uint32_t*>(to + i) = Element::query(low.x, low.y);
    *reinterpret_cast<std::uint32_t*>(to + kHalf + i) = Element::query(high.x, high.y);
    return;
  }
  Bits* const key =
      reinterpret_cast<Bits*>(block_of<kDim, sizeof(Bits)>(work.cache, page, head - work.heads)) + slot * kDim;
  key[i] = Element::from(low.x);
  key[i + 1] = Element::from(low.y);
  key[kHalf + i] = Element::from(high.x);
  key[kHalf + i + 1] = Element::from(high.y);
}

}  // namespace

void launch_rotate(StreamHandle stream, const RotateWork& work) {
  const std::uint32_t units = (work.heads + 2 * work.cache.kv_heads) * (work.cache.dim / 4);
  const dim3 grid(work.row_count, (units + kThreads - 1) / kThreads);
  if (work.cache.format == CacheFormat::f8) {
    const auto kernel =
        work.cache.dim == 128 ? rotate_kernel<CacheFormat::f8, 128> : rotate_kernel<CacheFormat::f8, 64>;
    ASSAY_LAUNCH(kernel, grid, kThreads, stream)(work);
  } else {
    const auto kernel =
        work.cache.dim == 128 ? rotate_kernel<CacheFormat::bf16, 128> : rotate_kernel<CacheFormat::bf16, 64>;
    ASSAY_LAUNCH(kernel, grid, kThreads, stream)(work);
  }
  check_launch("rotate_kernel");
}

}  // namespace assay::cuda
