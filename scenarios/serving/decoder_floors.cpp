#include "scenarios/serving/decoder_floors.hpp"

#include <algorithm>

namespace assay {

namespace {

double as_double(Flops work) { return static_cast<double>(work.count); }

Flops token_work(const LlamaShape& shape) { return shape.layers_work() + shape.head_work(); }

}  // namespace

DecodeFloor decode_floor(const LlamaShape& shape, const DecoderFormats& formats, const DeviceCeilings& device,
                         std::uint64_t batch, std::uint64_t context) {
  const Bytes cache = shape.kv_bytes_per_token(formats.kv) * (batch * context);
  const double memory_s = static_cast<double>((shape.streamed_bytes(formats) + cache).count) / device.read.value;
  const double compute_s = as_double(token_work(shape) * batch) / device.layers_rate(formats.weights).value +
                           as_double(shape.attention_work(context) * batch) / device.products.value;
  DecodeFloor floor{.step_s = std::max(memory_s, compute_s), .compute_bound = compute_s > memory_s};
  floor.tokens_per_s = static_cast<double>(batch) / floor.step_s;
  floor.fits = device.memory.count == 0 || shape.resident_bytes(formats) + cache + kDeviceReserve <= device.memory;
  return floor;
}

double prefill_floor_s(const LlamaShape& shape, WeightFormat weights, const DeviceCeilings& device,
                       std::uint64_t tokens) {
  const Flops products = shape.layers_work() * tokens + shape.head_work();
  return as_double(products) / device.layers_rate(weights).value +
         as_double(shape.attention_work_of_chunk(0, tokens)) / device.products.value;
}

double ridge_batch(const LlamaShape& shape, const DecoderFormats& formats, const DeviceCeilings& device) {
  const double memory_s = static_cast<double>(shape.streamed_bytes(formats).count) / device.read.value;
  return memory_s * device.layers_rate(formats.weights).value / as_double(token_work(shape));
}

double offline_ceiling(const LlamaShape& shape, WeightFormat weights, const DeviceCeilings& device, std::uint64_t input,
                       std::uint64_t output) {
  // The answer's token i sees input + i tokens, half of the answer in the mean.
  const Flops attention = shape.attention_work(input * output + output * (output + 1) / 2);
  const double request_s = prefill_floor_s(shape, weights, device, input) +
                           as_double(token_work(shape) * output) / device.layers_rate(weights).value +
                           as_double(attention) / device.products.value;
  return static_cast<double>(output) / request_s;
}

std::uint64_t kv_room_tokens(const LlamaShape& shape, const DecoderFormats& formats, Bytes memory, Bytes reserve) {
  const Bytes used = shape.resident_bytes(formats) + reserve;
  return memory <= used ? 0 : (memory.count - used.count) / shape.kv_bytes_per_token(formats.kv).count;
}

}  // namespace assay
