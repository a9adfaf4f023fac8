#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/run_soak.hpp"

namespace assay {

// What a soak says, as sentences with numbers and units: the same words in the terminal and in the report. Each says
// "not available" with the reason where there is no audit.

/// "THERMAL"; "THERMAL, burst only" where the soak is too short to call anything sustained.
[[nodiscard]] std::string soak_verdict_word(const SoakRecord& soak);

/// "80.1 %: the worst of 20 loops over the best (97 % or more is stable)"
[[nodiscard]] std::string stability_sentence(const SoakRecord& soak);

/// "320 queries/s in the last quarter, 80.1 % of the peak of 400 queries/s over 30 s". Of a burst only it says that.
[[nodiscard]] std::string sustained_sentence(const SoakRecord& soak);

/// "401 queries/s in the first 10 s"
[[nodiscard]] std::string burst_text(const SoakRecord& soak);

/// True if the speed of the first seconds was not kept: the loops differ by more than 3 %.
[[nodiscard]] bool burst_was_not_kept(const SoakRecord& soak);

/// "after 60.0 s the throughput fell and the clock with it (by 20.0 %)"; "none seen"; or that the clock was not
/// measured, without which none can be seen.
[[nodiscard]] std::string time_to_throttle_sentence(const SoakRecord& soak);

/// "set in 540 of 600 points, first after 60.0 s"; empty without a flag.
[[nodiscard]] std::string throttle_flag_sentence(const SoakRecord& soak);

/// "steady from the start", "steady after 60.0 s (slow-down), at 320 queries/s; no point was left out", or why not.
[[nodiscard]] std::string steady_sentence(const SoakRecord& soak);

/// "RAPL package-0: 28.3 kJ in 600 s, 47.2 W (9.10 W idle before), 143 mJ a query, 6.97 queries/J"
[[nodiscard]] std::string energy_sentence(const EnergyRecord& energy, Charset charset);

/// "not measured (no energy counter)"; empty where some was.
[[nodiscard]] std::string no_energy_sentence(const SoakRecord& soak);

/// What the sampling took, and where it was not as asked.
[[nodiscard]] std::string watch_sentence(const SoakRecord& soak);

/// A reading of the named quantity with its unit: "71.5 °C" of temperature_c, "45.2 W" of power_w.
[[nodiscard]] std::string reading_text(const std::string& quantity, double value, Charset charset);

/// Least and greatest of the readings there are; absent without any.
struct ReadingRange {
  double lowest = 0.0;
  double highest = 0.0;
};
[[nodiscard]] std::optional<ReadingRange> range_of(std::span<const std::optional<double>> values);

}  // namespace assay
