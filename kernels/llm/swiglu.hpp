#pragma once

#include <cstddef>

namespace assay {

/// outputs[i] = silu(gate) up of the pair i (gate, up), with silu(x) = x / (1 + e^-x).
struct SwigluRow {
  const float* pairs = nullptr;
  std::size_t count = 0;
  float* outputs = nullptr;
};

/// An output does not depend on its place in the row. Allocates nothing; one thread.
void swiglu(const SwigluRow& row) noexcept;

}  // namespace assay
