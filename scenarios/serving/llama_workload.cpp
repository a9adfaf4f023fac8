#include "scenarios/serving/llama_workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <set>
#include <stdexcept>

#include "scenarios/serving/calibration.hpp"
#include "scenarios/serving/decoder_floors.hpp"
#include "scenarios/serving/llama_backend.hpp"
#include "scenarios/serving/serving_engine.hpp"
#include "scenarios/serving/serving_simulation.hpp"

namespace assay {

namespace {

/// The parameters of a request, read.
struct LlamaRequest {
  LlamaShape shape;
  DecoderFormats formats;
  std::uint32_t held_layers = 0;
  std::uint32_t sample_count = 1024;
  double shared_share = 0.0;
  RequestLengths lengths = RequestLengths::fixed(1, 1);
  std::uint32_t pages = 0;
};

const std::array<KernelParameter, 5> kParameters = {
    {{.name = "preset",
      .meaning = "shape: llama3-70b, llama3-8b, llama3.2-1b, tiny or verify",
      .default_value = "tiny"},
     {.name = "weights", .meaning = "bf16, int8 or int4", .default_value = "int8"},
     {.name = "held_layers",
      .meaning = "layers in memory, the others use their weights; 0: all, or what fits",
      .default_value = "0"},
     {.name = "samples", .meaning = "prompts in the library, 1 to 65536", .default_value = "1024"},
     {.name = "shared", .meaning = "share of each prompt that all have in common, 0 to 1", .default_value = "0"}}};

template <class Number>
Number number_in(std::string_view name, const std::string& text, Number lowest, Number highest) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= lowest && value <= highest)) {
    throw std::invalid_argument(
        fmt::format("--param {}={}: must be a number within {} and {}", name, text, lowest, highest));
  }
  return value;
}

const LlamaShape& shape_named(const std::string& name) {
  const LlamaShape* shape = find_llama_shape(name);
  if (shape == nullptr) {
    std::vector<std::string_view> names;
    for (const LlamaShape& known : llama_shapes()) {
      names.push_back(known.name);
    }
    throw std::invalid_argument(fmt::format("--param preset={}: is none of {}", name, fmt::join(names, ", ")));
  }
  return *shape;
}

WeightFormat weights_named(const std::string& name) {
  for (const WeightFormat format : {WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4}) {
    if (name == name_of(format)) {
      return format;
    }
  }
  throw std::invalid_argument(fmt::format("--param weights={}: is none of bf16, int8, int4", name));
}

std::string default_lengths(const LlamaShape& shape) {
  return shape.name == "tiny" ? "azure-conv/8:512/64" : shape.name == "verify" ? "azure-conv/16:128/16" : "azure-conv";
}

/// Pages of the cache: as asked, or for max_slots of the longest requests, but for one sequence of the layout at least.
std::uint32_t pages_for(const ServingOptions& options, const RequestLengths& lengths, const LlamaShape& shape) {
  const std::uint64_t longest = lengths.longest();
  const std::uint64_t one = options.policy.kv == KvLayout::contiguous ? shape.context : longest;
  const std::uint64_t wanted =
      options.kv_tokens > 0 ? options.kv_tokens : std::max(options.policy.max_slots * longest, one);
  const std::uint64_t pages = options.kv_tokens > 0 ? wanted / kPageTokens : (wanted + kPageTokens - 1) / kPageTokens;
  constexpr std::uint64_t kMost = 1 << 24;
  if (pages == 0 || pages > kMost || wanted < one) {
    throw std::invalid_argument(fmt::format("--kv-tokens {}: one sequence of --kv {} takes {}; at most {} fit",
                                            options.kv_tokens, name_of(options.policy.kv), one, kMost * kPageTokens));
  }
  return static_cast<std::uint32_t>(pages);
}

