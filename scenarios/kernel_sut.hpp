#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/run_tail.hpp"
#include "harness/slow_service_log.hpp"
#include "harness/steady_clock.hpp"
#include "kernels/kernel.hpp"
#include "loadgen/system_under_test.hpp"
#include "scenarios/batching.hpp"
#include "scenarios/hedge_watch.hpp"
#include "scenarios/worker_team.hpp"

namespace assay {

/// What a warm-up showed: the basis for sizing a run, not a result of it.
struct WarmUp {
  Nanoseconds duration{0};
  std::uint64_t run_count = 0;
  Nanoseconds service_time_median{0};  ///< of one sample alone
  double samples_per_s = 0.0;          ///< of all workers at work with full batches
};

/// Upper median; zero of nothing. Reorders `times`.
[[nodiscard]] Nanoseconds median_of(std::vector<Nanoseconds>& times);

/// A kernel as a system under test: one instance a worker, each worker pinned, samples through one queue. With a batch
/// policy above 1 it batches dynamically: workers collect up to `max_batch` samples, or what has come within `timeout`
/// of the first. Server and Offline differ because of it: Offline always finds full batches.
class KernelSut final : public SystemUnderTest {
 public:
  struct Options {
    std::map<std::string, std::string> parameters;
    std::uint64_t seed = 0;
    std::vector<int> worker_cpus;
    WaitPolicy wait;
    BatchPolicy batching;
    bool accounts = true;     ///< note what the kernel accounts for slow batches; not together with hedging
    std::string no_accounts;  ///< why such accounts would say nothing of this work; empty: they do
    WorkerManner manner;
    std::optional<HedgeRequest> hedge;
  };

  /// Makes the kernel of a worker; called on the thread that makes the system.
  using Maker = std::function<std::unique_ptr<Kernel>(std::size_t worker)>;

  /// Makes and prepares one kernel a worker, on the worker's own CPU, and verifies the first one's whole output.
  /// Throws std::invalid_argument for bad parameters or a batch larger than the kernel takes.
  KernelSut(const KernelEntry& entry, const Options& options);
  KernelSut(const std::string& name, const Maker& make, Options options);
  ~KernelSut() override { stop(); }

  [[nodiscard]] std::string name() const override;
  void begin_run(std::shared_ptr<ResponseSink> sink) override;
  void issue_query(std::span<const QuerySample> samples) override;
  void flush_queries() override;
  void cancel() noexcept override;
  void end_run() override;

  /// Runs every worker for `duration`, or until `stop`. Call it before the run, never during one.
  [[nodiscard]] WarmUp warm_up(Nanoseconds duration, const std::stop_token& stop);

  [[nodiscard]] const OutputCheck& verification() const { return verification_; }
  [[nodiscard]] const Kernel& kernel() const { return *kernels_.front(); }
  [[nodiscard]] std::size_t worker_count() const { return kernels_.size(); }
  /// What the workers noted in the last run; complete after end_run().
  [[nodiscard]] const ServiceAccounts& accounts() const { return accounts_; }
  /// Called once, from a worker, when a kernel gives no answers any more; what it was working on is reported as failed.
  void on_failure(std::function<void()> action) { on_failure_ = std::move(action); }
  /// Why the first kernel that failed did so; empty: none did.
  [[nodiscard]] std::string failure() const;

  /// What hedging did in the last run, without its share; complete after end_run(). Nothing where none was asked for.
  [[nodiscard]] std::optional<HedgeRecord> hedge() const {
    return hedge_ ? std::optional(hedge_->record()) : std::nullopt;
  }

 private:
  void stop() noexcept;
  void work(std::size_t worker);
  void prepare_kernels(const std::string& name, const Maker& make);
  void give_up(const Kernel& kernel, std::span<const QuerySample> batch, ResponseSink& sink);
  [[nodiscard]] std::string no_accounts_reason() const;  ///< empty: there are accounts
  void add_accounts(const SlowServiceLog& log, RunQueueMeter& meter, const std::optional<RunQueueAccount>& at_start);

  Options options_;
  SteadyClock clock_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
  OutputCheck verification_;
  Nanoseconds usual_time_{0};    ///< of one sample alone, as the warm-up showed it
  Nanoseconds account_cost_{0};  ///< of one reading of the kernel's account, as the warm-up showed it
  mutable std::mutex failure_mutex_;
  std::string failure_;
  std::function<void()> on_failure_;
  std::mutex accounts_mutex_;
  ServiceAccounts accounts_;
  std::shared_ptr<ResponseSink> sink_;
  std::unique_ptr<SampleQueue> queue_;
  WorkerTeam team_;
  std::optional<HedgeWatch> hedge_;
};

/// The inputs of a kernel as a sample library; prepare() has them all in memory.
class KernelSampleLibrary final : public QuerySampleLibrary {
 public:
  explicit KernelSampleLibrary(const Kernel& kernel) : kernel_(kernel) {}
  [[nodiscard]] std::string name() const override { return kernel_.identity().name + " inputs"; }
  [[nodiscard]] std::uint64_t total_sample_count() const override { return kernel_.sample_count(); }
  [[nodiscard]] std::uint64_t performance_sample_count() const override { return kernel_.sample_count(); }
  void load_samples(std::span<const QuerySampleIndex>) override {}
  void unload_samples(std::span<const QuerySampleIndex>) override {}

 private:
  const Kernel& kernel_;
};

}  // namespace assay
