#pragma once

namespace assay::on_host {

/// Whether the stand-in for cuBLASLt knows scales of rows and columns, as cards before capability 9.0 do not.
[[nodiscard]] bool& outer_scales_known();

}  // namespace assay::on_host
