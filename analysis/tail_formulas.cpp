#include "analysis/tail_formulas.hpp"

#include <fmt/format.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <stdexcept>

#include "analysis/binomial_distribution.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kP100 = 1'000'000;
constexpr double kAboutRight = 0.1;
/// Above this share of the variance, the few observations beyond the percentile are what the formula is made of.
constexpr double kMostOfTheVariance = 0.5;

std::uint64_t count_above(const LatencyDistribution& distribution, double value_ns) {
  // Latencies are whole nanoseconds, so that what is above a value is above its floor.
  constexpr double kLargest = 9.2e18;
  return value_ns >= kLargest ? 0
                              : distribution.count_over(Nanoseconds{static_cast<std::int64_t>(std::floor(value_ns))});
}

double variance_share_above(const LatencyDistribution& distribution, const Moments& moments, double limit_ns) {
  double all = 0.0;
  double above = 0.0;
  for (const std::int64_t latency : distribution.sorted()) {
    const auto value = static_cast<double>(latency);
    const double square = (value - moments.mean_ns) * (value - moments.mean_ns);
    all += square;
    above += value > limit_ns ? square : 0.0;
  }
  return all > 0.0 ? above / all : 0.0;
}

}  // namespace

double percentile_ns_of(TailLaw law, const Moments& moments, Percentile percentile) {
  const double mean = moments.mean_ns;
  const double deviation = moments.standard_deviation_ns;
  if (percentile.parts_per_million() == kP100 || !(mean > 0.0) || !(deviation >= 0.0)) {
    throw std::invalid_argument(
        fmt::format("{} of a law with mean {} ns and standard deviation {} ns: must be below p100, the mean above 0, "
                    "the deviation not below 0",
                    percentile.name(), mean, deviation));
  }
  if (deviation == 0.0) {
    return mean;
  }
  const double p = percentile.fraction();
  const double ratio = deviation / mean;
  switch (law) {
    case TailLaw::normal:
      return mean + normal_quantile(p) * deviation;
    case TailLaw::gamma:
      return boost::math::gamma_p_inv(1.0 / (ratio * ratio), p) * deviation * ratio;
    case TailLaw::log_normal: {
      const double log_variance = std::log1p(ratio * ratio);
      return std::exp(std::log(mean) - log_variance / 2.0 + normal_quantile(p) * std::sqrt(log_variance));
    }
    case TailLaw::shifted_exponential:
      return mean + deviation * (-std::log(percentile.share_above()) - 1.0);
    case TailLaw::cantelli:
      return mean + deviation * std::sqrt(p / percentile.share_above());
  }
  throw std::invalid_argument("no such law");
}

std::vector<TailFormula> TailFormulas::rows() const { return {normal, log_normal, cantelli, measured}; }

Reading<TailFormulas> tail_formulas(const LatencyDistribution& distribution, Percentile percentile) {
  if (distribution.count() == 0) {
    return Unavailable{"nothing was observed"};
  }
  if (percentile.parts_per_million() == kP100) {
    return Unavailable{"at p100 no formula is finite"};
  }
  const auto moments = distribution.moments();
  if (!moments) {
    return Unavailable{fmt::format("the mean is infinite: {} {} lost", format_count(distribution.lost_count()),
                                   distribution.lost_count() == 1 ? "query was" : "queries were")};
  }
  const auto measured = static_cast<double>(distribution.at(percentile).count());
  if (measured <= 0.0) {
    return Unavailable{fmt::format("the measured {} is 0 ns", percentile.name())};
  }
  const auto n = static_cast<double>(distribution.count());
  const auto row = [&](const char* name, double value_ns) {
    return TailFormula{.name = name,
                       .value_ns = value_ns,
                       .ratio_to_measured = value_ns / measured,
                       .share_above = static_cast<double>(count_above(distribution, value_ns)) / n};
  };
  const auto formula = [&](const char* name, TailLaw law) {
    return row(name, percentile_ns_of(law, *moments, percentile));
  };
  return TailFormulas{.percentile = percentile,
                      .count = distribution.count(),
                      .moments = *moments,
                      .median_ns = static_cast<double>(distribution.at(Percentile::of_percent(50)).count()),
                      .variance_share_above = variance_share_above(distribution, *moments, measured),
                      .normal = formula("normal", TailLaw::normal),
                      .log_normal = formula("log-normal", TailLaw::log_normal),
                      .cantelli = formula("Cantelli", TailLaw::cantelli),
                      .measured = row("measured", measured)};
}

std::string normal_formula_sentence(const TailFormulas& formulas, Charset charset) {
  const auto duration = [charset](double value_ns) { return format_duration(value_ns * 1e-9, charset); };
  const TailFormula& normal = formulas.normal;
  const std::string name = formulas.percentile.name();
  const std::string both =
      fmt::format("mean + {:.2f} sd is {}, the measured {} is {}", normal_quantile(formulas.percentile.fraction()),
                  duration(normal.value_ns), name, duration(formulas.measured.value_ns));
  const std::string above = format_percent(normal.share_above);
  const std::string fair = format_percent(formulas.percentile.share_above());
  const double ratio = normal.ratio_to_measured;
  if (std::abs(ratio - 1.0) <= kAboutRight) {
    return fmt::format(
        "About right: {}, and {} of the queries took longer than the formula says, against {} of a "
        "normal distribution.",
        both, above, fair);
  }
  if (ratio < 1.0) {
    return fmt::format(
        "Too low: {}. {} of the queries took longer than the formula says, more than the {} that {} "
        "leaves out, so {} falls among them, at {:.3g} times the median.",
        both, above, fair, name, name, formulas.measured.value_ns / formulas.median_ns);
  }
  const auto beyond = format_percent(formulas.measured.share_above);
  const auto variance = format_percent(formulas.variance_share_above);
  if (formulas.variance_share_above >= kMostOfTheVariance) {
    return fmt::format(
        "Too high: {}. The {} of the queries beyond {} carry {} of the variance: they are too few to "
        "move {} but inflate the standard deviation.",
        both, beyond, name, variance, name);
  }
  return fmt::format("Too high: {}. The measured {} lies only {:.2f} standard deviations above the mean.", both, name,
                     (formulas.measured.value_ns - formulas.moments.mean_ns) / formulas.moments.standard_deviation_ns);
}

}  // namespace assay
