#pragma once

namespace assay {

/// `successes` of `trials`, e.g. the queries that met the window. Fractions are meant for dependent trials: both counts
/// scaled down to the effective sample size (Korn and Graubard, Survey Methodology 24, 1998).
struct BinomialCount {
  double successes = 0;
  double trials = 0;
};

/// Interval for the probability of success.
struct ShareInterval {
  double lower = 0.0;
  double upper = 1.0;
};

/// Exact two-sided interval: covers the true share at least as often as `confidence` says (Clopper and Pearson,
/// Biometrika 26, 1934). [0, 1] without trials. Throws std::invalid_argument unless
/// 0 <= successes <= trials and 0 < confidence < 1.
[[nodiscard]] ShareInterval clopper_pearson(BinomialCount count, double confidence);

/// Score interval: covers the true share about as often as `confidence` says, and is shorter than clopper_pearson()
/// (Wilson, Journal of the American Statistical Association 22, 1927). [0, 1] without trials. Throws as that does.
[[nodiscard]] ShareInterval wilson(BinomialCount count, double confidence);

}  // namespace assay
