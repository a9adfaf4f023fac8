#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// A stated law of service times. Its results are SYNTHETIC: they test the instrument, not the machine.
struct ServiceLaw {
  enum class Shape { constant, exponential, lognormal, gamma, bimodal };

  Shape shape = Shape::lognormal;
  Nanoseconds mean = std::chrono::milliseconds{10};
  Nanoseconds standard_deviation = std::chrono::milliseconds{5};  ///< unused by constant and exponential

  /// `count` service times, drawn from `seed`.
  [[nodiscard]] std::vector<Nanoseconds> draw(std::size_t count, std::uint64_t seed) const;

  /// The law's own quantile in closed form (bimodal and constant exactly, the others by the inverse distribution
  /// function). p in (0, 1).
  [[nodiscard]] Nanoseconds quantile(double p) const;

  /// What makes no sense, in one line; nothing if the law is sound.
  [[nodiscard]] std::optional<std::string> problem() const;
};

/// Share of the slow mode of the bimodal law.
inline constexpr double kBimodalSlowShare = 0.05;

[[nodiscard]] std::string_view name_of(ServiceLaw::Shape shape);
[[nodiscard]] std::optional<ServiceLaw::Shape> law_shape_from_name(std::string_view name);

}  // namespace assay
