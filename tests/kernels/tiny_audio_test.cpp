// Features and files of the Tiny networks. The expected features come from tools/tiny/pack --golden, in Python.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/tiny/clip_set.hpp"
#include "kernels/tiny/fourier.hpp"
#include "kernels/tiny/mfcc.hpp"
#include "kernels/tiny/speech_isolator.hpp"
#include "kernels/tiny/tiny_file.hpp"
#include "kernels/tiny/tiny_models.hpp"

namespace assay {
namespace {

std::vector<float> sweep() {
  std::vector<float> sound;
  for (std::size_t i = 0; i < kSoundWindow; ++i) {
    const double t = static_cast<double>(i) / 8000.0;
    sound.push_back(static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * (200 * t + 1500 * t * t))));
  }
  return sound;
}

std::vector<float> noise() {
  std::vector<float> sound;
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < kSoundWindow; ++i) {
    state = (state * 1103515245 + 12345) % 2147483648U;
    sound.push_back(static_cast<float>(0.2 * (static_cast<double>(state) / 2147483648.0 - 0.5)));
  }
  return sound;
}

using Row = std::array<float, kMfccCoefficients>;

void expect_features(const std::vector<float>& sound, const std::array<Row, 3>& expected) {
  Mfcc mfcc;
  std::vector<float> features(kMfccFrames * kMfccCoefficients);
  mfcc.window(sound, features);
  const std::array<std::size_t, 3> rows{0, 24, 48};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < kMfccCoefficients; ++k) {
      EXPECT_NEAR(features[rows[i] * kMfccCoefficients + k], expected[i][k], 2e-3) << rows[i] << ", " << k;
    }
  }
}

TEST(Mfcc, OfASweepIsWhatTheTrainingSaw) {
  expect_features(sweep(),
                  {{{-16.8273F, 8.7315F, 5.7118F, 2.1466F, -0.945F, -2.9591F, -3.7722F, -3.6073F, -2.8526F, -1.8694F},
                    {-20.5586F, -2.6053F, -3.7676F, 5.4556F, -1.0511F, -3.9433F, 4.0521F, 0.1491F, -3.5283F, 2.6479F},
                    {-21.9421F, -4.5669F, 3.7846F, -2.6418F, 1.2982F, 0.0774F, -1.3303F, 2.3345F, -3.0068F, 3.3107F}}});
}

TEST(Mfcc, OfNoiseIsWhatTheTrainingSaw) {
  expect_features(noise(),
                  {{{8.3671F, -3.0521F, 0.0765F, -0.9706F, 0.0728F, -0.4022F, 0.0528F, -0.3379F, -0.1223F, 0.5602F},
                    {8.2887F, -3.921F, -0.1057F, -0.3159F, 0.1567F, 0.3353F, -0.0317F, 0.5032F, 0.1979F, 0.1776F},
                    {7.6882F, -3.922F, 0.1338F, -0.7986F, -0.0929F, -0.9418F, -0.3872F, 0.7017F, 0.3807F, -0.712F}}});
}

TEST(BandAnalysis, IsWhatTheTrainingSaw) {
  const std::vector<float> sound = noise();
  BandAnalysis analysis;
  const std::array<std::array<float, 32>, 2> expected{
      {{-0.8443F, -0.7552F, -0.7948F, -1.0714F, 0.4645F,  0.5312F,  -0.7975F, -1.3398F, -1.8384F, -1.0495F, -0.3601F,
        -0.345F,  -1.0445F, -0.7495F, -0.454F,  -0.6547F, -0.6364F, -0.5383F, -0.4077F, -0.7344F, -0.0937F, 0.5366F,
        0.2248F,  1.2077F,  -0.3428F, 0.2676F,  0.3847F,  0.5548F,  0.9719F,  0.9438F,  0.9651F,  1.1141F},
       {-0.5287F, 0.2442F,  -0.4051F, -0.2426F, -1.2304F, -0.5654F, 0.133F,   -0.9584F, -0.3987F, -1.8423F, -0.6581F,
        0.2896F,  -0.6319F, -0.2717F, 0.4936F,  -0.2412F, -0.3743F, -0.2599F, 0.1455F,  -0.1132F, -0.1863F, 0.389F,
        -0.0365F, -0.2036F, 0.2963F,  -0.0658F, -1.1181F, -0.5878F, 0.7266F,  0.9658F,  0.8125F,  0.7402F}}};
  const std::array<std::size_t, 2> rows{10, 90};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::array<float, 32> features{};
    analysis.frame(std::span(sound).subspan(rows[i] * kBandHop, kBandFrame), features);
    for (std::size_t k = 0; k < features.size(); ++k) {
      EXPECT_NEAR(features[k], expected[i][k], 2e-3) << rows[i] << ", " << k;
    }
  }
}

TEST(Fourier, ATonePutsAllItsPowerInOneBinAndComesBack) {
  const Fourier fourier(64);
  std::vector<std::complex<float>> values(64);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double angle = 2 * std::numbers::pi * 5 * static_cast<double>(i) / 64;
    values[i] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  }
  const std::vector<std::complex<float>> before = values;
  fourier.forward(values);
  for (std::size_t bin = 0; bin < values.size(); ++bin) {
    EXPECT_NEAR(std::abs(values[bin]), bin == 5 ? 64.0 : 0.0, 1e-4) << bin;
  }
  fourier.inverse(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(std::abs(values[i] - 64.0F * before[i]), 0.0, 1e-4) << i;
  }
  EXPECT_THROW(Fourier(48), std::invalid_argument);
  EXPECT_THROW(Fourier(1), std::invalid_argument);
}

