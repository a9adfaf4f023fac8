#pragma once

#include <string>

#include "harness/file_source.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// The clock that the machine states. Shown beside the effective one, never used in a figure.
struct NominalClock {
  double hz = 0.0;
  std::string source;  ///< the file and the name of the value
};

/// The base frequency of CPU 0 where cpufreq tells it, else the "cpu MHz" of /proc/cpuinfo: on a guest that is a
/// constant of the hypervisor, elsewhere the clock of the moment.
[[nodiscard]] Reading<NominalClock> read_nominal_clock(const FileSource& files);

}  // namespace assay
