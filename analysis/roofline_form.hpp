#pragma once

#include <string>

#include "analysis/roofline_measurement.hpp"

namespace assay {

/// What the bytes of an intensity are. Points of different forms are not comparable on one axis.
enum class RooflineForm {
  classic,       ///< bytes between the last cache and memory; Williams, Waterman and Patterson, CACM 52(4), 2009
  hierarchical,  ///< one point for each level, by the bytes that cross it; Yang, Kurth and Williams, CCPE 32(20), 2020
  cache_aware,   ///< bytes at the core, one point, a slope for each level; Ilic, Pratas and Sousa, IEEE CAL 13(1), 2014
};
[[nodiscard]] const char* name_of(RooflineForm form);
[[nodiscard]] const char* name_of(FiguresSource source);
[[nodiscard]] const char* name_of(SubjectKind kind);

/// What the two coordinates of a point mean.
struct DotAxes {
  RooflineForm form = RooflineForm::cache_aware;
  std::string work_unit = "flop";
  FiguresSource work_source = FiguresSource::counted;
  FiguresSource bytes_source = FiguresSource::counted;
  std::string bytes_level = "core";  ///< that the bytes cross: "core", "L2", "DRAM"
  bool write_allocate = false;       ///< bytes include the lines that stores read before they overwrite them
};

/// Why two points must not share a chart's axes, in words; empty if they may.
[[nodiscard]] std::string axes_conflict(const DotAxes& a, const DotAxes& b);

/// "flop (counted) per byte at the core (counted, without write-allocate), cache-aware form"
[[nodiscard]] std::string axes_sentence(const DotAxes& axes);

}  // namespace assay
