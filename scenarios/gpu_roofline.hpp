#pragma once

#include <stop_token>
#include <vector>

#include "analysis/roofline_measurement.hpp"
#include "harness/machine.hpp"
#include "kernels/gpu/gpu_device.hpp"
#include "scenarios/roofline_run.hpp"

namespace assay {

/// The subjects of a GPU's roofline: chains of multiply-adds and products by cuBLASLt as flat roofs, streams of its
/// memory, of its L2 cache and over PCIe as slopes, dependent loads and launches as latencies. Dials of intensity and
/// dots are the CPU's.
[[nodiscard]] std::vector<RooflineSubject> plan_gpu_roofline(const GpuDevice& device, const RooflineParts& parts,
                                                             int cpu);

/// Prepares, verifies and measures them in rounds of random order, each sample by the card's own clock and with the
/// clock that its multiprocessors ran at. A sample at less than half of the highest clock is no sample of a card at
/// work and counts as stalled; one that a power limit slowed counts, since that is what the card sustains. A subject
/// that this card cannot have carries its reason. A stop request keeps what was measured.
[[nodiscard]] RooflineMeasurement run_gpu_roofline(const RooflineRequest& request, const GpuDevice& device,
                                                   const Machine& machine, const std::stop_token& stop,
                                                   const RooflineObserver& observer);

}  // namespace assay
