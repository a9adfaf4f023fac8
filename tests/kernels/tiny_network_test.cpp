// The Tiny networks against plain ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kernels/tiny/clip_set.hpp"
#include "kernels/tiny/ds_cnn.hpp"
#include "kernels/tiny/ds_cnn_reference.hpp"
#include "kernels/tiny/isolation.hpp"
#include "kernels/tiny/isolation_reference.hpp"
#include "tests/kernels/counting_scalar.hpp"

namespace assay {
namespace {

using test_support::CountingScalar;

std::vector<float> some_features() {
  std::vector<float> features(DsCnnNetwork::kInputs);
  for (std::size_t i = 0; i < features.size(); ++i) {
    features[i] = static_cast<float>(6.0 * std::sin(0.37 * static_cast<double>(i)) - (i % 10 == 0 ? 12.0 : 0.0));
  }
  return features;
}

std::vector<float> scores_of(TinyDtype dtype, bool scalar) {
  DsCnnNetwork network(shipped_ds_cnn("robust"), {.dtype = dtype, .scalar = scalar});
  std::vector<float> scores(DsCnnModel::kClasses);
  network.run(some_features(), scores);
  network.run(some_features(), scores);  // nothing is left of the first
  return scores;
}

TEST(DsCnnNetwork, VectorAndScalarLoopsGiveEqualNumbersInEightBits) {
  const std::vector<float> scores = scores_of(TinyDtype::i8, false);
  EXPECT_EQ(scores, scores_of(TinyDtype::i8, true));
  const std::vector<double> expected = reference_ds_cnn_i8(shipped_ds_cnn("robust"), some_features());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_FLOAT_EQ(scores[i], static_cast<float>(expected[i])) << i;
  }
}

std::vector<SpokenClip> every_eighth_clip() {
  const ClipSet set = evaluation_clips();
  std::vector<SpokenClip> clips;
  for (std::size_t i = 0; i < set.clips.size(); i += 8) {
    clips.push_back(set.clips[i]);
  }
  return clips;
}

TEST(DsCnnNetwork, EightBitsAnswerAsFloatsDoAndBothAreRight) {
  const std::vector<SpokenClip> clips = every_eighth_clip();
  ASSERT_GE(clips.size(), 190U);
  for (const char* const model : {"clean", "robust"}) {
    DsCnnNetwork eight(shipped_ds_cnn(model), {.dtype = TinyDtype::i8});
    DsCnnNetwork floats(shipped_ds_cnn(model), {.dtype = TinyDtype::f32});
    Mfcc mfcc;
    std::vector<float> features(DsCnnNetwork::kInputs);
    std::vector<float> scores(DsCnnModel::kClasses);
    std::size_t same = 0;
    std::size_t right = 0;
    const auto answer = [&](DsCnnNetwork& network) {
      network.run(features, scores);
      return std::ranges::max_element(scores) - scores.begin();
    };
    for (const SpokenClip& clip : clips) {
      std::vector<float> sound(kSoundWindow, 0.0F);
      std::ranges::copy(clip.samples, sound.begin());
      mfcc.window(sound, features);
      const auto of_eight = answer(eight);
      same += of_eight == answer(floats) ? 1U : 0U;
      right += of_eight == clip.label ? 1U : 0U;
    }
    EXPECT_GE(static_cast<double>(same), 0.97 * static_cast<double>(clips.size())) << model;
    EXPECT_GE(static_cast<double>(right), 0.90 * static_cast<double>(clips.size())) << model;
  }
}

TEST(DeclaredWork, DsCnnIsWhatAPlainOneDoes) {
  const DsCnnModel model = shipped_ds_cnn("clean");
  const std::vector<float> features = some_features();
  const auto loop = [&] { (void)reference_ds_cnn_f32<CountingScalar>(model, features); };
  EXPECT_EQ(CountingScalar::operations_of(loop), DsCnnNetwork::work().count);
  EXPECT_EQ(DsCnn({.dtype = TinyDtype::i8}).work_unit(), WorkUnit::integer_operation);
  EXPECT_EQ(DsCnn({.dtype = TinyDtype::f32}).work_unit(), WorkUnit::flop);
  // By hand: 22,016 weights of convolutions and dense layer, two numbers for each of 588 rows; features and scores.
  EXPECT_EQ(DsCnn({.dtype = TinyDtype::i8}).traffic().count, 22016U + 588 * 8 + 490 * 4 + 12 * 4);
}

TEST(DeclaredWork, IsolationIsWhatAPlainOneDoes) {
  const IsolationModel model = shipped_isolation();
  const std::vector<float> features(IsolationModel::kBands, -3.0F);
  const auto free = [](const CountingScalar& x) { return x; };
  const auto loop = [&] { (void)plain_isolation<CountingScalar>(model, features, {}, free, free); };
  EXPECT_EQ(CountingScalar::operations_of(loop), IsolationNetwork::work().count);
}

TEST(IsolationNetwork, BothTypesOfWeightsGiveWhatThePlainOneGives) {
  const IsolationModel model = shipped_isolation();
  std::vector<float> features(IsolationModel::kBands);
  for (std::size_t i = 0; i < features.size(); ++i) {
    features[i] = static_cast<float>(3.0 * std::cos(static_cast<double>(i)) - 4.0);
  }
  for (const TinyDtype dtype : {TinyDtype::i8, TinyDtype::f32}) {
    IsolationNetwork network(model, dtype);
    IsolationNetwork::State state;
    std::array<float, IsolationModel::kBands> gains{};
    for (int frame = 0; frame < 3; ++frame) {
      const std::vector<double> expected = reference_isolation<double>(model, features, state);
      network.frame(features, state, gains);
      for (std::size_t i = 0; i < gains.size(); ++i) {
        EXPECT_NEAR(gains[i], expected[i], 1e-5) << frame << ", " << i;
      }
      EXPECT_NEAR(state.second[63], expected.back(), 1e-5);
    }
  }
}

TEST(IsolationNetwork, SigmoidAndTanhHoldFarOut) {
  std::vector<float> values{-100, -20, -5, -1, -1e-3F, 0, 1e-3F, 0.5F, 1, 2, 3, 5, 9, 15, 20, 1e9F};
  std::vector<float> others = values;
  const std::vector<float> given = values;
  tiny_sigmoid(values);
  tiny_tanh(others);
  for (std::size_t i = 0; i < given.size(); ++i) {
    EXPECT_NEAR(values[i], 1.0 / (1.0 + std::exp(-static_cast<double>(given[i]))), 1e-6) << given[i];
    EXPECT_NEAR(others[i], std::tanh(static_cast<double>(given[i])), 1e-6) << given[i];
  }
}

}  // namespace
}  // namespace assay
