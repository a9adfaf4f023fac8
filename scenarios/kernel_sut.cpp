#include "scenarios/kernel_sut.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "scenarios/dilation.hpp"

namespace assay {

namespace {

/// Deep enough for every query that a busy second can bring; Offline refills it as it drains.
constexpr std::size_t kQueueCapacity = std::size_t{1} << 16;

/// Runs `kernel` on batches of `batch` for `duration`, and once at least.
std::vector<Nanoseconds> time_runs(Kernel& kernel, std::size_t batch, Nanoseconds duration,
                                   const std::stop_token& stop) {
  const SteadyClock clock;
  std::vector<std::uint32_t> samples(batch);
  std::vector<Nanoseconds> times;
  const Instant begin = clock.now();
  Instant now = begin;
  do {
    for (std::size_t i = 0; i < batch; ++i) {
      samples[i] = static_cast<std::uint32_t>((times.size() * batch + i) % kernel.sample_count());
    }
    const Instant before = clock.now();
    kernel.run(samples);
    if (kernel.failed()) {
      throw std::runtime_error(kernel.failure());
    }
    now = clock.now();
    times.push_back(now - before);
  } while (now - begin < duration && !stop.stop_requested());
  return times;
}

}  // namespace

Nanoseconds median_of(std::vector<Nanoseconds>& times) {
  if (times.empty()) {
    return Nanoseconds{0};
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

KernelSut::KernelSut(const KernelEntry& entry, const Options& options)
    : KernelSut(
          entry.name, [&entry, parameters = options.parameters](std::size_t) { return entry.make(parameters); },
          options) {}

KernelSut::KernelSut(const std::string& name, const Maker& make, Options options)
    : options_(std::move(options)), clock_(options_.wait) {
  if (options_.worker_cpus.empty()) {
    throw std::invalid_argument(fmt::format("workload {}: no CPU is left for a worker", name));
  }
  if (options_.hedge) {
    hedge_.emplace(*options_.hedge);
  }
  prepare_kernels(name, make);
}

void KernelSut::prepare_kernels(const std::string& name, const Maker& make) {
  for (std::size_t worker = 0; worker < options_.worker_cpus.size(); ++worker) {
    const auto& kernel = kernels_.emplace_back(make(worker));
    if (options_.batching.max_batch < 1 || options_.batching.max_batch > kernel->max_batch()) {
      throw std::invalid_argument(fmt::format("workload {}: batch {} asked for, it takes 1 to {}", name,
                                              options_.batching.max_batch, kernel->max_batch()));
    }
  }
  // Each worker touches its own memory first, so that it lies on the worker's NUMA node.
  team_.start(options_.worker_cpus, [this](std::size_t worker) {
    kernels_[worker]->prepare(options_.seed);
    if (worker == 0) {
      verification_ = kernels_[worker]->verify();
    }
  });
  team_.join_and_rethrow();
}

std::string KernelSut::name() const { return kernel().identity().name; }

WarmUp KernelSut::warm_up(Nanoseconds duration, const std::stop_token& stop) {
  const std::size_t batch_size = options_.batching.max_batch;
  std::vector<std::vector<Nanoseconds>> single(kernels_.size());
  std::vector<std::vector<Nanoseconds>> batched(kernels_.size());
  team_.start(
      options_.worker_cpus,
      [&](std::size_t worker) {
        single[worker] = time_runs(*kernels_[worker], 1, batch_size > 1 ? duration / 2 : duration, stop);
        batched[worker] =
            batch_size > 1 ? time_runs(*kernels_[worker], batch_size, duration / 2, stop) : single[worker];
        if (worker == 0) {  // here and not when a run begins, whose first query would wait for it
          KernelRunQueueMeter meter;
          account_cost_ = reading_cost(meter, clock_);
        }
      },
      options_.manner);
  team_.join_and_rethrow();
  WarmUp result{.duration = duration};
  const auto pooled_median = [&](const std::vector<std::vector<Nanoseconds>>& of_workers) {
    std::vector<Nanoseconds> pooled;
    for (const auto& times : of_workers) {
      pooled.insert(pooled.end(), times.begin(), times.end());
    }
    result.run_count += pooled.size();
    return std::max(median_of(pooled), Nanoseconds{1});
  };
  result.service_time_median = pooled_median(single);
  usual_time_ = result.service_time_median;
  if (hedge_) {
    hedge_->choose_time(batched);
  }
  result.samples_per_s = static_cast<double>(batch_size * kernels_.size()) / seconds(pooled_median(batched));
  return result;
}

void KernelSut::begin_run(std::shared_ptr<ResponseSink> sink) {
  end_run();
  accounts_ = {};
  accounts_.not_available = no_accounts_reason();
  sink_ = std::move(sink);
  queue_ = std::make_unique<SampleQueue>(kQueueCapacity);
  if (hedge_) {
    hedge_->begin_run({.workers = kernels_.size(), .max_batch = options_.batching.max_batch}, sink_, *queue_,
                      options_.manner.all_cpus);
  }
  team_.start(
      options_.worker_cpus, [this](std::size_t worker) { work(worker); }, options_.manner);
}

std::string KernelSut::no_accounts_reason() const {
  if (options_.hedge) {
    return "a hedged query is the work of two threads, which no one account describes";
  }
  if (!options_.accounts) {
    return "switched off";
  }
  if (!options_.no_accounts.empty()) {
    return options_.no_accounts;
  }
  if (options_.manner.emulated != nullptr) {
    return "a query that the emulated clock makes slow spins, and the system's account cannot tell that from work";
  }
  return usual_time_ == Nanoseconds::zero() ? "there was no warm-up that shows how long a query usually takes" : "";
}

void KernelSut::issue_query(std::span<const QuerySample> samples) {
  queue_->expect_more();
  if (hedge_) {
    hedge_->hedging().issue(samples);
  }
  queue_->push(samples, clock_);
}

void KernelSut::flush_queries() { queue_->flush(); }

void KernelSut::stop() noexcept {
  if (queue_) {
    queue_->close();
    team_.join();
    if (hedge_) {
      hedge_->end_run();
    }
    queue_.reset();
    sink_.reset();
  }
}

void KernelSut::end_run() {
  stop();
  team_.join_and_rethrow();
  if (hedge_) {
    hedge_->rethrow_failure();  // a run without the copies that were asked for is none
  }
}

void KernelSut::work(std::size_t worker) {
  Kernel& kernel = *kernels_[worker];
  const std::size_t most = options_.batching.max_batch;
  std::vector<QuerySample> batch;
  batch.reserve(most);
  std::vector<std::uint32_t> indices(most);
  std::vector<Kernel::Probe> probes(most);
  std::vector<QueryResponse> responses(most);
  KernelRunQueueMeter meter;
  Hedging* hedging = hedge_ ? &hedge_->hedging() : nullptr;
  ResponseSink& sink = hedging != nullptr ? hedging->sink_of(worker) : *sink_;
  const bool accounts = no_accounts_reason().empty();
  SlowServiceLog log(meter, account_cost_, std::max(usual_time_, Nanoseconds{1}), most);
  const std::optional<RunQueueAccount> at_start = accounts ? meter.read() : std::nullopt;
  SteadyClock spinning(kSpinOnly);
  std::optional<Dilator> dilator;
  if (options_.manner.emulated != nullptr) {
    dilator.emplace(*options_.manner.emulated, spinning);
  }
  while (true) {
    queue_->collect(clock_, options_.batching, batch);
    if (batch.empty()) {
      break;
    }
    if (hedging != nullptr) {
      hedging->admit(worker, batch);
      if (batch.empty()) {
        continue;
      }
    }
    if (accounts) {
      log.begin();
    }
    const Instant begin = clock_.now();
    sink.started(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      indices[i] = batch[i].index;
    }
    kernel.run(std::span<const std::uint32_t>(indices).first(batch.size()));
    if (kernel.failed()) {
      give_up(kernel, batch, sink);
      continue;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      probes[i] = kernel.probe(i);
      responses[i] = {.id = batch[i].id, .data = std::as_bytes(std::span(probes[i]))};
    }
    if (dilator) {
      dilator->after_chunk(clock_.now() - begin);
    }
    const Instant end = clock_.now();
    sink.complete(std::span<const QueryResponse>(responses).first(batch.size()));
    if (accounts && log.end(end - begin, batch.size())) {
      for (const QuerySample& sample : batch) {
        log.note(sample.id.position());
      }
    }
  }
  if (accounts) {
    add_accounts(log, meter, at_start);
  }
}

void KernelSut::give_up(const Kernel& kernel, std::span<const QuerySample> batch, ResponseSink& sink) {
  bool is_first = false;
  {
    const std::lock_guard lock(failure_mutex_);
    is_first = failure_.empty();
    if (is_first) {
      failure_ = kernel.failure();
    }
  }
  for (const QuerySample& sample : batch) {
    sink.failed(sample.id);
  }
  if (is_first && on_failure_) {
    on_failure_();
  }
}

std::string KernelSut::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

void KernelSut::cancel() noexcept {
  queue_->close();
  for (const auto& kernel : kernels_) {
    kernel->cancel();
  }
}

void KernelSut::add_accounts(const SlowServiceLog& log, RunQueueMeter& meter,
                             const std::optional<RunQueueAccount>& at_start) {
  const std::optional<RunQueueAccount> at_end = meter.read();
  const std::lock_guard lock(accounts_mutex_);
  if (!log.available() || !at_start || !at_end) {
    accounts_.not_available = "this kernel keeps no /proc/thread-self/schedstat (CONFIG_SCHED_INFO)";
    return;
  }
  accounts_.slow.insert(accounts_.slow.end(), log.entries().begin(), log.entries().end());
  accounts_.slow_count += log.slow_count();
  accounts_.on_cpu += at_end->on_cpu - at_start->on_cpu;
  accounts_.waited += at_end->waited - at_start->waited;
  accounts_.involuntary_switches += at_end->involuntary_switches - at_start->involuntary_switches;
  accounts_.readings += log.reading_count();
  accounts_.reading_cost = std::max(accounts_.reading_cost, log.reading_cost());
}

}  // namespace assay
