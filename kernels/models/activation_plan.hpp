#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/models/network.hpp"

namespace assay {

/// Where each tensor of a network lies in one piece of memory that they share: two that are needed at the same time do
/// not overlap, and a sum takes the place of its shortcut.
struct ActivationPlan {
  std::vector<std::size_t> offsets;  ///< in bytes, multiples of 64; one a tensor
  std::size_t bytes = 0;             ///< of the whole memory
};

/// `sizes`: bytes of each tensor; a sum is as large as its shortcut. The heads are needed until the end. Throws
/// std::invalid_argument if a shortcut is read after it was added to.
[[nodiscard]] ActivationPlan plan_activations(const Network& network, std::span<const std::size_t> sizes);

}  // namespace assay
