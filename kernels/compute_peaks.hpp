#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"

namespace assay {

/// A peak that a processor can show.
struct ComputePeak {
  std::string kernel;  ///< of the catalogue
  std::map<std::string, std::string> parameters;
  std::string isa;    ///< "avx2"
  std::string dtype;  ///< "f64", "i8"
  std::string mix;    ///< "fma", "fma+add"
  WorkUnit unit = WorkUnit::flop;
  /// More than one thread of any existing core with that instruction set can do in a cycle.
  std::optional<double> work_per_cycle_limit;
  bool gemm_roof = false;  ///< a matrix product is made of these instructions and cannot be faster
};

/// One that it lacks, and why.
struct AbsentPeak {
  std::string isa;
  std::string dtype;
  std::string mix;
  std::string reason;
};

struct ComputePeaks {
  std::vector<ComputePeak> here;  ///< narrow instruction sets before wide ones
  std::vector<AbsentPeak> absent;
};

/// The peaks of a processor whose extensions are `isa` (Machine::isa), and those that other processors of its
/// architecture have.
[[nodiscard]] ComputePeaks compute_peaks(const std::vector<std::string>& isa);

}  // namespace assay
