#include "scenarios/serving/serving_ladder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/serving/scheduler.hpp"

namespace assay {

namespace {

class LadderBuilder {
 public:
  LadderBuilder(const ServingSetup& calibrated, const LadderSizes& sizes)
      : sizes_(sizes), narrow_tokens_(calibrated.kv_tokens), graphs_host_(calibrated.time.host), setup_(calibrated) {}

  std::vector<ServingLever> build() {
    crisis();
    continuous();
    paged();
    graphs();
    asynchronous();
    narrow_cache();
    chunked();
    small_chunks();
    prefix_cache();
    int4_weights();
    ablate("few slots", fmt::format("--max-slots {}", crisis_slots_at_end()),
           [this](ServingSetup& setup) { setup.policy.max_slots = crisis_slots_at_end(); });
    ablate("contiguous cache", "--kv contiguous", [](ServingSetup& setup) { setup.policy.kv = KvLayout::contiguous; });
    return std::move(ladder_);
  }

 private:
  void add(std::string name, std::string flags) {
    ladder_.push_back({.name = std::move(name), .flags = std::move(flags), .closed_note = {}, .setup = setup_});
  }

  [[nodiscard]] bool has_graphs_step() const { return sizes_.eager_host > graphs_host_; }
  /// The crisis of a decoder that has every lever but slots.
  [[nodiscard]] std::uint32_t crisis_slots_at_end() const { return 2 * sizes_.crisis_slots; }

  void crisis() {
    ServingPolicy& policy = setup_.policy;
    policy = {.batching = ServingBatching::static_,
              .max_slots = sizes_.crisis_slots,
              .token_budget = std::max(sizes_.token_budget, sizes_.slots),
              .chunked_prefill = false,
              .prefill_first = true,
              .kv = KvLayout::contiguous};
    setup_.formats.kv = sizes_.wide_kv;
    setup_.kv_tokens = sizes_.wide_kv_tokens > 0 ? sizes_.wide_kv_tokens : narrow_tokens_ / 2;
    setup_.time.host = std::max(sizes_.eager_host, graphs_host_);
    setup_.shared_share = 0.0;
    add("static batches",
        fmt::format("--batching static --max-slots {} --kv contiguous --kv-dtype {} --chunked-prefill off "
                    "--prefill-first",
                    policy.max_slots, name_of(setup_.formats.kv)));
  }

  void continuous() {
    setup_.policy.batching = ServingBatching::continuous;
    add("continuous batching", "--batching continuous");
  }

  void paged() {
    setup_.policy.kv = KvLayout::paged;
    setup_.policy.max_slots = sizes_.slots;
    add("paged cache, more slots", fmt::format("--kv paged --max-slots {}", sizes_.slots));
  }

  void graphs() {
    if (has_graphs_step()) {
      setup_.time.host = graphs_host_;
      add("graphs", "--graphs on");
    }
  }

  // Planned, launched and reported while the device works: nothing of it is left as long as it takes less than a step.
  void asynchronous() {
    if (sizes_.async_step) {
      setup_.time.host = Nanoseconds{0};
      add("asynchronous scheduling", "--async-sched on");
    }
  }

  void narrow_cache() {
    if (sizes_.narrow_kv == sizes_.wide_kv) {
      return;
    }
    setup_.formats.kv = sizes_.narrow_kv;
    setup_.kv_tokens = narrow_tokens_;
    add("narrow cache", fmt::format("--kv-dtype {}", name_of(sizes_.narrow_kv)));
    ladder_.back().closed_note = "a narrower cache is a quantisation: allowed within the accuracy target";
  }

  void chunked() {
    setup_.policy.chunked_prefill = true;
    setup_.policy.prefill_first = false;
    setup_.policy.token_budget = std::max(sizes_.token_budget, sizes_.slots);
    add("chunked prompts", fmt::format("--chunked-prefill on --token-budget {}", setup_.policy.token_budget));
    best_ = setup_;
  }

  void small_chunks() {
    if (sizes_.small_chunk > 0) {
      const std::uint32_t budget = sizes_.slots + sizes_.small_chunk;
      ablate("small chunks", fmt::format("--token-budget {}", budget),
             [budget](ServingSetup& setup) { setup.policy.token_budget = budget; });
    }
  }

