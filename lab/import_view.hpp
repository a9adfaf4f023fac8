#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/gbench_file.hpp"

namespace assay {

/// "assay/bench/1", with its line end. The executable's folder and the host's name are not in it.
[[nodiscard]] std::string gbench_json(const GbenchFile& file);

/// A table for people: where it ran, each benchmark with its time and rates, then the warnings. Text of the file is
/// shown in printable ASCII only.
[[nodiscard]] std::string gbench_text(const GbenchFile& file, Charset charset);

}  // namespace assay
