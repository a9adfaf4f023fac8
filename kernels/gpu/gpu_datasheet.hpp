#pragma once

#include <string_view>

namespace assay {

/// The id in share/datasheets of the card that CUDA calls so, e.g. "h200" of "NVIDIA H200"; empty: none is known to
/// fit. A name that several products share (H100 on a PCIe card and on SXM) fits only where the name tells which.
[[nodiscard]] std::string_view datasheet_of_gpu(std::string_view cuda_name);

}  // namespace assay
