#include "lab/slurm_notes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace assay {

namespace {

/// A word of the environment as a note may hold it: short, without anything but letters, digits and a few signs.
std::string plain(std::string text) {
  constexpr std::size_t kLongest = 40;
  std::erase_if(text, [](char c) {
    return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
             c == ',' || c == '.');
  });
  return text.substr(0, kLongest);
}

}  // namespace

std::vector<std::string> slurm_notes(const std::function<std::optional<std::string>(const char* name)>& variable) {
  const auto job = variable("SLURM_JOB_ID");
  if (!job) {
    return {};
  }
  std::string note = fmt::format("Slurm job {}", plain(*job));
  if (const auto nodes = variable("SLURM_JOB_NUM_NODES")) {
    note += fmt::format(", {} {}", plain(*nodes), *nodes == "1" ? "node" : "nodes");
  }
  if (const auto partition = variable("SLURM_JOB_PARTITION")) {
    note += fmt::format(", partition {}", plain(*partition));
  }
  // Slurm does not tell a job whether it was asked to be exclusive; who has every CPU of the node is.
  if (const auto cpus = variable("SLURM_CPUS_ON_NODE")) {
    note += plain(*cpus) == std::to_string(sysconf(_SC_NPROCESSORS_ONLN))
                ? ", all CPUs of the node"
                : fmt::format(", {} CPUs of the node: others may share it", plain(*cpus));
  }
  return {note};
}

}  // namespace assay
