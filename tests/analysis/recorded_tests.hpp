#pragma once

#include <cstdint>
#include <vector>

#include "loadgen/test_result.hpp"

namespace assay {

/// A Server test that ran to its end: query i scheduled and issued at i * gap, started then, completed `latencies[i]`
/// later. The last arrival is at min_duration; no window, one issuing thread, target rate 1 / gap.
TestResult server_test(const std::vector<Nanoseconds>& latencies, Nanoseconds gap);

/// `count` latencies of `usual`, of which the last `slow_count` are `slow`.
std::vector<Nanoseconds> mostly(std::uint64_t count, Nanoseconds usual, std::uint64_t slow_count, Nanoseconds slow);

/// A SingleStream test: each query issued when the one before it came back.
TestResult single_stream_test(const std::vector<Nanoseconds>& latencies);

/// An Offline test: all samples issued at 0, sample i completed at completions[i].
TestResult offline_test(const std::vector<Nanoseconds>& completions);

}  // namespace assay
