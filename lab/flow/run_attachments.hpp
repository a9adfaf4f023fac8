#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/flow/ledger_entry.hpp"

// What an audit leaves beside its result: two charts and a page, under the name of its file with other ends. The
// ledger holds their digests.

namespace assay {

inline constexpr std::string_view kRooflineChart = "roofline";
inline constexpr std::string_view kParetoChart = "pareto";
inline constexpr std::string_view kAuditPage = "page";
inline constexpr std::string_view kAuditFileEnd = ".audit.json";

/// Where the attachment of that name of a result file lies: "runs/audit-1.roofline.svg" of "runs/audit-1.audit.json".
/// Nothing for another name, and of a file that has none.
[[nodiscard]] std::optional<std::string> attachment_file(std::string_view run_file, std::string_view name);

/// The text of an attachment as it lies in the lab's folder. Throws std::runtime_error in one line where the run has
/// none of that name, it is not there, or it is not what was recorded.
[[nodiscard]] std::string attachment_text(const std::filesystem::path& folder, const LabRun& run,
                                          const std::string& name);

/// A name from a ledger never leads out of the lab's folder.
[[nodiscard]] bool stays_inside(const std::string& file);

/// Those of the run that are pictures, in the order in which they are shown.
[[nodiscard]] std::vector<std::string> charts_of(const LabRun& run);

}  // namespace assay
