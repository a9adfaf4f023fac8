#pragma once

#include <map>
#include <string>
#include <vector>

namespace assay {

/// A piece of real work to be shown as a point under the roofs.
struct DotVariant {
  std::string kernel;  ///< of the catalogue
  std::map<std::string, std::string> parameters;
  std::string label;  ///< "gemm 512"
  std::string dtype;  ///< "f32": which compute roof it belongs under
};

/// The points that a roofline shows by default. Each runs for 0.1 to 10 ms on a core of 50 Gflop/s, short enough that a
/// run often passes undisturbed on a busy machine; preparing all of them takes some seconds and at most 0.2 GiB.
[[nodiscard]] std::vector<DotVariant> dot_variants();

}  // namespace assay
