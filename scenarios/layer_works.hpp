#pragma once

#include <memory>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "scenarios/prepared_kernels.hpp"
#include "scenarios/subject_work.hpp"

namespace assay {

/// The layers of one workload as works of a roofline measurement. They share one kernel on one thread, as the layers of
/// a network share its memory, and the workload as a whole is one of them.
class LayerWorks {
 public:
  /// A subject a layer, named "03 stage1.0.conv", and before them the whole. Makes the kernel and prepares nothing.
  /// Throws std::invalid_argument if the workload has no layers, and what its make() throws.
  [[nodiscard]] static std::vector<RooflineSubject> subjects(const KernelChoice& workload, int cpu, bool layers);

  /// The work of a subject of that kind; null for any other.
  [[nodiscard]] std::unique_ptr<SubjectWork> make(const RooflineSubject& subject);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace assay
