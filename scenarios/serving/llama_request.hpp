#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "analysis/serving_record.hpp"
#include "kernels/kernel.hpp"
#include "kernels/llm/llama_shape.hpp"
#include "scenarios/serving/request_lengths.hpp"
#include "scenarios/serving/serving_simulation.hpp"
#include "scenarios/workload.hpp"

namespace assay {

/// A request for workload llama, read.
struct LlamaRequest {
  LlamaShape shape;
  DecoderFormats formats;
  std::uint32_t held_layers = 0;
  std::uint32_t sample_count = 1024;
  double shared_share = 0.0;
  RequestLengths lengths = RequestLengths::fixed(1, 1);
  std::uint32_t pages = 0;
  std::optional<std::int32_t> gpu;  ///< its index; none: the CPUs
};

[[nodiscard]] std::span<const KernelParameter> llama_parameters();

/// Throws std::invalid_argument with all that is wrong.
[[nodiscard]] LlamaRequest llama_request(const WorkloadRequest& request);

/// What virtual time needs to foretell the request with its levers, by the time model and the ceilings that another run
/// on this machine measured. Nothing where that run has no model.
[[nodiscard]] std::optional<ServingSetup> llama_setup(const WorkloadRequest& request, const ServingRecord& calibrated);

}  // namespace assay
