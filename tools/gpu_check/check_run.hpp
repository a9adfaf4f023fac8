#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "harness/gpu_board.hpp"
#include "harness/unavailable.hpp"
#include "kernels/cuda/plugin_interface.h"
#include "tools/gpu_check/card_work.hpp"
#include "tools/gpu_check/findings.hpp"

namespace assay::gpu_check {

/// What the parts of the check share.
struct CheckRun {
  const AssayGpuPlugin& table;
  std::int32_t device = 0;
  AssayGpuFacts facts{};
  Reading<GpuBoard> board = Unavailable{"not opened"};
  std::map<std::string, double> datasheet;  ///< by data type in 1/s; "bandwidth" in B/s
  std::map<std::string, double> measured;   ///< medians that later parts hold against: "read" in B/s, "bf16" in flop/s
  double end_s = 0.0;                       ///< of CLOCK_MONOTONIC_RAW: after it parts are left out, and say so
  double scale = 1.0;                       ///< of each part's time
  Findings findings;

  [[nodiscard]] std::optional<double> stated(const std::string& name) const;
  /// False, and a row that says so, when the time is spent.
  [[nodiscard]] bool has_time(const std::string& part, const std::string& name, double needed_s);
};

/// What one measured work is for the table.
struct Measured {
  std::string part;
  std::string name;
  std::string work;  ///< of the library
  WorkSettings settings;
  std::string unit;      ///< "GB/s", "Tflop/s", "ns", "us"
  double seconds = 2.0;  ///< of sampling
  double sample_s = 0.01;
  std::string stated;  ///< key of the datasheet figure; empty: none
  std::optional<Target> target;
  std::string keep;  ///< key to keep the median under in `measured`; empty: none
};

/// Prepares, verifies, samples; a row in any case. Returns the median rate per second in bytes or work units, or of a
/// latency the seconds; nothing where there is none.
std::optional<double> measure(CheckRun& run, const Measured& what);

// The parts, in their order.
void check_card(CheckRun& run);
void check_memory(CheckRun& run);
void check_arithmetic(CheckRun& run);
void check_latency(CheckRun& run);
void check_products(CheckRun& run);  ///< the decoder's shapes by cuBLASLt
void check_witness(CheckRun& run);   ///< GPM, energy and power against what is computed
void check_decoder(CheckRun& run);   ///< kernels/cuda/llm, where the library has it
void check_serving(CheckRun& run);   ///< the same under load: Offline, then Server at two rates

}  // namespace assay::gpu_check
