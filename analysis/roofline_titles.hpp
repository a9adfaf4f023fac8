#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/roofline.hpp"

namespace assay {

/// What a subject is, for people: "L2 triad, avx2, huge pages, 2 threads", "fma f64, avx2, 1 thread".
[[nodiscard]] std::string title_of(const RooflineSubject& subject);

/// The same where level, data type and threads are known from the place: "triad, avx2", "fma avx2".
[[nodiscard]] std::string short_title_of(const RooflineSubject& subject);

/// "1 thread", "2 threads"
[[nodiscard]] std::string threads_text(std::size_t threads);

/// "103.6 Gflop/s [103.2, 104.0]", of a latency "15.4 ns [15.1, 15.8]"; "not available" without a point.
[[nodiscard]] std::string ceiling_estimate_text(const EstimateRecord& estimate, const std::string& unit,
                                                Charset charset);

/// One rate in the unit of a ceiling: "103.6 Gflop/s"; of a latency "15.4 ns".
[[nodiscard]] std::string ceiling_value_text(double value, const std::string& unit, Charset charset);

/// A pure number with its interval, three digits: "0.513 [0.498, 0.539]".
[[nodiscard]] std::string plain_estimate_text(const EstimateRecord& estimate, const std::string& unit);

/// A ratio that is meant as one: "1.23x [1.18, 1.29]".
[[nodiscard]] std::string times_text(const EstimateRecord& ratio);

/// Three significant digits for any size: "0.25", "1,200", "0.00031".
[[nodiscard]] std::string plain_number(double value);

}  // namespace assay
