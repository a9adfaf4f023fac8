#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/audit_claim.hpp"
#include "analysis/audit_record.hpp"
#include "analysis/bundle_file.hpp"
#include "analysis/datasheet_record.hpp"

namespace assay {

/// One system that is to be audited: a bundle, or else a datasheet.
struct AuditInput {
  std::optional<LoadedBundle> bundle;
  std::optional<Datasheet> datasheet;
  std::optional<double> price_usd;  ///< as a person gave it
  std::optional<double> watts;
};

struct AuditOptions {
  std::string claim = "2x";  ///< of the second system over the first
  std::vector<std::string> axes{"throughput", "p99", "watts", "price"};
  std::string dtype;                ///< of the roofs; empty: the lighthouse's
  std::string level;                ///< of the memory; empty: the one that holds the lighthouse's bytes
  std::optional<double> intensity;  ///< where no lighthouse says it
  std::string created;
  std::string tool;
};

/// The comparative audit of two or more systems: computed from records alone, so that any machine repeats it. Fits the
/// roofline of each bundle. Throws std::invalid_argument for fewer than two systems or more than 26, for an unknown
/// axis, claim or metric, and for an intensity that is not positive; what is missing in a bundle is said in the record.
[[nodiscard]] AuditRecord audit(const std::vector<AuditInput>& inputs, const AuditOptions& options);

}  // namespace assay
