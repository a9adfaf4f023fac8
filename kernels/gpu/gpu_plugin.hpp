#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/unavailable.hpp"
#include "kernels/cuda/plugin_interface.h"

namespace assay {

/// The table of libassay_cuda.so, checked for the version that this program was built with. A copy is cheap: the
/// library stays loaded until the process ends.
class GpuPlugin {
 public:
  /// Takes a table as a library would give it; a test hands in its own. The reason says what does not fit.
  [[nodiscard]] static Reading<GpuPlugin> of(const AssayGpuPlugin* table, std::string path);

  [[nodiscard]] const AssayGpuPlugin& table() const { return *table_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// No card is behind it: figures of it are no measurements.
  [[nodiscard]] bool simulated() const { return table_->simulated != 0; }

 private:
  GpuPlugin(const AssayGpuPlugin* table, std::string path) : table_(table), path_(std::move(path)) {}

  const AssayGpuPlugin* table_;
  std::string path_;
};

/// Where the library is looked for, in this order: the file that the environment's ASSAY_CUDA_PLUGIN names and no
/// other; beside the program; in the library folders of the prefix that the program was installed to.
[[nodiscard]] std::vector<std::filesystem::path> gpu_plugin_places();

/// Opens the library; the reason says where it was looked for, or in the loader's words what it lacks.
[[nodiscard]] Reading<GpuPlugin> open_gpu_plugin();

/// The same from the given files, of which the first that exists is opened.
[[nodiscard]] Reading<GpuPlugin> open_gpu_plugin(const std::vector<std::filesystem::path>& places);

}  // namespace assay
