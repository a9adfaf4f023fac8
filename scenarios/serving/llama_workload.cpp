#include "scenarios/serving/llama_workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>

#include "scenarios/serving/calibration.hpp"
#include "scenarios/serving/cuda_backend.hpp"
#include "scenarios/serving/decoder_floors.hpp"
#include "scenarios/serving/llama_backend.hpp"
#include "scenarios/serving/llama_request.hpp"
#include "scenarios/serving/serving_engine.hpp"
#include "scenarios/serving/serving_simulation.hpp"

namespace assay {

namespace {

class LlamaWorkload final : public Workload {
 public:
  LlamaWorkload(const WorkloadRequest& request, std::uint64_t seed, const std::vector<int>& cpus,
                const WaitPolicy& wait, const WorkerManner& manner)
      : llama_(llama_request(request)),
        serving_(request.serving),
        engine_(engine_options(seed, cpus, wait, manner), [&] { return make_backend(seed, cpus); }) {
    OutputCheck check;
    engine_.with_backend([&](IterationBackend& backend) { check = backend.verify(); });
    if (!check.passed) {
      throw std::runtime_error(fmt::format("workload llama: its output is wrong before the run: {}", check.detail));
    }
    identity_ = {.name = std::string(kLlama),
                 .parameters = {{"preset", std::string(llama_.shape.name)},
                                {"weights", std::string(name_of(llama_.formats.weights))},
                                {"samples", fmt::format("{}", llama_.sample_count)},
                                {"shared", fmt::format("{:g}", llama_.shared_share)},
                                {"lengths", llama_.lengths.name()}},
                 .facts = engine_.backend().facts()};
  }

  SystemUnderTest& system() override { return engine_; }
  QuerySampleLibrary& library() override { return engine_.samples(); }
  [[nodiscard]] bool synthetic() const override { return false; }
  [[nodiscard]] KernelIdentity identity() const override { return identity_; }
  // Requests differ in length: there is no work of one sample.
  [[nodiscard]] std::optional<Flops> work() const override { return std::nullopt; }
  [[nodiscard]] std::optional<Bytes> traffic() const override { return std::nullopt; }
  WarmUp warm_up(Nanoseconds duration, const std::stop_token& stop) override;
  [[nodiscard]] ServiceAccounts accounts() const override {
    ServiceAccounts none;
    none.not_available = "an engine works on many requests at a time; see where its time went under serving";
    return none;
  }
  [[nodiscard]] std::string infeasible(const TestSettings& settings) const override;
  [[nodiscard]] std::optional<ServingRecord> serving() const override;
  [[nodiscard]] std::string unchecked_reason() const override { return {}; }
  [[nodiscard]] std::optional<ResponseCheck> check(const TestResult& result) const override;

 private:
  [[nodiscard]] ServingEngine::Options engine_options(std::uint64_t seed, const std::vector<int>& cpus,
                                                      const WaitPolicy& wait, const WorkerManner& manner) const {
    return {.policy = serving_.policy,
            .samples = {.lengths = llama_.lengths,
                        .seed = seed,
                        .count = llama_.sample_count,
                        .shared_share = llama_.shared_share},
            .cpu = cpus.front(),
            .wait = wait,
            .manner = manner};
  }
  [[nodiscard]] std::unique_ptr<IterationBackend> make_backend(std::uint64_t seed, const std::vector<int>& cpus) const {
    const DecoderOptions options = decoder_options(seed, cpus);
    if (!llama_.gpu) {
      return std::make_unique<LlamaBackend>(options);
    }
    const Reading<GpuDevice> device = open_gpu(*llama_.gpu);
    if (!device) {
      throw std::runtime_error(no_gpu_line(device.reason()));
    }
    return std::make_unique<CudaBackend>(*device, CudaDecoderOptions{.decoder = options,
                                                                     .graphs = serving_.graphs,
                                                                     .async_sched = serving_.async_sched,
                                                                     .tp_shard = serving_.tp_shard});
  }
  /// What is computed: of a rank its share.
  [[nodiscard]] const LlamaShape& shape() const { return engine_.backend().shape(); }
  [[nodiscard]] DecoderOptions decoder_options(std::uint64_t seed, const std::vector<int>& cpus) const {
    constexpr std::uint32_t kMostTokens = 2048;
    const std::uint32_t tokens = std::min(serving_.policy.token_budget, kMostTokens);
    return {.shape = llama_.shape,
            .formats = llama_.formats,
            .held_layers = llama_.held_layers,
            .memory = {},
            .page_count = llama_.pages,
            .most_tokens = tokens,
            .most_outputs = std::min(serving_.policy.max_slots, tokens),
            .cpus = cpus,
            .seed = seed + 1,
            .sampling = {}};
  }
  [[nodiscard]] DeviceCeilings device() const { return ceilings_as_device(ceilings_, llama_.formats.weights); }

