#include "analysis/roofline_derived_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "analysis/roofline_verdict.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

std::optional<double> rounded(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? std::optional(std::strtod(fmt::format("{:.7g}", *value).c_str(), nullptr))
                                        : std::nullopt;
}

ordered_json figure(const std::optional<double>& value) { return json_number(rounded(value)); }

ordered_json estimate(EstimateRecord record, const std::string& unit_suffix = "") {
  record.point = rounded(record.point);
  record.lower = rounded(record.lower);
  record.upper = rounded(record.upper);
  return estimate_json(record, unit_suffix);
}

ordered_json optional_estimate(const std::optional<EstimateRecord>& record) {
  return record ? estimate(*record) : ordered_json(nullptr);
}

class Writer {
 public:
  Writer(const RooflineMeasurement& measurement, const Roofline& roofline)
      : measurement_(measurement), roofline_(roofline) {}

  [[nodiscard]] ordered_json id(std::optional<std::size_t> ceiling) const {
    return ceiling ? ordered_json(roofline_.ceilings[*ceiling].id) : ordered_json(nullptr);
  }

  [[nodiscard]] ordered_json ids(const std::vector<std::size_t>& ceilings) const {
    ordered_json out = ordered_json::array();
    for (const std::size_t ceiling : ceilings) {
      out.push_back(id(ceiling));
    }
    return out;
  }

  [[nodiscard]] static ordered_json ceiling(const Ceiling& c) {
    return {
        {"subject", c.id},
        {"unit", c.unit},
        {"state", name_of(c.state)},
        {"problem", json_text_or_null(c.problem)},
        {"intensity_per_byte", figure(c.intensity)},
        {"roof", estimate(c.roof)},
        {"expected", estimate(c.expected)},
        {"best", figure(c.best)},
        {"bus_roof", optional_estimate(c.bus_roof)},
        {"bus_expected", optional_estimate(c.bus_expected)},
        {"roof_per_cycle", estimate(c.roof_per_cycle)},
        {"expected_per_cycle", estimate(c.expected_per_cycle)},
        {"clock_hz_p50", figure(c.clock_hz)},
        {"injected_bytes_per_s_p50", figure(c.injected_bytes_per_s)},
        {"samples", {{"clean", c.counts.clean}, {"rounds", c.counts.rounds}, {"contaminated", c.counts.contaminated}}}};
  }

  [[nodiscard]] static ordered_json knee(const std::optional<LevelKnee>& k) {
    if (!k) {
      return nullptr;
    }
    return {{"pi", estimate(k->pi, "_per_s")},
            {"beta", estimate(k->beta, "_bytes_per_s")},
            {"p", estimate(k->p)},
            {"ridge", estimate(k->ridge, "_per_byte")},
            {"mean_log_error_round", figure(k->log_error_round)},
            {"mean_log_error_hard", figure(k->log_error_hard)}};
  }

  [[nodiscard]] ordered_json set(const RoofSet& s) const {
    ordered_json levels = ordered_json::array();
    for (const LevelRoofs& level : s.levels) {
      levels.push_back({{"level", level.level},
                        {"slope", id(level.slope)},
                        {"other_mixes", ids(level.mixes)},
                        {"reason", json_text_or_null(level.reason)},
                        {"doubt", json_text_or_null(level.doubt)},
                        {"ridge", estimate(level.ridge, "_per_byte")},
                        {"points", ids(level.points)},
                        {"knee", knee(level.knee)},
                        {"knee_reason", json_text_or_null(level.knee_reason)}});
    }
    return {{"threads", s.threads},
            {"dtype", s.dtype},
            {"work_unit", s.work_unit},
            {"flat", id(s.flat)},
            {"others", ids(s.others)},
            {"reason", json_text_or_null(s.reason)},
            {"doubt", json_text_or_null(s.doubt)},
            {"levels", std::move(levels)}};
  }

  [[nodiscard]] ordered_json dot(const PlacedDot& d) const {
    return {{"name", d.name},
            {"form", name_of(d.axes.form)},
            {"work_unit", d.axes.work_unit},
            {"work_source", name_of(d.axes.work_source)},
            {"bytes_source", name_of(d.axes.bytes_source)},
            {"bytes_level", d.axes.bytes_level},
            {"write_allocate", d.axes.write_allocate},
            {"threads", d.threads},
            {"dtype", d.dtype},
            {"intensity_per_byte", figure(d.intensity)},
            {"achieved", estimate(d.achieved, "_per_s")},
            {"achieved_by", d.achieved_by},
            {"expected", estimate(d.expected, "_per_s")},
            {"working_set_bytes", figure(d.working_set_bytes)},
            {"level", json_text_or_null(d.level)},
            {"level_reason", json_text_or_null(d.level_reason)},
            {"binding", id(d.binding)},
            {"memory_bound", d.binding ? ordered_json(d.memory_bound) : ordered_json(nullptr)},
            {"attainable_per_s", figure(d.attainable)},
            {"attainable_round_per_s", figure(d.attainable_round)},
            {"share_of_attainable", estimate(d.share)},
            {"sentence", json_text_or_null(d.sentence)},
            {"refused", json_text_or_null(d.refused)},
            {"notes", d.notes}};
  }

  [[nodiscard]] ordered_json derived(std::span<const PlacedDot> placed) const {
    const auto problems = roofline_problems(measurement_, roofline_);
    ordered_json reasons = ordered_json::array();
    for (const InvalidReason& reason : problems) {
      reasons.push_back({{"code", reason.code}, {"message", reason.message}, {"remedy", reason.remedy}});
    }
    ordered_json ceilings = ordered_json::array();
    for (const Ceiling& c : roofline_.ceilings) {
      ceilings.push_back(ceiling(c));
    }
    ordered_json sets = ordered_json::array();
    for (const RoofSet& s : roofline_.sets) {
      sets.push_back(set(s));
    }
    ordered_json dots = ordered_json::array();
    for (const PlacedDot& d : placed) {
      dots.push_back(dot(d));
    }
    const RooflineFitOptions& options = roofline_.options;
    return {{"valid", problems.empty()},
            {"invalid_reasons", std::move(reasons)},
            {"roof_quantile", options.roof.fraction()},
            {"fewest_samples", options.fewest_samples},
            {"fewest_rounds", options.bootstrap.fewest_rounds},
            {"bootstrap_draws", options.bootstrap.draws},
            {"bootstrap_seed", options.bootstrap.seed},
            {"ceilings", std::move(ceilings)},
            {"sets", std::move(sets)},
            {"dots", std::move(dots)}};
  }

 private:
  const RooflineMeasurement& measurement_;
  const Roofline& roofline_;
};

}  // namespace

ordered_json derived_json(const RooflineMeasurement& measurement, const Roofline& roofline,
                          std::span<const PlacedDot> dots) {
  return Writer(measurement, roofline).derived(dots);
}

}  // namespace assay
