#include "analysis/measured_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

std::optional<double> an_iteration(const RooflineSubject& subject, CounterEvent event) {
  const auto found = std::ranges::find(subject.counters, event, &CounterReading::event);
  if (found == subject.counters.end() || !found->value.available() || subject.counted_iterations == 0) {
    return std::nullopt;
  }
  return static_cast<double>(*found->value) / static_cast<double>(subject.counted_iterations);
}

std::optional<CounterEvent> event_of(const RooflineSubject& subject) {
  if (subject.work_unit == "flop" && subject.dtype == "f32") {
    return CounterEvent::flops_single;
  }
  if (subject.work_unit == "flop" && subject.dtype == "f64") {
    return CounterEvent::flops_double;
  }
  return std::nullopt;
}

}  // namespace

MeasuredFigures measured_figures(const RooflineSubject& subject, double line_bytes) {
  MeasuredFigures figures;
  if (const auto event = event_of(subject)) {
    figures.flops = an_iteration(subject, *event);
    if (figures.flops && !(*figures.flops > 0.0) && subject.work_per_iteration > 0.0) {
      figures.flops.reset();
    }
  }
  if (const auto lines = an_iteration(subject, CounterEvent::llc_misses); lines && line_bytes > 0.0) {
    figures.memory_bytes = *lines * line_bytes;
  }
  return figures;
}

std::string flops_conflict(const RooflineSubject& subject, const MeasuredFigures& figures) {
  constexpr double kTolerance = 0.02;
  if (!figures.flops || !(subject.work_per_iteration > 0.0) ||
      std::fabs(*figures.flops / subject.work_per_iteration - 1.0) <= kTolerance) {
    return {};
  }
  return fmt::format("the counters saw {} flop an iteration where it declares {}", plain_number(*figures.flops),
                     plain_number(subject.work_per_iteration));
}

}  // namespace assay
