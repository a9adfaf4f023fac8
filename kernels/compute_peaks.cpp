#include "kernels/compute_peaks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "kernels/dot_peak_loops.hpp"
#include "kernels/peak_chains.hpp"
#include "kernels/simd_cap.hpp"

namespace assay {

namespace {

ComputePeak peak_of(const PeakLoop& loop) {
  const bool single = loop.dtype == "f32";
  const double lanes = loop.simd == "scalar" ? 1.0 : static_cast<double>(loop.vector_bytes) / (single ? 4.0 : 8.0);
  // No x86 core issues more than two FMAs and two further additions of one width a cycle (Zen 3 and later do, AMD
  // Software Optimization Guide for family 19h, 2.11; Intel's cores take their additions from the same two or three
  // pipes). The widest arm64 core has six pipes of 128 bits, each of which takes either.
  const double flops_per_lane = loop.width.accumulates ? 6 * 2 : 2 * 2 + 2;
  return {.kernel = "peak",
          .parameters = {{"dtype", std::string(loop.dtype)},
                         {"mix", std::string(name_of(loop.mix))},
                         {"simd", std::string(loop.simd)},
                         {"iterations", "10000"}},
          .isa = std::string(loop.simd),
          .dtype = std::string(loop.dtype),
          .mix = std::string(name_of(loop.mix)),
          .work_per_cycle_limit = flops_per_lane * lanes,
          .gemm_roof = loop.mix == PeakMix::fma};
}

ComputePeak peak_of(const DotPeakLoop& loop) {
  // Vectors: no core starts more than three such instructions a cycle; a group of three counts as one of its own.
  // Tiles: one product of 16 x 16 lanes takes 16 cycles (Intel, Optimization Reference Manual, chapter on AMX).
  constexpr double kVectors = 3.0;
  constexpr double kTiles = 1.0 / 16.0;
  const double operations = static_cast<double>(loop.operations()) / static_cast<double>(loop.accumulators);
  return {.kernel = "dot_peak",
          .parameters = {{"dtype", std::string(loop.dtype)},
                         {"mix", std::string(name_of(loop.mix))},
                         {"simd", std::string(loop.simd)},
                         {"iterations", "10000"}},
          .isa = std::string(loop.simd),
          .dtype = std::string(loop.dtype),
          .mix = std::string(name_of(loop.mix)),
          .unit = loop.dtype == "i8" ? WorkUnit::integer_operation : WorkUnit::flop,
          .work_per_cycle_limit = (loop.tiles ? kTiles : kVectors) * operations,
          .gemm_roof = is_gemm_roof(loop.mix)};
}

/// The loops over few bits of this processor, and those that it lacks or may not use.
void add_dots(ComputePeaks& peaks, const std::vector<std::string>& isa) {
  const auto absent = [&peaks](const DotPeakLoop& loop, const std::string& reason) {
    peaks.absent.push_back({.isa = std::string(loop.simd),
                            .dtype = std::string(loop.dtype),
                            .mix = std::string(name_of(loop.mix)),
                            .reason = reason});
  };
  for (const DotPeakLoop& loop : dot_peak_loops(isa)) {
    if (loop.tiles && !tile_refusal().empty()) {
      absent(loop, tile_refusal());
    } else {
      peaks.here.push_back(peak_of(loop));
    }
  }
  for (const DotPeakLoop& loop : native_dot_peak_loops()) {
    if (std::ranges::find(isa, loop.needs) == isa.end()) {
      absent(loop, reason_without(loop.needs));
    }
  }
}

/// The instruction sets of which this processor has no loop, each by its multiply-add.
void add_absent_sets(ComputePeaks& peaks) {
  for (const PeakLoop& loop : native_peak_loops()) {
    const bool here = std::ranges::find(peaks.here, loop.simd, &ComputePeak::isa) != peaks.here.end();
    if (!here && loop.mix == PeakMix::fma && loop.dtype == "f64") {
      peaks.absent.push_back({.isa = std::string(loop.simd),
                              .dtype = std::string(loop.dtype),
                              .mix = std::string(name_of(loop.mix)),
                              .reason = reason_without(loop.needs)});
    }
  }
}

/// Where the wide loops are Highway's: the best vectors of the processor, whatever they are.
ComputePeak portable_peak(const std::string& dtype) {
  // Four pipes of 128 bits on the widest arm64 cores, each with a fused multiply-add of every lane.
  const double lanes = dtype == "f32" ? 4.0 : 2.0;
  constexpr double kPipes = 4.0;
  return {.kernel = "fma",
          .parameters = {{"dtype", dtype}, {"iterations", "1000"}},
          .isa = "vectors",
          .dtype = dtype,
          .mix = "fma",
          .work_per_cycle_limit = 2 * kPipes * lanes,
          .gemm_roof = true};
}

}  // namespace

ComputePeaks compute_peaks(const std::vector<std::string>& isa) {
  ComputePeaks peaks;
  const std::vector<std::string_view> names(isa.begin(), isa.end());
  bool wide = false;
  for (const PeakLoop& loop : peak_loops(names)) {
    peaks.here.push_back(peak_of(loop));
    wide = wide || loop.simd != "scalar";
  }
  if (!wide) {
    peaks.here.push_back(portable_peak("f64"));
    peaks.here.push_back(portable_peak("f32"));
    add_dots(peaks, isa);
    return peaks;
  }
  add_absent_sets(peaks);
  add_dots(peaks, isa);
  return peaks;
}

}  // namespace assay
