#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/workload.hpp"

namespace assay {

/// One line for `assay list workloads`.
[[nodiscard]] std::string_view summary_of(RemoteProtocol protocol);

/// What --param takes.
[[nodiscard]] std::vector<KernelParameter> parameters_of(RemoteProtocol protocol);

/// What makes no sense in the request, one line each. Contacts nobody.
[[nodiscard]] std::vector<std::string> remote_problems(RemoteProtocol protocol, const WorkloadRequest& request);

/// Different requests of the workload. The request must be sound.
[[nodiscard]] std::uint64_t remote_library_size(RemoteProtocol protocol, const WorkloadRequest& request);

/// A server behind HTTP as a workload. Connects, and asks once: throws std::runtime_error with one line if that fails.
[[nodiscard]] std::unique_ptr<Workload> make_remote_workload(RemoteProtocol protocol, const WorkloadRequest& request,
                                                             std::uint64_t seed, const std::vector<int>& worker_cpus,
                                                             const WaitPolicy& wait, const WorkerManner& manner);

}  // namespace assay
