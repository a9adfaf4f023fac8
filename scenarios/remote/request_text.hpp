#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/remote/remote_request.hpp"

namespace assay {

/// Every request of the plan as it goes over the line, head and body: one a sample, drawn by the seed, so that nothing
/// is put together in a run. `api_key` may be empty.
[[nodiscard]] std::vector<std::string> request_texts(const RemotePlan& plan, const std::string& api_key,
                                                     std::uint64_t seed);

}  // namespace assay
