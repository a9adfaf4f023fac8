#include "scenarios/experiment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "analysis/dose_verdict.hpp"
#include "analysis/run_distributions.hpp"
#include "analysis/run_summary.hpp"
#include "analysis/soak_record.hpp"
#include "harness/clock_cross_check.hpp"
#include "harness/clock_quality.hpp"
#include "harness/cpu_quota.hpp"
#include "harness/cpu_times.hpp"
#include "harness/doctor.hpp"
#include "harness/realtime.hpp"
#include "harness/steady_clock.hpp"
#include "harness/thread_affinity.hpp"
#include "harness/thread_masks.hpp"
#include "harness/thread_placement.hpp"
#include "loadgen/load_generator.hpp"
#include "scenarios/dilation.hpp"
#include "scenarios/emulation.hpp"
#include "scenarios/execution_manner.hpp"
#include "scenarios/interference/interference.hpp"
#include "scenarios/machine_watch.hpp"
#include "scenarios/memory_need.hpp"
#include "scenarios/run_notes.hpp"
#include "scenarios/serving/serving_result.hpp"

namespace assay {

namespace {

/// Above every normal thread, below the kernel's own (sched(7)).
constexpr int kFifoPriority = 50;
constexpr Nanoseconds kAlways = std::chrono::hours{1};  ///< how long a thread spins that shall not sleep

class Experiment {
 public:
  Experiment(const RunRequest& request, const Machine& machine, std::stop_token stop, const RunObserver& observer)
      : request_(request), stop_(std::move(stop)), observer_(observer), settings_(request.settings) {
    document_.machine = machine;
    document_.machine_identity = identify(machine);
    document_.seed = request.seed;
    document_.limits = request.limits;
  }

  RunDocument run() {
    place_threads();
    read_conditions_here();
    go_on();
    prepare();
    go_on();
    watch_idle();
    go_on();
    warm_up();
    go_on();
    inject();
    go_on();
    measure();
    judge();
    return std::move(document_);
  }

 private:
  /// Before each phase up to the measured one: whoever wants the end need not wait for the preparation.
  void go_on() const {
    if (stop_.stop_requested()) {
      throw StoppedBeforeMeasuring();
    }
  }

  void phase(const std::string& name, std::optional<Nanoseconds> expected = std::nullopt) const {
    if (observer_.on_phase) {
      observer_.on_phase(name, expected);
    }
  }

  void warn(const std::string& warning) {
    document_.warnings.push_back(warning);
    if (observer_.on_warning) {
      observer_.on_warning(warning);
    }
  }

  void place_threads() {
    // More would only wait for each other; a mistyped number must not take the machine down.
    constexpr std::size_t kMostPerCpu = 4;
    const std::size_t most = kMostPerCpu * document_.machine.allowed_cpus().size();
    if (static_cast<std::size_t>(request_.worker_threads) > most) {
      throw std::invalid_argument(
          fmt::format("--threads {}: this machine allows {} (four for each CPU)", request_.worker_threads, most));
    }
    require_allowed(request_.interference, document_.machine.allowed_cpus());  // not only after the warm-up
    document_.placement = choose_placement(document_.machine, {.issuing_threads = request_.issuing_threads(),
                                                               .worker_threads = request_.worker_threads,
                                                               .only_cpus = request_.cpus,
                                                               .share = shares_cpus(),
                                                               .pinned = request_.pinned});
    if (const auto problem = hedge_problem(request_, document_.placement)) {
      throw std::invalid_argument(*problem);
    }
    // Without a schedule there is nothing to be late for.
    const bool closed_loop_as_asked = request_.share_cpus && settings_.scenario != Scenario::server;
    if (document_.placement.shared && !closed_loop_as_asked) {
      warn("the load generator shares a CPU with a worker, so its lateness includes the work: " +
           document_.placement.why);
    }
  }

