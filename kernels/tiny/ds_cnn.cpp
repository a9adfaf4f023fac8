#include "kernels/tiny/ds_cnn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/random_bits.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"
#include "kernels/tiny/clip_set.hpp"
#include "kernels/tiny/ds_cnn_reference.hpp"

namespace assay {

DsCnn::DsCnn(Settings settings)
    : settings_(std::move(settings)),
      model_(shipped_ds_cnn(settings_.model)),
      network_(model_, {.dtype = settings_.dtype, .scalar = settings_.scalar}) {
  identity_ = {.name = "ds_cnn",
               .version = 1,
               .parameters = {{"model", settings_.model},
                              {"dtype", settings_.dtype == TinyDtype::i8 ? "i8" : "f32"},
                              {"simd", settings_.scalar ? "scalar" : "widest"}},
               .facts = {{"simd", settings_.scalar ? "scalar" : simd_target()}}};
}

WorkUnit DsCnn::work_unit() const {
  return settings_.dtype == TinyDtype::i8 ? WorkUnit::integer_operation : WorkUnit::flop;
}

Bytes DsCnn::traffic() const {
  return network_.parameter_bytes() + Bytes{sizeof(float) * (DsCnnNetwork::kInputs + DsCnnModel::kClasses)};
}

Bytes DsCnn::memory_per_worker() const {
  constexpr std::size_t kValuesBetweenLayers = 58 * 12 + 125 * 40 + 27 * 7 * 64 + 2 * 125 * 64;
  return network_.parameter_bytes() + Bytes{sizeof(float) * (kSamples * DsCnnNetwork::kInputs + kValuesBetweenLayers)};
}

void DsCnn::prepare(std::uint64_t seed) {
  const ClipSet set = evaluation_clips();
  RandomBits random(split_mix(seed));
  std::vector<std::size_t> order(set.clips.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  random.shuffle(std::span(order));
  Mfcc mfcc;
  features_.assign(kSamples * DsCnnNetwork::kInputs, 0.0F);
  for (std::size_t i = 0; i < kSamples; ++i) {
    const std::vector<float>& word = set.clips[order[i % order.size()]].samples;
    std::vector<float> second(kSoundWindow, 0.0F);
    const std::size_t at = random.below(kSoundWindow - word.size() + 1);
    std::copy(word.begin(), word.end(), second.begin() + static_cast<std::ptrdiff_t>(at));
    mfcc.window(second, std::span(features_).subspan(i * DsCnnNetwork::kInputs, DsCnnNetwork::kInputs));
  }
  scores_.fill(0.0F);
}

std::span<const float> DsCnn::features_of(std::uint32_t sample) const {
  return std::span(features_).subspan(sample * DsCnnNetwork::kInputs, DsCnnNetwork::kInputs);
}

void DsCnn::run(std::span<const std::uint32_t> samples) noexcept { network_.run(features_of(samples[0]), scores_); }

std::vector<double> DsCnn::reference(std::uint32_t sample) const {
  return settings_.dtype == TinyDtype::i8 ? reference_ds_cnn_i8(model_, features_of(sample))
                                          : reference_ds_cnn_f32<double>(model_, features_of(sample));
}

Kernel::Probe DsCnn::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = scores_[probe_position(i, scores_.size())];
  }
  return found;
}

Kernel::Probe DsCnn::reference_probe(std::uint32_t sample) const {
  const std::vector<double> scores = reference(sample);
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(scores[probe_position(i, scores.size())]);
  }
  return expected;
}

// In 8 bits every value is a whole number that float holds exactly, so only the last product rounds: 2 u, and the
// reference once. In f32 a sum of n products errs by at most 8 sqrt(n) u sum |w||x| with the probability of gemm.cpp;
// the nine layers, none deeper than 64, pass errors on at about their relative size: 9 x 8 x 8 u, with the sum of
// magnitudes at most 16 times the output scale.
double DsCnn::tolerance() const {
  constexpr double kUnit = static_cast<double>(std::numeric_limits<float>::epsilon()) / 2;
  constexpr double kLayers = 9;
  return settings_.dtype == TinyDtype::i8 ? 4 * kUnit : kLayers * 8 * 8 * 16 * kUnit;
}

OutputCheck DsCnn::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  const std::vector<double> expected = reference(sample);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    comparison.compare(sample, i, expected[i], scores_[i]);
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_ds_cnn(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("ds_cnn"), parameters);
  DsCnn::Settings settings;
  settings.model = given.choice("model", {"clean", "robust"});
  settings.dtype = given.choice("dtype", {"i8", "f32"}) == "f32" ? TinyDtype::f32 : TinyDtype::i8;
  settings.scalar = given.choice("simd", {"widest", "scalar"}) == "scalar";
  given.throw_if_bad();
  return std::make_unique<DsCnn>(settings);
}

}  // namespace assay
