#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/run_tail.hpp"
#include "analysis/serving_record.hpp"
#include "harness/steady_clock.hpp"
#include "kernels/kernel.hpp"
#include "loadgen/system_under_test.hpp"
#include "loadgen/test_result.hpp"
#include "scenarios/batching.hpp"
#include "scenarios/hedging.hpp"
#include "scenarios/kernel_sut.hpp"
#include "scenarios/output_check.hpp"
#include "scenarios/remote/remote_request.hpp"
#include "scenarios/service_law.hpp"
#include "scenarios/serving/serving_options.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

struct RunDocument;

/// What a run works on, as asked for.
struct WorkloadRequest {
  std::string name;
  std::map<std::string, std::string> parameters;  ///< of a kernel
  ServiceLaw law;                                 ///< of "synthetic"
  BatchPolicy batching;
  bool accounts = true;                   ///< note what the kernel accounts for slow queries
  std::optional<HedgeRequest> hedge;      ///< give slow queries to a second worker as well
  ServingOptions serving;                 ///< of "llama"
  std::uint64_t numbered_samples = 1024;  ///< in the library of "synthetic" and "null"
  RemoteRequest remote;                   ///< of a server behind HTTP
};

/// One line for `assay list workloads`.
struct WorkloadEntry {
  std::string name;
  std::string summary;
  std::vector<KernelParameter> parameters;
  bool synthetic = false;
  bool drives_server = false;  ///< needs an address
};

/// Every kernel of the catalogue, then "llama", "synthetic", the protocols of servers and "null".
[[nodiscard]] std::vector<WorkloadEntry> workload_catalogue();

/// What makes no sense in the request, one line each; for an unknown workload the known names. Throws
/// std::runtime_error for a custom workload whose file is missing or is none.
[[nodiscard]] std::vector<std::string> problems_of(const WorkloadRequest& request);

/// Number of samples in the workload's library; a command is started to say it. The request must be sound.
[[nodiscard]] std::uint64_t library_size(const WorkloadRequest& request);

/// Its samples are answered token by token, so that a run has TTFT and TPOT.
[[nodiscard]] bool reports_tokens(const WorkloadRequest& request);

/// Memory that each worker will take, 0 for a workload without operands and where it is not known. The request must be
/// sound.
[[nodiscard]] Bytes per_worker_memory(const WorkloadRequest& request);

/// A workload that is ready to run: the system under test, its samples, and the check of its answers.
class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;

  [[nodiscard]] virtual SystemUnderTest& system() = 0;
  [[nodiscard]] virtual QuerySampleLibrary& library() = 0;
  [[nodiscard]] virtual bool synthetic() const = 0;
  /// Name, version and parameters, for the result.
  [[nodiscard]] virtual KernelIdentity identity() const = 0;
  [[nodiscard]] virtual std::optional<Flops> work() const = 0;     ///< of one sample
  [[nodiscard]] virtual std::optional<Bytes> traffic() const = 0;  ///< of one sample

  /// Exercises the workers for `duration`, or until `stop`; what it shows sizes the run.
  [[nodiscard]] virtual WarmUp warm_up(Nanoseconds duration, const std::stop_token& stop) = 0;

  /// Why no run can meet the windows of the settings, with the number that shows it; empty: it may. After warm_up().
  [[nodiscard]] virtual std::string infeasible(const TestSettings& /*settings*/) const { return {}; }

  /// What a serving engine did in the last run; nothing where there is none.
  [[nodiscard]] virtual std::optional<ServingRecord> serving() const { return std::nullopt; }

  /// What the kernel accounted for slow queries of the last run.
  [[nodiscard]] virtual ServiceAccounts accounts() const = 0;

  /// What hedging did in the last run, without its share; nothing where none was asked for.
  [[nodiscard]] virtual std::optional<HedgeRecord> hedge() const { return std::nullopt; }

  /// Work of somebody else's can fail in a run: what to do at once, from a thread of the work, and why it did
  /// afterwards; empty: it did not.
  virtual void on_failure(const std::function<void()>& /*action*/) {}
  [[nodiscard]] virtual std::string failure() const { return {}; }

  /// What else the work itself found in the last run: errors by class, the state of a client. After all other results.
  virtual void add_findings(RunDocument& /*document*/) const {}

  /// Why check() judges nothing; empty: it does.
  [[nodiscard]] virtual std::string unchecked_reason() const { return "a SYNTHETIC workload has no output"; }

  /// Judges the kept responses of a run; nothing for a workload that has no outputs.
  [[nodiscard]] virtual std::optional<ResponseCheck> check(const TestResult& result) const = 0;
};

/// Makes the workload on the given CPUs; a kernel is prepared and its output verified on the way. Throws
/// std::invalid_argument as problems_of() says, std::runtime_error if the verification fails. What the manner points to
/// must outlive the workload.
[[nodiscard]] std::unique_ptr<Workload> make_workload(const WorkloadRequest& request, std::uint64_t seed,
                                                      const std::vector<int>& worker_cpus, const WaitPolicy& wait,
                                                      const WorkerManner& manner = {});

}  // namespace assay
