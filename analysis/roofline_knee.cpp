#include "analysis/roofline_knee.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay {
namespace {

constexpr std::size_t kFewestPoints = 4;
const double kLeftOfRidge = std::log(0.75);
const double kRightOfRidge = std::log(1.25);

/// What the knee takes off the hard roof at `distance` from the ridge, in logarithms.
double loss(double p, double distance) { return std::log1p(std::exp(-p * std::abs(distance))) / p; }

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) {
    return *middle;
  }
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

class Fitter {
 public:
  explicit Fitter(std::span<const KneePoint> points) : points_(points) {}

  /// The highest slope and the highest roof that any point shows.
  [[nodiscard]] Knee start() const {
    Knee knee{.log_pi = points_[0].log_rate, .log_beta = points_[0].log_rate - points_[0].log_intensity, .p = 4.0};
    for (const KneePoint& point : points_) {
      knee.log_pi = std::max(knee.log_pi, point.log_rate);
      knee.log_beta = std::max(knee.log_beta, point.log_rate - point.log_intensity);
    }
    return knee;
  }

  /// The corrected slopes and roofs of the points clearly to either side of the ridge. Where a side has none, the
  /// outermost point of that side stands for it.
  void sort_out(const Knee& knee) {
    left_.clear();
    right_.clear();
    const double ridge = knee.log_ridge();
    const auto slope = [&](const KneePoint& point) {
      return point.log_rate - point.log_intensity + loss(knee.p, point.log_intensity - ridge);
    };
    const auto roof = [&](const KneePoint& point) {
      return point.log_rate + loss(knee.p, point.log_intensity - ridge);
    };
    for (const KneePoint& point : points_) {
      const double distance = point.log_intensity - ridge;
      if (distance < kLeftOfRidge) {
        left_.push_back(slope(point));
      } else if (distance > kRightOfRidge) {
        right_.push_back(roof(point));
      }
    }
    const auto [first, last] = std::minmax_element(
        points_.begin(), points_.end(), [](const auto& a, const auto& b) { return a.log_intensity < b.log_intensity; });
    if (left_.empty() && first->log_intensity < ridge) {
      left_.push_back(slope(*first));
    }
    if (right_.empty() && last->log_intensity > ridge) {
      right_.push_back(roof(*last));
    }
  }

  /// beta and pi of this knee's p, by at most `steps` fixed-point steps. False if a side has no point.
  bool settle(Knee& knee, int steps) {
    constexpr double kSettled = 1e-7;
    for (int step = 0; step < steps; ++step) {
      sort_out(knee);
      if (left_.empty() || right_.empty()) {
        return false;
      }
      const double beta = median(left_);
      const double pi = median(right_);
      const bool settled = std::abs(beta - knee.log_beta) + std::abs(pi - knee.log_pi) < kSettled;
      knee.log_beta = beta;
      knee.log_pi = pi;
      if (settled) {
        break;
      }
    }
    return true;
  }

  /// Keeps the better of `best` and a knee of p settled from `best`.
  void attempt(double log_p, int steps, Knee& best, double& best_error) {
    Knee knee = best;
    knee.p = std::exp(log_p);
    if (settle(knee, steps)) {
      const double error = mean_log_error(knee, points_);
      if (error < best_error) {
        best = knee;
        best_error = error;
      }
    }
  }

  /// Halving steps in log p to both sides of the best.
  void refine(double step, double last_step, int steps, Knee& best, double& best_error) {
    const double largest = std::log(kLargestP);
    for (; step > last_step; step *= 0.5) {
      const double centre = std::log(best.p);
      attempt(std::max(0.0, centre - step), steps, best, best_error);
      attempt(std::min(largest, centre + step), steps, best, best_error);
    }
  }

 private:
  std::span<const KneePoint> points_;
  std::vector<double> left_;
  std::vector<double> right_;
};

}  // namespace

double Knee::log_hard(double log_intensity) const { return std::min(log_pi, log_beta + log_intensity); }

double Knee::log_attainable(double log_intensity) const {
  return log_hard(log_intensity) - loss(p, log_intensity - log_ridge());
}

double mean_log_error(const Knee& knee, std::span<const KneePoint> points) {
  double sum = 0.0;
  for (const KneePoint& point : points) {
    sum += std::abs(point.log_rate - knee.log_attainable(point.log_intensity));
  }
  return sum / static_cast<double>(points.size());
}

double mean_log_error_hard(const Knee& knee, std::span<const KneePoint> points) {
  double sum = 0.0;
  for (const KneePoint& point : points) {
    sum += std::abs(point.log_rate - knee.log_hard(point.log_intensity));
  }
  return sum / static_cast<double>(points.size());
}

KneeFit fit_knee(std::span<const KneePoint> points) {
  if (points.size() < kFewestPoints) {
    return {.knee = {}, .reason = fmt::format("{} usable intensities: a knee needs {}", points.size(), kFewestPoints)};
  }
  constexpr int kGrid = 24;
  constexpr int kSteps = 60;
  Fitter fitter(points);
  const Knee start = fitter.start();
  Knee best = start;
  double best_error = INFINITY;
  for (int i = 0; i <= kGrid; ++i) {
    Knee from = start;
    double error = INFINITY;
    fitter.attempt(std::log(kLargestP) * i / kGrid, kSteps, from, error);
    if (error < best_error) {
      best = from;
      best_error = error;
    }
  }
  if (!std::isfinite(best_error)) {
    return {.knee = {}, .reason = "no intensity lies to the left of the ridge, or none to its right"};
  }
  fitter.refine(std::log(kLargestP) / kGrid, 1e-5, kSteps, best, best_error);
  return {.knee = best, .reason = ""};
}

std::optional<Knee> refit_knee(std::span<const KneePoint> points, const Knee& start) {
  constexpr int kSteps = 4;
  constexpr double kFirstStep = 0.8;
  constexpr double kLastStep = 0.02;
  Fitter fitter(points);
  Knee best = start;
  double best_error = INFINITY;
  fitter.attempt(std::log(start.p), kSteps, best, best_error);
  if (!std::isfinite(best_error)) {
    return std::nullopt;
  }
  fitter.refine(kFirstStep, kLastStep, kSteps, best, best_error);
  return best;
}

}  // namespace assay
