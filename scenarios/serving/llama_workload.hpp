#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/serving/serving_policy.hpp"
#include "scenarios/workload.hpp"

namespace assay {

inline constexpr std::string_view kLlama = "llama";

/// For `assay list workloads`.
[[nodiscard]] WorkloadEntry llama_entry();

/// What makes no sense in a request for workload llama, one line each.
[[nodiscard]] std::vector<std::string> llama_problems(const WorkloadRequest& request);

/// Prompts in its library.
[[nodiscard]] std::uint64_t llama_library_size(const WorkloadRequest& request);

/// Makes decoder and engine on the CPUs, the first of which is the engine's, and verifies the arithmetic. The request
/// must be sound. Throws std::runtime_error if the memory cannot be had or the output is wrong.
[[nodiscard]] std::unique_ptr<Workload> make_llama_workload(const WorkloadRequest& request, std::uint64_t seed,
                                                            const std::vector<int>& cpus, const WaitPolicy& wait,
                                                            const WorkerManner& manner);

}  // namespace assay
