#pragma once

#include <atomic>
#include <cstdint>

namespace assay {

/// How far a run has come; another thread may read it at any time.
struct RunProgress {
  alignas(64) std::atomic<std::uint64_t> issued{0};   ///< samples
  alignas(64) std::atomic<std::uint64_t> settled{0};  ///< samples completed, failed or dropped
};

}  // namespace assay
