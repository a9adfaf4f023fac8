#include "analysis/entry_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "analysis/bundle_file.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {

namespace {

/// "memory" reads better than "DRAM" to who did not measure it.
std::string level_name(const std::string& level) { return level == "DRAM" ? "memory" : level; }

using SetOfType = std::map<std::pair<std::string, std::string>, const RoofSet*>;

/// Of each data type the set with the most threads among those with a flat roof.
SetOfType widest_sets(const Roofline& roofline) {
  SetOfType widest;
  for (const RoofSet& set : roofline.sets) {
    const RoofSet*& known = widest[{set.work_unit, set.dtype}];
    if (set.flat && (known == nullptr || known->threads < set.threads)) {
      known = &set;
    }
  }
  return widest;
}

/// The slopes do not depend on the data type: of the set with the most threads that has any.
const RoofSet* widest_slopes(const Roofline& roofline) {
  const RoofSet* widest = nullptr;
  for (const RoofSet& set : roofline.sets) {
    const bool has_slopes = std::ranges::any_of(set.levels, [](const LevelRoofs& level) { return !!level.slope; });
    if (has_slopes && (widest == nullptr || widest->threads < set.threads)) {
      widest = &set;
    }
  }
  return widest;
}

}  // namespace

std::vector<EntryFigure> entry_figures(const RunDocument& run) {
  return {{.name = run.metric_name, .unit = run.metric_unit, .estimate = run.metric}};
}

std::vector<EntryFigure> entry_figures(const RooflineMeasurement& measurement, const Roofline& roofline) {
  std::vector<EntryFigure> figures;
  for (const auto& [type, set] : widest_sets(roofline)) {
    if (set != nullptr) {
      const Ceiling& flat = roofline.ceilings[*set->flat];
      figures.push_back({.name = fmt::format("{} peak, {}", set->dtype, threads_text(set->threads)),
                         .unit = flat.unit,
                         .estimate = flat.roof});
    }
  }
  if (const RoofSet* set = widest_slopes(roofline)) {
    for (const LevelRoofs& level : set->levels) {
      if (level.slope) {
        const Ceiling& slope = roofline.ceilings[*level.slope];
        figures.push_back({.name = fmt::format("{} bandwidth, {}", level_name(level.level), threads_text(set->threads)),
                           .unit = slope.unit,
                           .estimate = slope.roof});
      }
    }
  }
  std::set<std::string> latencies;
  for (const Ceiling& ceiling : roofline.ceilings) {
    const RooflineSubject& subject = measurement.subjects[ceiling.subject];
    const bool is_memory = subject.kind == SubjectKind::latency && subject.level == "DRAM" && !subject.pages.empty();
    // Loaded latency is a curve: none of its points is a headline.
    const bool is_loaded = ceiling.injected_bytes_per_s.has_value();
    if (is_memory && !is_loaded && ceiling.usable() && latencies.insert(subject.pages).second) {
      figures.push_back({.name = fmt::format("memory latency, {} pages", subject.pages),
                         .unit = ceiling.unit,
                         .estimate = ceiling.expected});
    }
  }
  if (figures.size() > kMostEntryFigures) {
    figures.resize(kMostEntryFigures);
  }
  return figures;
}

}  // namespace assay
