#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// What is to run on which nodes, checked and complete.
struct FleetPlan {
  std::string program = "assay";   ///< as the nodes find it: a name in PATH, or a path
  std::string suite;               ///< the name of a shipped one, or an absolute path
  std::string suite_name;          ///< for people
  std::string node_list;           ///< as typed: "n[01-24]"
  std::vector<std::string> nodes;  ///< the same, one by one
  std::string out;                 ///< absolute, on a folder that all nodes share
  std::uint64_t minutes = 30;      ///< after which a node is given up
  std::string partition;           ///< of Slurm; empty: the default one
  bool array = false;              ///< Slurm: so many jobs on whichever nodes are free
  std::uint64_t stagger_s = 0;     ///< each node starts so much later than the one before
};

/// The ways in which a plan can be written.
[[nodiscard]] std::vector<std::string_view> fleet_ways();

/// A script, a playbook or a command line that runs the suite on every node, for an administrator to read and start.
/// `way` is one of fleet_ways(). Nothing in it needs root, a daemon or a port; each node writes into a folder of its
/// own name, and where a whole result is there already it measures nothing. Every text is quoted for the shell, or the
/// language, that reads it. Throws std::invalid_argument in one line for what cannot be quoted there.
[[nodiscard]] std::string fleet_plan_text(const FleetPlan& plan, std::string_view way);

/// `text` as one word of a POSIX shell.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace assay
