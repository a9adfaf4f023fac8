#include "lab/latency_window_text.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace assay {
namespace {

using namespace std::chrono_literals;

/// The message of the std::invalid_argument that `parse` throws; "(accepted)" if it throws none.
std::string refusal(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(PercentileText, HasPartsPerMillion) {
  EXPECT_EQ(parse_percentile("p99").parts_per_million(), 990'000U);
  EXPECT_EQ(parse_percentile("p99.9").parts_per_million(), 999'000U);
  EXPECT_EQ(parse_percentile("p99.9999").parts_per_million(), 999'999U);
  EXPECT_EQ(parse_percentile("p50").parts_per_million(), 500'000U);
}

TEST(PercentileText, RefusesWhatIsNoPercentile) {
  for (const char* text : {"", "p", "99", "p0", "p100", "p100.0", "p99.99999", "P99", "p-1", "pNaN", "p1e1000",
                           "p1844674407370955.1616", "p9 9", "p99x"}) {
    EXPECT_NE(refusal([&] { static_cast<void>(parse_percentile(text)); }), "(accepted)") << text;
  }
}

TEST(LatencyWindowText, HasATimeAndPerhapsAPercentile) {
  EXPECT_EQ(parse_latency_window("10ms@p99"),
            (RequestedWindow{.limit = 10ms, .percentile = Percentile::of_parts_per_million(990'000)}));
  EXPECT_EQ(parse_latency_window("1.5s@p99.9"),
            (RequestedWindow{.limit = 1500ms, .percentile = Percentile::of_parts_per_million(999'000)}));
  EXPECT_EQ(parse_latency_window("200us"), (RequestedWindow{.limit = 200us, .percentile = std::nullopt}));
}

TEST(LatencyWindowText, RefusalNamesTheBadPart) {
  const auto refusal_of = [](const char* text) {
    return refusal([&] { static_cast<void>(parse_latency_window(text)); });
  };
  EXPECT_NE(refusal_of("10ms@99").find("\"99\" is not a percentile"), std::string::npos);
  EXPECT_NE(refusal_of("10@p99").find("\"10\" has no unit"), std::string::npos);
  EXPECT_NE(refusal_of("0ms@p99").find("no length"), std::string::npos);
  for (const char* text : {"", "@", "10ms@", "@p99", "10ms@p99@p50", "10ms @p99", "p99@10ms"}) {
    EXPECT_NE(refusal_of(text), "(accepted)") << text;
  }
}

}  // namespace
}  // namespace assay
