#include "scenarios/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/gpu/gpu_catalogue.hpp"
#include "scenarios/custom/custom_workload.hpp"
#include "scenarios/gpu_run_witness.hpp"
#include "scenarios/query_warm_up.hpp"
#include "scenarios/remote/remote_workload.hpp"
#include "scenarios/serving/llama_workload.hpp"
#include "scenarios/synthetic_sut.hpp"

namespace assay {

namespace {

constexpr std::string_view kSynthetic = "synthetic";
constexpr std::string_view kNull = "null";

std::optional<CustomWorkload> custom_of(const WorkloadRequest& request) {
  return custom_workload_from(request.name, request.parameters);
}

/// Of this machine's processor or of its GPU.
const KernelEntry* entry_of(const std::string& name) {
  if (const KernelEntry* const kernel = find_kernel(name)) {
    return kernel;
  }
  const KernelEntry* const gpu = find_gpu_kernel(name);
  return gpu != nullptr && gpu->name == name ? gpu : nullptr;
}

class KernelWorkload final : public Workload {
 public:
  KernelWorkload(const std::string& name, const KernelSut::Maker& make, KernelSut::Options options,
                 std::unique_ptr<GpuRunWitness> witness = nullptr)
      : witness_(std::move(witness)), system_(name, make, std::move(options)), library_(system_.kernel()) {
    if (witness_ != nullptr) {
      witness_->set_system(system_);
    }
    const OutputCheck& check = system_.verification();
    if (!check.passed) {
      throw std::runtime_error(fmt::format("workload {}: its output is wrong before the run: {}", name, check.detail));
    }
  }

  SystemUnderTest& system() override {
    return witness_ != nullptr ? static_cast<SystemUnderTest&>(*witness_) : system_;
  }
  QuerySampleLibrary& library() override { return library_; }
  [[nodiscard]] bool synthetic() const override { return witness_ != nullptr && witness_->simulated(); }
  void add_findings(RunDocument& document) const override {
    if (witness_ != nullptr) {
      witness_->add_to(document);
    }
  }
  [[nodiscard]] KernelIdentity identity() const override { return system_.kernel().identity(); }
  [[nodiscard]] std::optional<Flops> work() const override { return known(system_.kernel().work()); }
  [[nodiscard]] std::optional<Bytes> traffic() const override { return known(system_.kernel().traffic()); }
  WarmUp warm_up(Nanoseconds duration, const std::stop_token& stop) override { return system_.warm_up(duration, stop); }
  void on_failure(const std::function<void()>& action) override { system_.on_failure(action); }
  [[nodiscard]] std::string failure() const override { return system_.failure(); }
  [[nodiscard]] std::string unchecked_reason() const override {
    return system_.kernel().has_reference() ? "" : "the workload gives no reference to compare its answers with";
  }
  [[nodiscard]] ServiceAccounts accounts() const override { return system_.accounts(); }
  [[nodiscard]] std::optional<HedgeRecord> hedge() const override { return system_.hedge(); }
  [[nodiscard]] std::optional<ResponseCheck> check(const TestResult& result) const override {
    return system_.kernel().has_reference() ? std::optional(check_responses(result.responses, system_.kernel()))
                                            : std::nullopt;
  }

 private:
  /// A custom workload may leave both at 0.
  template <class Quantity>
  static std::optional<Quantity> known(Quantity quantity) {
    return quantity.count == 0 ? std::nullopt : std::optional(quantity);
  }

  std::unique_ptr<GpuRunWitness> witness_;  ///< before the system: it sees the card without it
  KernelSut system_;
  KernelSampleLibrary library_;
};

/// "synthetic" and "null": no work, no output.
class NumberedWorkload final : public Workload {
 public:
  NumberedWorkload(std::unique_ptr<SystemUnderTest> system, KernelIdentity identity, std::uint64_t sample_count)
      : system_(std::move(system)), identity_(std::move(identity)), library_(sample_count) {}

