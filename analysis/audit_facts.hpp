#pragma once

#include <string>
#include <vector>

#include "analysis/audit_fairness.hpp"
#include "analysis/audit_record.hpp"
#include "analysis/bundle_file.hpp"

namespace assay {

/// The runs that an audit takes from a bundle.
struct LighthouseRuns {
  std::string step;  ///< whose runs give the throughput
  std::vector<const RunDocument*> runs;
  std::string tail_step;  ///< whose runs give the P99; empty: none has one
  std::vector<const RunDocument*> tail_runs;
  std::string reason;              ///< why there is none
  std::vector<std::string> notes;  ///< where another step than the bundle's lighthouse was taken, and why
};

/// The step that the bundle names. Its Server runs do as much as they are asked to, so an Offline step of the same
/// workload gives the throughput where there is one; and a batch has no tail, so that one of the same workload in
/// Server, MultiStream or SingleStream gives the P99.
[[nodiscard]] LighthouseRuns lighthouse_runs(const LoadedBundle& bundle);

/// "gemv v1, size=128MiB"
[[nodiscard]] std::string workload_text(const RunDocument& run);

/// What the lighthouse is and how it did: rates and P99 of the valid runs that were not stopped early.
[[nodiscard]] AuditLighthouse lighthouse_of(const LighthouseRuns& chosen);

/// What the files say that decides whether two systems may be compared. What the bundle declares as its limits is what
/// is compared, and no breach.
[[nodiscard]] FairnessFacts fairness_facts(const std::string& letter, const LoadedBundle& bundle,
                                           const LighthouseRuns& chosen);

}  // namespace assay
