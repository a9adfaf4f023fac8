#include "kernels/library_race.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "harness/simulated_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

/// Entrants that take a given time an iteration on a simulated clock.
class SimulatedRace {
 public:
  class Meter final : public ThreadMeter {
   public:
    explicit Meter(const ThreadUse& use) : use_(use) {}
    [[nodiscard]] ThreadUse read() const noexcept override { return use_; }

   private:
    const ThreadUse& use_;
  };

  /// `disturbed`: in every sample another thread runs for as long.
  /// The call number `spoilt` takes `factor` times as long.
  void enter(const char* name, Nanoseconds one, bool disturbed = false, int spoilt = -1, int factor = 8) {
    entrants.push_back({name, [this, one, disturbed, spoilt, factor, call = 0](std::uint64_t iterations) mutable {
                          const Nanoseconds needed =
                              one * static_cast<std::int64_t>(iterations) * (call++ == spoilt ? factor : 1);
                          use_.cpu_time += needed;
                          clock_.spend(disturbed ? 2 * needed : needed);
                          use_.involuntary_switches += disturbed ? 1 : 0;
                          worked_.push_back(needed);
                        }});
  }

  RaceResult run(const RaceRules& rules = {}) { return race(entrants, clock_, Meter(use_), rules); }
  [[nodiscard]] std::size_t calls() const { return worked_.size(); }
  [[nodiscard]] Nanoseconds longest_after(std::ptrdiff_t calls) const {
    return *std::max_element(worked_.begin() + calls, worked_.end());
  }

  std::vector<RaceEntrant> entrants;

 private:
  SimulatedClock clock_;
  ThreadUse use_;
  std::vector<Nanoseconds> worked_;
};

TEST(LibraryRace, TheFastestWins) {
  SimulatedRace race;
  race.enter("slow", 12us);
  race.enter("fast", 10us);
  race.enter("middling", 11us);
  const RaceResult result = race.run();
  EXPECT_EQ(result.winner, 1U);
  ASSERT_EQ(result.times.size(), 3U);
  EXPECT_EQ(result.times[1].name, "fast");
  EXPECT_DOUBLE_EQ(result.times[1].seconds_per_iteration, 10e-6);
  EXPECT_DOUBLE_EQ(result.times[2].seconds_per_iteration, 11e-6);
  EXPECT_EQ(result.times[0].clean, RaceRules{}.clean_samples);
}

TEST(LibraryRace, ATieGoesToTheFirst) {
  SimulatedRace race;
  race.enter("first", 10100ns);
  race.enter("second", 10us);
  EXPECT_EQ(race.run().winner, 0U);
  EXPECT_EQ(race.run({.tie = 0.001}).winner, 1U);
}

TEST(LibraryRace, TheHopelessAreTimedOnceTheSlowTwice) {
  SimulatedRace race;
  race.enter("hopeless", 10ms);
  race.enter("slow", 2ms);
  race.enter("fast", 1ms);
  const RaceResult result = race.run();
  EXPECT_EQ(result.times[0].clean, 1U);
  EXPECT_EQ(result.times[1].clean, 2U);
  EXPECT_EQ(result.times[2].clean, 9U);
}

TEST(LibraryRace, OneSpoiltSampleDoesNotDropTheFastest) {
  SimulatedRace race;
  race.enter("slow", 250us);
  race.enter("fast", 100us, false, 3);  // two calls warm up, a third before the first sample, which is spoilt
  const RaceResult result = race.run();
  EXPECT_EQ(result.winner, 1U);
  EXPECT_EQ(result.times[0].clean, 2U);
  EXPECT_DOUBLE_EQ(result.times[1].seconds_per_iteration, 100e-6);
}

TEST(LibraryRace, AFirstCallThatCompilesDoesNotShortenTheSamples) {
  SimulatedRace race;
  race.enter("compiles", 1us, false, 0, 20'000);
  (void)race.run();
  EXPECT_EQ(race.longest_after(1), 700us);
}

TEST(LibraryRace, ASizingThatWasDisturbedDoesNotShortenTheSamples) {
  SimulatedRace race;
  race.enter("disturbed", 1us, false, 1, 200);
  (void)race.run();
  EXPECT_GE(race.longest_after(2), 500us);
}

TEST(LibraryRace, WhatTakesNoTimeEndsAllTheSame) {
  SimulatedRace race;
  race.enter("nothing", 0ns);
  EXPECT_EQ(race.run({.budget = 1us}).winner, 0U);
}

TEST(LibraryRace, DisturbedSamplesAreJudgedByCpuTime) {
  SimulatedRace race;
  race.enter("quiet", 20us);
  race.enter("disturbed", 15us, true);
  const RaceResult result = race.run();
  EXPECT_EQ(result.times[1].clean, 0U);
  EXPECT_DOUBLE_EQ(result.times[1].seconds_per_iteration, 15e-6);
  EXPECT_EQ(result.winner, 1U);
}

TEST(LibraryRace, ABudgetEndsWhatIsNeverClean) {
  SimulatedRace race;
  race.enter("disturbed", 30ms, true);
  const RaceResult result = race.run({.budget = 100ms});
  // One call to warm up, which is long enough to size the samples, then 60 ms each until 100 ms are spent.
  EXPECT_EQ(race.calls(), 3U);
  EXPECT_EQ(result.times[0].clean, 0U);
}

TEST(LibraryRace, NobodyToChooseFromIsAnError) {
  SimulatedRace race;
  EXPECT_THROW(race.run(), std::invalid_argument);
}

TEST(LibraryChoice, IsMadeOncePerSubject) {
  int asked = 0;
  const auto entrants = [&asked] {
    ++asked;
    return std::vector<RaceEntrant>{{"only", [](std::uint64_t) {}}};
  };
  const LibraryChoice choice = choose_library("test of one", Flops{1}, WorkUnit::flop, entrants);
  EXPECT_EQ(choice.library, "only");
  EXPECT_EQ(choice.figures, "only, the only one here");
  EXPECT_EQ(choose_library("test of one", Flops{1}, WorkUnit::flop, entrants).library, "only");
  EXPECT_EQ(asked, 1);
  (void)choose_library("test of another", Flops{1}, WorkUnit::flop, entrants);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace assay