  SystemUnderTest& system() override { return *system_; }
  QuerySampleLibrary& library() override { return library_; }
  [[nodiscard]] bool synthetic() const override { return true; }
  [[nodiscard]] KernelIdentity identity() const override { return identity_; }
  [[nodiscard]] std::optional<Flops> work() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Bytes> traffic() const override { return std::nullopt; }
  WarmUp warm_up(Nanoseconds duration, const std::stop_token& stop) override {
    return warm_up_by_queries(*system_, library_, duration, 1, stop);
  }
  [[nodiscard]] ServiceAccounts accounts() const override {
    ServiceAccounts none;
    none.not_available = "workload " + identity_.name + " does no work that the kernel could account for";
    return none;
  }
  [[nodiscard]] std::optional<ResponseCheck> check(const TestResult&) const override { return std::nullopt; }

 private:
  std::unique_ptr<SystemUnderTest> system_;
  KernelIdentity identity_;
  NumberedSampleLibrary library_;
};

std::unique_ptr<Workload> make_synthetic(const WorkloadRequest& request, std::uint64_t seed,
                                         const std::vector<int>& worker_cpus, const WaitPolicy& wait,
                                         const WorkerManner& manner) {
  const ServiceLaw& law = request.law;
  KernelIdentity identity{
      .name = std::string(kSynthetic),
      .parameters = {{"law", std::string(name_of(law.shape))}, {"mean_s", fmt::format("{:g}", seconds(law.mean))}}};
  if (law.shape != ServiceLaw::Shape::constant && law.shape != ServiceLaw::Shape::exponential) {
    identity.parameters["sd_s"] = fmt::format("{:g}", seconds(law.standard_deviation));
  }
  return std::make_unique<NumberedWorkload>(std::make_unique<SyntheticSut>(law, seed, worker_cpus, wait, manner),
                                            std::move(identity), request.numbered_samples);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const WorkloadEntry& entry : workload_catalogue()) {
    all.push_back(entry.name);
  }
  return all;
}

}  // namespace

std::vector<WorkloadEntry> workload_catalogue() {
  std::vector<WorkloadEntry> entries;
  for (const KernelEntry& kernel : kernel_catalogue()) {
    entries.push_back({.name = kernel.name, .summary = kernel.summary, .parameters = kernel.parameters});
  }
  entries.push_back(llama_entry());
  entries.push_back({.name = std::string(kSynthetic),
                     .summary = "service times by a stated law (--law, --mean, --sd): tests the instrument. SYNTHETIC",
                     .synthetic = true});
  for (const RemoteProtocol protocol :
       {RemoteProtocol::openai, RemoteProtocol::openai_chat, RemoteProtocol::triton, RemoteProtocol::kserve}) {
    entries.push_back(
        {.name = std::string(name_of(protocol)), .summary = std::string(summary_of(protocol)), .drives_server = true});
  }
  entries.push_back({.name = std::string(kNull),
                     .summary = "completes at once: what is left is the load generator itself. SYNTHETIC",
                     .synthetic = true});
  return entries;
}

std::vector<std::string> problems_of(const WorkloadRequest& request) {
  std::vector<std::string> problems;
  const KernelEntry* kernel = entry_of(request.name);
  if (kernel != nullptr) {
    try {
      const auto made = kernel->make(request.parameters);
      if (request.batching.max_batch < 1 || request.batching.max_batch > made->max_batch()) {
        problems.push_back(fmt::format("--batch {}: workload {} takes 1 to {}", request.batching.max_batch,
                                       request.name, made->max_batch()));
      }
    } catch (const std::invalid_argument& error) {
      problems.emplace_back(error.what());
    }
    return problems;
  }
  if (request.name == kLlama) {
    return llama_problems(request);
  }
  if (request.name == kSynthetic || request.name == kNull) {
    if (!request.parameters.empty()) {
      problems.push_back(fmt::format("--param {}: workload {} has no parameters; it takes --law, --mean and --sd",
                                     request.parameters.begin()->first, request.name));
    }
    if (request.hedge) {
      problems.push_back(fmt::format("--hedge: workload {} does no work that a second worker could do", request.name));
    }
    if (request.batching.max_batch != 1) {
      problems.push_back(fmt::format("--batch {}: workload {} takes 1", request.batching.max_batch, request.name));
    }
    if (const auto problem = request.law.problem(); problem && request.name == kSynthetic) {
      problems.push_back(*problem);
    }
    return problems;
  }
  if (const auto protocol = remote_protocol_of(request.name)) {
    return remote_problems(*protocol, request);
  }
  if (const auto custom = custom_of(request)) {
    return problems_of(*custom);
  }
  problems.push_back(
      fmt::format("workload '{}': there is none of that name; known are {} (assay list workloads), or your own as "
                  "lib:FILE or cmd:PROGRAM",
                  request.name, fmt::join(names(), ", ")));
  return problems;
}

