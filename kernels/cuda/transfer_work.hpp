#pragma once

#include <memory>

#include "kernels/cuda/work.hpp"

namespace assay::cuda {

/// "transfer": copies between page-locked memory of the host and the card. Settings: direction to_card, to_host, or
/// both at the same time on two streams; size of one copy.
[[nodiscard]] std::unique_ptr<Work> make_transfer(std::int32_t device, const Settings& settings);

}  // namespace assay::cuda
