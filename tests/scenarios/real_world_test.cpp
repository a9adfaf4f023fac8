#include "scenarios/real_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "harness/simulated_clock.hpp"
#include "kernels/tiny/mfcc.hpp"
#include "scenarios/field_sound.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

double mean_square(std::span<const float> sound) {
  double sum = 0.0;
  for (const float x : sound) {
    sum += static_cast<double>(x) * static_cast<double>(x);
  }
  return sum / static_cast<double>(sound.size());
}

TEST(FieldNoise, HasMeanSquareOneAndFollowsFromTheSeed) {
  const ClipSet voices = evaluation_clips();
  for (const std::string_view kind : field_noise_kinds()) {
    RandomBits one(7);
    RandomBits same(7);
    RandomBits other(8);
    const std::vector<float> noise = field_noise(kind, one, voices);
    EXPECT_EQ(noise.size(), kSoundWindow);
    EXPECT_NEAR(mean_square(noise), 1.0, 1e-4) << kind;
    EXPECT_EQ(noise, field_noise(kind, same, voices)) << kind;
    EXPECT_NE(noise, field_noise(kind, other, voices)) << kind;
  }
  RandomBits random(1);
  EXPECT_THROW((void)field_noise("rain", random, voices), std::invalid_argument);
}

/// The share of differences between neighbours: 2 for white noise, less the lower the sound.
double roughness(const std::vector<float>& sound) {
  double sum = 0.0;
  for (std::size_t i = 1; i < sound.size(); ++i) {
    const double step = static_cast<double>(sound[i]) - static_cast<double>(sound[i - 1]);
    sum += step * step;
  }
  return sum / static_cast<double>(sound.size() - 1) / mean_square(sound);
}

TEST(FieldNoise, ColoursAreInOrder) {
  RandomBits random(3);
  const double white = roughness(field_noise("white", random, {}));
  const double pink = roughness(field_noise("pink", random, {}));
  EXPECT_NEAR(white, 2.0, 0.1);
  EXPECT_LT(pink, 1.0);
}

TEST(FieldNoise, TalkersAreVoicesThatNoTrainingHeard) {
  ClipSet voices;
  voices.voices = {"a"};
  voices.clips.push_back({.label = 1, .unseen = false, .voice = 0, .samples = std::vector<float>(100, 0.5F)});
  RandomBits random(1);
  EXPECT_THROW((void)field_noise("talker", random, voices), std::invalid_argument);
}

TEST(Echo, KeepsTheDirectSoundAndDecaysBySixtyDecibelsInItsTime) {
  Echo echo;
  RandomBits random(5);
  std::vector<float> sound(kSoundWindow, 0.0F);
  sound[0] = 1.0F;
  echo.apply(sound, 0.4, random);
  EXPECT_NEAR(sound[0], 1.0, 1e-5);
  const std::span<const float> tail(sound);
  // 0.1 s is a quarter of RT60: 15 dB.
  const double early = mean_square(tail.subspan(400, 400));
  const double later = mean_square(tail.subspan(1200, 400));
  EXPECT_NEAR(10 * std::log10(early / later), 15.0, 2.0);
  EXPECT_NEAR(mean_square(tail.subspan(1)) * static_cast<double>(kSoundWindow - 1), 0.5, 0.01);
}

RealWorldRequest small_request() {
  return {
      .models = {"clean", "robust"}, .isolation = true, .noises = {"street"}, .snr_db = {10}, .words = 12, .seed = 4};
}

TEST(RealWorld, GivesEqualCountsWithAnyNumberOfThreads) {
  RealWorldRequest request = small_request();
  request.threads = 1;
  const auto go_on = [](double) { return true; };
  const RealWorldRecord one = run_real_world(request, go_on);
  request.threads = 3;
  const RealWorldRecord three = run_real_world(request, go_on);
  ASSERT_EQ(one.results.size(), three.results.size());
  EXPECT_EQ(one.results.size(), 2 * 4 * one.conditions.size());
  for (std::size_t i = 0; i < one.results.size(); ++i) {
    EXPECT_EQ(one.results[i].correct, three.results[i].correct) << i;
    EXPECT_EQ(one.results[i].words, 12U);
    const FieldResult& clean = *result_in(one, one.results[i], 0);
    EXPECT_EQ(one.results[i].correct + one.results[i].lost, clean.correct + one.results[i].gained) << i;
  }
  EXPECT_FALSE(one.interrupted);
  EXPECT_GE(one.results.front().correct, 8U);  // clean words of unseen voices: 0.93 of them
}

TEST(RealWorld, KeepsWhatItHasWhenItIsEnded) {
  const RealWorldRecord record = run_real_world(small_request(), [](double) { return false; });
  EXPECT_TRUE(record.interrupted);
  EXPECT_EQ(record.results.size(), 4U);
}

TEST(RealWorld, ConditionsAreCleanNoisesEchoesAndFields) {
  std::vector<std::string> names;
  for (const FieldCondition& condition : field_conditions({.noises = {"music"}, .snr_db = {5, -2.5}})) {
    names.push_back(condition.name);
  }
  EXPECT_THAT(names, ElementsAre("clean", "music 5 dB", "music -2.5 dB", "echo 0.2 s", "echo 0.4 s", "echo 0.8 s",
                                 "field 10 to 20 dB", "field 5 to 15 dB", "field 0 to 10 dB", "field -5 to 10 dB"));
}

TEST(RealWorld, ListsAllThatMakesNoSense) {
  EXPECT_THAT(problems_of({.noises = {"rain"}, .snr_db = {99}}),
              ElementsAre("--noise rain: give one or more of babble,talker,music,street,pink,white",
                          "--snr 99: give decibels from -60 to 60"));
}

TEST(TinySteps, AreTimedOnTheClockThatIsGiven) {
  const SimulatedClock clock;
  const std::vector<TinyTiming> timings = time_tiny_steps(clock, 3);
  ASSERT_EQ(timings.size(), 6U);
  for (const TinyTiming& timing : timings) {
    EXPECT_EQ(timing.p50_s, 0.0);
    EXPECT_GT(timing.sound_s, 0.0);
  }
}

std::string wav(const std::string& format, const std::string& data) {
  const auto sized = [](const std::string& body) {
    std::string size(4, '\0');
    size[0] = static_cast<char>(body.size());
    return size + body;
  };
  return "RIFF" + std::string(4, '\0') + "WAVE" + "fmt " + sized(format) + "data" + sized(data);
}

TEST(SpokenDigits, ReadPcmAndRefuseTheRest) {
  const std::string mono_8k("\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0", 16);
  const std::string two_samples("\0\x40\0\x80", 4);
  EXPECT_THAT(sound_from_wav(wav(mono_8k, two_samples)), ElementsAre(0.5F, -1.0F));
  std::string stereo = mono_8k;
  stereo[2] = 2;
  EXPECT_THROW((void)sound_from_wav(wav(stereo, two_samples)), std::runtime_error);
  EXPECT_THROW((void)sound_from_wav(wav(mono_8k, "")), std::runtime_error);
  EXPECT_THROW((void)sound_from_wav("RIFF"), std::runtime_error);
  EXPECT_THROW((void)read_spoken_digits("no-such-folder"), std::runtime_error);
}

}  // namespace
}  // namespace assay
