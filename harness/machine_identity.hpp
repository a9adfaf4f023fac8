#pragma once

#include <filesystem>
#include <string>

#include "harness/machine.hpp"

namespace assay {

/// "c:" and 16 hex digits over CPU model, core, cache and NUMA shape and memory in GiB: equal on like machines.
[[nodiscard]] std::string machine_class(const Machine& machine);

/// The identity kept in `folder` (files "salt" and "label"), keyed with `machine_id`; makes the salt at first use,
/// race-free between processes. See identify() for what happens where the folder cannot be written.
[[nodiscard]] MachineIdentity identify_in(const std::filesystem::path& folder, const std::string& machine_id,
                                          const Machine& machine);

/// $XDG_CONFIG_HOME/assay, else $HOME/.config/assay; empty if neither variable is set.
[[nodiscard]] std::filesystem::path configuration_folder();

/// 1 to 40 letters, digits, '-', '_' or '.'.
[[nodiscard]] bool is_machine_label(const std::string& text);

/// The environment variable whose label, where it is one, goes before the one that is kept: one file of settings may
/// serve many nodes.
inline constexpr const char* kLabelVariable = "ASSAY_LABEL";

/// Keeps the label that a person chose for this machine in `folder`. Throws std::invalid_argument unless the label is
/// 1 to 40 letters, digits, '-', '_' or '.', and std::runtime_error if it cannot be written.
void save_machine_label(const std::filesystem::path& folder, const std::string& label);

}  // namespace assay
