#include "scenarios/real_world.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <stdexcept>

#include "harness/simulated_clock.hpp"
#include "kernels/tiny/mfcc.hpp"
#include "scenarios/field_sound.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kCycle = 2 * std::numbers::pi;

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
}

TEST(RealWorld, TheCommittedWeightsHoldTheirScoresCleanAndInTheField) {
  // Clean, three echoes and the mildest field, of unseen voices. All 860 words: 94.0 and 93.8 % clean, 48 and 86 % in
  // the field; the bounds are four standard deviations of 200 words away.
  constexpr double kConditions = 5;
  constexpr double kAll = 16;
  const RealWorldRecord record =
      run_real_world({.snr_db = {}, .words = 200}, [](double share) { return share * kAll < kConditions - 0.5; });
  ASSERT_EQ(record.results.size(), 10U);
  ASSERT_EQ(record.conditions[4].name, "field 10 to 20 dB");
  const auto correct = [&](std::size_t condition, std::size_t model) {
    return record.results[2 * condition + model].correct;
  };
  EXPECT_GE(correct(0, 0), 175U);
  EXPECT_GE(correct(0, 1), 174U);
  EXPECT_LE(correct(4, 0), 124U);
  EXPECT_GE(correct(4, 1), 152U);
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
  EXPECT_THAT(problems_of({.noises = {"babble", "music", "babble"}, .snr_db = {10, 5, 10}}),
              ElementsAre("--noise babble: is named twice; name each kind once",
                          "--snr 10: is named twice; name each ratio once"));
  EXPECT_THAT(problems_of({}), ElementsAre());
}

/// Voices of one tone each, of 100 Hz times the number of the voice.
ClipSet tones(std::uint16_t voices) {
  ClipSet set;
  for (std::uint16_t voice = 0; voice < voices; ++voice) {
    set.voices.push_back(std::to_string(voice));
    SpokenClip clip{.label = 1, .unseen = true, .voice = voice, .samples = std::vector<float>(kSoundRate / 2)};
    for (std::size_t i = 0; i < clip.samples.size(); ++i) {
      clip.samples[i] = static_cast<float>(std::sin(kCycle * (voice + 1) / 80.0 * static_cast<double>(i)));
    }
    set.clips.push_back(std::move(clip));
  }
  return set;
}

/// The share of the power of `sound` in the tone of a voice, by pieces of 50 ms: each word begins in a phase of its
/// own.
double share_of_tone(std::span<const float> sound, std::uint16_t voice) {
  constexpr std::size_t kPiece = 400;
  double power = 0.0;
  for (std::size_t begin = 0; begin + kPiece <= sound.size(); begin += kPiece) {
    double sine = 0.0;
    double cosine = 0.0;
    for (std::size_t i = begin; i < begin + kPiece; ++i) {
      const double angle = kCycle * (voice + 1) / 80.0 * static_cast<double>(i);
      sine += static_cast<double>(sound[i]) * std::sin(angle);
      cosine += static_cast<double>(sound[i]) * std::cos(angle);
    }
    power += 2.0 * (sine * sine + cosine * cosine) / kPiece;
  }
  return power / static_cast<double>(sound.size()) / mean_square(sound);
}

TEST(FieldNoise, IsNeverTheVoiceOfTheWordAndNobodyTalksTwice) {
  const ClipSet eight = tones(8);
  for (std::uint16_t target = 0; target < 8; ++target) {
    RandomBits random(target);
    const std::vector<float> babble = field_noise("babble", random, eight, target);
    for (std::uint16_t voice = 0; voice < 8; ++voice) {
      const double share = share_of_tone(babble, voice);
      EXPECT_TRUE(voice == target ? share < 0.02 : share > 0.04) << target << ", " << voice << ": " << share;
    }
    for (int i = 0; i < 10; ++i) {
      EXPECT_LT(share_of_tone(field_noise("talker", random, eight, target), target), 0.05);
    }
  }
  RandomBits random(1);
  EXPECT_THROW((void)field_noise("babble", random, tones(7), std::uint16_t{3}), std::invalid_argument);
}

/// Each pair of readings is so far apart as its place in a list of durations that repeats.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(std::vector<Nanoseconds> durations) : durations_(std::move(durations)) {}

  [[nodiscard]] Instant now() const noexcept override {
    if (readings_++ % 2 == 1) {
      now_ += durations_[(readings_ / 2 - 1) % durations_.size()];
    }
    return now_;
  }
  Instant wait_until(Instant deadline) noexcept override { return deadline; }
  bool wait(Signal& /*signal*/, std::uint32_t /*seen*/, Instant /*deadline*/) noexcept override { return false; }

 private:
  std::vector<Nanoseconds> durations_;
  mutable Instant now_{};
  mutable std::size_t readings_ = 0;
};

TEST(TinySteps, PercentilesAreThoseOfTheTimedCallsOnly) {
  // Ten calls for warmth, 9 ms each, then 100 of 1 to 100 us, shuffled by a step of 37.
  std::vector<Nanoseconds> durations(10, Nanoseconds{9'000'000});
  for (std::int64_t i = 0; i < 100; ++i) {
    durations.emplace_back(1000 * (i * 37 % 100 + 1));
  }
  const SteppingClock clock(durations);
  const std::vector<TinyTiming> timings = time_tiny_steps(clock, 100);
  ASSERT_EQ(timings.size(), 6U);
  for (const TinyTiming& timing : timings) {
    EXPECT_EQ(timing.repetitions, 100U);
    EXPECT_DOUBLE_EQ(timing.p50_s, 50e-6) << timing.step;
    EXPECT_DOUBLE_EQ(timing.p99_s, 99e-6) << timing.step;
    EXPECT_LT(timing.p50_limits.lower_s.value(), 50e-6);
    EXPECT_GT(timing.p50_limits.upper_s.value(), 50e-6);
    EXPECT_FALSE(timing.p99_limits.upper_s) << "100 calls have no upper limit of P99";
    EXPECT_NE(timing.p99_limits.reason, "");
    EXPECT_GT(timing.sound_s, 0.0);
  }
}

TEST(TinySteps, AreNotTimedWithoutACall) {
  EXPECT_THROW((void)time_tiny_steps(SimulatedClock(), 0), std::invalid_argument);
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

TEST(SpokenDigits, OpenRegularFilesOnly) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / fmt::format("assay-spoken-digits-{}", getpid());
  std::filesystem::create_directory(folder);
  const std::string mono_8k("\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0", 16);
  const std::string sound = wav(mono_8k, std::string("\0\x40\0\x80", 4));
  std::ofstream(folder / "3_jackson_0.wav", std::ios::binary) << sound;
  EXPECT_EQ(read_spoken_digits(folder).clips.size(), 1U);
  ASSERT_EQ(mkfifo((folder / "4_jackson_0.wav").c_str(), 0600), 0);  // to open it would wait for a writer
  try {
    (void)read_spoken_digits(folder);
    FAIL() << "a pipe was read";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("4_jackson_0.wav is no regular file"));
  }
  std::filesystem::remove(folder / "4_jackson_0.wav");
  const std::filesystem::path large = folder / "5_jackson_0.wav";
  std::ofstream(large, std::ios::binary) << sound;
  std::filesystem::resize_file(large, (1U << 24U) + 1);
  EXPECT_THROW((void)read_spoken_digits(folder), std::runtime_error);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace assay
