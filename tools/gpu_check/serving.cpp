#include <algorithm>
#include <array>
#include <exception>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/gpu_check/card_server.hpp"
#include "tools/gpu_check/check_run.hpp"
#include "tools/gpu_check/llama_on_card.hpp"
#include "tools/gpu_check/serving_rows.hpp"

namespace assay::gpu_check {
namespace {

constexpr double kOfflineSeconds = 60.0;
constexpr double kArrivalSeconds = 40.0;
constexpr double kDrainSeconds = 15.0;
constexpr double kWarmUpSeconds = 2.0;
constexpr std::size_t kBacklog = 24'576;  // more than any card answers in a minute
constexpr std::array<double, 2> kServerShares{0.5, 0.8};
constexpr QueryLengths kLengths{};
constexpr ServingPlan kPlan{};

/// What the multiplications of the tokens read are of the measured rate, once the batch is full.
std::string matrix_share(const CheckRun& run, const ServingLog& log, double end_s) {
  const auto peak = run.measured.find("f8");
  if (peak == run.measured.end()) {
    return "share of the f8 rate: not available, none was measured";
  }
  const std::optional<double> from_s = steady_from_s(log, end_s, kPlan.slots);
  if (!from_s) {
    return "share of the f8 rate: not available, the batch was not full in time";
  }
  const double begin_s = *from_s;
  double tokens = 0.0;
  for (const ServedStep& step : log.steps) {
    tokens += step.end_s >= begin_s && step.end_s < end_s ? step.read_tokens : 0.0;
  }
  return "layers' products at " + number_text(100.0 * kLlamaTokenFlops * tokens / (end_s - begin_s) / peak->second) +
         " % of the measured f8 rate";
}

/// "from 5 s on", or why there is no rate.
std::string steady_text(const ServingLog& log, double end_s) {
  const std::optional<double> from_s = steady_from_s(log, end_s, kPlan.slots);
  return from_s ? "from " + number_text(*from_s) + " s on"
                : "no rate: the first " + std::to_string(kPlan.slots) + " queries took until the end or longer";
}

std::string batch_text(const ServingLog& log) {
  const double sequences = std::accumulate(log.steps.begin(), log.steps.end(), 0.0,
                                           [](double sum, const ServedStep& step) { return sum + step.sequences; });
  return number_text(sequences / static_cast<double>(std::max<std::size_t>(log.steps.size(), 1))) + " sequences a step";
}

/// All queries at once; the rate of chosen tokens while the backlog lasts.
double check_offline(CheckRun& run, CardServer& server, const std::string& output) {
  ServingPlan plan = kPlan;
  plan.end_s = kOfflineSeconds * run.scale;
  const ServingLog log = serve(server, queries_at(std::vector<double>(kBacklog, 0.0), kLengths, 1), plan);
  Row row{.part = "serving", .name = "Offline", .unit = "tokens/s", .output = output};
  if (log.answered() == log.queries.size()) {
    row.note = "the backlog was answered before the time was over: no rate of a full batch";
    run.findings.add(std::move(row));
    return 0.0;
  }
  row.value = steady_rates(log, plan.end_s, plan.slots);
  row.note = number_text(plan.end_s) + " s, " + steady_text(log, plan.end_s) + ", " + std::to_string(log.answered()) +
             " queries answered, " + batch_text(log) + ", " + matrix_share(run, log, plan.end_s);
  const double rate = row.value ? row.value->median : 0.0;
  run.findings.add(std::move(row));
  return rate;
}

struct OfflineResult {
  double tokens_per_s = 0.0;
  std::string output;  ///< of the check of the decoder
};

void check_server(CheckRun& run, CardServer& server, double share, const OfflineResult& offline) {
  const double arrivals_s = kArrivalSeconds * run.scale;
  const std::string name = "Server at " + number_text(share) + " of Offline";
  ServingPlan plan = kPlan;
  plan.end_s = arrivals_s + kDrainSeconds;  // answers are as long in a short check
  const double rate = share * offline.tokens_per_s / kLengths.mean_answer();
  const auto seed = static_cast<std::uint64_t>(1e3 * share);
  const ServingLog log = serve(server, queries_at(poisson_arrivals(rate, arrivals_s, seed), kLengths, seed + 1), plan);
  const ServerProbe probe{.log = log, .arrivals_s = arrivals_s, .drain_s = kDrainSeconds, .name = name};
  Row tokens{.part = "serving", .name = name + ", tokens", .unit = "tokens/s", .output = offline.output};
  tokens.value = steady_rates(log, arrivals_s, plan.slots);
  tokens.reference = offline.tokens_per_s;
  tokens.reference_name = "Offline";
  tokens.note = number_text(rate) + " queries/s asked, " + steady_text(log, arrivals_s) + ", " + batch_text(log) +
                ", " + matrix_share(run, log, arrivals_s);
  run.findings.add(std::move(tokens));
  for (Row row : {first_token_row(probe), further_token_row(probe)}) {
    row.output = offline.output;
    run.findings.add(std::move(row));
  }
}

void serve_all(CheckRun& run, const AssayLlmTable& table) {
  CardServer::Room room{.slots = kPlan.slots, .tokens = kLengths.most_prompt + kLengths.most_answer, .vocabulary = 0};
  const AssayLlmOptions options = llama_70b_options({.pages = CardServer::pages_of(room),
                                                     .most_tokens = kPlan.step_tokens + kPlan.slots,
                                                     .most_outputs = kPlan.slots});
  room.vocabulary = options.shape.vocabulary;
  LlamaOnCard llama(table, run.device, options);
  OfflineResult offline{.output = add_output_row(run.findings, llama, "serving", "decoder")};
  CardServer server(llama, room);
  run.findings.note(
      "serving", "prompts of " + std::to_string(kLengths.least_prompt) + " to " + std::to_string(kLengths.most_prompt) +
                     " tokens, answers of " + std::to_string(kLengths.least_answer) + " to " +
                     std::to_string(kLengths.most_answer) + ", uniform; " + std::to_string(kPlan.slots) + " slots, " +
                     std::to_string(kPlan.step_tokens) + " tokens a step; weights of 8 layers for 80");
  ServingPlan warm_up = kPlan;
  warm_up.end_s = kWarmUpSeconds * run.scale;
  (void)serve(server, queries_at(std::vector<double>(kBacklog, 0.0), kLengths, 2), warm_up);
  offline.tokens_per_s = check_offline(run, server, offline.output);
  for (const double share : kServerShares) {
    const std::string name = "Server at " + number_text(share) + " of Offline";
    if (!(offline.tokens_per_s > 0.0)) {
      run.findings.add({.part = "serving", .name = name, .unit = "", .note = "left out: there is no Offline rate"});
    } else if (run.has_time("serving", name, kArrivalSeconds * run.scale + kDrainSeconds)) {
      check_server(run, server, share, offline);
    }
  }
}

}  // namespace

void check_serving(CheckRun& run) {
  const AssayLlmTable* const table = llama_table(run.table);
  Row row{.part = "serving", .name = "Offline and Server", .unit = ""};
  if (table == nullptr) {
    row.note = "not built: this library has no decoder (kernels/cuda/llm)";
    run.findings.add(std::move(row));
    return;
  }
  constexpr double kOpenSeconds = 20.0;  // to fill the weights, race the products, and check the outputs
  if (!run.has_time("serving", row.name, kOpenSeconds + kWarmUpSeconds + kOfflineSeconds * run.scale)) {
    return;
  }
  try {
    serve_all(run, *table);
  } catch (const std::exception& error) {
    row.note = error.what();
    run.findings.add(std::move(row));
  }
}

}  // namespace assay::gpu_check
