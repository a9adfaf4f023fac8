#pragma once

#include "analysis/bundle_file.hpp"
#include "lab/flow/run_facts.hpp"

namespace assay {

/// What the lab takes from a bundle, a system that a suite measured: "peak" in work/s, "bandwidth" in bytes/s and
/// "throughput" in samples/s of its lighthouse, each with its interval, and "p99_s". Peak and bandwidth are the roofs
/// that an audit takes for that lighthouse. One that is not complete, was interrupted or does not hold what it says
/// answers nothing.
[[nodiscard]] RunFacts bundle_facts(const LoadedBundle& bundle);

}  // namespace assay
