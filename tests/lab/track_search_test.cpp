#include "lab/track_search.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "analysis/peak_search.hpp"

namespace assay {
namespace {

PeakSearch a_search() {
  return PeakSearch({.start_rate_hz = 1.0, .lowest_rate_hz = 1.0, .highest_rate_hz = 64.0, .step_hz = 1.0});
}

/// A system that breaks beyond `peak_hz`, without doubt.
PeakProbe sure_probe(double rate_hz, double peak_hz) {
  PeakProbe probe{.rate_hz = rate_hz};
  const bool holds = rate_hz <= peak_hz;
  probe.share = {.within = holds ? 1.0 : 0.0,
                 .interval = {.lower = holds ? 0.999 : 0.0, .upper = holds ? 1.0 : 0.1},
                 .effective_sample_size = 1000.0};
  return probe;
}

TEST(MakeProbes, AskUntilTheSearchIsOver) {
  PeakSearch search = a_search();
  int finished = 0;
  EXPECT_TRUE(make_probes(
      search,
      [&](double rate_hz) {
        search.record(sure_probe(rate_hz, 20.0));
        return true;
      },
      [&] { ++finished; }));
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(search.estimate().held_hz, 20.0);
  EXPECT_EQ(search.estimate().broke_hz, 21.0);
}

TEST(MakeProbes, KeepWhatWasFoundWhereTheTrackCannotGoOn) {
  PeakSearch search = a_search();
  int probes = 0;
  int finished = 0;
  const auto probe = [&](double rate_hz) {
    if (++probes == 3) {
      return false;
    }
    search.record(sure_probe(rate_hz, 20.0));
    return true;
  };
  EXPECT_FALSE(make_probes(search, probe, [&] { ++finished; }));
  EXPECT_EQ(probes, 3);
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(search.probes().size(), 2U);
}

TEST(MakeProbes, KeepWhatWasFoundWhereAProbeThrows) {
  PeakSearch search = a_search();
  int finished = 0;
  EXPECT_THROW((void)make_probes(
                   search, [](double) -> bool { throw std::runtime_error("no result"); }, [&] { ++finished; }),
               std::runtime_error);
  EXPECT_EQ(finished, 1);
}

}  // namespace
}  // namespace assay
