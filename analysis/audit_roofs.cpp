#include "analysis/audit_roofs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/audit_crossover.hpp"
#include "analysis/format.hpp"
#include "analysis/independent_ratio.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/roofline_titles.hpp"

namespace assay {
namespace {

/// The set of the type with a flat roof: on so many threads, else on most.
const RoofSet* set_for(const Roofline& roofline, const std::string& dtype, std::size_t threads) {
  const RoofSet* best = nullptr;
  for (const RoofSet& set : roofline.sets) {
    if (set.dtype != dtype || !set.flat) {
      continue;
    }
    if (set.threads == threads) {
      return &set;
    }
    best = best == nullptr || set.threads > best->threads ? &set : best;
  }
  return best;
}

std::string types_of(const Roofline& roofline) {
  std::string list;
  for (const RoofSet& set : roofline.sets) {
    if (set.flat) {
      list += fmt::format("{}{} on {}", list.empty() ? "" : ", ", set.dtype, threads_text(set.threads));
    }
  }
  return list.empty() ? "none" : list;
}

/// The level that holds the bytes, by capacities that were measured: what a virtual machine reports of a cache that it
/// shares is often the whole of it. Private caches are taken as reported.
LevelChoice level_for(const RooflineMeasurement& measurement, const RoofRequest& request, std::size_t threads) {
  if (!request.level.empty()) {
    return {.level = request.level, .reason = "asked for"};
  }
  if (measurement.levels.empty()) {
    return {.level = "", .reason = "no memory level was measured"};
  }
  if (!(request.bytes_per_sample > 0.0)) {
    return {.level = measurement.levels.back().name, .reason = "no bytes are declared, so the last level stands"};
  }
  RooflineMeasurement measured;
  measured.machine.data_caches = measurement.machine.data_caches;
  measured.levels = measurement.levels;
  std::string doubtful;
  if (measured.levels.size() > 1) {
    MemoryLevel& last_cache = measured.levels[measured.levels.size() - 2];
    doubtful = last_cache.measured_bytes ? "" : last_cache.name;
    last_cache.reported_bytes.reset();
  }
  LevelChoice choice = level_holding(measured, request.bytes_per_sample, threads);
  if (!doubtful.empty() && choice.level == measured.levels.back().name) {
    choice.reason +=
        fmt::format("; the size of {} was not measured, so it is not counted on (--level {} does)", doubtful, doubtful);
  }
  return choice;
}

}  // namespace

RoofRequest roof_request(const AuditLighthouse& lighthouse) {
  return {.dtype = lighthouse.dtype,
          .threads = std::max<std::size_t>(1, lighthouse.threads),
          .bytes_per_sample = lighthouse.bytes_per_sample.value_or(0.0),
          .level = ""};
}

AuditRoofs measured_roofs(const RooflineMeasurement& measurement, const Roofline& roofline,
                          const RoofRequest& request) {
  AuditRoofs roofs{.dtype = request.dtype.empty() ? "f32" : request.dtype};
  const RoofSet* set = set_for(roofline, roofs.dtype, request.threads);
  if (set == nullptr) {
    roofs.reason =
        fmt::format("no arithmetic of {} was measured; its roofline has: {}", roofs.dtype, types_of(roofline));
    return roofs;
  }
  roofs.work_unit = set->work_unit;
  roofs.threads = set->threads;
  const LevelChoice choice = level_for(measurement, request, set->threads);
  roofs.level = choice.level;
  const LevelRoofs* level = set->level(choice.level);
  if (level == nullptr || !level->slope) {
    roofs.reason =
        level != nullptr ? level->reason : fmt::format("no bandwidth of level \"{}\" was measured", choice.level);
    return roofs;
  }
  const Ceiling& flat = roofline.ceilings[*set->flat];
  const Ceiling& slope = roofline.ceilings[*level->slope];
  roofs.peak = flat.roof;
  roofs.bandwidth = slope.roof;
  roofs.ridge = level->ridge;
  roofs.peak_of = title_of(measurement.subjects[flat.subject]);
  roofs.bandwidth_of = title_of(measurement.subjects[slope.subject]);
  roofs.chosen = fmt::format(
      "{} on {}{}; {}: {}", roofs.dtype, threads_text(set->threads),
      set->threads == request.threads
          ? ", as the lighthouse ran"
          : fmt::format(", the most there are of it (the lighthouse ran on {})", threads_text(request.threads)),
      roofs.level, choice.reason);
  return roofs;
}

AuditRoofs stated_roofs(const Datasheet& datasheet, const RoofRequest& request) {
  AuditRoofs roofs{.dtype = request.dtype.empty() ? "f32" : request.dtype, .level = "memory", .stated = true};
  const std::string key = roofs.dtype == "bf16" ? "f16" : roofs.dtype;
  const auto peak = datasheet.peak_per_s.find(key);
  if (peak == datasheet.peak_per_s.end()) {
    std::vector<std::string> known;
    for (const auto& [dtype, value] : datasheet.peak_per_s) {
      known.push_back(dtype);
    }
    roofs.reason = fmt::format("its datasheet states no peak of {}; it has: {} (--dtype chooses)", roofs.dtype,
                               fmt::join(known, ", "));
    return roofs;
  }
  if (!datasheet.bandwidth_bytes_per_s) {
    roofs.reason = "its datasheet states no bandwidth";
    return roofs;
  }
  roofs.work_unit = key.starts_with('i') ? "op" : "flop";
  roofs.peak = {.point = peak->second, .lower = {}, .upper = {}, .reason = "stated by the vendor"};
  roofs.bandwidth = {.point = *datasheet.bandwidth_bytes_per_s, .lower = {}, .upper = {}, .reason = roofs.peak.reason};
  roofs.ridge = ridge_of(roofs);
  roofs.peak_of = fmt::format("peak of {}{}", key, datasheet.note.empty() ? "" : " (" + datasheet.note + ")");
  roofs.bandwidth_of = "its memory";
  roofs.chosen = fmt::format("{} and the bandwidth of its memory, as stated", roofs.peak_of);
  return roofs;
}

void predict(AuditSystem& system, double intensity, double work_per_sample) {
  AuditFigure& predicted = system.predicted;
  if (!system.roofs.reason.empty()) {
    predicted.value.reason = system.roofs.reason;
    return;
  }
  predicted.kind = system.measured() ? FigureKind::derived : FigureKind::projected;
  predicted.value = scaled(attainable_at(system.roofs, intensity), 1.0 / work_per_sample);
  predicted.source = "min(peak, intensity x bandwidth) / work";
  system.bound_by = intensity * *system.roofs.bandwidth.point < *system.roofs.peak.point ? "bandwidth" : "arithmetic";
  if (system.throughput.value.point) {
    system.share = independent_ratio(system.throughput.value, predicted.value,
                                     {.numerator = "the throughput", .denominator = "the roof"});
  } else {
    system.share.reason = system.throughput.value.reason;
  }
}

}  // namespace assay
