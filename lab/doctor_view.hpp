#pragma once

#include <cstddef>
#include <string>

#include "harness/doctor.hpp"
#include "harness/machine.hpp"

namespace assay {

struct DoctorTableStyle {
  bool utf8 = true;
  bool color = false;
  std::size_t columns = 100;  ///< lines are wrapped to it; at least 60
};

/// One row a finding: its sign, its key and the fact; what it means, what to do and how to undo that follow on lines of
/// their own. Then the jitter probe, the number of findings in each state and, last, the verdict.
[[nodiscard]] std::string doctor_table(const DoctorReport& report, const DoctorTableStyle& style = {});

/// The same as one JSON object ("assay/doctor/1", two blanks of indentation, line end at the end): SI base units in
/// the names, null with a reason beside it for what this host does not show.
[[nodiscard]] std::string doctor_json(const DoctorReport& report, const Machine& machine);

/// What `assay doctor --strict` refuses: a finding that stops. Warnings alone do not, or no virtual machine would pass.
[[nodiscard]] bool strict_failure(const DoctorReport& report);

}  // namespace assay
