#include <algorithm>
#include <array>
#include <stdexcept>

#include "analysis/latency_distribution.hpp"
#include "analysis/latency_record.hpp"
#include "kernels/tiny/ds_cnn_network.hpp"
#include "kernels/tiny/speech_isolator.hpp"
#include "scenarios/real_world.hpp"

namespace assay {
namespace {

constexpr double kRate = kSoundRate;

struct Step {
  const char* name;
  double sound_s;
};

/// Each call timed by itself, after a tenth as many for warmth.
template <class Work>
TinyTiming timed(const Clock& clock, const Step& step, std::uint64_t repetitions, const Work& work) {
  std::vector<std::int64_t> times_ns;
  times_ns.reserve(repetitions);
  for (std::uint64_t i = 0; i < repetitions + repetitions / 10; ++i) {
    const Instant begin = clock.now();
    work();
    const Instant end = clock.now();
    if (i >= repetitions / 10) {
      times_ns.push_back(std::max<std::int64_t>(0, Nanoseconds{end - begin}.count()));
    }
  }
  const LatencyDistribution times(std::move(times_ns));
  const EstimateRecord p50 = latency_estimate(times, Percentile::of_percent(50));
  const EstimateRecord p99 = latency_estimate(times, Percentile::of_percent(99));
  return {.step = step.name,
          .repetitions = repetitions,
          .p50_s = *p50.point,
          .p99_s = *p99.point,
          .sound_s = step.sound_s,
          .p50_limits = {.lower_s = p50.lower, .upper_s = p50.upper, .reason = p50.reason},
          .p99_limits = {.lower_s = p99.lower, .upper_s = p99.upper, .reason = p99.reason}};
}

}  // namespace

std::vector<TinyTiming> time_tiny_steps(const Clock& clock, std::uint64_t repetitions) {
  if (repetitions == 0) {
    throw std::invalid_argument("a step that is never called has no percentile");
  }
  const ClipSet set = evaluation_clips();
  std::vector<float> sound(kSoundWindow, 0.0F);
  std::copy(set.clips.front().samples.begin(), set.clips.front().samples.end(), sound.begin());
  Mfcc mfcc;
  std::array<float, DsCnnNetwork::kInputs> features{};
  std::array<float, DsCnnModel::kClasses> scores{};
  DsCnnNetwork network(shipped_ds_cnn("clean"), {});
  DsCnnNetwork floats(shipped_ds_cnn("clean"), {.dtype = TinyDtype::f32});
  SpeechIsolator isolator(shipped_isolation());
  IsolationNetwork masks(shipped_isolation(), TinyDtype::i8);
  IsolationNetwork::State state;
  BandAnalysis analysis;
  std::array<float, IsolationNetwork::kBands> bands{};
  std::array<float, IsolationNetwork::kBands> gains{};
  std::array<float, kBandHop> isolated{};
  const std::span<const float> heard(sound);
  analysis.frame(heard.subspan(0, kBandFrame), bands);
  mfcc.window(heard, features);
  constexpr double kHop = static_cast<double>(kMfccHop) / kRate;
  constexpr double kFrame = static_cast<double>(kBandHop) / kRate;
  std::size_t at = 0;
  return {timed(clock, {"features of a 20 ms step", kHop}, repetitions,
                [&] { mfcc.frame(heard.subspan(800, kMfccFrame), std::span(features).first(kMfccCoefficients)); }),
          timed(clock, {"ds_cnn i8, a window of 1 s", 1.0}, repetitions, [&] { network.run(features, scores); }),
          timed(clock, {"ds_cnn f32, a window of 1 s", 1.0}, repetitions, [&] { floats.run(features, scores); }),
          timed(clock, {"features and ds_cnn i8, a window of 1 s", 1.0}, repetitions,
                [&] {
                  mfcc.window(heard, features);
                  network.run(features, scores);
                }),
          timed(clock, {"isolation network, a frame of 10 ms", kFrame}, repetitions,
                [&] { masks.frame(bands, state, gains); }),
          timed(clock, {"isolation with its filter, a 10 ms hop", kFrame}, repetitions, [&] {
            isolator.hop(heard.subspan(at, kBandHop), isolated);
            at = (at + kBandHop) % kSoundWindow;
          })};
}

std::vector<TinyOperations> tiny_operations() {
  constexpr double kDsCnnProducts = 64.0 * 125 * (40 + 4 * (9 + 64)) + 12 * 64;
  constexpr double kIsolationProducts = 32.0 * 48 + 192 * (48 + 3 * 64) + 64 * 32;
  // Two operands: in 8 bits two bytes, in floats eight; the isolation network's weights are bytes, its values floats.
  return {{.step = "ds_cnn window",
           .arithmetic = "i8",
           .products = kDsCnnProducts,
           .bytes_a_product = 2,
           .steps_a_second = 50},
          {.step = "ds_cnn window",
           .arithmetic = "i8",
           .products = kDsCnnProducts,
           .bytes_a_product = 2,
           .steps_a_second = 10},
          {.step = "ds_cnn window",
           .arithmetic = "f32",
           .products = kDsCnnProducts,
           .bytes_a_product = 8,
           .steps_a_second = 50},
          {.step = "isolation frame",
           .arithmetic = "f32",
           .products = kIsolationProducts,
           .bytes_a_product = 5,
           .steps_a_second = 100}};
}

}  // namespace assay