  /// A schedule of arrivals needs a core of its own, else the generator is late and the run INVALID: there the workers
  /// share its CPUs only where their number was given.
  [[nodiscard]] bool shares_cpus() const {
    return request_.share_cpus && (settings_.scenario != Scenario::server || request_.worker_threads > 0);
  }

  void read_conditions_here() {
    phase("conditions");
    SteadyClock clock;
    document_.clock = measure_clock_quality(clock);
    const std::vector<int> cpus = cpus_of(document_.placement);
    document_.conditions = read_conditions(document_.machine, {.cpus = cpus,
                                                               .threads = static_cast<int>(cpus.size()),
                                                               .latency_window = settings_.target_latency,
                                                               .clock_quality = document_.clock});
    // A thread that spins on a CPU that it shares takes the time from the very work it waits for.
    const bool shared = document_.placement.shared;
    const Nanoseconds margin = shared ? Nanoseconds{0} : document_.clock.spin_margin;
    constexpr Nanoseconds kBriefly = std::chrono::microseconds{50};
    issuing_wait_ = {.spin_margin = margin, .signal_spin = margin};
    worker_wait_ = {.spin_margin = margin, .signal_spin = shared ? Nanoseconds{0} : request_.spin ? kAlways : kBriefly};
  }

  void prepare() {
    phase("prepare");
    require_memory(per_worker_memory(request_.workload));
    manner_.emplace(request_, document_.placement, [this](const std::string& warning) { warn(warning); });
    WorkerManner manner = manner_->workers();
    manner.emulated = request_.envelope ? &emulated_clock_ : nullptr;
    workload_ = make_workload(request_.workload, request_.seed, document_.placement.worker_cpus, worker_wait_, manner);
    manner_->hold_memory();
    if (settings_.mode == TestMode::accuracy && !workload_->synthetic() && !workload_->unchecked_reason().empty()) {
      throw std::invalid_argument("--mode accuracy: " + workload_->unchecked_reason());
    }
    const KernelIdentity identity = workload_->identity();
    document_.workload = identity.name;
    document_.workload_version = identity.version;
    document_.workload_parameters = identity.parameters;
    record_token_windows(document_, settings_);
    document_.synthetic = workload_->synthetic();
    if (const auto work = workload_->work()) {
      document_.work_flops = work->count;
    }
    if (const auto traffic = workload_->traffic()) {
      document_.traffic_bytes = traffic->count;
    }
    if (const auto& hedge = request_.workload.hedge) {
      document_.workload_parameters["hedge"] =
          hedge->after ? fmt::format("{}ns", hedge->after->count()) : hedge->percentile.name();
    }
    const BatchPolicy& batching = request_.workload.batching;
    if (batching.max_batch > 1) {
      document_.workload_parameters["batch"] = fmt::format("{}", batching.max_batch);
      if (batching.timeout > Nanoseconds::zero()) {
        document_.workload_parameters["batch_timeout_s"] = fmt::format("{:g}", seconds(batching.timeout));
      }
    }
  }

  void require_memory(Bytes per_worker) const {
    const Bytes need = memory_need(settings_, per_worker, document_.placement.worker_cpus.size());
    if (const auto problem = memory_problem(need, memory_available(SystemFiles{}))) {
      throw std::invalid_argument(*problem);
    }
  }

  /// What the machine takes without the load, where a sensor tells.
  void watch_idle() {
    if (!request_.soak) {
      return;
    }
    watch_.emplace(soak_watch(request_, document_.placement));
    if (!watch_->has_power()) {
      return;
    }
    constexpr Nanoseconds kIdle = std::chrono::seconds{5};
    phase("idle", kIdle);
    watch_->begin();
    wait_for(kIdle);
    soak_.idle = watch_->end().series;
  }

  /// Returns early when the end is wanted.
  void wait_for(Nanoseconds duration) {
    constexpr Nanoseconds kSlice = std::chrono::milliseconds{50};
    const Instant end = plain_clock_.now() + duration;
    while (plain_clock_.now() < end && !stop_.stop_requested()) {
      plain_clock_.wait_until(std::min(end, plain_clock_.now() + kSlice));
    }
  }

