#include "lab/ladder_view.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "scenarios/serving/decoder_floors.hpp"

namespace assay {

std::string ladder_text(std::span<const LeverPrediction> ladder, const ServingQuestion& question) {
  std::string text = fmt::format(
      "Predicted by the time model, not measured: lengths {}, windows TTFT {:g} s and TPOT {:g} ms at p99\n"
      "{:<32} {:>9} {:>9} {:>8} {:>6} {:>6} {:>6}  {}\n",
      question.lengths.name(), question.first_token_limit_s, question.token_time_limit_s * 1e3, "lever", "Offline",
      "Server", "of best", "U_T", "MBU", "busy", "MLPerf closed");
  for (const LeverPrediction& step : ladder) {
    const ServingTotals& totals = step.server.totals;
    const bool holds = step.server.rate_hz > 0.0;
    const std::string closed = step.lever.mlperf_closed ? "yes" : "no";
    text += fmt::format("{:<32} {:>9.0f} {:>9} {:>8.2f} {:>6.2f} {:>6.2f} {:>6.2f}  {}{}{}\n", step.lever.name,
                        step.offline.tokens_per_s,
                        holds ? fmt::format("{:.0f}", step.server.tokens_per_s) : std::string("none"),
                        step.of_best_offline, totals.product_utilisation, totals.bandwidth_utilisation,
                        totals.busy_share, closed, step.lever.closed_note.empty() ? "" : ": ", step.lever.closed_note);
    text += fmt::format("    {}\n", step.lever.flags);
  }
  text +=
      "Answer tokens a second; Server at the highest rate that holds both windows. U_T and MBU against what the "
      "model's\n"
      "shares of the ceilings reach, in Server. MLPerf v4.1 reached 0.88 (8 x H100) and 0.93 (8 x H200) of Offline.\n";
  return text;
}

std::string datasheet_ladder_text(const LlamaShape& shape, const DeviceCeilings& device) {
  const DecoderFormats narrow{.weights = WeightFormat::fp8, .head = WeightFormat::bf16, .kv = KvFormat::fp8};
  const DecoderFormats wide{.weights = WeightFormat::fp8, .head = WeightFormat::bf16, .kv = KvFormat::bf16};
  const std::uint64_t wide_tokens = kv_room_tokens(shape, wide, device.memory);
  if (wide_tokens < shape.context) {
    throw std::invalid_argument(fmt::format(
        "--ladder: {} in fp8 leaves room for {} tokens on {}, one context takes {}; take a smaller model or h200",
        shape.name, wide_tokens, device.name, shape.context));
  }
  const ServingSetup calibrated{.shape = shape,
                                .formats = narrow,
                                .device = device,
                                .time = {},
                                .policy = {},
                                .kv_tokens = kv_room_tokens(shape, narrow, device.memory)};
  const ServingQuestion question{.lengths = RequestLengths::parse("openorca-like")};
  const DecoderFormats int4{.weights = WeightFormat::int4, .head = WeightFormat::bf16, .kv = KvFormat::fp8};
  const auto ladder = serving_ladder(calibrated, {.wide_kv_tokens = wide_tokens,
                                                  .async_step = true,
                                                  .int4_step = true,
                                                  .int4_kv_tokens = kv_room_tokens(shape, int4, device.memory)});
  return fmt::format("{} on {}, {} ceilings, time model fitted to published throughput of the H200\n", shape.name,
                     device.name, device.source) +
         ladder_text(predict_ladder(ladder, question), question);
}

}  // namespace assay
