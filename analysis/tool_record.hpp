#pragma once

#include <string>

namespace assay {

/// The program that measured: the member "tool" of a result file.
struct ToolRecord {
  std::string version;   ///< "0.1.0"
  std::string revision;  ///< git commit, "+dirty" appended; "unknown" outside a checkout
  std::string compiler;  ///< "GNU 12.2.0"
  std::string build_type;
};

}  // namespace assay