  void warm_up() {
    phase("warm-up", request_.warm_up);
    const WarmUp warm = workload_->warm_up(request_.warm_up, stop_);
    document_.warm_up_s = seconds(warm.duration);
    const std::uint64_t samples = settings_.scenario == Scenario::multi_stream ? settings_.samples_per_query : 1;
    settings_.expected_latency =
        std::max(warm.service_time_median * static_cast<std::int64_t>(samples) /
                     static_cast<std::int64_t>(std::min<std::size_t>(samples, document_.placement.worker_cpus.size())),
                 Nanoseconds{1});
    settings_.offline_expected_qps = request_.offline_rate.value_or(warm.samples_per_s);
    settings_.frames_at_once = document_.placement.worker_cpus.size() * request_.workload.batching.max_batch;
    require_memory(Bytes{0});
    require_feasible(*workload_, settings_);
    manner_->describe(document_);
  }

  /// Starts what disturbs the run, and sees for a second what it delivers while nothing else works.
  void inject() {
    if (!request_.interference.any()) {
      return;
    }
    constexpr Nanoseconds kAlone = std::chrono::seconds{1};
    phase("inject", kAlone);
    interference_.emplace(
        Interference::Options{.request = request_.interference,
                              .place = {document_.placement.worker_cpus, document_.placement.issuing_cpus,
                                        document_.machine.allowed_cpus(), document_.machine.last_level_cache()},
                              .seed = request_.seed,
                              .time_limit = injection_limit(),
                              .start = injectors_for(request_.workload),
                              .shares_device = injected_gpu(request_.workload).has_value()},
        plain_clock_);
    wait_for(kAlone);
    interference_->note_alone();
  }

  /// Far above what the run can take, for the case that nobody is left to end the injectors.
  [[nodiscard]] Nanoseconds injection_limit() const {
    constexpr Nanoseconds kMore = std::chrono::hours{6};  // a number of queries may take far longer than is expected
    constexpr Nanoseconds kLongest = std::chrono::hours{24};
    return std::min(10 * std::min(expected_duration(request_), kLongest) + kMore, kLongest);
  }

  void introduce_issuing_thread(int thread) {
    const auto& cpus = document_.placement.issuing_cpus;
    if (request_.pinned) {
      pin_this_thread(cpus.at(static_cast<std::size_t>(thread) % cpus.size()));
    } else if (!allow_this_thread(cpus_of(document_.placement))) {
      throw std::runtime_error("--no-pinning: the system refused to widen the CPUs of an issuing thread");
    }
    masks_.pinned(fmt::format("{}", gettid()), SystemFiles{});
    request_precise_sleep();
    if (request_.realtime) {
      if (const auto refusal = take_realtime_priority(kFifoPriority)) {
        const std::lock_guard lock(realtime_mutex_);
        realtime_problem_ = *refusal;
      }
    }
  }

  void measure() {
    try {
      measure_watched();
    } catch (...) {
      phase("failed");  // whoever watches stops before what it watches is gone
      throw;
    }
  }

