#pragma once

#include <map>
#include <string>

namespace assay::gpu_check {

/// The figures of one device of share/datasheets/nvidia.toml, a file of this tree: work per second by data type, and
/// "bandwidth" in bytes per second. Empty where the file or the device is not there. The main program reads such files
/// with a library that is not here.
[[nodiscard]] std::map<std::string, double> datasheet_figures(const std::string& file, const std::string& id);

}  // namespace assay::gpu_check
