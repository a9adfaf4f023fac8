#pragma once

#include <cstddef>
#include <future>

namespace assay {

/// Whether the statistics of `count` observations are worth a thread of their own: a thread costs some 50 us, 100,000
/// values sort in about a millisecond. Statistics run after the measurement and disturb nothing.
inline std::launch launch_policy(std::size_t count) {
  return count >= 500'000 ? std::launch::async : std::launch::deferred;
}

}  // namespace assay
