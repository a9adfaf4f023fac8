#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/clock.hpp"
#include "kernels/stream_memory.hpp"
#include "scenarios/layer_works.hpp"
#include "scenarios/subject_work.hpp"
#include "scenarios/team_works.hpp"

namespace assay {

/// Makes the work of the subjects of one plan. The kernels that stream through memory share it, one memory a CPU and
/// kind of pages, as large as the largest of them needs.
class SubjectCatalogue {
 public:
  /// `clock` must outlive the works.
  SubjectCatalogue(const std::vector<RooflineSubject>& plan, Clock& clock);

  /// Throws std::invalid_argument for a subject that this machine cannot have, with the reason.
  [[nodiscard]] std::unique_ptr<SubjectWork> make(const RooflineSubject& subject);

  /// Takes and fills the shared memory of `cpu`; on the thread that is pinned there.
  void prepare_memory(int cpu, std::uint64_t seed) const;

  /// What all shared memories take together.
  [[nodiscard]] Bytes shared_bytes() const;

 private:
  struct Shared {
    StreamZones zones;
    Pages pages = Pages::huge;
    std::optional<int> numa_node;
    std::shared_ptr<StreamMemory> memory;  ///< made by the thread that uses it
  };
  using Key = std::tuple<int, std::string, std::string>;  ///< CPU, pages, NUMA node

  [[nodiscard]] static Key key_of(const RooflineSubject& subject, int cpu);
  [[nodiscard]] std::shared_ptr<StreamMemory> memory_of(const Key& key) const;

  std::map<Key, std::unique_ptr<Shared>> shared_;
  TeamWorks team_works_;
  LayerWorks layer_works_;
};

/// The parameters that the subject's kernel itself knows: all but the NUMA node of its memory.
[[nodiscard]] std::map<std::string, std::string> kernel_parameters_of(const RooflineSubject& subject);

/// The parameter of a subject that names the NUMA node of its memory.
inline constexpr const char* kNumaNode = "numa_node";

}  // namespace assay
