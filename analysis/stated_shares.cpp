#include "analysis/stated_shares.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "analysis/roofline_titles.hpp"

namespace assay {

namespace {

/// The stated figure that bounds a subject; nothing where the datasheet has none.
std::optional<double> stated_of(const RooflineSubject& subject, const Datasheet& datasheet) {
  if (subject.kind == SubjectKind::bandwidth) {
    return datasheet.bandwidth_bytes_per_s;
  }
  const std::string dtype = subject.dtype == "bf16" ? "f16" : subject.dtype;
  const auto peak = datasheet.peak_per_s.find(dtype);
  return peak == datasheet.peak_per_s.end() ? std::nullopt : std::optional(peak->second);
}

/// "0.942 [0.940, 0.943]"
std::string share_text(const EstimateRecord& estimate, double stated) {
  if (!estimate.point) {
    return "not available";
  }
  std::string text = fmt::format("{:.3f}", *estimate.point / stated);
  if (estimate.lower && estimate.upper) {
    text += fmt::format(" [{:.3f}, {:.3f}]", *estimate.lower / stated, *estimate.upper / stated);
  }
  return text;
}

}  // namespace

std::string stated_shares_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                               const Datasheet& datasheet, const std::string& memory, Charset charset) {
  std::string text =
      fmt::format("Shares of what is stated of {} ({}; datasheet, not measured)\n", datasheet.title, datasheet.source);
  text += fmt::format("  {:<44} {:<32} {:<24} {}\n", "ceiling", "roof", "share of datasheet", "of the median");
  std::set<std::string> unstated;
  for (std::size_t i = 0; i < roofline.ceilings.size(); ++i) {
    const RooflineSubject& subject = measurement.subjects[i];
    const Ceiling& ceiling = roofline.ceilings[i];
    const bool slope = subject.kind == SubjectKind::bandwidth && subject.level == memory;
    if (!ceiling.usable() || (!slope && subject.kind != SubjectKind::compute)) {
      continue;
    }
    const std::optional<double> stated = stated_of(subject, datasheet);
    if (!stated) {
      unstated.insert(slope ? std::string("bandwidth") : subject.dtype);
      continue;
    }
    text += fmt::format("  {:<44} {:<32} {:<24} {}\n",
                        slope ? memory + " " + subject.mix : subject.mix + " " + subject.dtype,
                        ceiling_estimate_text(ceiling.roof, ceiling.unit, charset), share_text(ceiling.roof, *stated),
                        share_text(ceiling.expected, *stated));
  }
  for (const std::string& name : unstated) {
    text += fmt::format("  {}: the catalogue of datasheets has no figure\n", name);
  }
  return text;
}

}  // namespace assay
