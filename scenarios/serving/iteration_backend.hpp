#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "analysis/serving_record.hpp"
#include "harness/time.hpp"
#include "kernels/kernel.hpp"
#include "kernels/llm/decoder_step.hpp"
#include "kernels/llm/llama_shape.hpp"

namespace assay {

/// What computes the iterations of a ServingEngine: a decoder on the CPUs, on a GPU, or a stand-in. Made and used by
/// the engine's thread alone.
class IterationBackend {
 public:
  IterationBackend() = default;
  IterationBackend(const IterationBackend&) = delete;
  IterationBackend& operator=(const IterationBackend&) = delete;
  virtual ~IterationBackend() = default;

  [[nodiscard]] virtual const LlamaShape& shape() const = 0;
  [[nodiscard]] virtual const DecoderFormats& formats() const = 0;
  [[nodiscard]] virtual std::uint32_t page_count() const = 0;
  /// For the reader and for the result: seed, checksum, what is aliased.
  [[nodiscard]] virtual std::map<std::string, std::string> facts() const = 0;

  /// Computes one iteration and returns when the next tokens can be read. Allocates nothing, never throws.
  virtual void step(const DecoderStep& step) noexcept = 0;
  /// How long the device worked on the last step; nothing: the whole call.
  [[nodiscard]] virtual std::optional<Nanoseconds> device_time() const noexcept { return std::nullopt; }

  /// Measures what products and reading reach here, within about `budget`.
  [[nodiscard]] virtual ServingCeilings measure_ceilings(Nanoseconds budget, const std::stop_token& stop) = 0;
  /// Compares the arithmetic with a reference. Overwrites the cache.
  [[nodiscard]] virtual OutputCheck verify() = 0;
};

}  // namespace assay
