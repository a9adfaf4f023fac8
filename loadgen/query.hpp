#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

namespace assay {

/// Position of a sample in the QuerySampleLibrary.
using QuerySampleIndex = std::uint32_t;

/// Names one sample of one query of one run. The upper bits tag the run, so that a completion that belongs to an
/// earlier run is recognised as unknown instead of being booked on somebody else's query.
struct QueryId {
  std::uint64_t value = 0;

  static constexpr int kPositionBits = 40;
  static constexpr QueryId of(std::uint32_t run_tag, std::uint64_t position) {
    return {(static_cast<std::uint64_t>(run_tag) << kPositionBits) | position};
  }
  [[nodiscard]] constexpr std::uint64_t position() const { return value & ((std::uint64_t{1} << kPositionBits) - 1); }
  [[nodiscard]] constexpr std::uint32_t run_tag() const { return static_cast<std::uint32_t>(value >> kPositionBits); }
  friend constexpr auto operator<=>(QueryId, QueryId) = default;
};

/// One unit of work as handed to the system under test.
struct QuerySample {
  QueryId id;
  QuerySampleIndex index = 0;
};

/// The answer to one QuerySample. `data` need only live during the call that hands it over.
struct QueryResponse {
  QueryId id;
  std::span<const std::byte> data{};
  std::uint32_t token_count = 0;  ///< generated tokens; 0 where the workload has none
};

}  // namespace assay
