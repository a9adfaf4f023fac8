#pragma once

#include "analysis/run_document.hpp"

namespace assay {

/// The run as the lab shows it: an INVALID run's hints are those of `assay run`, whose flags the lab sets itself and
/// does not take, so they give way to what can be done in a lab.
[[nodiscard]] RunDocument with_lab_remedies(RunDocument run);

}  // namespace assay
