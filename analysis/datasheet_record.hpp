#pragma once

#include <map>
#include <optional>
#include <string>

namespace assay {

/// What a vendor states of a device, with where it stands. Nothing here was measured by anybody who reads it.
struct Datasheet {
  std::string id;         ///< "h100-sxm"
  std::string title;      ///< "NVIDIA H100 SXM"
  std::string announced;  ///< "2022-03"
  std::string source;     ///< the public document of peak, bandwidth and power
  std::string note;       ///< what to know when reading; may be empty
  /// Work per second by data type, dense: "f16" (bf16 is the same), "f32", "i8".
  std::map<std::string, double> peak_per_s;
  std::optional<double> bandwidth_bytes_per_s;
  std::optional<double> power_w;    ///< the rated one
  std::optional<double> price_usd;  ///< of one; the least where a range is known
  std::optional<double> price_usd_most;
  std::string price_source;
};

}  // namespace assay