  LlamaRequest llama_;
  ServingOptions serving_;
  mutable ServingEngine engine_;  ///< answers a sample again in check()
  KernelIdentity identity_;
  ServingCeilings ceilings_;
  std::optional<IterationTimeModel> model_;
  std::optional<ServingTimeModel> fit_;
  double best_prompt_rate_ = 0.0;  ///< flop/s of the fastest iteration that the warm-up saw
};

WarmUp LlamaWorkload::warm_up(Nanoseconds duration, const std::stop_token& stop) {
  // A moment for each: what is found here is recorded, and everything else of the run is compared with it.
  constexpr Nanoseconds kCeilings = std::chrono::milliseconds{600};
  const SteadyClock clock;
  const Instant begin = clock.now();
  const double context = llama_.lengths.mean_prompt(1) + llama_.lengths.mean_output(1) / 2;
  std::vector<IterationObservation> observations;
  engine_.with_backend([&](IterationBackend& backend) {
    ceilings_ = backend.measure_ceilings(std::max(duration / 2, kCeilings), stop);
    observations = observe_iterations(backend,
                                      {.most_sequences = serving_.policy.max_slots,
                                       .token_budget = serving_.policy.token_budget,
                                       .context = static_cast<std::uint32_t>(context),
                                       .budget = std::max(duration / 2, kCeilings)},
                                      clock, stop);
  });
  for (const IterationObservation& one : observations) {
    best_prompt_rate_ = std::max(best_prompt_rate_, one.load.flops() / one.total_s);
  }
  engine_.set_ceilings(ceilings_);
  model_ = fitted({.host = Nanoseconds{0}}, device(), llama_.formats.weights, observations);
  const IterationTimes times(*model_, device(), llama_.formats.weights);
  engine_.set_model(times);
  fit_ = {.compute_share = model_->compute_share,
          .bandwidth_share = model_->bandwidth_share,
          .overlap_loss = model_->overlap_loss,
          .host_s = seconds(model_->host),
          .observations = observations.size(),
          .error_rms = relative_error_rms(times, observations)};
  // What the model says sizes the run.
  const ServingSetup setup{.shape = shape(),
                           .formats = llama_.formats,
                           .device = device(),
                           .time = *model_,
                           .policy = serving_.policy,
                           .kv_tokens = std::uint64_t{llama_.pages} * kPageTokens,
                           .shared_share = 0.0};
  constexpr std::size_t kRequests = 128;
  // It sizes Offline's one query: a few requests that happen to be short must not end the run before its time.
  constexpr double kMargin = 1.25;
  const ServingOutcome offline = simulate(setup, offline_requests(llama_.lengths, 1, kRequests));
  const ServingOutcome alone =
      simulate(setup, offline_requests(RequestLengths::fixed(static_cast<std::uint32_t>(llama_.lengths.mean_prompt(1)),
                                                             static_cast<std::uint32_t>(llama_.lengths.mean_output(1))),
                                       1, 1));
  return {.duration = clock.now() - begin,
          .run_count = observations.size(),
          .service_time_median = std::max(from_seconds(alone.duration_s), Nanoseconds{1}),
          .samples_per_s = kMargin * static_cast<double>(kRequests) / std::max(offline.duration_s, 1e-9)};
}

/// The floor of the P99 prompt, and of a token of one sequence alone, at what was measured; where an iteration of the
/// warm-up computed faster than the ceiling of products, at that.
std::string LlamaWorkload::infeasible(const TestSettings& settings) const {
  constexpr double kTail = 0.99;
  DeviceCeilings fastest = device();
  fastest.products.value = std::max(fastest.products.value, best_prompt_rate_);
  fastest.narrow_products.value = std::max(fastest.narrow_products.value, best_prompt_rate_);
  const std::uint32_t prompt = llama_.lengths.prompt_quantile(1, kTail);
  const double weights_s = static_cast<double>(shape().streamed_bytes(llama_.formats).count) / fastest.read.value;
  const double first_s = std::max(prefill_floor_s(shape(), llama_.formats.weights, fastest, prompt), weights_s);
  if (settings.target_first_token && seconds(*settings.target_first_token) < first_s) {
    return fmt::format(
        "--ttft {:.3g} s: out of reach at any rate: at the ceilings measured here the P99 prompt of {} tokens alone "
        "takes {:.3g} s; allow more, or take shorter prompts (--lengths) or a smaller preset",
        seconds(*settings.target_first_token), prompt, first_s);
  }
  if (settings.target_token_time && seconds(*settings.target_token_time) < weights_s) {
    return fmt::format(
        "--tpot {:.3g} s: out of reach at any rate: reading the weights once takes {:.3g} s at the bandwidth measured "
        "here; allow more, or take narrower weights or a smaller preset",
        seconds(*settings.target_token_time), weights_s);
  }
  return {};
}

std::optional<ServingRecord> LlamaWorkload::serving() const {
  ServingRecord record = engine_.record();
  const ServingPolicy& policy = serving_.policy;
  record.model = fmt::format("{}, {} weights", llama_.shape.name, name_of(llama_.formats.weights));
  record.settings = {{"batching", std::string(name_of(policy.batching))},
                     {"max_slots", fmt::format("{}", policy.max_slots)},
                     {"token_budget", fmt::format("{}", policy.token_budget)},
                     {"chunked_prefill", policy.chunked_prefill ? "on" : "off"},
                     {"prefill_first", policy.prefill_first ? "on" : "off"},
                     {"kv", std::string(name_of(policy.kv))},
                     {"kv_dtype", std::string(name_of(llama_.formats.kv))},
                     {"device", llama_.gpu ? fmt::format("cuda:{}", *llama_.gpu) : "cpu"},
                     {"kv_tokens", fmt::format("{}", std::uint64_t{llama_.pages} * kPageTokens)},
                     {"prefix_cache", policy.prefix_cache ? "on" : "off"},
                     {"admission", std::string(name_of(policy.admission))},
                     {"lengths", llama_.lengths.name()}};
  for (const auto& [name, text] : engine_.backend().facts()) {
    std::string key = "decoder_" + name;
    std::ranges::replace(key, ' ', '_');
    record.settings.emplace(std::move(key), text);
  }
  record.time_model = fit_;
  record.price_per_hour = serving_.price_per_hour;
  return record;
}

/// Some answers of the run again, each alone: a sequence must get the same tokens whatever shared its iterations,
/// however its prompt was cut and whether it was preempted.
std::optional<ResponseCheck> LlamaWorkload::check(const TestResult& result) const {
  constexpr std::size_t kAnswers = 4;
  ResponseCheck check;
  if (const std::string failed = engine_.backend().failure(); !failed.empty()) {
    check.detail = fmt::format("a step failed: {}", failed);
    return check;
  }
  std::set<QuerySampleIndex> seen;
  for (const LoggedResponse& response : result.responses) {
    if (seen.size() == kAnswers || !seen.insert(response.sample_index).second) {
      continue;
    }
    std::vector<std::uint32_t> kept(response.data.size() / sizeof(std::uint32_t));
    std::memcpy(kept.data(), response.data.data(), kept.size() * sizeof(std::uint32_t));
    if (kept.empty()) {
      check.detail = fmt::format("the answer to sample {} has no token", response.sample_index);
      return check;
    }
    if (const auto differs = engine_.first_difference(response.sample_index, kept)) {
      check.detail = fmt::format("the answer to sample {} differs from token {} on from that of the sample alone, {}",
                                 response.sample_index, differs->token + 1, differs->why);
      return check;
    }
    ++check.checked_count;
  }
  check.passed = check.checked_count > 0;
  if (!check.passed) {
    check.detail = "no response was checked: the run kept none";
  }
  return check;
}

}  // namespace

WorkloadEntry llama_entry() {
  return {.name = std::string(kLlama),
          .summary = "A Llama decoder behind a serving engine, seeded weights: tokens under TTFT and TPOT windows.",
          .parameters = {llama_parameters().begin(), llama_parameters().end()}};
}

std::vector<std::string> llama_problems(const WorkloadRequest& request) {
  try {
    (void)llama_request(request);
  } catch (const std::invalid_argument& error) {
    return {error.what()};
  }
  return {};
}

std::uint64_t llama_library_size(const WorkloadRequest& request) { return llama_request(request).sample_count; }

std::unique_ptr<Workload> make_llama_workload(const WorkloadRequest& request, std::uint64_t seed,
                                              const std::vector<int>& cpus, const WaitPolicy& wait,
                                              const WorkerManner& manner) {
  return std::make_unique<LlamaWorkload>(request, seed, cpus, wait, manner);
}

}  // namespace assay
