#include "kernels/tiny/isolation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/random_bits.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"
#include "kernels/tiny/clip_set.hpp"
#include "kernels/tiny/isolation_reference.hpp"
#include "kernels/tiny/speech_isolator.hpp"

namespace assay {

Isolation::Isolation(TinyDtype dtype) : model_(shipped_isolation()), network_(model_, dtype) {
  identity_ = {.name = "isolation",
               .version = 1,
               .parameters = {{"dtype", dtype == TinyDtype::i8 ? "i8" : "f32"}},
               .facts = {{"simd", simd_target()}}};
}

Bytes Isolation::traffic() const {
  return network_.parameter_bytes() +
         Bytes{sizeof(float) * (IsolationModel::kBands + 2 * IsolationModel::kUnits + kOutputs)};
}

Bytes Isolation::memory_per_worker() const {
  return network_.parameter_bytes() + Bytes{kSamples * sizeof(Sample) + sizeof(float) * kOutputs};
}

void Isolation::prepare(std::uint64_t seed) {
  const ClipSet set = evaluation_clips();
  RandomBits random(split_mix(seed));
  samples_.assign(kSamples, {});
  BandAnalysis analysis;
  constexpr float kOtherVoice = 0.4F;
  constexpr std::size_t kFewestFrames = 4;
  for (Sample& sample : samples_) {
    const std::vector<float>& word = set.clips[random.below(set.clips.size())].samples;
    const std::vector<float>& other = set.clips[random.below(set.clips.size())].samples;
    std::vector<float> sound(kSoundWindow, 0.0F);
    for (std::size_t i = 0; i < sound.size(); ++i) {
      sound[i] = word[i % word.size()] + kOtherVoice * other[i % other.size()];
    }
    const std::size_t frames = kFewestFrames + random.below(kSoundWindow / kBandHop - kFewestFrames - 1);
    for (std::size_t frame = 0; frame <= frames; ++frame) {
      analysis.frame(std::span(sound).subspan(frame * kBandHop, kBandFrame), sample.features);
      if (frame < frames) {
        network_.frame(sample.features, sample.state, gains_);
      }
    }
  }
  gains_.fill(0.0F);
  state_ = {};
}

void Isolation::run(std::span<const std::uint32_t> samples) noexcept {
  const Sample& sample = samples_[samples[0]];
  state_ = sample.state;
  network_.frame(sample.features, state_, gains_);
}

float Isolation::output_at(std::size_t i) const noexcept {
  constexpr std::size_t kBands = IsolationModel::kBands;
  constexpr std::size_t kUnits = IsolationModel::kUnits;
  return i < kBands ? gains_[i] : i < kBands + kUnits ? state_.first[i - kBands] : state_.second[i - kBands - kUnits];
}

std::vector<double> Isolation::reference(std::uint32_t sample) const {
  return reference_isolation<double>(model_, samples_[sample].features, samples_[sample].state);
}

Kernel::Probe Isolation::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output_at(probe_position(i, kOutputs));
  }
  return found;
}

Kernel::Probe Isolation::reference_probe(std::uint32_t sample) const {
  const std::vector<double> expected = reference(sample);
  Probe probe{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    probe[i] = static_cast<float>(expected[probe_position(i, kOutputs)]);
  }
  return probe;
}

// A gate sums 112 or 128 products: 8 sqrt(128) u sum |w||x| with the probability of gemm.cpp, and that sum is at most
// 32 in networks that training keeps this small; a sigmoid or tanh has no slope above 1 and adds 1e-6, and five such
// layers follow one another.
double Isolation::tolerance() const {
  constexpr double kUnit = static_cast<double>(std::numeric_limits<float>::epsilon()) / 2;
  constexpr double kLayers = 5;
  constexpr double kFunctionError = 1e-6;
  return kLayers * (8 * std::sqrt(128.0) * 32 * kUnit + kFunctionError);
}

OutputCheck Isolation::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  const std::vector<double> expected = reference(sample);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    comparison.compare(sample, i, expected[i], output_at(i));
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_isolation(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("isolation"), parameters);
  const std::string dtype = given.choice("dtype", {"i8", "f32"});
  given.throw_if_bad();
  return std::make_unique<Isolation>(dtype == "f32" ? TinyDtype::f32 : TinyDtype::i8);
}

}  // namespace assay
