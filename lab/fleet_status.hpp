#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/gallery.hpp"
#include "lab/command_error.hpp"

namespace assay {

/// How far a node is.
enum class NodeState { valid, invalid, missing };

struct NodeStatus {
  std::string node;
  NodeState state = NodeState::missing;
  std::string word;    ///< "VALID", "INVALID", "INTERRUPTED", "INCOMPLETE", "CHANGED", "missing"
  std::string reason;  ///< "background load 61 %"; may be empty
  std::string place;   ///< of its bundle; empty where it is missing
};

/// What a fleet has delivered.
struct FleetStatus {
  std::vector<NodeStatus> nodes;         ///< in the order asked for, else by label
  bool has_list = false;                 ///< somebody said which nodes there should be
  std::vector<std::string> not_asked;    ///< labels of bundles that are of none of them
  std::vector<std::string> other_suite;  ///< labels whose only bundles are of another suite
  std::vector<RefusedBundle> refused;

  [[nodiscard]] std::size_t count(NodeState state) const;
};

/// The newest bundle of each node. `expected`: labels; empty: whoever is there. `suite_sha256`: of the only suite that
/// counts; empty: any.
[[nodiscard]] FleetStatus fleet_status(std::vector<FoundBundle> bundles, std::vector<RefusedBundle> refused,
                                       const std::vector<std::string>& expected, const std::string& suite_sha256);

/// "23/24 done, n17 missing, n05 INVALID (background load 61 %)", and below it what else is to be known. Texts of files
/// come out printable.
[[nodiscard]] std::string fleet_status_text(const FleetStatus& status, Charset charset);

/// Schema assay/fleet-status/1.
[[nodiscard]] std::string fleet_status_json(const FleetStatus& status);

/// file (5): a node is missing or a bundle cannot be read; else run_invalid (3): one is INVALID, interrupted,
/// incomplete or changed; else ok.
[[nodiscard]] ExitCode exit_code_of(const FleetStatus& status);

}  // namespace assay