  void measure_watched() {
    SteadyClock clock(issuing_wait_);
    auto progress = std::make_shared<RunProgress>();
    const SystemFiles files;
    masks_.begin(files);  // before anybody is told that it is measured, and could change something
    phase("measure", expected_duration(request_));
    MeasuringView view{.progress = progress, .doses = {}};
    if (interference_) {
      interference_->begin_window();
      view.doses = [this] { return interference_->doses(); };
    }
    if (observer_.on_measuring) {
      observer_.on_measuring(view);
    }
    const auto times_before = read_cpu_times(files);
    const auto throttling_before = read_quota_throttling(files);
    if (watch_) {
      watch_->begin();
    }
    const ClockCrossCheck cross_check;
    std::optional<Emulation> emulation;
    if (request_.envelope) {
      emulation.emplace(*request_.envelope, emulated_clock_, static_cast<int>(document_.placement.worker_cpus.size()));
    }
    std::stop_source end;  // wanted by a person, or because the work failed
    const std::stop_callback pass_on(stop_, [&end] { end.request_stop(); });
    workload_->on_failure([end]() mutable { end.request_stop(); });
    result_ = run_test(
        settings_, workload_->system(), workload_->library(),
        {.clock = clock, .stop = end.get_token(), .progress = progress, .on_issuing_thread = [this](int thread) {
           introduce_issuing_thread(thread);
         }});
    if (emulation) {
      document_.emulated = emulation->finish();
    }
    if (interference_) {
      document_.interference = interference_->doses();
    }
    if (watch_) {
      soak_.watched = watch_->end();
      soak_.ambient_c = request_.soak->ambient_c;
      soak_.emulated = document_.emulated;
    }
    result_.clock_step = cross_check.disagreement();
    document_.clock_disagreement_s = seconds(result_.clock_step);
    record_load(document_, times_before, read_cpu_times(files));
    throttled_ = throttled_between(throttling_before, read_quota_throttling(files));
    if (!realtime_problem_.empty()) {
      warn("--realtime: SCHED_FIFO was refused (" + realtime_problem_ + "); the run used the normal scheduler");
    } else if (request_.realtime) {
      document_.execution->issuing_scheduling = fmt::format("SCHED_FIFO {}", kFifoPriority);
    }
  }

  void judge() {
    phase("summary");
    interference_.reset();
    std::optional<OutputVerdict> outputs;
    if (result_.responses.empty() && result_.end_cause == EndCause::interrupted) {
      document_.output_check = "none: the run was stopped before a response was kept";
    } else if (const auto check = workload_->check(result_)) {
      outputs = OutputVerdict{.passed = check->passed, .text = check->text()};
    } else {
      document_.output_check = "none: " + workload_->unchecked_reason();
    }
    fill_results(document_, result_, outputs,
                 {.accounts = workload_->accounts(),
                  .context = {.worker_count = document_.placement.worker_cpus.size(), .throttled = throttled_}});
    if (document_.emulated) {
      document_.attribution.reset();  // kNoCausesWhenEmulated
    }
    if (watch_) {
      document_.soak = soak_record(result_, distributions_of(result_), soak_);
    }
    record_serving(document_, result_, workload_->serving());
    document_.hedging = workload_->hedge();
    if (document_.hedging && document_.sample_count > 0) {
      document_.hedging->extra_work_share =
          static_cast<double>(document_.hedging->started) / static_cast<double>(document_.sample_count);
    }
    for (InvalidReason& problem : dose_problems(document_.interference)) {
      document_.valid = false;
      document_.invalid_reasons.push_back(std::move(problem));
    }
    workload_->add_findings(document_);
    record_changed_cpus(document_, masks_.changes(SystemFiles{}));
    record_failure(document_, workload_->failure(), stop_.stop_requested());
    for (const std::string& message : result_.error_messages) {
      warn(message);
    }
  }

  const RunRequest& request_;
  std::stop_token stop_;
  const RunObserver& observer_;
  TestSettings settings_;
  RunDocument document_;
  WaitPolicy issuing_wait_;
  WaitPolicy worker_wait_;
  EmulatedClock emulated_clock_;
  std::optional<ExecutionManner> manner_;
  std::unique_ptr<Workload> workload_;
  SteadyClock plain_clock_;
  std::optional<Interference> interference_;
  std::optional<MachineWatch> watch_;
  SoakEvidence soak_;
  TestResult result_;
  Nanoseconds throttled_{0};
  ThreadMaskWatch masks_;
  std::mutex realtime_mutex_;
  std::string realtime_problem_;
};

}  // namespace

RunDocument run_experiment(const RunRequest& request, const Machine& machine, const std::stop_token& stop,
                           const RunObserver& observer) {
  if (const auto problems = problems_of(request); !problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
  return Experiment(request, machine, stop, observer).run();
}

}  // namespace assay
