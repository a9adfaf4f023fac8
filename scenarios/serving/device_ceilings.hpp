#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/units.hpp"
#include "kernels/llm/llama_shape.hpp"

namespace assay {

/// What a device can do at most, for arithmetic: rates of dense products, reading, memory.
struct DeviceCeilings {
  std::string name;
  std::string source;       ///< "datasheet" or how it was measured
  BytesPerSecond read;      ///< of the memory that holds weights and cache
  FlopsPerSecond products;  ///< of 16 bits: attention, and layers of bf16 or int4 weights (which compute in 16 bits)
  FlopsPerSecond narrow_products;  ///< of 8 bits: layers of fp8 or int8 weights
  Bytes memory;                    ///< 0: not known

  /// Of the matrices of the layers. The head counts at this rate too, whatever its format: a floor that is at most 2 %
  /// low where an fp8 model keeps its head in bf16.
  [[nodiscard]] FlopsPerSecond layers_rate(WeightFormat weights) const;
};

/// h100, h200: dense figures of the vendor's datasheets, and the memory that nvidia-smi shows (81,559 and 143,771 MiB).
[[nodiscard]] std::span<const DeviceCeilings> datasheet_devices();

/// Returns nullptr if there is no device of that name.
[[nodiscard]] const DeviceCeilings* find_datasheet_device(std::string_view name);

}  // namespace assay
