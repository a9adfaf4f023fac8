#pragma once

#include <nlohmann/json_fwd.hpp>

#include "analysis/run_file_field.hpp"
#include "harness/machine.hpp"
#include "harness/run_conditions.hpp"

namespace assay {

/// The members "machine" and "conditions" of every result file, and their readers.
[[nodiscard]] nlohmann::ordered_json machine_json(const Machine& machine, const MachineIdentity& identity);
[[nodiscard]] nlohmann::ordered_json conditions_json(const RunConditions& conditions);

void read_machine(const Field& field, Machine& machine, MachineIdentity& identity);
[[nodiscard]] RunConditions read_conditions(const Field& field);

}  // namespace assay
