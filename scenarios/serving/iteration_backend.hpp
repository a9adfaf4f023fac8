#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
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
  /// Steps can be given before the one before them was read: submit() and collect() take the place of step().
  [[nodiscard]] virtual bool overlaps() const noexcept { return false; }
  /// Starts a step and returns; at most two are under way. What its spans point to may change afterwards.
  virtual void submit(std::span<const SequenceStep> /*sequences*/) noexcept {}
  /// Waits for the oldest step under way, whose next tokens it writes as step() does.
  virtual void collect(std::span<std::uint32_t> /*next_tokens*/) noexcept {}
  /// Why tokens are worth nothing: what failed in a step; empty: nothing did.
  [[nodiscard]] virtual std::string failure() const { return {}; }
  /// The token could have been chosen in the last step, of one sequence, but for the rounding of another batch or
  /// another algorithm: empty; else why not. Back ends whose results do not depend on the batch have none such.
  [[nodiscard]] virtual std::string beyond_rounding(std::uint32_t /*token*/) {
    return "which here does not depend on what shares its iterations";
  }
  /// How long the device worked on the last step; nothing: the whole call.
  [[nodiscard]] virtual std::optional<Nanoseconds> device_time() const noexcept { return std::nullopt; }

  /// Measures what products and reading reach here, within about `budget`.
  [[nodiscard]] virtual ServingCeilings measure_ceilings(Nanoseconds budget, const std::stop_token& stop) = 0;
  /// Compares the arithmetic with a reference. Overwrites the cache.
  [[nodiscard]] virtual OutputCheck verify() = 0;
};

}  // namespace assay