  void prefix_cache() {
    if (sizes_.shared_share <= 0.0) {
      return;
    }
    setup_.policy.prefix_cache = true;
    setup_.shared_share = sizes_.shared_share;
    add("prefix cache", fmt::format("--prefix-cache on (prompts that share {:g} %)", sizes_.shared_share * 100.0));
    ladder_.back().mlperf_closed = false;
    ladder_.back().closed_note = "the rules forbid keeping keys and values from one query to another";
  }

  void int4_weights() {
    if (sizes_.int4_step) {
      ablate("fp8 weights, W4A16 instead", "--param weights=int4", [this](ServingSetup& setup) {
        setup.formats.weights = WeightFormat::int4;
        setup.kv_tokens = std::max(setup.kv_tokens, sizes_.int4_kv_tokens);
      });
      ladder_.back().closed_note = "narrower weights are a quantisation: allowed within the accuracy target";
    }
  }

  template <class Change>
  void ablate(std::string name, std::string flags, const Change& change) {
    ladder_.push_back({.name = "without: " + std::move(name),
                       .flags = std::move(flags),
                       .closed_note = {},
                       .ablation = true,
                       .setup = best_});
    change(ladder_.back().setup);
  }

  LadderSizes sizes_;
  std::uint64_t narrow_tokens_;
  Nanoseconds graphs_host_;
  ServingSetup setup_;
  ServingSetup best_;
  std::vector<ServingLever> ladder_;
};

ServingPrediction prediction_of(const ServingOutcome& outcome, double rate_hz) {
  return {.tokens_per_s = outcome.tokens_per_s,
          .rate_hz = rate_hz,
          .ttft_tail_s = outcome.ttft_tail_s,
          .tpot_tail_s = outcome.tpot_tail_s,
          .totals = outcome.record.run};
}

}  // namespace

std::vector<ServingLever> serving_ladder(const ServingSetup& calibrated, const LadderSizes& sizes) {
  return LadderBuilder(calibrated, sizes).build();
}

ServingPrediction predict_offline(const ServingSetup& setup, const ServingQuestion& question) {
  return prediction_of(simulate(setup, offline_requests(question.lengths, question.seed, question.offline_requests),
                                kNever, question.tail),
                       0.0);
}

ServingPrediction predict_server(const ServingSetup& setup, const ServingQuestion& question, double rate_hz) {
  // What is not done a good while after the last arrival counts as late.
  const Nanoseconds end = question.probe + question.probe / 2;
  return prediction_of(
      simulate(setup, server_requests(question.lengths, question.seed, rate_hz, question.burstiness, question.probe),
               end, question.tail),
      rate_hz);
}

ServingPrediction predict_peak(const ServingSetup& setup, const ServingQuestion& question) {
  const auto holds = [&](const ServingPrediction& one) {
    return one.ttft_tail_s <= question.first_token_limit_s && one.tpot_tail_s <= question.token_time_limit_s;
  };
  constexpr double kResolution = 0.02;
  constexpr double kLowestShare = 1.0 / 64.0;
  double broke = 1.1 * predict_offline(setup, question).tokens_per_s / question.lengths.mean_output(question.seed);
  const double lowest = broke * kLowestShare;
  double held = 0.0;
  ServingPrediction best;
  while (broke - held > kResolution * broke && (held > 0.0 || broke > lowest)) {
    const double rate = held > 0.0 ? (held + broke) / 2 : broke / 2;
    const ServingPrediction tried = predict_server(setup, question, rate);
    if (holds(tried)) {
      held = rate;
      best = tried;
    } else {
      broke = rate;
    }
  }
  return best;
}

std::vector<LeverPrediction> predict_ladder(const std::vector<ServingLever>& ladder, const ServingQuestion& question) {
  std::vector<LeverPrediction> predictions;
  double best = 0.0;
  for (const ServingLever& lever : ladder) {
    predictions.push_back({.lever = lever,
                           .offline = predict_offline(lever.setup, question),
                           .server = predict_peak(lever.setup, question)});
    best = std::max(best, lever.mlperf_closed ? predictions.back().offline.tokens_per_s : 0.0);
  }
  for (LeverPrediction& prediction : predictions) {
    prediction.of_best_offline = best > 0.0 ? prediction.server.tokens_per_s / best : 0.0;
  }
  return predictions;
}

}  // namespace assay
