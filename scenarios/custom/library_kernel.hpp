#pragma once

#include <memory>
#include <string>

#include "kernels/kernel.hpp"
#include "scenarios/custom/custom_workload.hpp"

namespace assay {

struct WorkloadFunctions;

/// A shared library behind assay_workload.h; it stays loaded until the process ends.
class WorkloadLibrary {
 public:
  /// Throws std::runtime_error with one line that names the remedy: no such file, no library, another version, or a
  /// function that is missing.
  explicit WorkloadLibrary(const std::string& file);
  ~WorkloadLibrary();
  WorkloadLibrary(const WorkloadLibrary&) = delete;
  WorkloadLibrary& operator=(const WorkloadLibrary&) = delete;

  /// What it says against these parameters; empty if it takes them.
  [[nodiscard]] std::string refusal(const CustomWorkload& workload) const;

  /// A new instance. Throws std::invalid_argument for parameters that it does not take.
  [[nodiscard]] static std::unique_ptr<Kernel> make(const std::shared_ptr<const WorkloadLibrary>& library,
                                                    const CustomWorkload& workload);

 private:
  std::unique_ptr<WorkloadFunctions> functions_;
};

}  // namespace assay
