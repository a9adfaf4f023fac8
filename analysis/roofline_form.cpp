#include "analysis/roofline_form.hpp"

#include <fmt/format.h>

namespace assay {

const char* name_of(RooflineForm form) {
  switch (form) {
    case RooflineForm::classic:
      return "classic";
    case RooflineForm::hierarchical:
      return "hierarchical";
    case RooflineForm::cache_aware:
      return "cache_aware";
  }
  return "unknown";
}

const char* name_of(FiguresSource source) {
  switch (source) {
    case FiguresSource::counted:
      return "counted";
    case FiguresSource::measured:
      return "measured";
    case FiguresSource::modelled:
      return "modelled";
  }
  return "unknown";
}

const char* name_of(SubjectKind kind) {
  switch (kind) {
    case SubjectKind::compute:
      return "compute";
    case SubjectKind::bandwidth:
      return "bandwidth";
    case SubjectKind::intensity:
      return "intensity";
    case SubjectKind::latency:
      return "latency";
    case SubjectKind::dot:
      return "dot";
  }
  return "unknown";
}

std::string axes_conflict(const DotAxes& a, const DotAxes& b) {
  if (a.work_unit != b.work_unit) {
    return fmt::format("one counts {} and the other {}", a.work_unit, b.work_unit);
  }
  if (a.form != b.form) {
    return fmt::format("one is of the {} form and the other of the {} form", name_of(a.form), name_of(b.form));
  }
  if (a.bytes_level != b.bytes_level) {
    return fmt::format("the bytes of one are those at {} and of the other those at {}", a.bytes_level, b.bytes_level);
  }
  if (a.write_allocate != b.write_allocate) {
    return "only one of them counts the lines that stores read before they overwrite them (write-allocate)";
  }
  if (a.bytes_source != b.bytes_source) {
    return fmt::format("the bytes of one are {} and of the other {}", name_of(a.bytes_source), name_of(b.bytes_source));
  }
  if (a.work_source != b.work_source) {
    return fmt::format("the work of one is {} and of the other {}", name_of(a.work_source), name_of(b.work_source));
  }
  return {};
}

std::string axes_sentence(const DotAxes& axes) {
  return fmt::format("{} ({}) per byte at {}{} ({}, {} write-allocate), {} form", axes.work_unit,
                     name_of(axes.work_source), axes.bytes_level == "core" ? "the " : "", axes.bytes_level,
                     name_of(axes.bytes_source), axes.write_allocate ? "with" : "without",
                     axes.form == RooflineForm::cache_aware ? "cache-aware" : name_of(axes.form));
}

}  // namespace assay
