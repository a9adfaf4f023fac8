#pragma once

#include <cstdint>

#include "harness/time.hpp"
#include "kernels/llm/llama_shape.hpp"
#include "scenarios/serving/device_ceilings.hpp"

namespace assay {

/// Kept free of weights and cache on a device: activations, library workspaces, the driver.
inline constexpr Bytes kDeviceReserve{2'000'000'000};

/// The shortest time that the ceilings allow for one decode step: max(bytes / reading, work / products). Nothing
/// measured: arithmetic.
struct DecodeFloor {
  double step_s = 0.0;
  double tokens_per_s = 0.0;
  bool compute_bound = false;
  bool fits = true;  ///< weights, cache of the whole batch and kDeviceReserve within the device's memory
};
/// `batch` sequences that each hold `context` tokens.
[[nodiscard]] DecodeFloor decode_floor(const LlamaShape& shape, const DecoderFormats& formats,
                                       const DeviceCeilings& device, std::uint64_t batch, std::uint64_t context);

/// Work of a prompt at the ceilings; the reading of the weights is below it from a few hundred tokens on.
[[nodiscard]] double prefill_floor_s(const LlamaShape& shape, WeightFormat weights, const DeviceCeilings& device,
                                     std::uint64_t tokens);

/// Batch from which on a step without context is compute-bound: bytes read over reading, against work a sequence.
[[nodiscard]] double ridge_batch(const LlamaShape& shape, const DecoderFormats& formats, const DeviceCeilings& device);

/// Output tokens a second when the products never pause: all prompts and answers at the ceiling, no reading at all.
[[nodiscard]] double offline_ceiling(const LlamaShape& shape, WeightFormat weights, const DeviceCeilings& device,
                                     std::uint64_t input, std::uint64_t output);

/// Tokens of cache beside the weights; 0 where the weights alone do not fit.
[[nodiscard]] std::uint64_t kv_room_tokens(const LlamaShape& shape, const DecoderFormats& formats, Bytes memory,
                                           Bytes reserve = kDeviceReserve);

}  // namespace assay
