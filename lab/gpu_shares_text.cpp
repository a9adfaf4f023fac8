#include "lab/gpu_shares_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/stated_shares.hpp"
#include "kernels/gpu/gpu_datasheet.hpp"
#include "kernels/gpu/gpu_findings.hpp"
#include "scenarios/datasheets.hpp"

namespace assay {

std::string gpu_shares_text(const RooflineMeasurement& measurement, const Roofline& roofline, Charset charset) {
  const std::vector<Finding>& findings = measurement.conditions.findings;
  const auto name = std::ranges::find(findings, kGpuName, &Finding::check);
  if (name == findings.end()) {
    return {};
  }
  const std::string_view id = datasheet_of_gpu(name->fact);
  for (const Datasheet& sheet : shipped_datasheets()) {
    if (sheet.id == id) {
      return "\n" + stated_shares_text(measurement, roofline, sheet, "HBM", charset);
    }
  }
  return fmt::format(
      "\nShares of the datasheet: not available: the catalogue has none of '{}' (assay list datasheets)\n", name->fact);
}

}  // namespace assay