bool reports_tokens(const WorkloadRequest& request) {
  if (request.name == kLlama) {
    return true;
  }
  const auto protocol = remote_protocol_of(request.name);
  return protocol && *protocol != RemoteProtocol::kserve;
}

std::vector<std::vector<int>> process_cpus(const std::vector<int>& worker_cpus, const WorkerManner& manner) {
  std::vector<std::vector<int>> cpus;
  cpus.reserve(worker_cpus.size());
  for (const int cpu : worker_cpus) {
    cpus.push_back(manner.pinned ? std::vector{cpu} : manner.all_cpus);
  }
  return cpus;
}

std::uint64_t library_size(const WorkloadRequest& request) {
  if (request.name == kLlama) {
    return llama_library_size(request);
  }
  if (const auto custom = custom_of(request)) {
    return maker_of(*custom, {{}})(0)->sample_count();
  }
  if (const auto protocol = remote_protocol_of(request.name)) {
    return remote_library_size(*protocol, request);
  }
  const KernelEntry* kernel = entry_of(request.name);
  return kernel != nullptr ? kernel->make(request.parameters)->sample_count() : request.numbered_samples;
}

Bytes per_worker_memory(const WorkloadRequest& request) {
  const KernelEntry* kernel = entry_of(request.name);
  return kernel != nullptr ? kernel->make(request.parameters)->memory_per_worker() : Bytes{0};
}

std::unique_ptr<Workload> make_workload(const WorkloadRequest& request, std::uint64_t seed,
                                        const std::vector<int>& worker_cpus, const WaitPolicy& wait,
                                        const WorkerManner& manner) {
  if (const auto problems = problems_of(request); !problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
  if (request.name == kLlama) {
    return make_llama_workload(request, seed, worker_cpus, wait, manner);
  }
  KernelSut::Options options{.parameters = request.parameters,
                             .seed = seed,
                             .worker_cpus = worker_cpus,
                             .wait = wait,
                             .batching = request.batching,
                             .accounts = request.accounts,
                             .no_accounts = {},
                             .manner = manner,
                             .hedge = request.hedge};
  if (const KernelEntry* kernel = entry_of(request.name)) {
    std::unique_ptr<GpuRunWitness> witness;
    if (const auto device = gpu_device_of(request.name, request.parameters)) {
      witness = std::make_unique<GpuRunWitness>(*device);
      options.no_accounts = "the card does the work, and the worker only waits for it";
    }
    return std::make_unique<KernelWorkload>(
        kernel->name, [&](std::size_t) { return kernel->make(request.parameters); }, std::move(options),
        std::move(witness));
  }
  if (const auto custom = custom_of(request)) {
    if (custom->kind == CustomWorkload::Kind::command) {
      options.no_accounts = "another process does the work, and the worker only waits for it";
    }
    return std::make_unique<KernelWorkload>(custom->shown(), maker_of(*custom, process_cpus(worker_cpus, manner)),
                                            std::move(options));
  }
  if (const auto protocol = remote_protocol_of(request.name)) {
    return make_remote_workload(*protocol, request, seed, worker_cpus, wait, manner);
  }
  if (request.name == kNull) {
    return std::make_unique<NumberedWorkload>(std::make_unique<NullSut>(), KernelIdentity{.name = std::string(kNull)},
                                              request.numbered_samples);
  }
  return make_synthetic(request, seed, worker_cpus, wait, manner);
}

}  // namespace assay
