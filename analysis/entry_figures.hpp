#pragma once

#include <vector>

#include "analysis/bundle_record.hpp"
#include "analysis/roofline.hpp"
#include "analysis/roofline_measurement.hpp"
#include "analysis/run_document.hpp"

namespace assay {

// What a bundle's list of contents says of a result, so that ten thousand bundles can be looked over by reading one
// small file of each. The result file stays the truth.

/// The headline metric of a run, valid or not. Without a point it carries the reason.
[[nodiscard]] std::vector<EntryFigure> entry_figures(const RunDocument& run);

/// The main ceilings: the flat roof of each data type and the bandwidth of each memory level on the most threads that
/// were measured, and the latency of memory. What could not be had is left out.
[[nodiscard]] std::vector<EntryFigure> entry_figures(const RooflineMeasurement& measurement, const Roofline& roofline);

}  // namespace assay
