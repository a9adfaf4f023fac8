#include "analysis/permutation_test.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

/// C(n, k), or a little more than `most` where it is above that.
double splits(std::uint64_t n, std::uint64_t k, double most) {
  double count = 1.0;
  for (std::uint64_t i = 1; i <= std::min(k, n - k); ++i) {
    count = count * static_cast<double>(n - i + 1) / static_cast<double>(i);
    if (count > most) {
      return count;
    }
  }
  return std::round(count);
}

/// What is compared is the sum of A's logarithms: with all values given, the difference of the means follows from it.
struct Question {
  std::vector<double> logs;  ///< A's first
  std::size_t of_a = 0;
  double expected = 0.0;  ///< sum of A's under a split by lot
  double distance = 0.0;  ///< of the sum that was seen from there, less what rounding may do

  [[nodiscard]] bool as_far(double sum) const { return std::fabs(sum - expected) >= distance; }
};

Question question_of(const TwoSamples& samples) {
  Question question{.logs = {}, .of_a = samples.a.size()};
  for (const std::span<const double> side : {samples.a, samples.b}) {
    if (side.empty()) {
      throw std::invalid_argument("a split by lot: a side has no value");
    }
    for (const double value : side) {
      if (!(value > 0.0) || !std::isfinite(value)) {
        throw std::invalid_argument("a split by lot: a value is not positive and finite");
      }
      question.logs.push_back(std::log(value));
    }
  }
  const double middle =
      std::accumulate(question.logs.begin(), question.logs.end(), 0.0) / static_cast<double>(question.logs.size());
  for (double& log : question.logs) {
    log -= middle;  // so that sums of equal values in another order differ by their last bits only
  }
  double seen = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < question.logs.size(); ++i) {
    seen += i < question.of_a ? question.logs[i] : 0.0;
    size += std::fabs(question.logs[i]);
  }
  constexpr double kRounding = 1e-12;
  question.distance = std::max(0.0, std::fabs(seen) - kRounding * size);
  return question;
}

/// Adds up every choice of `left` values from `from` on.
void count_splits(const Question& question, std::size_t from, std::size_t left, double sum, std::uint64_t& far) {
  if (left == 0) {
    far += question.as_far(sum) ? 1U : 0U;
    return;
  }
  for (std::size_t i = from; i + left <= question.logs.size(); ++i) {
    count_splits(question, i + 1, left - 1, sum + question.logs[i], far);
  }
}

std::uint64_t count_draws(Question question, std::uint64_t draws) {
  RandomBits random(1);
  std::uint64_t far = 0;
  for (std::uint64_t draw = 0; draw < draws; ++draw) {
    double sum = 0.0;
    for (std::size_t i = 0; i < question.of_a; ++i) {
      const std::size_t other = i + static_cast<std::size_t>(random.below(question.logs.size() - i));
      std::swap(question.logs[i], question.logs[other]);
      sum += question.logs[i];
    }
    far += question.as_far(sum) ? 1U : 0U;
  }
  return far;
}

}  // namespace

double permutation_p(const TwoSamples& samples) {
  const Question question = question_of(samples);
  constexpr auto kMost = static_cast<double>(kExactSplits);
  const double all = splits(question.logs.size(), question.of_a, kMost);
  if (all > kMost) {
    return static_cast<double>(1 + count_draws(question, kExactSplits)) / (1.0 + kMost);
  }
  std::uint64_t far = 0;
  count_splits(question, 0, question.of_a, 0.0, far);
  return static_cast<double>(far) / all;
}

double smallest_permutation_p(std::uint64_t repeats_a, std::uint64_t repeats_b) {
  constexpr double kMost = 1e9;
  return std::min(1.0, 2.0 / splits(repeats_a + repeats_b, repeats_a, kMost));
}

std::uint64_t fewest_repeats(double alpha) {
  std::uint64_t repeats = 2;
  while (smallest_permutation_p(repeats, repeats) > alpha && repeats < RepeatsGoal::kMost) {
    ++repeats;
  }
  return repeats;
}

}  // namespace assay