/// Throws std::invalid_argument with all that is wrong.
LlamaRequest read(const WorkloadRequest& request) {
  LlamaRequest llama;
  std::vector<std::string> problems;
  const auto attempt = [&](const auto& task) {
    try {
      task();
    } catch (const std::invalid_argument& error) {
      problems.emplace_back(error.what());
    }
  };
  const auto value = [&](std::string_view name) {
    const auto found = request.parameters.find(std::string(name));
    const auto* known = std::ranges::find(kParameters, name, &KernelParameter::name);
    return found == request.parameters.end() ? known->default_value : found->second;
  };
  for (const auto& [name, text] : request.parameters) {
    if (std::ranges::find(kParameters, name, &KernelParameter::name) == kParameters.end()) {
      problems.push_back(
          fmt::format("--param {}: workload llama has preset, weights, held_layers, samples, shared", name));
    }
  }
  attempt([&] { llama.shape = shape_named(value("preset")); });
  attempt([&] { llama.formats.weights = llama.formats.head = weights_named(value("weights")); });
  attempt([&] { llama.held_layers = number_in<std::uint32_t>("held_layers", value("held_layers"), 0, 1024); });
  attempt([&] { llama.sample_count = number_in<std::uint32_t>("samples", value("samples"), 1, 65'536); });
  attempt([&] { llama.shared_share = number_in<double>("shared", value("shared"), 0.0, 1.0); });
  llama.formats.kv = request.serving.kv_format;
  if (llama.shape.layers > 0) {
    const auto policy = request.serving.policy.problems(llama.shape.context);
    problems.insert(problems.end(), policy.begin(), policy.end());
    attempt([&] {
      const std::string& asked = request.serving.lengths;
      llama.lengths = RequestLengths::parse(asked.empty() ? default_lengths(llama.shape) : asked);
      llama.lengths.limit_total(static_cast<std::uint32_t>(llama.shape.context));
      llama.pages = pages_for(request.serving, llama.lengths, llama.shape);
    });
  }
  if (request.batching.max_batch != 1) {
    problems.emplace_back("--batch: workload llama batches by iterations; use --max-slots");
  }
  if (request.hedge) {
    problems.emplace_back("--hedge: workload llama has one engine, there is no second worker to take a copy");
  }
  if (!problems.empty()) {
    throw std::invalid_argument(fmt::format("{}", fmt::join(problems, "\n")));
  }
  return llama;
}

class LlamaWorkload final : public Workload {
 public:
  LlamaWorkload(const WorkloadRequest& request, std::uint64_t seed, const std::vector<int>& cpus,
                const WaitPolicy& wait, const WorkerManner& manner)
      : llama_(read(request)), serving_(request.serving), engine_(engine_options(seed, cpus, wait, manner), [&] {
          return std::make_unique<LlamaBackend>(decoder_options(seed, cpus));
        }) {
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
  engine_.set_model(IterationTimes(*model_, device(), llama_.formats.weights));
  // What the model says sizes the run.
  const ServingSetup setup{.shape = llama_.shape,
                           .formats = llama_.formats,
                           .device = device(),
                           .time = *model_,
                           .policy = serving_.policy,
                           .kv_tokens = std::uint64_t{llama_.pages} * kPageTokens,
                           .shared_share = 0.0};
  constexpr std::size_t kRequests = 128;
  const ServingOutcome offline = simulate(setup, offline_requests(llama_.lengths, 1, kRequests));
  const ServingOutcome alone =
      simulate(setup, offline_requests(RequestLengths::fixed(static_cast<std::uint32_t>(llama_.lengths.mean_prompt(1)),
                                                             static_cast<std::uint32_t>(llama_.lengths.mean_output(1))),
                                       1, 1));
  return {.duration = clock.now() - begin,
          .run_count = observations.size(),
          .service_time_median = std::max(from_seconds(alone.duration_s), Nanoseconds{1}),
          .samples_per_s = static_cast<double>(kRequests) / std::max(offline.duration_s, 1e-9)};
}

/// The floor of the P99 prompt, and of a token of one sequence alone, at what was measured; where an iteration of the
/// warm-up computed faster than the ceiling of products, at that.
std::string LlamaWorkload::infeasible(const TestSettings& settings) const {
  constexpr double kTail = 0.99;
  DeviceCeilings fastest = device();
  fastest.products.value = std::max(fastest.products.value, best_prompt_rate_);
  fastest.narrow_products.value = std::max(fastest.narrow_products.value, best_prompt_rate_);
  const std::uint32_t prompt = llama_.lengths.prompt_quantile(1, kTail);
  const double weights_s = static_cast<double>(llama_.shape.streamed_bytes(llama_.formats).count) / fastest.read.value;
  const double first_s = std::max(prefill_floor_s(llama_.shape, llama_.formats.weights, fastest, prompt), weights_s);
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
                     {"kv_tokens", fmt::format("{}", std::uint64_t{llama_.pages} * kPageTokens)},
                     {"prefix_cache", policy.prefix_cache ? "on" : "off"},
                     {"admission", std::string(name_of(policy.admission))},
                     {"lengths", llama_.lengths.name()}};
  for (const auto& [name, text] : engine_.backend().facts()) {
    std::string key = "decoder_" + name;
    std::ranges::replace(key, ' ', '_');
    record.settings.emplace(std::move(key), text);
  }
  if (model_) {
    record.settings["model_compute_share"] = fmt::format("{}", model_->compute_share);
    record.settings["model_bandwidth_share"] = fmt::format("{}", model_->bandwidth_share);
    record.settings["model_overlap_loss"] = fmt::format("{}", model_->overlap_loss);
    record.settings["model_host_s"] = fmt::format("{}", seconds(model_->host));
  }
  record.price_per_hour = serving_.price_per_hour;
  return record;
}

/// Some answers of the run again, each alone: a sequence must get the same tokens whatever shared its iterations,
/// however its prompt was cut and whether it was preempted.
std::optional<ResponseCheck> LlamaWorkload::check(const TestResult& result) const {
  constexpr std::size_t kAnswers = 4;
  ResponseCheck check;
  std::set<QuerySampleIndex> seen;
  for (const LoggedResponse& response : result.responses) {
    if (seen.size() == kAnswers || !seen.insert(response.sample_index).second) {
      continue;
    }
    std::vector<std::uint32_t> kept(response.data.size() / sizeof(std::uint32_t));
    std::memcpy(kept.data(), response.data.data(), kept.size() * sizeof(std::uint32_t));
    const std::vector<std::uint32_t> alone = engine_.answer_alone(response.sample_index, kept.size());
    if (kept.empty() || alone != kept) {
      check.detail = fmt::format("the answer to sample {} differs from that of the sample alone, from token {} on",
                                 response.sample_index, std::ranges::mismatch(alone, kept).in1 - alone.begin() + 1);
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
          .parameters = {kParameters.begin(), kParameters.end()}};
}

std::vector<std::string> llama_problems(const WorkloadRequest& request) {
  try {
    (void)read(request);
  } catch (const std::invalid_argument& error) {
    return {error.what()};
  }
  return {};
}

std::uint64_t llama_library_size(const WorkloadRequest& request) { return read(request).sample_count; }

std::unique_ptr<Workload> make_llama_workload(const WorkloadRequest& request, std::uint64_t seed,
                                              const std::vector<int>& cpus, const WaitPolicy& wait,
                                              const WorkerManner& manner) {
  return std::make_unique<LlamaWorkload>(request, seed, cpus, wait, manner);
}

}  // namespace assay
