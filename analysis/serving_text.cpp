#include "analysis/serving_text.hpp"

#include <fmt/format.h>

namespace assay {
namespace {

std::string reason_of(const ServingRecord& serving, const char* name) {
  const auto found = serving.not_available.find(name);
  return "not available: " + (found == serving.not_available.end() ? std::string("no reason was kept") : found->second);
}

std::string percentiles_of(const LatencyRecord& latency, Charset charset) {
  std::string out;
  for (const char* const name : {"p50", "p90", "p99"}) {
    const auto found = latency.percentiles_s.find(name);
    if (found != latency.percentiles_s.end()) {
      out +=
          fmt::format("{}P{} {}", out.empty() ? "" : "  ", name + 1, format_duration_estimate(found->second, charset));
    }
  }
  return out.empty() ? "not available: none was observed" : out;
}

std::string throughput(const ServingRecord& serving) {
  const ServingTotals& run = serving.run;
  const double time = run.duration_s > 0.0 ? run.duration_s : 1.0;
  return fmt::format("{}: {} of answers, {} of prompts; {:.1f} sequences an iteration, most {}; {}", serving.model,
                     format_rate(run.tokens / time, "tokens/s"), format_rate(run.prompt_tokens / time, "tokens/s"),
                     run.batch_mean, run.batch_max, format_rate(run.iterations / time, "iterations/s"));
}

std::string utilisation(const ServingRecord& serving) {
  const ServingTotals& run = serving.run;
  return fmt::format(
      "products {} of {} (U_T), reading {} of {} (MBU), busy {}; {}", format_percent(run.product_utilisation),
      format_flops_per_second(serving.ceilings.products_flops_per_s), format_percent(run.bandwidth_utilisation),
      format_bandwidth(serving.ceilings.read_bytes_per_s), format_percent(run.busy_share), serving.ceilings.source);
}

std::string waterfall(const ServingWaterfall& parts) {
  std::string out;
  const auto names = waterfall_names();
  const auto shares = parts.parts();
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += fmt::format("{}{} {}", i == 0 ? "" : ", ", names[i], format_percent(shares[i]));
  }
  return out;
}

std::string gaps(const TokenGapRecord& record, Charset charset) {
  if (record.count == 0) {
    return "not available: no answer had two tokens";
  }
  std::string out = fmt::format("mean {}", format_duration(record.mean_s, charset));
  for (const char* const name : {"p50", "p99", "p99.9"}) {
    if (const auto found = record.percentiles_s.find(name); found != record.percentiles_s.end()) {
      out += fmt::format("  P{} {}", name + 1, format_duration(found->second, charset));
    }
  }
  return out + fmt::format("  longest {}", format_duration(record.max_s, charset));
}

std::string cache(const ServingRecord& serving) {
  const ServingTotals& run = serving.run;
  return fmt::format(
      "{:.0f} of {} pages in the mean, most {}; {} preemptions, {} tokens computed again; {} tokens of "
      "prompts found in it",
      run.pages_mean, format_count(serving.pages_total), format_count(run.pages_max), format_count(run.preemptions),
      format_count(run.recomputed_tokens), format_count(run.prefix_hit_tokens));
}

std::string goodput(const ServingRecord& serving, Charset charset) {
  if (!serving.goodput_requests_per_s || !serving.goodput_tokens_per_s || !serving.within_windows_share) {
    return reason_of(serving, "goodput");
  }
  std::string windows;
  if (serving.ttft_limit_s) {
    windows += fmt::format("TTFT {}", format_duration(*serving.ttft_limit_s, charset));
  }
  if (serving.tpot_limit_s) {
    windows +=
        fmt::format("{}TPOT {}", windows.empty() ? "" : " and ", format_duration(*serving.tpot_limit_s, charset));
  }
  return fmt::format(
      "{}, {} within {} ({} of the requests)", format_rate(*serving.goodput_requests_per_s, "requests/s"),
      format_rate(*serving.goodput_tokens_per_s, "tokens/s"), windows, format_percent(*serving.within_windows_share));
}

std::string costs(const ServingRecord& serving) {
  const std::string energy =
      serving.joules_per_token
          ? fmt::format("{} a token ({})", format_quantity(*serving.joules_per_token, "J"), serving.energy_of)
          : "energy a token " + reason_of(serving, "joules_per_token");
  const std::string price = serving.dollars_per_million_tokens
                                ? fmt::format("{:.3g} US dollars per million tokens at {:g} an hour",
                                              *serving.dollars_per_million_tokens, serving.price_per_hour.value_or(0.0))
                                : "price a token " + reason_of(serving, "dollars_per_million_tokens");
  return energy + "; " + price;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> serving_sentences(const RunDocument& run, Charset charset) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!run.serving) {
    return out;
  }
  const ServingRecord& serving = *run.serving;
  if (run.first_token) {
    out.emplace_back("TTFT", percentiles_of(*run.first_token, charset));
  }
  if (run.token_time) {
    out.emplace_back("TPOT", percentiles_of(*run.token_time, charset));
  }
  out.emplace_back("gaps", gaps(serving.token_gap, charset));
  out.emplace_back("serving", throughput(serving));
  out.emplace_back("used", utilisation(serving));
  out.emplace_back("time", waterfall(serving.run.waterfall));
  out.emplace_back("cache", cache(serving));
  out.emplace_back("goodput", goodput(serving, charset));
  if (serving.predicted_over_measured && serving.prediction_error_rms) {
    out.emplace_back("model",
                     fmt::format("iterations predicted at {:.3g} of what was measured in the mean, error {} rms",
                                 *serving.predicted_over_measured, format_percent(*serving.prediction_error_rms)));
  }
  out.emplace_back("cost", costs(serving));
  return out;
}

}  // namespace assay
