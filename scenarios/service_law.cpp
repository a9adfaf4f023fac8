#include "scenarios/service_law.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "harness/random_bits.hpp"

namespace assay {

namespace {

using Shape = ServiceLaw::Shape;

constexpr std::array kShapes{Shape::constant, Shape::exponential, Shape::lognormal, Shape::gamma, Shape::bimodal};

/// Parameters that give the law its stated mean m and deviation s (method of moments).
struct Moments {
  double m;
  double s;
  [[nodiscard]] double log_variance() const { return std::log1p(s * s / (m * m)); }
  [[nodiscard]] double log_mean() const { return std::log(m) - log_variance() / 2.0; }
  [[nodiscard]] double gamma_shape() const { return m * m / (s * s); }
  /// Two points with weights 1 - w and w.
  [[nodiscard]] double fast() const { return m - s * std::sqrt(kBimodalSlowShare / (1.0 - kBimodalSlowShare)); }
  [[nodiscard]] double slow() const { return m + s * std::sqrt((1.0 - kBimodalSlowShare) / kBimodalSlowShare); }
};

Moments moments_of(const ServiceLaw& law) { return {.m = seconds(law.mean), .s = seconds(law.standard_deviation)}; }

double draw_one(const ServiceLaw& law, const Moments& moments, RandomBits& bits) {
  switch (law.shape) {
    case Shape::constant:
      return moments.m;
    case Shape::exponential:
      return moments.m * bits.exponential();
    case Shape::lognormal:
      return std::exp(moments.log_mean() + std::sqrt(moments.log_variance()) * bits.normal());
    case Shape::gamma:
      return moments.m / moments.gamma_shape() * bits.gamma(moments.gamma_shape());
    case Shape::bimodal:
      return bits.unit() <= kBimodalSlowShare ? moments.slow() : moments.fast();
  }
  return moments.m;
}

}  // namespace

std::vector<Nanoseconds> ServiceLaw::draw(std::size_t count, std::uint64_t seed) const {
  RandomBits bits(seed);
  const Moments moments = moments_of(*this);
  std::vector<Nanoseconds> times(count);
  for (Nanoseconds& time : times) {
    time = from_seconds(draw_one(*this, moments, bits));
  }
  return times;
}

Nanoseconds ServiceLaw::quantile(double p) const {
  const Moments moments = moments_of(*this);
  switch (shape) {
    case Shape::constant:
      return mean;
    case Shape::exponential:
      return from_seconds(-moments.m * std::log1p(-p));
    case Shape::lognormal:
      return from_seconds(std::exp(moments.log_mean() + std::sqrt(moments.log_variance()) *
                                                            boost::math::quantile(boost::math::normal(), p)));
    case Shape::gamma: {
      const boost::math::gamma_distribution<> law(moments.gamma_shape(), moments.m / moments.gamma_shape());
      return from_seconds(boost::math::quantile(law, p));
    }
    case Shape::bimodal:
      return from_seconds(p <= 1.0 - kBimodalSlowShare ? moments.fast() : moments.slow());
  }
  return mean;
}

std::optional<std::string> ServiceLaw::problem() const {
  if (mean <= Nanoseconds::zero()) {
    return "--mean: must be above 0";
  }
  if (shape == Shape::constant || shape == Shape::exponential) {
    return std::nullopt;
  }
  if (standard_deviation <= Nanoseconds::zero()) {
    return fmt::format("--sd: the {} law needs a standard deviation above 0", name_of(shape));
  }
  if (shape == Shape::bimodal && moments_of(*this).fast() <= 0.0) {
    return fmt::format("--sd {:g}s: the bimodal law of mean {:g}s needs less than {:g}s", seconds(standard_deviation),
                       seconds(mean), seconds(mean) / std::sqrt(kBimodalSlowShare / (1.0 - kBimodalSlowShare)));
  }
  return std::nullopt;
}

std::string_view name_of(ServiceLaw::Shape shape) {
  switch (shape) {
    case Shape::constant:
      return "constant";
    case Shape::exponential:
      return "exponential";
    case Shape::lognormal:
      return "lognormal";
    case Shape::gamma:
      return "gamma";
    case Shape::bimodal:
      return "bimodal";
  }
  return "";
}

std::optional<ServiceLaw::Shape> law_shape_from_name(std::string_view name) {
  for (const Shape shape : kShapes) {
    if (name_of(shape) == name) {
      return shape;
    }
  }
  return std::nullopt;
}

}  // namespace assay
