#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/real_world_record.hpp"
#include "analysis/run_document.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

/// What the lab takes from one result file, so that every feedback is built from what was recorded and from nothing
/// else. Kept in the ledger beside the file's digest; read from the file alone, so that anybody can take it again.
struct RunFacts {
  std::string kind;  ///< "run", "realworld", "bundle" or "audit"
  std::string id;    ///< of the run or the bundle; empty where the file has none
  std::string what;  ///< "ssdlite, server, cameras:8x30:aligned"
  bool valid = true;
  bool honest = true;  ///< INVALID at most for what the lab wants to see, such as a missed window
  bool interrupted = false;
  std::vector<std::string> invalid_codes;
  std::string mark;               ///< "SYNTHETIC", "EMULATED phone-60fps"; empty: a plain measurement
  std::vector<DoseRecord> doses;  ///< knob, unit, requested, achieved, delivered and reason only
  /// By name with its unit: "mean_s", "p99_s", "samples_per_s", "missed_share". Absent figures are left out.
  std::map<std::string, EstimateRecord> figures;
  std::vector<std::string> sentences;  ///< of an audit: its verdict and memo; of a bundle: what it found

  [[nodiscard]] const EstimateRecord* figure(std::string_view name) const;
};

[[nodiscard]] RunFacts facts_of(const RunDocument& run);
[[nodiscard]] RunFacts facts_of(const RealWorldRecord& record);

[[nodiscard]] nlohmann::json facts_json(const RunFacts& facts);
/// Throws std::runtime_error as Field does.
[[nodiscard]] RunFacts read_facts(const Field& field);

}  // namespace assay
