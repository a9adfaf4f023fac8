#include "scenarios/serving/iteration_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay {

LoadMeter::LoadMeter(const LlamaShape& shape, const DecoderFormats& formats)
    : shape_(shape),
      formats_(formats),
      weights_bytes_(static_cast<double>(shape.streamed_bytes(formats).count)),
      kv_bytes_(static_cast<double>(shape.kv_bytes_per_token(formats.kv).count)),
      layers_flops_(static_cast<double>(shape.layers_work().count)),
      head_flops_(static_cast<double>(shape.head_work().count)),
      attention_flops_(static_cast<double>(shape.attention_work(1).count)) {}

IterationLoad LoadMeter::load_of(std::span<const SequencePlan> plan) const {
  IterationLoad load;
  std::uint64_t seen = 0;   // pairs of a token and one that it sees
  std::uint64_t moved = 0;  // tokens of the cache, read or written
  for (const SequencePlan& step : plan) {
    const std::uint64_t tokens = step.tokens;
    seen += step.position * tokens + tokens * (tokens + 1) / 2;
    moved += step.position + tokens;
    load.tokens += step.tokens;
    load.prompt_tokens += step.prompt ? step.tokens : 0;
    load.new_tokens += step.wants_token ? 1 : 0;
    load.recomputed += step.recomputed;
  }
  load.sequences = static_cast<std::uint32_t>(plan.size());
  load.products_flops = layers_flops_ * load.tokens + head_flops_ * load.new_tokens;
  load.attention_flops = attention_flops_ * static_cast<double>(seen);
  load.bytes = plan.empty() ? 0.0 : weights_bytes_ + kv_bytes_ * static_cast<double>(moved);
  return load;
}

double two_ranks_s_per_token(const LlamaShape& shape) {
  constexpr double kBusBytesPerSecond = 400e9;
  constexpr double kElementBytes = 2.0;
  constexpr double kReductionsOfLayer = 2.0;
  return kReductionsOfLayer * static_cast<double>(shape.layers * shape.hidden) * kElementBytes / kBusBytesPerSecond;
}

IterationTimes::IterationTimes(const IterationTimeModel& model, const DeviceCeilings& device, WeightFormat weights)
    : model_(model), device_(device), weights_(weights) {}

IterationTime IterationTimes::of(const IterationLoad& load) const {
  const double ranks = model_.ranks;
  IterationTime time;
  time.compute_s =
      (load.products_flops / device_.layers_rate(weights_).value + load.attention_flops / device_.products.value) /
      (model_.compute_share * ranks);
  time.memory_s = load.bytes / (model_.bandwidth_share * device_.read.value * ranks);
  time.device_s = std::max(time.compute_s, time.memory_s) +
                  model_.overlap_loss * std::min(time.compute_s, time.memory_s) + seconds(model_.communication) +
                  model_.communication_s_per_token * load.tokens;
  time.total_s = time.device_s + seconds(model_.host);
  return time;
}

FlopsPerSecond IterationTimes::products_ceiling() const {
  return {device_.layers_rate(weights_).value * model_.compute_share * model_.ranks};
}

BytesPerSecond IterationTimes::read_ceiling() const {
  return {device_.read.value * model_.bandwidth_share * model_.ranks};
}

double relative_error_rms(const IterationTimes& times, std::span<const IterationObservation> observations) {
  double sum = 0.0;
  for (const IterationObservation& one : observations) {
    const double error = times.of(one.load).total_s / one.total_s - 1.0;
    sum += error * error;
  }
  return observations.empty() ? 0.0 : std::sqrt(sum / static_cast<double>(observations.size()));
}

namespace {

/// The constants as an array, so that each can be moved in turn.
using Constants = std::array<double, 4>;

Constants constants_of(const IterationTimeModel& model) {
  return {model.compute_share, model.bandwidth_share, model.overlap_loss, seconds(model.host)};
}

IterationTimeModel with(IterationTimeModel model, const Constants& constants) {
  model.compute_share = constants[0];
  model.bandwidth_share = constants[1];
  model.overlap_loss = constants[2];
  model.host = from_seconds(constants[3]);
  return model;
}

}  // namespace

IterationTimeModel fitted(const IterationTimeModel& start, const DeviceCeilings& device, WeightFormat weights,
                          std::span<const IterationObservation> observations) {
  constexpr std::size_t kFewest = 3;
  if (observations.size() < kFewest) {
    return start;
  }
  double shortest_s = observations.front().total_s;
  for (const IterationObservation& one : observations) {
    shortest_s = std::min(shortest_s, one.total_s);
  }
  // Work may outrun a ceiling that was measured with another kernel, so a share may exceed 1.
  const Constants lowest = {0.01, 0.01, 0.0, 0.0};
  const Constants highest = {3.0, 3.0, 1.0, shortest_s};
  Constants best = constants_of(start);
  const auto error = [&](const Constants& constants) {
    return relative_error_rms(IterationTimes(with(start, constants), device, weights), observations);
  };
  double best_error = error(best);
  // A pattern search: each constant up and down by a step that shrinks once none helps.
  constexpr double kFinest = 1e-4;
  for (double step = 0.5; step > kFinest;) {
    bool better = false;
    for (std::size_t i = 0; i < best.size(); ++i) {
      for (const double direction : {1.0, -1.0}) {
        Constants tried = best;
        const double scale = i == 3 ? shortest_s : i == 2 ? 1.0 : best[i];
        tried[i] = std::clamp(best[i] + direction * step * scale, lowest[i], highest[i]);
        const double tried_error = error(tried);
        if (tried_error < best_error) {
          best = tried;
          best_error = tried_error;
          better = true;
        }
      }
    }
    step = better ? step : step / 2;
  }
  return with(start, best);
}

}  // namespace assay