TEST(MelTriangles, SpreadAConstantEvenly) {
  const MelTriangles bands(32, 0.0, 4000.0);
  std::vector<float> bins(kSpectrumBins);
  bands.spread(std::vector<float>(32, 0.25F), bins);
  EXPECT_EQ(bins[0], 1.0F);  // belongs to no band
  EXPECT_NEAR(bins[1], 0.25, 1e-6);
  EXPECT_NEAR(bins[100], 0.25, 1e-6);
}

/// An isolation network whose gains are all `gain`, whatever it hears.
IsolationModel constant_gain(float gain) {
  IsolationModel model = shipped_isolation();
  IsolationModel::Layer& last = model.layers[5];
  last.weights.values.assign(last.weights.values.size(), 0);
  last.biases.assign(last.biases.size(), std::log(gain / (1.0F - gain)));
  return model;
}

TEST(SpeechIsolator, GivesBackWhatItHearsTimesItsGain) {
  SpeechIsolator isolator(constant_gain(0.5F));
  const std::vector<float> sound = noise();
  std::vector<float> isolated(sound.size());
  isolator.isolate(sound, isolated);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    EXPECT_NEAR(isolated[i], 0.5F * sound[i], 2e-2) << i;  // bin 0 passes whole
  }
}

TEST(SpeechIsolator, HopsGiveAsWholeRecordingsDoTenMillisecondsLater) {
  SpeechIsolator isolator(shipped_isolation());
  const std::vector<float> sound = sweep();
  std::vector<float> whole(sound.size());
  isolator.isolate(sound, whole);
  isolator.reset();
  std::array<float, kBandHop> made{};
  for (std::size_t at = 0; at < sound.size(); at += kBandHop) {
    isolator.hop(std::span(sound).subspan(at, kBandHop), made);
    if (at >= kBandHop) {
      EXPECT_EQ(made[7], whole[at - kBandHop + 7]) << at;
    }
  }
}

TEST(TinyFile, ChecksumIsThatOfIso3309) { EXPECT_EQ(crc32("123456789"), 0xcbf43926U); }

std::string refusal(const std::string& file, TinyKind kind = TinyKind::ds_cnn) {
  try {
    (void)tiny_payload(file, kind);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(TinyFile, RefusesWhatIsNotWholeOrNotThisKind) {
  const std::string file(ds_cnn_clean_file());
  EXPECT_EQ(refusal(file), "none");
  EXPECT_THAT(refusal(""), ::testing::HasSubstr("does not begin with"));
  EXPECT_THAT(refusal(file.substr(0, 20)), ::testing::HasSubstr("does not begin with"));
  EXPECT_THAT(refusal(file, TinyKind::clips), ::testing::HasSubstr("holds kind 1, not 3"));
  EXPECT_THAT(refusal(file.substr(0, file.size() - 1)), ::testing::HasSubstr("bytes follow its header"));
  std::string other = file;
  other[12] = 2;
  EXPECT_THAT(refusal(other), ::testing::HasSubstr("is of version 2; this program reads version 1"));
  other = file;
  other[1000] = static_cast<char>(other[1000] ^ 1);
  EXPECT_THAT(refusal(other), ::testing::HasSubstr("checksum does not match"));
}

TEST(TinyModels, HaveTheSizesOfTheirNetworks) {
  for (const char* name : {"clean", "robust"}) {
    const DsCnnModel model = shipped_ds_cnn(name);
    std::size_t parameters = model.dense.values.size() + model.dense_biases.size();
    for (const DsCnnLayer& layer : model.layers) {
      parameters += layer.weights.values.size() + layer.biases.size();
    }
    EXPECT_EQ(parameters, 22604U);
  }
  const IsolationModel model = shipped_isolation();
  std::size_t parameters = 0;
  for (const IsolationModel::Layer& layer : model.layers) {
    parameters += layer.weights.values.size() + layer.biases.size();
  }
  EXPECT_EQ(parameters, 50512U);
}

TEST(ClipSet, HoldsWordsOfVoicesThatTrainedAndOfOthers) {
  const ClipSet set = evaluation_clips();
  std::set<std::uint16_t> seen;
  std::set<std::uint16_t> unseen;
  std::array<int, 11> labels{};
  for (const SpokenClip& clip : set.clips) {
    (clip.unseen ? unseen : seen).insert(clip.voice);
    ++labels.at(clip.label);
    float peak = 0.0F;
    for (const float sample : clip.samples) {
      peak = std::max(peak, std::abs(sample));
    }
    EXPECT_NEAR(peak, 0.5, 0.02);
  }
  EXPECT_EQ(set.clips.size(), 1560U);
  EXPECT_EQ(unseen.size(), 16U);  // as tools/tiny/synthesize holds out
  for (const std::uint16_t voice : unseen) {
    EXPECT_FALSE(seen.contains(voice)) << set.voices[voice];
  }
  for (const int count : labels) {
    EXPECT_GT(count, 80);
  }
}

}  // namespace
}  // namespace assay
