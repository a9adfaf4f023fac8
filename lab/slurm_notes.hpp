#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What Slurm says of the job that this process is part of, as notes of a bundle: its number, nodes and partition, and
/// whether it holds all CPUs of the node. Empty outside a job. `variable` reads the environment.
[[nodiscard]] std::vector<std::string> slurm_notes(
    const std::function<std::optional<std::string>(const char* name)>& variable);

}  // namespace assay
