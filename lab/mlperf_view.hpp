#pragma once

#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/mlperf_log.hpp"

namespace assay {

/// The logs of one run of LoadGen.
struct MlperfImport {
  std::vector<std::string> files;  ///< names without their folder
  MlperfLog log;                   ///< the detail log where there is one
  std::vector<std::string> disagreements;
};

/// "assay/import/1", with its line end. Numbers are the log's own; limits are null, with the reason.
[[nodiscard]] std::string mlperf_json(const MlperfImport& import);

/// The same for people. Text of the logs is shown in printable ASCII only.
[[nodiscard]] std::string mlperf_text(const MlperfImport& import, Charset charset);

}  // namespace assay
