#pragma once

#include <string>

#include "analysis/format.hpp"
#include "kernels/llm/llama_shape.hpp"
#include "scenarios/serving/device_ceilings.hpp"

namespace assay {

/// The tables of `assay explain --floors`: parameters, bytes, work, and the shortest times that the ceilings allow for
/// decoding and prompts. Arithmetic; says what its ceilings are.
[[nodiscard]] std::string floors_text(const LlamaShape& shape, const DeviceCeilings& device, Charset charset);

}  // namespace assay
