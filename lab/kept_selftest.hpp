#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "analysis/bundle_calibration.hpp"
#include "harness/machine.hpp"

namespace assay {

/// A self-test that was found, as its file has it.
struct KeptSelftest {
  SelftestSummary summary;
  std::string text;  ///< of the whole file
};

/// The newest self-test of this machine in the folder of results: whole, unchanged since it was written, and not
/// interrupted. Looks where `assay selftest --out FOLDER` puts it. `now`: seconds since 1970. A file that cannot be
/// read counts as none.
[[nodiscard]] std::optional<KeptSelftest> newest_selftest(const std::filesystem::path& results,
                                                          const MachineIdentity& identity, std::int64_t now);

}  // namespace assay
